package truth

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/predict"
	"simrun/results"
	"simrun/scenarios"
	"simrun/sim/record"
)

// shippedCell makes a runner of one cell of a scenario that ships.
func shippedCell(t *testing.T, name string, edits ...scenarios.Edit) *scenarios.Runner {
	t.Helper()
	text, ships := scenarios.Shipped(name)
	require.True(t, ships)
	plan, err := scenarios.Load(name, text, edits...)
	require.NoError(t, err)
	require.Len(t, plan.Cells, 1)
	return plan.NewRunner(scenarios.Limits{}, scenarios.Tape{})
}

// TestCapacityOfLeaders: n leaders take n/(1+(n-1)a) times the writes of one, where a is
// what another's update costs. Clients wait for their answers, so that a window is off by
// the ops that are under way at its edges, and by no more.
func TestCapacityOfLeaders(t *testing.T) {
	const sessions, seed = 16, 3
	writes := func(leaders, cost int) float64 {
		r := shippedCell(t, "multi-leader-throughput", set("protocol.members", leaders), set("protocol.remote_cost", cost), set("duration", "23s"))
		value, known := results.Value(measured(t, r.Record(0, seed), checks.Unavailable, "throughput_write"))
		require.True(t, known)
		return value
	}
	const window = 20
	for _, cost := range []int{0, 20, 100} {
		one := writes(1, cost)
		for leaders := 2; leaders <= 4; leaders++ {
			several := writes(leaders, cost)
			want, edges := predict.Capacity(leaders, float64(cost)/100), sessions*float64(leaders)/(several*window)
			require.InEpsilon(t, want, several/one, edges, "%d leaders, a = %d %%", leaders, cost)
		}
	}
}

// pairs counts the pairs of writes made without knowledge of each other, over some seeds.
func pairs(t *testing.T, seeds int, edits ...scenarios.Edit) (count, writes int64) {
	t.Helper()
	each(t, shippedCell(t, "dangers-of-replication", edits...), seeds, func(run *record.Run) {
		count += measured(t, run, checks.ConcurrentWrites, "concurrent_pairs").Count
		writes += int64(len(run.History.Ops))
	})
	return count, writes
}

// requireExponent fits an exponent, which must agree with what is expected and with no
// whole number beside it, and where there is time for many runs lie within 0.15 of it.
func requireExponent(t *testing.T, what string, expected float64, seen []predict.Sighting) {
	t.Helper()
	e, known := predict.Growth(seen)
	require.True(t, known, what)
	t.Logf("%s: exponent %.3f, 95 %% interval %.3f to %.3f, expected %g: %v", what, e.K, e.Low, e.High, expected, seen)
	fitted := estimate{e.K, e.StandardError}
	fitted.requireAgrees(t, expected, what)
	fitted.requireDiffers(t, expected-1, what)
	fitted.requireDiffers(t, expected+1, what)
	if long {
		require.InDelta(t, expected, e.K, 0.15, what)
	}
}

// sampling is how many runs each size has, so that it can be told from the next: few of a
// size with many pairs, whose runs take longest.
type sampling struct{ size, runs int }

const manyRuns = 40

// TestDangersOfReplication fits the powers of Gray, Helland, O'Neil and Shasha ("The
// Dangers of Replication and a Solution", SIGMOD 1996, equations 10 and 14): what must be
// reconciled grows with the cube of the number of leaders where a transaction is applied
// at one after another, since it is then on its way for as many delays. Where it goes to
// all at once it grows with the square. Only pairs at different leaders count here: the
// counts are divided by 1-1/n.
func TestDangersOfReplication(t *testing.T) {
	skipWhenShort(t)
	few := map[string][]sampling{
		"one_after_another": {{2, 120}, {4, 24}, {8, 3}},
		"all_at_once":       {{2, 30}, {4, 8}, {8, 2}},
	}
	for spread, expected := range map[string]float64{"one_after_another": 3, "all_at_once": 2} {
		var seen []predict.Sighting
		sizes := few[spread]
		if long {
			sizes = []sampling{{2, manyRuns}, {4, manyRuns}, {8, manyRuns}, {16, manyRuns}}
		}
		for _, s := range sizes {
			count, writes := pairs(t, s.runs, set("case.spread", spread), set("case.leaders", fmt.Sprintf("n%d", s.size)))
			exposure := float64(s.runs) * (1 - 1/float64(s.size))
			seen = append(seen, predict.Sighting{Size: float64(s.size), Exposure: exposure, Count: count})
			require.Less(t, float64(2*count), 0.05*float64(writes), "the powers are those of rare conflicts: %s, %d leaders", spread, s.size)
		}
		requireExponent(t, spread, expected, seen)
	}
}

// TestDangersOfMoreTransactions: what must be reconciled grows with the square of the rate.
func TestDangersOfMoreTransactions(t *testing.T) {
	skipWhenShort(t)
	rates := []sampling{{20, 8}, {40, 2}, {80, 1}}
	if long {
		rates = []sampling{{20, manyRuns}, {40, manyRuns}, {80, manyRuns}}
	}
	var seen []predict.Sighting
	for _, s := range rates {
		count, _ := pairs(t, s.runs, set("case.spread", "one_after_another"), set("case.leaders", "n8"), set("cases.leaders.n8.workload.rate", fmt.Sprintf("%d/s", s.size)))
		seen = append(seen, predict.Sighting{Size: float64(s.size), Exposure: float64(s.runs), Count: count})
	}
	requireExponent(t, "rate", 2, seen)
}
