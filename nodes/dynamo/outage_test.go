package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

// cuts is a nemesis that cuts nodes off from each other.
func cuts(kinds ...string) *fault.Nemesis {
	n := fault.NewNemesis()
	n.Kinds, n.Shortest, n.Longest, n.Gap, n.Chance = kinds, 300*ms, 800*ms, 200*ms, random.Certain
	return &n
}

// cutOff is five servers under cuts.
func cutOff(c Config, nemesis *fault.Nemesis) *universe {
	return &universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: nemesis}
}

// manyKeys is so many that most are written once or twice.
func manyKeys() *workloads.ReadWrite {
	work := pace()
	work.Keys = 300
	return work
}

// found counts the seeds of which a judge says that something is wrong.
func (u *universe) found(t *testing.T, seeds uint64, checker string) (found int) {
	w := u.world(t)
	for seed := uint64(1); seed <= seeds; seed++ {
		run := w.Run(seed)
		require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
		if judged(run, u.config.Versions == "dvv")[checker].Verdict.Result == checks.Fail {
			found++
		}
	}
	return found
}

// TestSloppyIsNotStrict expects of sloppy quorums what only strict ones promise:
// two coordinators that suspect different homes need not share any node, though
// r + w > n.
func TestSloppyIsNotStrict(t *testing.T) {
	c := clientCoordinates("sync")
	few := seeds(10)
	for _, hints := range []string{"none", "memory", "disk"} {
		c.Quorum, c.Hints = "strict", hints
		u := cutOff(c, cuts("partition"))
		require.Zero(t, u.found(t, few, "linearizable"), hints)
		u.config.Quorum = "sloppy"
		require.NotZero(t, u.found(t, few, "linearizable"), hints)
		require.NotZero(t, u.found(t, few, "quorum_overlap"), hints)
	}
}

// TestHintsConverge has hints alone bring every home up to date that was away, and nothing do so
// without them. A coordinator that crashes forgets what it was about; one that is
// cut off finds no stand-in, but under strict quorums it is its own.
func TestHintsConverge(t *testing.T) {
	for _, x := range []struct{ who, quorum, fault string }{
		{"client", "strict", "crash"}, {"client", "sloppy", "crash"}, {"node", "strict", "isolate"},
	} {
		for _, rule := range []string{"lww", "dvv"} {
			c := Defaults()
			c.Coordinator, c.Quorum, c.Versions, c.ReadRepair, c.Hints = x.who, x.quorum, rule, "none", "disk"
			one := cuts(x.fault)
			one.Most = 1
			u := cutOff(c, one)
			u.work = manyKeys()
			few := seeds(6)
			require.Zero(t, u.found(t, few, "converged"), "%v %s", x, rule)
			u.config.Hints = "none"
			require.NotZero(t, u.found(t, few, "converged"), "%v %s", x, rule)
		}
	}
}

// TestHintsOnDiskLoseNothing is what an acknowledgement by stand-ins is worth, as
// long as nothing but disks must survive: in the end r + w > n counts again.
func TestHintsOnDiskLoseNothing(t *testing.T) {
	u := sloppyUnderCrashes("disk")
	require.Zero(t, u.found(t, seeds(30), "lost_writes"))
	for _, less := range []string{"none", "memory"} {
		u = sloppyUnderCrashes(less)
		require.NotZero(t, u.found(t, seeds(30), "lost_writes"), less)
	}
}

// sloppyUnderCrashes is five servers that are cut off and crash at the same time.
func sloppyUnderCrashes(hints string) *universe {
	c := clientCoordinates("none")
	c.Quorum, c.Hints = "sloppy", hints
	often := cuts("partition", "crash")
	often.Most, often.Gap = 6, 0
	u := cutOff(c, often)
	u.work = manyKeys()
	return u
}

// TestHintsAreSpent has every hint that was kept go home in the end.
func TestHintsAreSpent(t *testing.T) {
	c := clientCoordinates("none")
	c.Quorum, c.Hints, c.HintRate = "sloppy", "disk", 1000
	u := cutOff(c, cuts("isolate", "crash", "partition"))
	w := u.world(t)
	type debt struct {
		holder sim.NodeID
		owner  uint64
		op     sim.OpID
	}
	kept := 0
	for seed := uint64(1); seed <= seeds(5); seed++ {
		run := w.Run(seed)
		open := map[debt]bool{}
		for i := range run.Observations {
			o := &run.Observations[i]
			switch d := (debt{o.Node, o.A, o.Op}); {
			case o.Fact != sim.Hint:
			case o.Why == sim.Kept:
				kept++
				open[d] = true
			case o.Why == sim.Replayed: // twice, where a crash came before its deletion was synced
				delete(open, d)
			}
		}
		require.Empty(t, open, "seed %d", seed)
	}
	require.Greater(t, kept, 100)
}

// TestStormOverStandIns has everything happen at once: the worlds stay as they are
// promised to be, whatever the store does.
func TestStormOverStandIns(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		for _, hints := range []string{"none", "memory", "disk"} {
			for _, rule := range []string{"lww", "dvv"} {
				c.Quorum, c.Hints, c.Versions, c.ReadRepair, c.Attempts = "sloppy", hints, rule, "sync", 3
				c.AttemptTimeout, c.SuspectAfter, c.TombstoneGrace, c.HintRate = 20*ms, 15*ms, 300*ms, 500
				u := cutOff(c, storm(t))
				u.check = true
				one, other := u.world(t), u.world(t)
				run := one.Run(7)
				require.Equal(t, record.Finished, run.Stop.Reason, run.Stop.Panic)
				require.Equal(t, run.Digest, other.Run(7).Digest)
			}
		}
	})
}

// TestStrictQuorumsWithHintsStayAtomic adds stand-ins to the promise of strict quorums.
func TestStrictQuorumsWithHintsStayAtomic(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		c.Versions, c.ReadRepair, c.Hints, c.AttemptTimeout, c.SuspectAfter = "lww", "sync", "disk", 40*ms, 15*ms
		u := cutOff(c, storm(t))
		u.judge(t, 6, "linearizable", "stale_reads", "lost_writes", "order_inversions", "dirty_reads", "quorum_overlap")
	})
}
