package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/record"
)

// twoPhase is the configuration of the tests of two-phase commit.
func twoPhase(versions, repair string) Config {
	c := Defaults()
	c.Writes, c.WriteFanout, c.Versions, c.ReadRepair = "two-phase", "w", versions, repair
	c.PrepareTimeout, c.DecisionRetry, c.AttemptTimeout = 30*ms, 20*ms, 50*ms
	return c
}

// compared has homes compare what they hold, often: what is promised is none of that.
func compared(c Config) Config {
	c.AntiEntropy, c.AntiEntropyEvery = "merkle", 50*ms
	return c
}

// TestTransactionsInAStorm is the promise of two-phase commit whatever the network,
// the processes and unsynced disks do: each write is at all its homes or at none, and
// what is acknowledged is read by every quorum.
func TestTransactionsInAStorm(t *testing.T) {
	for _, c := range []struct {
		config Config
		never  []string
	}{
		{twoPhase("lww", "sync"), []string{"linearizable", "stale_reads", "lost_writes", "order_inversions", "dirty_reads", "aborted_reads", "quorum_overlap", "atomic_commit", "partial_writes"}},
		{twoPhase("dvv", "async"), []string{"stale_reads", "lost_writes", "lost_updates", "masked_losses", "discarded_writes", "dirty_reads", "aborted_reads", "quorum_overlap", "atomic_commit", "partial_writes"}},
		{twoPhase("dvv", "none"), []string{"stale_reads", "lost_writes", "lost_updates", "masked_losses", "discarded_writes", "dirty_reads", "aborted_reads", "quorum_overlap", "atomic_commit", "partial_writes"}},
		{compared(twoPhase("dvv", "none")), []string{"stale_reads", "lost_writes", "lost_updates", "masked_losses", "discarded_writes", "dirty_reads", "aborted_reads", "quorum_overlap", "atomic_commit", "partial_writes"}},
	} {
		t.Run(c.config.Versions+" "+c.config.ReadRepair+" "+c.config.AntiEntropy, func(t *testing.T) {
			u := universe{config: c.config, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: storm(t), check: true}
			u.judge(t, 10, c.never...)
		})
	}
}

// TestTransactionsOutliveTheirMessages has what servers say reach their next lives too,
// often twice and late, and wall clocks jump and drift.
func TestTransactionsOutliveTheirMessages(t *testing.T) {
	n := storm(t)
	n.Kinds, n.Chance, n.Least, n.Most, n.Shortest, n.Longest = []string{
		"crash", "crash-at", "duplicate", "delay", "reorder", "loss", "torn", "clock-jump", "clock-drift",
	}, 3<<62, 3, 6, 10*ms, 200*ms
	late := fault.Entry{For: 2 * time.Second, Fault: fault.Late{Links: fault.Links{Classes: []string{"replicate", "repair", "control"}}}}
	u := universe{
		config: twoPhase("dvv", "async"), servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second,
		nemesis: n, always: fault.Schedule{late},
	}
	w := u.world(t)
	reached := int64(0)
	for seed := uint64(1); seed <= seeds(10); seed++ {
		run := w.Run(seed)
		undecided(t, run)
		reached += run.Counters.Get("late.messages")
		for name, report := range judged(run, true) {
			if name == "atomic_commit" || name == "partial_writes" || name == "stale_reads" || name == "lost_writes" {
				require.Equal(t, checks.Pass, report.Verdict.Result, "seed %d, %s: %s\n%s", seed, name, report.Verdict.Why, report.Verdict.Witness.Text)
			}
		}
	}
	require.Greater(t, reached, int64(10), "hardly any message came late")
}

// TestNobodyStaysInDoubt heals everything, and looks at what is left.
func TestNobodyStaysInDoubt(t *testing.T) {
	u := universe{config: twoPhase("dvv", "none"), servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: storm(t)}
	w := u.world(t)
	waited := 0
	for seed := uint64(1); seed <= seeds(10); seed++ {
		run := w.Run(seed)
		require.True(t, run.Phases.Converged)
		waited += undecided(t, run)
	}
	require.NotZero(t, waited, "no home ever had to ask")
}

// TestNobodyStaysInDoubtForQuietTime has homes ask, and commits be told again, later than
// the store is quiet for: a run that ended then would find writes at half of their homes.
func TestNobodyStaysInDoubtForQuietTime(t *testing.T) {
	c := twoPhase("dvv", "none")
	c.DecisionRetry = 2 * time.Second
	u := universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: storm(t)}
	w := u.world(t)
	for seed := uint64(1); seed <= seeds(10); seed++ {
		run := w.Run(seed)
		require.True(t, run.Phases.Converged)
		undecided(t, run)
		require.Equal(t, checks.Pass, judged(run, true)["partial_writes"].Verdict.Result, "seed %d", seed)
	}
}

// undecided demands that every promise of a run ends, always alike, and counts those
// about which a home had to ask.
func undecided(t *testing.T, run *record.Run) (asked int) {
	type promise struct {
		node  sim.NodeID
		round uint64
	}
	open, outcome := map[promise]bool{}, map[uint64]sim.Why{}
	for i := range run.Observations {
		o := &run.Observations[i]
		switch o.Fact {
		case sim.Prepared:
			open[promise{o.Node, o.B}] = true
			if o.Why == sim.Late {
				asked++
			}
		case sim.Ended:
			delete(open, promise{o.Node, o.B})
			if outcome[o.B] == sim.NoReason {
				outcome[o.B] = o.Why
			}
			require.Equal(t, outcome[o.B], o.Why, "seed %d: %v", run.Seed, o.Op)
		}
	}
	require.Empty(t, open, "seed %d", run.Seed)
	return asked
}
