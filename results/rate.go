package results

import (
	"math"

	"simrun/checks"
)

// Estimate is a value with its 95 % interval. Mean holds where Defined, Low and
// High where Bounded.
type Estimate struct {
	Mean, Low, High  float64
	Defined, Bounded bool
}

// z is the 97.5th percentile of the standard normal distribution.
const z = 1.959963984540054

// Proportion estimates a probability from independent trials: Wilson's score
// interval (Wilson 1927). Where none or all of them came true, the exact one-sided
// 95 % bound (Clopper and Pearson 1934), about 3/n ("rule of three").
func Proportion(part, of int64) Estimate {
	if of == 0 {
		return Estimate{}
	}
	p, n := float64(part)/float64(of), float64(of)
	switch part {
	case 0:
		return Estimate{Mean: 0, Low: 0, High: noneOf(n), Defined: true, Bounded: true}
	case of:
		return Estimate{Mean: 1, Low: 1 - noneOf(n), High: 1, Defined: true, Bounded: true}
	}
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Estimate{Mean: p, Low: middle - half, High: middle + half, Defined: true, Bounded: true}
}

// noneOf is the largest probability with which n trials all miss in 5 % of cases.
func noneOf(n float64) float64 { return -math.Expm1(math.Log(0.05) / n) }

// Share estimates how often the expectation's claim is true, over the runs that
// judged it.
func (t *Tally) Share() Estimate { return Proportion(int64(t.True), int64(t.Judged())) }

// Estimate is the mean of a metric over the runs of a cell, with its interval by
// Student's t over runs, since ops of one run are not independent of each other.
//
// Where no run counted anything, the upper bound is that of a rare event: of a
// Share, the exact bound for none of all its ops; of a count, 3 events in all the
// runs. A quantile that not every run has samples enough for is that of all
// samples together, with the interval of its rank.
func (c *SweepCell) Estimate(name string) Estimate {
	m := Find(c.Measures, name)
	if m == nil || m.Undefined {
		return Estimate{}
	}
	spread := findSpread(c.PerRun, name)
	if m.Kind == checks.Quantile && spread.Runs < int64(c.Runs-c.Cut) {
		return pooled(m)
	}
	mean, half, defined, bounded := spread.Mean()
	e := Estimate{Mean: mean, Low: mean - half, High: mean + half, Defined: defined, Bounded: bounded}
	if defined && m.Count == 0 && (m.Kind == checks.Share || m.Kind == checks.Count) {
		return none(m, spread.Runs)
	}
	if !bounded {
		e.Low, e.High = 0, 0
		return e
	}
	return clampUnit(m.Kind, e)
}

// none is the estimate of what never happened.
func none(m *checks.Measure, runs int64) Estimate {
	if m.Kind == checks.Share {
		return Proportion(0, m.Total)
	}
	return Estimate{High: -math.Log(0.05) / float64(runs), Defined: true, Bounded: true}
}

// pooled is the quantile of all samples together. The number of samples below a
// quantile is binomial, which bounds its rank.
func pooled(m *checks.Measure) Estimate {
	if m.Blank() {
		return Estimate{}
	}
	n, q := float64(m.Histogram.TotalCount()), float64(m.Quantile)/10000
	half := z * math.Sqrt(q*(1-q)/n)
	at := func(q float64) float64 {
		return float64(m.Histogram.ValueAtQuantile(100 * min(max(q, 0), 1)))
	}
	return Estimate{Mean: float64(quantile(m)), Low: at(q - half), High: at(q + half), Defined: true, Bounded: true}
}

// small is the 97.5th percentile of Student's t for 1 to 10 degrees of freedom.
var small = [...]float64{12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139}

// student is the 97.5th percentile of Student's t: from the table, and beyond it by
// its expansion about the normal (Abramowitz and Stegun 1964, 26.7.5), good to
// four digits there.
func student(freedom int64) float64 {
	if freedom <= int64(len(small)) {
		return small[freedom-1]
	}
	v := float64(freedom)
	z3, z5, z7 := z*z*z, z*z*z*z*z, z*z*z*z*z*z*z
	return z + (z3+z)/(4*v) + (5*z5+16*z3+3*z)/(96*v*v) + (3*z7+19*z5+17*z3-15*z)/(384*v*v*v)
}
