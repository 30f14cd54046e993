package random

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
)

// Probability is a threshold: a word below it is a hit. Its unit is 2^-64, save
// that the largest value means certainty.
type Probability uint64

const (
	// Never is the probability 0: no word hits.
	Never Probability = 0
	// Certain is the probability 1: every word hits.
	Certain Probability = math.MaxUint64
)

// Hit reports whether the event of this probability happens for the word.
func (p Probability) Hit(word uint64) bool {
	return word < uint64(p) || p == Certain
}

// ParseProbability reads 0.25, 1, 1e-3 or 25%, and rounds to the nearest 2^-64.
// What is below 0, above 1, not finite, or above 0 yet too small to ever happen
// is an error.
func ParseProbability(text string) (Probability, error) {
	p, err := parseProbability(text)
	if err != nil {
		return 0, fmt.Errorf("probability %q %w", text, err)
	}
	return p, nil
}

func parseProbability(text string) (Probability, error) {
	plain, percent := strings.CutSuffix(text, "%")
	n, err := parseNumber(plain)
	if err != nil {
		return 0, err
	}
	if percent {
		n.exponent -= 2
	}
	if n.negative {
		return 0, errors.New("is below 0")
	}
	return n.probability()
}

// probability rounds a number that is not negative to the nearest threshold.
func (n number) probability() (Probability, error) {
	value, one := new(big.Int).Set(n.digits), big.NewInt(1)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n.exponent, -n.exponent))), nil)
	if n.exponent >= 0 {
		value.Mul(value, scale)
		scale.Set(one)
	}
	switch value.Cmp(scale) {
	case 0:
		return Certain, nil
	case 1:
		return 0, errors.New("is above 1")
	}
	positive := value.Sign() > 0
	value.Lsh(value, 65).Div(value, scale) // twice the threshold, rounded down
	value.Add(value, one).Rsh(value, 1)
	if positive && value.Sign() == 0 {
		return 0, errors.New("is too small to ever happen (below 2^-65)")
	}
	if !value.IsUint64() || value.Uint64() == uint64(Certain) {
		return Certain - 1, nil // below 1, so not certain
	}
	return Probability(value.Uint64()), nil
}

// String returns the shortest decimal that ParseProbability reads back as p.
func (p Probability) String() string {
	switch p {
	case Never:
		return "0"
	case Certain:
		return "1"
	}
	ten, scale := big.NewInt(10), big.NewInt(1)
	for places := 1; ; places++ {
		scale.Mul(scale, ten)
		digits := new(big.Int).SetUint64(uint64(p))
		digits.Mul(digits, scale).Rsh(digits, 63)
		digits.Add(digits, big.NewInt(1)).Rsh(digits, 1)
		back, err := number{digits: digits, exponent: -places}.probability()
		if err == nil && back == p {
			return fmt.Sprintf("0.%0*s", places, digits.String())
		}
	}
}

// UnmarshalText is ParseProbability.
func (p *Probability) UnmarshalText(text []byte) (err error) {
	*p, err = ParseProbability(string(text))
	return err
}

// MarshalText is String.
func (p Probability) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
