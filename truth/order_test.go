package truth

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/record"
)

// law is the distribution of a delay, in some unit of time.
type law string

// The laws of the published rows.
const (
	exponential law = "Exp(1)"
	uniform     law = "U(0,1)"
)

// spec spells the law as scenarios do, in some unit of time.
func (l law) spec(unit time.Duration) string {
	if l == exponential {
		return fmt.Sprintf("{exponential: {mean: %v}}", unit)
	}
	return fmt.Sprintf("{uniform: {low: 0ms, high: %v}}", unit)
}

// excess is the excess kurtosis of the k-th smallest of n draws. For the exponential
// law this is a sum of independent exponentials with rates n, n-1, ... (Rényi 1953),
// whose cumulants add up; for the uniform law it is Beta(k, n+1-k).
func (l law) excess(n, k int) float64 {
	if l == exponential {
		variance, fourth := 0.0, 0.0
		for i := range k {
			rate := float64(n - i)
			variance += math.Pow(rate, -2)
			fourth += 6 * math.Pow(rate, -4)
		}
		return fourth / (variance * variance)
	}
	a, b := float64(k), float64(n+1-k)
	s := a + b
	return 6 * ((a-b)*(a-b)*(s+1) - a*b*(s+2)) / (a * b * (s + 2) * (s + 3))
}

func TestExcess(t *testing.T) {
	require.InDelta(t, 6, exponential.excess(3, 1), 1e-12, "an exponential")
	require.InDelta(t, -1.2, uniform.excess(1, 1), 1e-12, "a uniform")
	require.InDelta(t, -0.6, uniform.excess(2, 1), 1e-12, "a triangle")
}

// The runs of a figure, and the writes of each.
const (
	orderRuns   = 4
	orderWrites = 500
)

// writeLatencies runs writes with one leg drawn from a law, all other legs taking no
// time, and returns their latencies in the law's unit.
func writeLatencies(t *testing.T, leg string, l law, n, w int, unit time.Duration) []float64 {
	t.Helper()
	const legs = "topology.client_link.legs.0."
	r := runner(t, "acknowledgements", set("topology.nodes", n), set("protocol.n", n), set("protocol.w", w),
		set(legs+"messages", leg), set(legs+"latency", l.spec(unit)))
	var latencies []float64
	each(t, r, orderRuns, func(run *record.Run) {
		for i := range run.History.Ops {
			op := &run.History.Ops[i]
			require.True(t, op.Code.Writes() && op.Outcome == sim.OK)
			latencies = append(latencies, inUnits(op.Latency(), unit))
		}
		requireNoneWaited(t, run, 256)
	})
	require.Len(t, latencies, orderRuns*orderWrites)
	return latencies
}

// requireNoneWaited demands that no op had to wait for an earlier one of its session:
// the clients' sessions take turns.
func requireNoneWaited(t *testing.T, run *record.Run, sessions uint32) {
	t.Helper()
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Number <= sessions {
			continue
		}
		before := run.History.Find(sim.NewOpID(op.Client, op.Number-sessions))
		require.Less(t, before.Returned, op.Invoked, "%v waited for %v", op.ID(), before.ID())
		require.NotEqual(t, before.ReturnedAt, op.InvokedAt, "%v waited for %v", op.ID(), before.ID())
	}
}

// spread estimates the standard deviation of samples from a law with a known excess.
func spread(samples []float64, excess float64) estimate {
	_, sd := moments(samples)
	return estimate{sd, sd * math.Sqrt((excess+2)/(4*float64(len(samples))))}
}

// A write waits for the k-th smallest of N acknowledgements, whichever way is slow.
func TestOrderStatistics(t *testing.T) {
	for _, l := range []law{exponential, uniform} {
		for _, row := range published(t, "order_stats.csv", "distribution", string(l), 41) {
			n, k := row.integer(t, "N"), row.integer(t, "k")
			for _, leg := range []string{"write", "written"} {
				if leg == "written" && n > 5 && !long {
					continue
				}
				what := fmt.Sprintf("%s %s, %d of %d", leg, l, k, n)
				latencies := writeLatencies(t, leg, l, n, k, 10*time.Millisecond)
				average := mean(latencies)
				average.err = row.number(t, "sd") / math.Sqrt(float64(len(latencies)))
				average.requireAgrees(t, row.number(t, "mean"), what)
				spread(latencies, l.excess(n, k)).requireAgrees(t, row.number(t, "sd"), what)
			}
		}
	}
}

// TestOrderStatisticsOffByOne takes each N's k-th for its neighbour.
func TestOrderStatisticsOffByOne(t *testing.T) {
	for _, l := range []law{exponential, uniform} {
		for _, row := range published(t, "order_stats.csv", "distribution", string(l), 41) {
			if n, k := row.integer(t, "N"), row.integer(t, "k"); k < n && n <= 4 {
				off := mean(writeLatencies(t, "write", l, n, k+1, 10*time.Millisecond))
				off.requireDiffers(t, row.number(t, "mean"), fmt.Sprintf("%s, %d of %d", l, k, n))
			}
		}
	}
}

// With the unit of time multiplied, every latency is.
func TestOrderStatisticsRescaled(t *testing.T) {
	for _, l := range []law{exponential, uniform} {
		short := writeLatencies(t, "write", l, 5, 3, time.Millisecond)
		stretched := writeLatencies(t, "write", l, 5, 3, 16*time.Millisecond)
		require.InDeltaSlice(t, short, stretched, 1e-5, l)
	}
}
