package scenarios_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
)

// probing reads fresh keys a while after they were written, in a healthy world.
const probing = `name: probing
protocol: {kind: dynamo, n: 3, r: 1, w: 1, coordinator: client, read_repair: none}
topology: {nodes: 3, link: {latency: {exponential: {mean: 4ms}}}, server: {sync: 1ms}}
workload: {kind: probe, clients: 3, every: 200ms, after: [0ms, 1ms, 3ms]}
duration: 200s
columns: [stale_share, predicted_stale_share]
`

// shares sweeps a scenario and returns, by cell, how many reads were stale of all, and
// how many should have been.
func shares(t *testing.T, text string, seeds uint64) (measured, predicted [][2]float64) {
	t.Helper()
	sweep := loaded(t, text).Sweep(context.Background(), 1, seeds, scenarios.SweepOptions{})
	for i := range sweep.Cells {
		m, p := results.Find(sweep.Cells[i].Measures, "stale_share"), results.Find(sweep.Cells[i].Measures, "predicted_stale_share")
		require.False(t, p.Undefined)
		measured = append(measured, [2]float64{float64(m.Count), float64(m.Total)})
		predicted = append(predicted, [2]float64{float64(p.Count), float64(p.Total)})
	}
	return measured, predicted
}

// apart is by how many standard errors a measured share differs from an expected one.
// The models have 20,000 trials, whose error counts too.
func apart(measured [2]float64, expected float64) float64 {
	variance := expected * (1 - expected) * (1/measured[1] + 1.0/20_000)
	if variance == 0 {
		return measured[0] // nothing but zero will do
	}
	return math.Abs(measured[0]/measured[1]-expected) / math.Sqrt(variance)
}

// The model of a healthy world's own latencies foretells its stale reads, and the
// model of a quorum that is one larger does not.
func TestPredictionsComeTrueInAHealthyWorld(t *testing.T) {
	for name, change := range map[string][2]string{
		"client coordinates": {"", ""},
		"node coordinates":   {"coordinator: client", "coordinator: node"},
		"one node, others":   {"nodes: 3", "nodes: 5, near: n1"},
		"some are asked":     {"read_repair: none", "read_repair: none, read_fanout: r"},
		"no sync first":      {"read_repair: none", "read_repair: none, durable: false"},
		"others are homes":   {"nodes: 3", "nodes: 5"},
		"slow handling":      {"{sync: 1ms}", "{sync: 1ms, service: {exponential: {mean: 2ms}}}"},
	} {
		text := strings.Replace(probing, change[0], change[1], 1) + "grid: {protocol.r: [1, 2], protocol.w: [1, 2]}\nwhere: r + w <= n\n"
		measured, predicted := shares(t, text, 1)
		for i, p := range predicted {
			share := p[0] / p[1]
			require.Less(t, apart(measured[i], share), 4.0, "%s, cell %d: %v, not %v", name, i, measured[i], share)
			for j, other := range predicted {
				if i != j && p[0]+other[0] > 0 {
					require.Greater(t, apart(measured[i], other[0]/other[1]), 4.0, "%s, cell %d taken for %d", name, i, j)
				}
			}
		}
	}
}

// A write that goes to W drawn replicas and no further has a closed form.
func TestPredictionsOfPartialWrites(t *testing.T) {
	text := strings.Replace(probing, "read_repair: none", "read_repair: none, write_fanout: w, read_fanout: r", 1)
	measured, predicted := shares(t, text+"grid: {protocol.w: [1, 2, 3]}\n", 1)
	for i, want := range []float64{2.0 / 3, 1.0 / 3, 0} {
		require.InDelta(t, want, predicted[i][0]/predicted[i][1], 1e-6)
		require.Less(t, apart(measured[i], want), 4.0)
	}
}

// The homes of a key are drawn from all members, none before another, and from no spare.
func TestPredictionsKnowWhoIsAHome(t *testing.T) {
	const text = `name: two-slow
protocol: {kind: dynamo, n: 3, r: 1, w: 1, coordinator: client, read_repair: none, versions: lww, durable: false}
topology:
  nodes: 5
  client_link: {latency: {exponential: {mean: 1ms}}}
  links:
    - {from: clients, to: n1, one_way: true, latency: 0ms, legs: [{messages: write, latency: 50ms}]}
    - {from: clients, to: n3, one_way: true, latency: 0ms, legs: [{messages: write, latency: 50ms}]}
workload: {kind: probe, clients: 3, every: 500ms, timeout: 400ms}
duration: 1000s
columns: [stale_share, predicted_stale_share]
`
	for _, change := range [][]string{
		{}, {"nodes: 5", "nodes: 8", "durable: false", "durable: false, members: 5"},
	} {
		measured, predicted := shares(t, strings.NewReplacer(change...).Replace(text), 1)
		share := predicted[0][0] / predicted[0][1]
		require.Less(t, apart(measured[0], share), 4.0, "%v: %v of %v, not %v", change, measured[0][0], measured[0][1], share)
	}
}

