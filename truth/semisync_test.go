package truth

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/record"
)

// stormRuns is how many runs under drawn faults an exact zero is tried with.
func stormRuns() int {
	if long {
		return 10_000
	}
	return 150
}

// stormLosses runs semi-synchronous replication under a nemesis and counts the
// acknowledged writes and those lost, and the promotions.
func stormLosses(t *testing.T, runs int, edits ...scenarios.Edit) (lost, acked, promotions int64) {
	t.Helper()
	each(t, runner(t, "semi-sync-nemesis", edits...), runs, func(run *record.Run) {
		require.True(t, run.Phases.Converged, "seed %d", run.Seed)
		lost += measured(t, run, checks.LostWrites, "lost_writes").Count
		promotions += measured(t, run, checks.OneLeader, "failovers").Count
		for i := range run.History.Ops {
			if run.History.Ops[i].Outcome == sim.OK {
				acked++
			}
		}
	})
	return lost, acked, promotions
}

// A write that k of n followers have synced is never lost, given that the highest epoch
// and index among n-k+1 followers is promoted: any so many include one that has it.
func TestSemiSyncLosesExactlyNothing(t *testing.T) {
	skipWhenShort(t)
	const followers = 4
	for k := 1; k <= 3; k++ {
		lost, acked, promotions := stormLosses(t, stormRuns(),
			set("protocol.k", k), set("protocol.answers", max(3, followers-k+1))) // fewer than a majority would answer to two
		require.Zero(t, lost, "k=%d", k)
		require.Greater(t, acked, int64(30*stormRuns()), "k=%d", k)
		require.Greater(t, promotions, int64(stormRuns()), "k=%d", k)
		t.Logf("k=%d: none of %d acknowledged writes lost in %d promotions", k, acked, promotions)
	}
}

// Each of what the zero is given turns into losses when it is taken away: one answer
// fewer, promoting with fewer, another than the highest, degrading, not waiting at all.
func TestSemiSyncLosesWithoutWhatItIsGiven(t *testing.T) {
	skipWhenShort(t)
	for _, weaker := range [][]scenarios.Edit{
		{set("protocol.k", 1)},
		{set("protocol.k", 1), set("protocol.answers", 4), set("protocol.short_of_answers", "promote")},
		{set("protocol.promote", "first")},
		{set("protocol.degrade", "20ms")},
		{set("protocol.mode", "async")},
	} {
		lost, _, _ := stormLosses(t, 150, weaker...)
		require.Positive(t, lost, "%v", weaker)
	}
}
