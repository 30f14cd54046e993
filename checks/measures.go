package checks

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Histograms span a microsecond to a day to two digits. All are made alike, so
// that those of any runs can be merged without loss.
const (
	shortest = int64(time.Microsecond)
	longest  = int64(24 * time.Hour)
	digits   = 2
)

// tailSamples is how many samples must lie beyond a quantile for it to be shown:
// the p99 needs 500 samples, the p99.9 needs 5,000, the median 10. With fewer, one
// sample more or less moves it too far.
const tailSamples = 5

// observe adds a duration to a histogram, which is made by the first: most runs
// leave some of them empty. What lies outside the span counts as its nearest end.
func observe(h *hdrhistogram.Histogram, d time.Duration) *hdrhistogram.Histogram {
	if h == nil {
		h = hdrhistogram.New(shortest, longest, digits)
	}
	// The bounds make an error impossible.
	_ = h.RecordValue(min(max(int64(d), 0), longest))
	return h
}

// Blank tells whether there is nothing to show: the metric is undefined, or its
// samples are too few. It is asked after merging, since many runs with few samples
// each may have enough together.
func (m *Measure) Blank() bool {
	switch {
	case m.Undefined:
		return true
	case m.Kind == Share || m.Kind == Mean:
		return m.Total == 0
	case m.Kind == Quantile:
		return m.Histogram == nil || m.Histogram.TotalCount()*int64(10000-m.Quantile) < tailSamples*10000
	}
	return false
}

// undefine marks every measure as undefined.
func undefine(measures []Measure) []Measure {
	for i := range measures {
		measures[i].Undefined = true
	}
	return measures
}