// What the model leaves out is named where a scenario has it, and only there.
func TestWordsNameWhatIsLeftOut(t *testing.T) {
	const alone = "read_repair: none"
	for _, c := range []struct{ old, changed, more, want string }{
		{"", "", "", "writes that overlap, and their repetitions, which the model leaves out"},
		{alone, "read_repair: async", "", "reads repaired replicas"},
		{alone, alone + ", anti_entropy: keys", "", "replicas compared what they hold, and repaired each other"},
		{alone, alone + ", hints: disk", "", "hints brought replicas what they had missed"},
		{"nodes: 3", "nodes: 4", "faults: [{kind: leave, at: 1s, targets: [n4]}]", "keys changed their homes"},
		{"", "", "faults: [{kind: hold, at: 1s, for: 1s, kinds: [write]}]", "messages took longer than their links say"},
		{"", "", "faults: [{kind: jam, at: 1s, for: 1s}]", "messages took longer than their links say"},
		{"", "", "faults: [{kind: delay, at: 1s, for: 1s, add: 5ms}]", "messages took longer than their links say"},
		{"", "", "faults: [{kind: reorder, at: 1s, for: 1s, probability: 0.5, spread: 5ms}]", "messages took longer than their links say"},
		{"", "", "faults: [{kind: fail-sync, at: 1s, for: 1s, targets: [n1]}]", "syncs took longer than the disks say, or failed"},
		{"", "", "nemesis: {kinds: [jam, pause]}", "messages took longer than their links say, and messages queued at a slow replica"},
	} {
		text := strings.Replace(probing, c.old, c.changed, 1) + c.more + "\n"
		if strings.Contains(c.more, "leave") {
			text = strings.Replace(text, alone, alone+", members: 4", 1)
		}
		require.Equal(t, c.want, scenarios.Unmodelled(loaded(t, text)), c.more+c.changed)
	}
}

func TestPredictionsAreMadeWhereSomebodyAsks(t *testing.T) {
	undefined := func(text string) bool {
		run := scenarios.Run(loaded(t, text), 1, scenarios.Tape{})
		return results.Find(run.Cells[0].Measures, "predicted_stale_share").Undefined
	}
	short := strings.Replace(probing, "200s", "1s", 1)
	require.False(t, undefined(short))
	require.True(t, undefined(strings.Replace(short, ", predicted_stale_share", "", 1)))
	require.True(t, undefined(strings.Replace(short, "read_repair: none", "write_fanout: through-one", 1)), "there is no model of it")
	require.True(t, undefined(strings.Replace(short,
		"dynamo, n: 3, r: 1, w: 1, coordinator: client, read_repair: none}", "leader-follower}", 1)))
}

// Where a fault makes the difference, the words say which.
func TestWordsSayWhyPredictionsFail(t *testing.T) {
	words := func(name string, edits ...scenarios.Edit) string {
		return strings.Join(scenarios.Run(shipped(t, name, edits...), 1, scenarios.Tape{}).Words, "\n")
	}
	all := words("r-plus-w-grid")
	require.Regexp(t, `where r \+ w > n: no stale read. So it is in \d+ of 36 cells; not with fault=`, all)
	require.Contains(t, all, "a replica lost what it had acknowledged")
	require.Contains(t, all, "the last write is told by clocks, and they were off")
	require.Regexp(t, `where r \+ w <= n: the model agrees within 4 standard errors in \d+ of 18 cells; not with fault=partition r=1 w=1`, all)
	healthy := words("r-plus-w-grid", scenarios.Edit{Path: "case.fault", Value: "healthy"})
	require.Contains(t, healthy, "So it is in 6 of 6 cells.")
	require.Contains(t, healthy, "in 3 of 3 cells.")
	require.NotContains(t, words("quorum-overlap"), "predicted")
}
