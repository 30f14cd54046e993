package scenarios_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
	"simrun/sim/fault"
)

func loaded(t testing.TB, text string) *scenarios.Plan {
	plan, err := scenarios.Load("f.yaml", []byte(text))
	require.NoError(t, err)
	return plan
}

func TestRunIsPure(t *testing.T) {
	plan := shipped(t, "async-failover-loses-writes")
	first := scenarios.Run(plan, 5, scenarios.Tape{})
	runner := plan.NewRunner(scenarios.Limits{}, scenarios.Tape{})
	runner.Run(6)
	require.Equal(t, first.Digest, runner.Run(5).Digest, "after another seed")
	require.NotEqual(t, first.Digest, runner.Run(6).Digest)
}

func TestASweepDoesNotDependOnItsJobs(t *testing.T) {
	plan := loaded(t, small+"grid: {protocol.w: [1, 2]}\nexpect: [{sometimes: stale_reads}]\n")
	one := plan.Sweep(context.Background(), 1, 12, scenarios.SweepOptions{Jobs: 1})
	four := plan.Sweep(context.Background(), 1, 12, scenarios.SweepOptions{Jobs: 4})
	require.Equal(t, 12, one.Runs)
	require.Equal(t, one.Digest, four.Digest)
	require.Equal(t, one.Overall().Measures, four.Overall().Measures)
}

func TestASweepThatIsStoppedKeepsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	plan := loaded(t, small)
	s := plan.Sweep(ctx, 1, 1000, scenarios.SweepOptions{Jobs: 2, Progress: func(done uint64) {
		if done == 5 {
			cancel()
		}
	}})
	require.True(t, s.Interrupted)
	require.GreaterOrEqual(t, s.Runs, 5)
	require.Less(t, s.Runs, 1000)
}

func TestVacuous(t *testing.T) {
	run := scenarios.Run(loaded(t, small+"requires: [\"crash.injected >= 1\"]\nexpect: [{never: stale_reads}]\n"), 1, scenarios.Tape{})
	require.True(t, run.Cells[0].Vacuous())
	require.Equal(t, 4, run.Exit())
}

func TestABrokenExpectationSaysHowToReplayIt(t *testing.T) {
	run := scenarios.Run(loaded(t, small+"grid: {protocol.w: [1, 2]}\nexpect: [{always: \"availability < 0.5\"}]\n"), 3, scenarios.Tape{})
	require.Equal(t, 1, run.Exit())
	require.Equal(t, "simrun run f.yaml --seed 3 --set protocol.w=1", run.Failures()[0].Replay)
}

func TestVerifyFindsNoDifference(t *testing.T) {
	digests, differences := loaded(t, small).Verify(1, scenarios.Limits{})
	require.Len(t, digests, 1)
	require.Empty(t, differences)
}

func TestTheTableIsTheMetrics(t *testing.T) {
	run := scenarios.Run(shipped(t, "quorum-overlap"), 1, scenarios.Tape{})
	table := run.Tables[0]
	require.Len(t, table.Rows, 9)
	require.Equal(t, results.Find(run.Cells[0].Measures, "lost_writes").Count, table.Rows[0][3].Integer)
}

// A scenario that expects nothing is told all that was found; one that expects
// something is told of that, and what there is besides.
func TestWhoAsksNothingIsToldAll(t *testing.T) {
	text := small + "faults: [{kind: crash, at: 100ms, for: 500ms, targets: servers}]\n"
	words := func(text string) string {
		plan, err := scenarios.Load("f.yaml", []byte(text))
		require.NoError(t, err)
		return strings.Join(scenarios.Run(plan, 1, scenarios.Tape{}).Words, "\n")
	}
	require.Contains(t, words(text), "ops not answered: ")
	require.NotContains(t, words(text), "Besides")
	require.Contains(t, words(text+"expect: [{always: converged}]\n"), "Besides, and not asked for: found: conflicts, found: unavailable.")
}

func TestTheWordsChangeWithTheKnob(t *testing.T) {
	words := func(w string) []string {
		plan := shipped(t, "quorum-overlap", scenarios.Edit{Path: "protocol.w", Value: w})
		return scenarios.Run(plan, 1, scenarios.Tape{}).Words
	}
	require.NotEqual(t, words("1"), words("2"))
}

func TestATapeReplacesTheFaults(t *testing.T) {
	plan := shipped(t, "async-failover-loses-writes")
	quiet := plan.NewRunner(scenarios.Limits{}, scenarios.Tape{Schedule: fault.Schedule{}}).Record(0, 1)
	require.Empty(t, quiet.Faults)
	require.Zero(t, quiet.Counters.Get("failovers"))
}
