package random

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// number is a decimal as it was written: digits * 10^exponent, exactly.
type number struct {
	negative bool
	digits   *big.Int
	exponent int
}

// The most digits and the largest exponent that a number may be written with.
// They bound the work that a hostile text can cause.
const (
	mostDigits   = 40
	mostExponent = 60
)

var errNotNumber = errors.New("is not a number")

// parseNumber reads [-]digits[.digits][e[+-]digits]. Leading zeros are refused,
// because some readers take 010 for eight.
func parseNumber(text string) (number, error) {
	rest, negative := strings.CutPrefix(text, "-")
	mantissa, power, scientific := cutAny(rest, "eE")
	whole, fraction, dotted := strings.Cut(mantissa, ".")
	if err := checkDigits(whole, fraction, dotted); err != nil {
		return number{}, err
	}
	exponent := 0
	if scientific {
		var err error
		if exponent, err = parseExponent(power); err != nil {
			return number{}, err
		}
	}
	digits, _ := new(big.Int).SetString(whole+fraction, 10)
	return number{negative && digits.Sign() != 0, digits, exponent - len(fraction)}, nil
}

func checkDigits(whole, fraction string, dotted bool) error {
	switch {
	case notFinite(whole + fraction):
		return errors.New("is not a finite number")
	case whole == "" && onlyDigits(fraction) && dotted:
		return errors.New("needs a digit before the point")
	case dotted && fraction == "" && onlyDigits(whole):
		return errors.New("needs a digit after the point")
	case !onlyDigits(whole), dotted && !onlyDigits(fraction):
		return errNotNumber
	case len(whole) > 1 && whole[0] == '0':
		return errors.New("has a leading zero")
	case len(whole)+len(fraction) > mostDigits:
		return fmt.Errorf("has more than %d digits", mostDigits)
	}
	return nil
}

// notFinite knows how languages and YAML spell what is no finite number.
func notFinite(word string) bool {
	switch strings.ToLower(word) {
	case "nan", "inf", "infinity":
		return true
	}
	return false
}

func parseExponent(text string) (int, error) {
	unsigned := strings.TrimPrefix(strings.TrimPrefix(text, "-"), "+")
	if !onlyDigits(unsigned) || len(text)-len(unsigned) > 1 {
		return 0, errNotNumber
	}
	exponent, err := strconv.Atoi(text)
	if err != nil || exponent > mostExponent || exponent < -mostExponent {
		return 0, fmt.Errorf("has an exponent beyond %d", mostExponent)
	}
	return exponent, nil
}

func onlyDigits(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// cutAny is strings.Cut at the first of the characters in set.
func cutAny(text, set string) (before, after string, found bool) {
	if i := strings.IndexAny(text, set); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}

var (
	errTooFine  = errors.New("has too many digits after the point")
	errTooLarge = errors.New("is too large")
)

// in returns the number in units of 10^-places: exactly or an error.
func (n number) in(places int) (int64, error) {
	return n.times(big.NewInt(1), places)
}

// times returns n*unit in units of 10^-places: exactly or an error.
func (n number) times(unit *big.Int, places int) (int64, error) {
	value := new(big.Int).Mul(n.digits, unit)
	power := n.exponent + places
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(power, -power))), nil)
	if power >= 0 {
		value.Mul(value, scale)
	} else if _, rest := value.QuoRem(value, scale, new(big.Int)); rest.Sign() != 0 {
		return 0, errTooFine
	}
	if n.negative {
		value.Neg(value)
	}
	if !value.IsInt64() {
		return 0, errTooLarge
	}
	return value.Int64(), nil
}
