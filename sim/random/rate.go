package random

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"
	"time"
)

// Rate is a number of events per unit of time, kept as it was written (12/m) so
// that nothing is rounded. The zero Rate is none at all.
type Rate struct {
	Count Decimal       // events in each Per, above zero
	Per   time.Duration // the unit of time
}

// PerSecond returns the rate of count events per second.
func PerSecond(count Decimal) Rate { return Rate{count, time.Second} }

// ParseRate reads 200/s, 12/m, 0.5/s or 3/ms. A rate must be above zero.
func ParseRate(text string) (Rate, error) {
	rate, err := parseRate(text)
	if err != nil {
		return Rate{}, fmt.Errorf("rate %q %w", text, err)
	}
	return rate, nil
}

func parseRate(text string) (Rate, error) {
	count, name, found := strings.Cut(text, "/")
	if !found {
		return Rate{}, errors.New("needs a unit of time, as in 200/s")
	}
	per, ok := unit(name)
	if !ok {
		return Rate{}, fmt.Errorf("has the unknown unit %q: ns, us, ms, s, m or h", name)
	}
	n, err := parseNumber(count)
	if err != nil {
		return Rate{}, err
	}
	value, err := n.in(9)
	if err == nil && value <= 0 {
		err = errors.New("must be above 0")
	}
	return Rate{Decimal(value), per}, err
}

// IsZero reports whether the rate was never given.
func (r Rate) IsZero() bool { return r == Rate{} }

// MeanGap returns the mean time between events, rounded to the nearest
// nanosecond; the longest possible duration for a rate of zero.
func (r Rate) MeanGap() time.Duration {
	gap := r.fineGap()
	if gap > math.MaxInt64-fineHalf {
		return math.MaxInt64
	}
	return time.Duration((gap + fineHalf) >> fineBits)
}

// fineGap returns the mean gap in units of 1/256 ns, saturating.
func (r Rate) fineGap() int64 { return r.span(1 << fineBits) }

// After returns when the k-th event (counted from 1) of an even pace is due,
// rounded down. Unlike k times MeanGap it does not drift.
func (r Rate) After(k uint64) time.Duration { return time.Duration(r.span(k)) }

// span returns k * Per / Count in nanoseconds, saturating.
func (r Rate) span(k uint64) int64 {
	if r.Count <= 0 || r.Per <= 0 {
		return math.MaxInt64
	}
	// Per in the unit of Count, 1e-9, may need 72 bits: hence two steps.
	perHigh, perLow := bits.Mul64(uint64(r.Per), uint64(One))
	high, low := bits.Mul64(perLow, k)
	over, carry := bits.Mul64(perHigh, k)
	high, c := bits.Add64(high, carry, 0)
	if over+c != 0 || high >= uint64(r.Count) {
		return math.MaxInt64
	}
	value, _ := bits.Div64(high, low, uint64(r.Count))
	return int64(min(value, math.MaxInt64))
}

// String returns the rate as ParseRate reads it.
func (r Rate) String() string {
	for _, u := range units {
		if u.size == r.Per {
			return r.Count.String() + "/" + u.name
		}
	}
	return r.Count.String() + "/" + r.Per.String()
}

// UnmarshalText is ParseRate.
func (r *Rate) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRate(string(text))
	return err
}

// MarshalText is String.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
