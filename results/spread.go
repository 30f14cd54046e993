package results

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"slices"

	"simrun/checks"
)

// millionths is the scale of shares and means in spreads.
const millionths = 1_000_000

// Spread is what is needed for the mean of a metric over runs and its interval:
// exact integer sums, so that it merges exactly.
type Spread struct {
	Name string
	Kind checks.MeasureKind
	Runs int64 // runs in which the metric had a value
	// Sum and Squares are of the values by run: shares and means in millionths, all
	// else in whole units.
	Sum     Wide
	Squares Wide
}

// add adds one run's value of the metric, if it has one.
func (s *Spread) add(m *checks.Measure) {
	if m.Blank() {
		return
	}
	value := scaled(m)
	s.Runs++
	s.Sum = s.Sum.Add(NewWide(value))
	s.Squares = s.Squares.Add(Square(value))
}

// merge adds what another spread of the same metric has.
func (s *Spread) merge(o *Spread) {
	s.Runs += o.Runs
	s.Sum = s.Sum.Add(o.Sum)
	s.Squares = s.Squares.Add(o.Squares)
}

// scaled is a run's value as an integer, at most the largest int64.
func scaled(m *checks.Measure) int64 {
	switch m.Kind {
	case checks.Share, checks.Mean:
		return perMillion(m.Count, m.Total)
	case checks.Quantile:
		return quantile(m)
	}
	return m.Count
}

// perMillion is part/of in millionths, rounded down.
func perMillion(part, of int64) int64 {
	if part < 0 {
		return -perMillion(-part, of)
	}
	high, low := bits.Mul64(uint64(part), millionths)
	if high >= uint64(of) {
		return math.MaxInt64
	}
	n, _ := bits.Div64(high, low, uint64(of))
	return int64(min(n, math.MaxInt64))
}

func (s *Spread) scale() float64 {
	if s.Kind == checks.Share || s.Kind == checks.Mean {
		return millionths
	}
	return 1
}

// Mean is the mean over runs, in the metric's unit, and half the width of its 95 %
// interval by Student's t over runs. half is false where there are fewer than two
// runs, mean where there is none.
func (s *Spread) Mean() (mean, half float64, hasMean, hasHalf bool) {
	if s.Runs == 0 {
		return 0, 0, false, false
	}
	n := big.NewInt(s.Runs)
	sum := s.Sum.Big()
	mean, _ = new(big.Rat).SetFrac(sum, n).Float64()
	mean /= s.scale()
	if s.Runs == 1 {
		return mean, 0, true, false
	}
	// n·Σx² − (Σx)², over n²(n−1), is the square of the standard error; exact up to here.
	spread := new(big.Int).Mul(n, s.Squares.Big())
	spread.Sub(spread, new(big.Int).Mul(sum, sum))
	below := new(big.Int).Mul(n, n)
	below.Mul(below, big.NewInt(s.Runs-1))
	variance, _ := new(big.Rat).SetFrac(spread, below).Float64()
	return mean, student(s.Runs-1) * math.Sqrt(variance) / s.scale(), true, true
}

// addSpreads adds one run's measures to the spreads.
func addSpreads(into []Spread, measures []checks.Measure) []Spread {
	for i := range measures {
		m := &measures[i]
		var s *Spread
		into, s = spreadOf(into, m.Name, m.Kind, i)
		s.add(m)
	}
	return into
}

// mergeSpreads adds the second list of spreads to the first.
func mergeSpreads(into, from []Spread) []Spread {
	for i := range from {
		var s *Spread
		into, s = spreadOf(into, from[i].Name, from[i].Kind, i)
		s.merge(&from[i])
	}
	return into
}

// spreadOf finds a metric's spread, perhaps at the hinted place, or makes it.
func spreadOf(list []Spread, name string, kind checks.MeasureKind, hint int) ([]Spread, *Spread) {
	if hint < len(list) && list[hint].Name == name {
		return list, &list[hint]
	}
	at, found := slices.BinarySearchFunc(list, name, func(s Spread, name string) int { return byPlace(s.Name, name) })
	if !found {
		list = slices.Insert(list, at, Spread{Name: name, Kind: kind})
	}
	return list, &list[at]
}

// findSpread returns a metric's spread, or an empty one.
func findSpread(list []Spread, name string) Spread {
	at, found := slices.BinarySearchFunc(list, name, func(s Spread, name string) int { return byPlace(s.Name, name) })
	if !found {
		return Spread{}
	}
	return list[at]
}

// clampUnit keeps the interval of a metric within what it can be.
func clampUnit(kind checks.MeasureKind, e Estimate) Estimate {
	e.Low = max(e.Low, 0)
	if kind == checks.Share {
		e.High = min(e.High, 1)
	}
	e.Low = cmp.Or(e.Low, 0) // no negative zero
	return e
}
