package checks

import "github.com/HdrHistogram/hdrhistogram-go"

// Measure is one metric of one run, kept so that runs merge exactly and in any
// order: means, shares and quantiles are computed once, when shown.
type Measure struct {
	Name string
	Kind MeasureKind
	// Undefined metrics are null in reports, never 0: the protocol states nothing
	// of the kind, or there was nothing to measure.
	Undefined bool
	Count     int64 // Count, Share (the part), Mean (the sum), Max and Min (the value)
	Total     int64 // Share and Mean: of how many
	Histogram *hdrhistogram.Histogram
	Quantile  int // Quantile: which, in parts per ten thousand (9990 is p99.9)
}

// MeasureKind says how a measure is merged and shown.
type MeasureKind uint8

// The kinds of measures.
const (
	Count    MeasureKind = iota + 1 // adds up
	Share                           // Count of Total
	Mean                            // Count (a sum) over Total
	Max                             // the largest
	Quantile                        // of the merged histogram; several metrics may share one histogram
	Min                             // the least
)

// Catalogued is one line of the catalogue of metrics.
type Catalogued struct {
	Name    string
	Kind    MeasureKind
	Unit    string // "", "ns", "bytes"
	Better  string // "low", "high" or ""
	Meaning string
}
