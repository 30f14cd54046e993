package scenarios_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/record"
)

func recorded(t testing.TB, text string, seed uint64) *record.Run {
	return loaded(t, text).NewRunner(scenarios.Limits{}, scenarios.Tape{}).Record(0, seed)
}

func TestDatacentresPlaceServersAndClients(t *testing.T) {
	run := recorded(t, small+`topology:
  nodes: 3
  datacentres: [{name: east, nodes: 1, clients: 1}, {name: west, nodes: 2}]
  link: {latency: 1ms}
  links: [{from: east, to: west, latency: 50ms}]
`, 1)
	require.Equal(t, []string{"", "east", "west", "west", "east", "east"}, run.Places)
}

func TestACutBetweenDatacentresIsFelt(t *testing.T) {
	cut := small + `topology: {nodes: 3, datacentres: [{name: east, nodes: 1, clients: 2}, {name: west, nodes: 2}]}
faults: [{kind: datacentre-cut, at: 200ms, for: 500ms, places: [west]}]
`
	run := recorded(t, strings.Replace(cut, "w: 1", "w: 3", 1), 1)
	require.Positive(t, run.Counters.Get("datacentre-cut.messages"))
	require.Positive(t, run.Counters.Get("ops.unknown"))
}

func TestAClientThatCrashesNeverUsesANumberTwice(t *testing.T) {
	run := recorded(t, small+"faults: [{kind: crash, at: 300ms, for: 200ms, targets: c1}]\n", 1)
	require.Equal(t, record.Finished, run.Stop.Reason, run.Stop.Panic)
	last := uint32(0)
	after := false
	for _, op := range run.History.Ops {
		if op.Client == 1 && !op.Is(record.Final) {
			require.Greater(t, op.Number, last)
			last = op.Number
			after = after || op.InvokedAt > 500*time.Millisecond
		}
	}
	require.True(t, after, "it goes on when it is back")
}

// One late op shifts no other: arrivals, keys and kinds are the ops' own.
func TestArrivalsDoNotDependOnReplies(t *testing.T) {
	open := strings.Replace(small, "keys: 4}", "keys: 4, sessions: 16}", 1)
	fast, slow := recorded(t, open, 1), recorded(t, open+"topology: {link: {latency: 20ms}}\n", 1)
	require.NotEmpty(t, fast.History.Ops)
	for i := range fast.History.Ops {
		op := &fast.History.Ops[i]
		if op.Is(record.Final) {
			continue
		}
		twin := slow.History.Find(op.ID())
		require.NotNil(t, twin)
		require.Equal(t, op.InvokedAt, twin.InvokedAt)
		require.Equal(t, [2]any{op.Key, op.Code}, [2]any{twin.Key, twin.Code})
	}
}

func TestAClosedLoopWaitsForItsReplies(t *testing.T) {
	closed := strings.Replace(small, "keys: 4}", "keys: 4, pace: closed, think: 10ms}", 1)
	run := recorded(t, closed, 1)
	var free [3]time.Duration
	for _, op := range run.History.Ops {
		if !op.Is(record.Final) {
			require.GreaterOrEqual(t, op.InvokedAt, free[op.Client])
			free[op.Client] = op.ReturnedAt + 10*time.Millisecond
		}
	}
}

func TestDeletesAndCompareAndSet(t *testing.T) {
	text := strings.Replace(small, "dynamo, n: 3, r: 1, w: 1, coordinator: client}", "leader-follower}", 1)
	text = strings.Replace(text, "keys: 4}", "keys: 4, deletes: 0.3, cas: 0.5}", 1)
	run := recorded(t, text, 1)
	seen := map[sim.Code]int{}
	for _, op := range run.History.Ops {
		if op.Outcome == sim.OK {
			seen[op.Code]++
		}
	}
	for _, code := range []sim.Code{sim.Get, sim.Put, sim.Delete, sim.CAS} {
		require.Positive(t, seen[code], code)
	}
}

func TestWarmUpIsNotCounted(t *testing.T) {
	counted := func(text string) int64 {
		run := scenarios.Run(loaded(t, text), 1, scenarios.Tape{})
		return results.Find(run.Cells[0].Measures, "ops_ok").Count
	}
	require.Less(t, counted(small+"warm_up: 500ms\n"), counted(small))
}
