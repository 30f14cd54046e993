package dynamo

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
	"simrun/sim/record"
)

// TestLevelOfSuspicion is the formula: -log10 of exp(-elapsed/mean).
func TestLevelOfSuspicion(t *testing.T) {
	var a acquaintance
	for range 5 {
		a.note(100 * ms)
	}
	for phi, elapsed := range map[int64]time.Duration{1: 231 * ms, 2: 461 * ms, 8: 1844 * ms} { // phi * ln(10) * mean
		require.False(t, a.down(elapsed-5*ms, phi), phi)
		require.True(t, a.down(elapsed+5*ms, phi), phi)
	}
	for range 2 * gapsKept {
		a.note(400 * ms)
	}
	require.Equal(t, 400*ms, a.mean(), "old ones are forgotten")
	require.False(t, a.down(1800*ms, 8), "who is known to be slow is given more time")
}

// TestOnlyNewerBeatsCount: gossip comes late and in any order.
func TestOnlyNewerBeatsCount(t *testing.T) {
	old, later, reborn := beat{Life: 5, Count: 9}, beat{Life: 5, Count: 10}, beat{Life: 6, Count: 1}
	require.True(t, later.newer(&old))
	require.True(t, reborn.newer(&later))
	require.False(t, later.newer(&reborn))
	require.False(t, old.newer(&old))
}

// watched is a store that goes by heartbeats, with some faults.
func watched(t *testing.T, detection string, faults ...fault.Entry) *record.Run {
	c := Defaults()
	c.Versions, c.Quorum, c.Hints, c.Detection, c.GossipEvery, c.SuspectPhi = "lww", "sloppy", "disk", detection, 50*ms, 4
	u := universe{config: c, servers: 5, latency: random.Always(2 * ms), sync: ms, work: pace(), last: 5 * time.Second, always: faults}
	run := u.world(t).Run(1)
	require.Equal(t, record.Finished, run.Stop.Reason, run.Stop.Panic)
	return run
}

func hintsAbout(run *record.Run, why sim.Why) (first time.Duration, count int) {
	for i := range run.Observations {
		if o := &run.Observations[i]; o.Fact == sim.Hint && o.Why == why && o.A == 2 {
			if count++; count == 1 {
				first = o.At
			}
		}
	}
	return first, count
}

// stoodIn is when a stand-in first answered a read in the place of n2: a coordinator
// asks one only where the home is under suspicion.
func stoodIn(run *record.Run) (first time.Duration, found bool) {
	reads := map[sim.OpID]bool{}
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		reads[op.ID()] = op.Code == sim.Get
	}
	for i := range run.Observations {
		if o := &run.Observations[i]; o.Fact == sim.Answered && reads[o.Op] && o.B == 2 && o.A != 2 {
			return o.At, true
		}
	}
	return 0, false
}

// TestDetectionByGossip: who is down falls under suspicion once the level is reached,
// about phi * ln(10) * mean after its last heartbeat, and rises with its first
// heartbeat after that; hints are kept meanwhile, and replayed then.
func TestDetectionByGossip(t *testing.T) {
	crash := fault.Entry{At: time.Second, For: 2 * time.Second, Fault: fault.Crash{Targets: fault.Targets{"n2"}}}
	fell := map[string]time.Duration{}
	for _, detection := range []string{"gossip", "timeouts"} {
		run := watched(t, detection, crash)
		at, found := stoodIn(run)
		require.True(t, found, detection)
		fell[detection] = at - time.Second
		_, kept := hintsAbout(run, sim.Kept)
		back, replayed := hintsAbout(run, sim.Replayed)
		require.Positive(t, kept, detection)
		require.Equal(t, kept, replayed, detection)
		require.Greater(t, back, 3*time.Second)
		require.Less(t, back, 3*time.Second+500*ms, detection)
		require.NotEqual(t, checks.Fail, judged(run, false)["converged"].Verdict.Result, detection)
	}
	t.Log("suspected after the crash: ", fell)
	require.Less(t, fell["timeouts"], 200*ms)
	require.Greater(t, fell["gossip"], 300*ms, "a mean of some 50 ms, four times ln(10) times that")
	require.Less(t, fell["gossip"], time.Second)
}

// TestSlowNodesAreNotDown: who is merely late, by less than the level allows, is not
// suspected by gossip, though it owes answers for too long where these are what counts;
// who is silent for much longer is suspected, though it lives, and is asked again
// afterwards.
func TestSlowNodesAreNotDown(t *testing.T) {
	suspected := func(detection string, d time.Duration) bool {
		pause := fault.Entry{At: time.Second, For: d, Fault: fault.Pause{Targets: fault.Targets{"n2"}}}
		run := watched(t, detection, pause)
		_, found := stoodIn(run)
		last := run.Observations[len(run.Observations)-1].At
		require.True(t, slices.ContainsFunc(run.Observations, func(o record.Observation) bool {
			return o.Fact == sim.Answered && o.A == 2 && o.At > last-time.Second
		}))
		return found
	}
	require.False(t, suspected("gossip", 250*ms))
	require.True(t, suspected("timeouts", 250*ms))
	require.True(t, suspected("gossip", 2*time.Second), "falsely")
}
