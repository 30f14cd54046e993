package results

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/checks"
	"simrun/sim/record"
)

// drawRun draws a run of two cells: measures of every kind, some undefined, some
// sharing a histogram or not; outcomes, vacuous, cut and interrupted cells.
func drawRun(t *rapid.T, seed uint64) *Run {
	r := &Run{
		Scenario: "s", Title: "t", Engine: "1", Seed: seed, Digest: rapid.Uint64().Draw(t, "digest"),
		Virtual: time.Duration(rapid.Int64Range(0, 1<<62).Draw(t, "virtual")), Events: 7,
	}
	for cell := range 2 {
		c := Cell{Set: []Setting{{"p.r", fmt.Sprint(cell)}}, Measures: drawMeasures(t), Replay: fmt.Sprintf("run %d %d", seed, cell)}
		if rapid.Bool().Draw(t, "unmet") {
			c.Unmet = []Unmet{{Requirement: rapid.SampledFrom([]string{"a >= 1", "b >= 1"}).Draw(t, "requirement")}}
		}
		c.Stop.Reason = rapid.SampledFrom([]record.StopReason{
			record.Finished, record.Finished, record.Finished,
			record.Panicked, record.OutOfEvents, record.Interrupted,
		}).Draw(t, "stop")
		for expectation := range rapid.IntRange(0, 3).Draw(t, "outcomes") {
			c.Outcomes = append(c.Outcomes, Outcome{
				Expectation: expectation, Mode: Mode(1 + expectation), Claim: "x",
				Truth: Truth(rapid.IntRange(0, 3).Draw(t, "truth")), Why: "because of 1",
			})
		}
		r.Cells = append(r.Cells, c)
	}
	return r
}

func drawMeasures(t *rapid.T) []checks.Measure {
	shared := drawHistogram(t)
	histogram := func() *hdrhistogram.Histogram {
		if rapid.Bool().Draw(t, "shared") {
			return shared
		}
		return drawHistogram(t)
	}
	count := rapid.Int64Range(0, 1<<40)
	all := []checks.Measure{
		{Name: "zzz_unlisted", Kind: checks.Count, Count: count.Draw(t, "n")},
		{Name: "stale_reads", Kind: checks.Count, Count: count.Draw(t, "n")},
		{Name: "availability", Kind: checks.Share, Count: count.Draw(t, "n"), Total: count.Draw(t, "of")},
		{Name: "convergence_ns", Kind: checks.Mean, Count: count.Draw(t, "n"), Total: rapid.Int64Range(0, 9).Draw(t, "of")},
		{Name: "stale_k_max", Kind: checks.Max, Count: count.Draw(t, "n")},
		{Name: "latency_read_p50_ns", Kind: checks.Quantile, Quantile: 5000, Histogram: histogram()},
		{Name: "latency_read_p99_ns", Kind: checks.Quantile, Quantile: 9900, Histogram: histogram()},
		{Name: "latency_read_p999_ns", Kind: checks.Quantile, Quantile: 9990, Histogram: histogram()},
	}
	var some []checks.Measure
	for _, m := range all {
		if rapid.IntRange(0, 4).Draw(t, "there") == 0 {
			continue
		}
		m.Undefined = rapid.IntRange(0, 4).Draw(t, "defined") == 0
		some = append(some, m)
	}
	return some
}

func drawHistogram(t *rapid.T) *hdrhistogram.Histogram {
	samples := rapid.SliceOfN(rapid.Int64Range(0, int64(time.Minute)), 0, 12).Draw(t, "samples")
	if len(samples) == 0 {
		return nil
	}
	h := hdrhistogram.New(1000, int64(24*time.Hour), 2)
	for _, sample := range samples {
		_ = h.RecordValue(sample)
	}
	return h
}

// plain is a sweep as text, with the contents of its histograms.
func plain(t require.TestingT, s *Sweep) string {
	text, err := json.Marshal(s)
	require.NoError(t, err)
	for _, c := range append(append([]SweepCell{}, s.Cells...), s.Total) {
		for _, m := range c.Measures {
			if m.Histogram != nil {
				text = fmt.Appendf(text, "\n%s %v", m.Name, m.Histogram.Export())
			}
		}
	}
	return string(text)
}

func sweepOf(runs []*Run) *Sweep {
	s := &Sweep{}
	for _, r := range runs {
		s.Add(r)
	}
	return s
}

// TestAnyOrderAndGrouping holds sweeps of shuffled runs, and of shards merged as a
// tree, against the plain one.
func TestAnyOrderAndGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var runs []*Run
		for i := range rapid.IntRange(1, 4).Draw(t, "runs") {
			runs = append(runs, drawRun(t, uint64(i)))
		}
		want := plain(t, sweepOf(runs))
		shuffled := rapid.Permutation(runs).Draw(t, "order")
		require.Equal(t, want, plain(t, sweepOf(shuffled)))
		require.Equal(t, want, plain(t, grouped(t, shuffled)))
		require.Equal(t, want, plain(t, sweepOf(runs)), "adding changed a run")
	})
}

