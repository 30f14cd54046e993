package results

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/HdrHistogram/hdrhistogram-go"

	"simrun/checks"
)

// places gives every catalogued metric its place in the catalogue.
var places = sync.OnceValue(func() map[string]int {
	at := map[string]int{}
	for i, c := range checks.Catalogue() {
		at[c.Name] = i
	}
	return at
})

// byPlace orders metrics as the catalogue does, those that it lacks last, by name.
func byPlace(a, b string) int {
	return cmp.Or(cmp.Compare(placeOf(a), placeOf(b)), cmp.Compare(a, b))
}

func placeOf(name string) int {
	if at, known := places()[name]; known {
		return at
	}
	return len(places())
}

// Find returns a measure by its name, or nil.
func Find(measures []checks.Measure, name string) *checks.Measure {
	for i := range measures {
		if measures[i].Name == name {
			return &measures[i]
		}
	}
	return nil
}

// Value is what a measure comes to: a count, a share between 0 and 1, a mean, a
// largest value or a quantile, in the metric's unit. It is false where there is
// nothing to show: the measure is undefined, or its samples are too few.
func Value(m *checks.Measure) (float64, bool) {
	if m == nil || m.Blank() {
		return 0, false
	}
	switch m.Kind {
	case checks.Share, checks.Mean:
		return float64(m.Count) / float64(m.Total), true
	case checks.Quantile:
		return float64(quantile(m)), true
	}
	return float64(m.Count), true
}

func quantile(m *checks.Measure) int64 {
	return m.Histogram.ValueAtQuantile(float64(m.Quantile) / 100)
}

// MergeMeasures adds the second list to the first, which it may change, and
// returns the first in the order of the catalogue. Merging is associative and
// commutative: an undefined measure adds nothing, and what neither list shares
// with the other is never changed. The second list is left as it is.
func MergeMeasures(into, from []checks.Measure) []checks.Measure {
	j := joiner{into: into, from: from}
	for i := range from {
		j.take(i)
	}
	return j.into
}

// joiner merges two lists. Measures that share a histogram are merged once.
type joiner struct {
	into, from []checks.Measure
	merged     []merged
}

// merged is a histogram that has gone into another. A fresh one holds nothing else.
type merged struct {
	into, from *hdrhistogram.Histogram
	fresh      bool
}

// take merges one measure of the second list.
func (j *joiner) take(i int) {
	m := &j.from[i]
	if i < len(j.into) && j.into[i].Name == m.Name {
		j.combine(i, m)
		return
	}
	at, found := slices.BinarySearchFunc(j.into, m.Name, func(d checks.Measure, name string) int {
		return byPlace(d.Name, name)
	})
	if found {
		j.combine(at, m)
		return
	}
	j.into = slices.Insert(j.into, at, j.adopted(m))
}

// adopted is a copy of the measure that shares nothing with the second list.
func (j *joiner) adopted(m *checks.Measure) checks.Measure {
	if m.Undefined {
		return checks.Measure{Name: m.Name, Kind: m.Kind, Quantile: m.Quantile, Undefined: true}
	}
	own := *m
	own.Histogram = j.cloned(m.Histogram)
	return own
}

func (j *joiner) cloned(h *hdrhistogram.Histogram) *hdrhistogram.Histogram {
	if h == nil {
		return nil
	}
	for _, done := range j.merged {
		if done.fresh && done.from == h {
			return done.into
		}
	}
	clone := h.Clone()
	j.merged = append(j.merged, merged{clone, h, true})
	return clone
}

// combine merges a measure into the one at a place of the first list.
func (j *joiner) combine(at int, m *checks.Measure) {
	d := &j.into[at]
	if d.Kind != m.Kind || d.Quantile != m.Quantile {
		panic(fmt.Sprintf("results: %s is measured in two ways", m.Name))
	}
	switch {
	case m.Undefined:
	case d.Undefined:
		*d = j.adopted(m)
	case m.Kind == checks.Max:
		d.Count = max(d.Count, m.Count)
	case m.Kind == checks.Min:
		d.Count = min(d.Count, m.Count)
	case m.Kind == checks.Quantile:
		j.pour(d, m)
	default:
		d.Count += m.Count
		d.Total += m.Total
	}
}

// pour merges a histogram. Where the measures that share it in the first list do
// not share one in the second, the measure gets a histogram of its own first.
func (j *joiner) pour(d, m *checks.Measure) {
	switch {
	case m.Histogram == nil:
		return
	case d.Histogram == nil:
		d.Histogram = j.cloned(m.Histogram)
		return
	}
	for _, done := range j.merged {
		if done.into == d.Histogram && done.from == m.Histogram {
			return
		}
	}
	if !j.alike(d, m) {
		d.Histogram = d.Histogram.Clone()
	}
	if lost := d.Histogram.Merge(m.Histogram); lost != 0 {
		panic(fmt.Sprintf("results: histograms of %s differ in span", m.Name))
	}
	j.merged = append(j.merged, merged{into: d.Histogram, from: m.Histogram})
}

// alike tells whether all that share d's histogram share m's in the second list.
func (j *joiner) alike(d, m *checks.Measure) bool {
	for i := range j.into {
		if other := &j.into[i]; other != d && other.Histogram == d.Histogram {
			twin := Find(j.from, other.Name)
			if twin == nil || twin.Undefined || twin.Histogram != m.Histogram {
				return false
			}
		}
	}
	return true
}
