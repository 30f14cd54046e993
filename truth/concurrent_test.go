package truth

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim/record"
)

// datacentres are so many leaders, each with a client that writes so often.
func datacentres(t *testing.T, leaders int, rate float64, keys int) []scenarios.Edit {
	t.Helper()
	text := "["
	for i := range leaders {
		text += fmt.Sprintf("{name: d%d, nodes: 1, clients: 1},", i+1)
	}
	return []scenarios.Edit{
		set("topology.nodes", leaders), set("topology.datacentres", text+"]"), set("workload.clients", leaders),
		set("workload.rate", fmt.Sprintf("%v/s", rate*float64(leaders))), set("workload.keys", keys),
	}
}

// concurrentPairs estimates how many pairs of writes a second leaders make without knowledge
// of each other, and demands that version vectors notice all that are still heads.
func concurrentPairs(t *testing.T, runs int, length time.Duration, edits ...scenarios.Edit) estimate {
	t.Helper()
	r := runner(t, "concurrent-pairs", append(edits, set("duration", length))...)
	var rates []float64
	each(t, r, runs, func(run *record.Run) {
		pairs := measured(t, run, checks.ConcurrentWrites, "concurrent_pairs")
		rates = append(rates, float64(pairs.Count)/length.Seconds())
		require.Zero(t, measured(t, run, checks.ConcurrentWrites, "conflicts_missed").Count)
		require.Zero(t, measured(t, run, checks.ConcurrentWrites, "conflicts_accused").Count)
	})
	return mean(rates)
}

// Two writes of one key at two leaders are concurrent where each was made before the other
// arrived: N(N-1)λ²E[D]/K pairs a second, for N leaders that write λ times a second on K keys,
// whatever the law of the delay D.
func TestConcurrentPairs(t *testing.T) {
	const length = 100 * time.Second
	runs := 10
	if long {
		runs = 200
	}
	for _, row := range published(t, "staleness_loss_closed_forms.csv", "quantity", "multileader_concurrent_pairs_per_s", 2) {
		n, rate, keys, delay := int(row.parameter(t, "N")), row.parameter(t, "lambda"), int(row.parameter(t, "K")), row.parameter(t, "E[D]")
		expected := row.number(t, "expected")
		require.InDelta(t, expected, float64(n*(n-1))*rate*rate*delay/float64(keys), 1e-9)
		for law, text := range map[string]string{
			"constant":    fmt.Sprint(seconds(delay)),
			"exponential": fmt.Sprintf("{exponential: {mean: %v}}", seconds(delay)),
			"uniform":     fmt.Sprintf("{uniform: {low: 0s, high: %v}}", seconds(2*delay)),
		} {
			edits := append(datacentres(t, n, rate, keys), set("topology.link.latency", text))
			pairs := concurrentPairs(t, runs, length, edits...)
			pairs.requireAgrees(t, expected, fmt.Sprintf("%s, %s delay", row["parameters"], law))
			pairs.requireDiffers(t, 2*expected, "twice as many")
			t.Logf("%s, %s: %v, expected %g", row["parameters"], law, pairs, expected)
		}
	}
}

// Where each key has a home, no two writes are concurrent: exactly none.
func TestAHomeForEachKeyHasNoConflict(t *testing.T) {
	edits := append(datacentres(t, 3, 10, 20), set("protocol.homes", "key"))
	require.Equal(t, estimate{}, concurrentPairs(t, 10, 20*time.Second, edits...))
}