// grouped merges shards in a random tree.
func grouped(t *rapid.T, runs []*Run) *Sweep {
	if len(runs) < 2 {
		return sweepOf(runs)
	}
	cut := rapid.IntRange(0, len(runs)).Draw(t, "cut")
	if cut == 0 || cut == len(runs) {
		s := sweepOf(runs)
		s.Merge(&Sweep{})
		return s
	}
	left, right := grouped(t, runs[:cut]), grouped(t, runs[cut:])
	before := plain(t, right)
	left.Merge(right)
	require.Equal(t, before, plain(t, right), "merging changed the other")
	return left
}

// TestMergeIsSensitive is the negative: one sample more shows.
func TestMergeIsSensitive(t *testing.T) {
	h := hdrhistogram.New(1000, int64(24*time.Hour), 2)
	run := func(count int64) *Run {
		return &Run{Scenario: "s", Cells: []Cell{{Measures: []checks.Measure{{Name: "stale_reads", Kind: checks.Count, Count: count}}}}}
	}
	require.NotEqual(t, plain(t, sweepOf([]*Run{run(1), run(2)})), plain(t, sweepOf([]*Run{run(1), run(3)})))
	measure := []checks.Measure{{Name: "latency_read_p50_ns", Kind: checks.Quantile, Quantile: 5000, Histogram: h}}
	a := MergeMeasures(nil, measure)
	require.NoError(t, h.RecordValue(5000))
	require.Equal(t, int64(0), a[0].Histogram.TotalCount(), "a merged list keeps a histogram of its own")
	a = MergeMeasures(a, measure)
	require.Equal(t, int64(1), a[0].Histogram.TotalCount())
	require.Panics(t, func() { MergeMeasures(a, []checks.Measure{{Name: "latency_read_p50_ns", Kind: checks.Count}}) })
}

// TestSharedHistogramIsPouredOnce: p50 and p99 of one histogram stay of one.
func TestSharedHistogramIsPouredOnce(t *testing.T) {
	h := hdrhistogram.New(1000, int64(24*time.Hour), 2)
	require.NoError(t, h.RecordValue(5000))
	measures := []checks.Measure{
		{Name: "latency_read_p50_ns", Kind: checks.Quantile, Quantile: 5000, Histogram: h},
		{Name: "latency_read_p99_ns", Kind: checks.Quantile, Quantile: 9900, Histogram: h},
	}
	all := MergeMeasures(MergeMeasures(nil, measures), measures)
	require.Same(t, all[0].Histogram, all[1].Histogram)
	require.Equal(t, int64(2), all[0].Histogram.TotalCount())
}

func TestSeedRangesMerge(t *testing.T) {
	a, b := NewSweep(11, 20), NewSweep(1, 10)
	a.Merge(b)
	require.Equal(t, []uint64{1, 20, 20}, []uint64{a.From, a.To, a.Asked})
	c := &Sweep{}
	c.Merge(NewSweep(0, 0))
	require.Equal(t, []uint64{0, 0, 1}, []uint64{c.From, c.To, c.Asked})
	require.Panics(t, func() {
		a.Add(&Run{Scenario: "one", Cells: make([]Cell, 1)})
		a.Add(&Run{Scenario: "other", Cells: make([]Cell, 1)})
	})
}

func TestWideAgreesWithBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sum, squares Wide
		want, wantSquares := new(big.Int), new(big.Int)
		for _, n := range rapid.SliceOf(rapid.Int64()).Draw(t, "numbers") {
			sum, squares = sum.Add(NewWide(n)), squares.Add(Square(n))
			want.Add(want, big.NewInt(n))
			wantSquares.Add(wantSquares, new(big.Int).Mul(big.NewInt(n), big.NewInt(n)))
		}
		require.Equal(t, want.String(), sum.String())
		require.Equal(t, wantSquares.String(), squares.String())
	})
}

func BenchmarkAdd(b *testing.B) {
	h := hdrhistogram.New(1000, int64(24*time.Hour), 2)
	for range 1000 {
		_ = h.RecordValue(rand.Int64N(1e8))
	}
	r := &Run{Scenario: "s", Cells: make([]Cell, 1)}
	for _, m := range checks.Catalogue() {
		r.Cells[0].Measures = append(r.Cells[0].Measures, checks.Measure{Name: m.Name, Kind: m.Kind, Count: 1, Total: 2, Histogram: h})
	}
	s := &Sweep{}
	for b.Loop() {
		s.Add(r)
	}
}
