package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/results"
	"simrun/scenarios"
)

// tally is a counter that clients read, change and write back.
const tally = `name: tally
protocol: {kind: dynamo, n: 3, r: 2, w: 2}
topology: {nodes: 3, link: {latency: {exponential: {mean: 5ms}}}}
workload: {kind: collection, type: counter, merge: union, clients: 4, rate: 100/s, keys: 1, removes: 0.2, timeout: 300ms}
faults: [{kind: crash, at: 400ms, for: 200ms, targets: [c1]}]
duration: 1s
`

// cell runs a scenario once and gives its only cell.
func cell(t *testing.T, text string, seed uint64, edits ...scenarios.Edit) *results.Cell {
	t.Helper()
	plan, err := scenarios.Load("f.yaml", []byte(text), edits...)
	require.NoError(t, err)
	run := scenarios.Run(plan, seed, scenarios.Tape{})
	require.Len(t, run.Cells, 1)
	return &run.Cells[0]
}

func verdict(t *testing.T, c *results.Cell, checker string) checks.Verdict {
	t.Helper()
	for _, v := range c.Reports {
		if v.Checker == checker {
			return v
		}
	}
	t.Fatalf("no %s", checker)
	return checks.Verdict{}
}

// A counter written back loses what others added meanwhile, unless versions are kept
// apart and hold increments, or nothing else is there when it is written.
func TestCounters(t *testing.T) {
	for name, c := range map[string]struct {
		edits []scenarios.Edit
		loses bool
	}{
		"last write wins in the store":  {[]scenarios.Edit{{Path: "protocol.versions", Value: "lww"}}, true},
		"last write wins at the reader": {[]scenarios.Edit{{Path: "workload.merge", Value: "lww"}}, true},
		"increments side by side":       {nil, false},
		"compare-and-set": {[]scenarios.Edit{
			{Path: "protocol", Value: "{kind: leader-follower}"}, {Path: "workload.write", Value: "cas"}, {Path: "workload.merge", Value: "lww"},
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			lost := int64(0)
			for seed := range uint64(5) {
				v := verdict(t, cell(t, tally, seed+1, c.edits...), "lost_writes")
				require.NotEqual(t, checks.Vacuous, v.Result)
				lost += v.Count
			}
			require.Equal(t, c.loses, lost > 0, "%d increments lost", lost)
		})
	}
}

// Replicas do not tell what is in a collection that clients write back.
func TestCollectionsWithoutFinalReadsAreNotJudged(t *testing.T) {
	for _, kind := range []string{"set", "counter"} {
		c := cell(t, tally, 1, scenarios.Edit{Path: "workload.final", Value: "false"}, scenarios.Edit{Path: "workload.type", Value: kind})
		require.Equal(t, checks.Vacuous, verdict(t, c, "lost_writes").Result, kind)
	}
}

// What a client wrote into a collection is not part of messages, and no less
// deterministic for that.
func TestCollectionsAreDeterministic(t *testing.T) {
	plan, err := scenarios.Load("f.yaml", []byte(tally))
	require.NoError(t, err)
	_, differences := plan.Verify(3, scenarios.Limits{})
	require.Empty(t, differences)
}
