package random

import (
	"math/bits"
	"time"
)

// checkTime refuses what is negative or beyond Longest.
func checkTime(field string, d time.Duration) error {
	switch {
	case d < 0:
		return wrong(field, "%v is negative", d)
	case d > Longest:
		return wrong(field, "%v is longer than %v", d, Longest)
	}
	return nil
}

// checkScale is checkTime for a time that must not be 0 either.
func checkScale(field string, d time.Duration) error {
	if d == 0 {
		return wrong(field, "must be above 0")
	}
	return checkTime(field, d)
}

func (u Uniform) part() (part, error) {
	if err := checkTime("uniform.low", u.Low); err != nil {
		return part{}, err
	}
	if err := checkTime("uniform.high", u.High); err != nil {
		return part{}, err
	}
	if u.Low > u.High {
		return part{}, wrong("uniform.high", "%v is below low, which is %v", u.High, u.Low)
	}
	return evenly(u.Low, u.High), nil
}

// evenly is the even spread over low to high.
func evenly(low, high time.Duration) part {
	spread := int64(high - low)
	return part{low: int64(low), span: uint64(spread) + 1, mean: spread << (fineBits - 1)}
}

func (e Exponential) part() (part, error) {
	mean := int64(e.Mean) << fineBits
	switch {
	case e.Mean != 0 && !e.Rate.IsZero():
		return part{}, wrong("exponential", "both mean and rate are given: use one")
	case e.Rate.IsZero():
		if err := checkScale("exponential.mean", e.Mean); err != nil {
			return part{}, err
		}
	default:
		if e.Rate.Count <= 0 || e.Rate.Per <= 0 {
			return part{}, wrong("exponential.rate", "must be above 0")
		}
		if mean = e.Rate.fineGap(); mean > ceiling {
			return part{}, wrong("exponential.rate", "%v means more than %v between events", e.Rate, Longest)
		}
	}
	return part{curve: exponentialCurve(mean), mean: mean}, nil
}

func (p Pareto) part() (part, error) {
	if err := checkScale("pareto.min", p.Min); err != nil {
		return part{}, err
	}
	if p.Alpha < One/10 || p.Alpha > 1000*One {
		return part{}, wrong("pareto.alpha", "%v is not between 0.1 and 1000", p.Alpha)
	}
	least, mean := int64(p.Min)<<fineBits, int64(ceiling)
	if p.Alpha > One {
		mean, _ = ratio(least, int64(p.Alpha), int64(p.Alpha-One))
	}
	return part{curve: paretoCurve(least, p.Alpha), mean: mean}, nil
}

func (l Lognormal) part() (part, error) {
	if err := checkScale("lognormal.median", l.Median); err != nil {
		return part{}, err
	}
	if l.Sigma <= 0 || l.Sigma > 8*One {
		return part{}, wrong("lognormal.sigma", "%v is not above 0 and up to 8", l.Sigma)
	}
	median := int64(l.Median) << fineBits
	return part{curve: lognormalCurve(median, l.Sigma), mean: grow(median, halfSquare(l.Sigma))}, nil
}

// halfSquare returns sigma^2/2 * log2(e) in units of 2^-52: the exponent of the
// lognormal mean.
func halfSquare(sigma Decimal) int64 {
	fine, _ := ratio(int64(sigma), 1<<expBits, int64(One))
	h, l := bits.Mul64(uint64(fine), uint64(fine))
	half := h<<11 | l>>53
	h, l = bits.Mul64(half, log2e)
	return int64(h<<1 | l>>63)
}
