package results

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/checks"
)

// TestWilson compares with Newcombe (1998), table I: 81 of 263 and 15 of 148.
func TestWilson(t *testing.T) {
	for _, known := range []struct {
		part, of  int64
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}} {
		e := Proportion(known.part, known.of)
		require.InDelta(t, known.low, e.Low, 5e-5)
		require.InDelta(t, known.high, e.High, 5e-5)
	}
}

func TestNoneAndAll(t *testing.T) {
	none := Proportion(0, 100)
	require.InDelta(t, 0.05, math.Pow(1-none.High, 100), 1e-12, "the bound is that with which 100 misses have 5 %")
	require.InDelta(t, 3.0/100, none.High, 1e-3, "the rule of three")
	all := Proportion(100, 100)
	require.InDelta(t, none.High, 1-all.Low, 1e-15)
	require.Equal(t, Estimate{}, Proportion(0, 0))
}

func TestProportionHoldsItsMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.Int64Range(1, 1e6).Draw(t, "of")
		part := rapid.Int64Range(0, of).Draw(t, "part")
		e := Proportion(part, of)
		require.True(t, 0 <= e.Low && e.Low <= e.Mean && e.Mean <= e.High && e.High <= 1, "%+v", e)
	})
}

// TestStudent compares with tables of the 97.5th percentile of Student's t.
func TestStudent(t *testing.T) {
	for freedom, want := range map[int64]float64{1: 12.7062, 4: 2.7764, 10: 2.2281, 11: 2.2010, 15: 2.1314, 30: 2.0423, 120: 1.9799} {
		require.InDelta(t, want, student(freedom), 2e-4, "%d", freedom)
	}
}

func estimated(name string, kind checks.MeasureKind, values ...[2]int64) Estimate {
	s := &Sweep{}
	for i, v := range values {
		s.Add(&Run{Scenario: "s", Seed: uint64(i), Cells: []Cell{{
			Measures: []checks.Measure{{Name: name, Kind: kind, Count: v[0], Total: v[1]}},
		}}})
	}
	return s.Cells[0].Estimate(name)
}

// TestMeanByHand: 2, 4, 9 have mean 5, deviation √13 and so the interval 5 ± 4.3027·√(13/3).
func TestMeanByHand(t *testing.T) {
	e := estimated("failovers", checks.Count, [2]int64{2}, [2]int64{4}, [2]int64{9})
	require.InDelta(t, 5, e.Mean, 1e-12)
	require.InDelta(t, 5+4.302653*math.Sqrt(13.0/3), e.High, 1e-6)
	require.Zero(t, e.Low, "a count is never below zero")
}

func TestOneRunHasNoInterval(t *testing.T) {
	e := estimated("failovers", checks.Count, [2]int64{2})
	require.Equal(t, Estimate{Mean: 2, Defined: true}, e)
}

func TestNeverHappened(t *testing.T) {
	count := estimated("stale_reads", checks.Count, [2]int64{0}, [2]int64{0})
	require.InDelta(t, -math.Log(0.05)/2, count.High, 1e-12)
	share := estimated("stale_share", checks.Share, [2]int64{0, 60}, [2]int64{0, 40})
	require.Equal(t, Proportion(0, 100), share)
}

func TestUndefinedIsNotZero(t *testing.T) {
	require.False(t, estimated("stale_share", checks.Share, [2]int64{0, 0}, [2]int64{0, 0}).Defined)
	_, defined := Value(&checks.Measure{Kind: checks.Count, Undefined: true})
	require.False(t, defined)
	_, defined = Value(nil)
	require.False(t, defined)
}

// TestPooledQuantile: where runs have too few samples each, all together may do.
func TestPooledQuantile(t *testing.T) {
	s := &Sweep{}
	for seed := range uint64(10) {
		h := newTestHistogram(60)
		s.Add(&Run{Scenario: "s", Seed: seed, Cells: []Cell{{Measures: []checks.Measure{
			{Name: "latency_read_p99_ns", Kind: checks.Quantile, Quantile: 9900, Histogram: h},
		}}}})
	}
	e := s.Cells[0].Estimate("latency_read_p99_ns")
	require.True(t, e.Defined && e.Bounded)
	require.InDelta(t, 60e6, e.Mean, 1e6)
	require.LessOrEqual(t, e.Low, e.Mean)
	require.GreaterOrEqual(t, e.High, e.Mean)
	require.Zero(t, findSpread(s.Cells[0].PerRun, "latency_read_p99_ns").Runs)
}

func TestSharesNearOneStayBelowIt(t *testing.T) {
	e := estimated("availability", checks.Share, [2]int64{99, 100}, [2]int64{100, 100})
	require.Equal(t, 1.0, e.High)
	require.InDelta(t, 0.995, e.Mean, 1e-9)
}

// TestHugeMeansSaturate: a mean beyond what millionths can hold does not wrap.
func TestHugeMeansSaturate(t *testing.T) {
	require.Equal(t, int64(math.MaxInt64), perMillion(math.MaxInt64, 1))
	require.Equal(t, int64(1_000_000), perMillion(math.MaxInt64, math.MaxInt64))
	require.Equal(t, int64(-500_000), perMillion(-1, 2))
}
