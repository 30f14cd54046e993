package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
)

// repairedAlone is a store that nothing but anti-entropy repairs, under a nemesis.
func repairedAlone(by, rule string, nemesis *fault.Nemesis) *universe {
	c := Defaults()
	c.ReadRepair, c.AntiEntropy, c.Versions = "none", by, rule
	c.AntiEntropyEvery, c.AttemptTimeout, c.TombstoneGrace = 50*ms, 30*ms, time.Minute
	c.MerkleFanout, c.MerkleDepth, c.MerkleBatch = 4, 3, 7
	return &universe{
		config: c, servers: 5, latency: exponential(ms), sync: ms, work: manyKeys(), last: 1500 * ms,
		nemesis: nemesis, quiet: time.Second,
	}
}

// TestAntiEntropyAloneConverges whatever the network, the processes and the disks do,
// and brings nothing back that was deleted within the grace.
func TestAntiEntropyAloneConverges(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		u := repairedAlone(c.AntiEntropy, c.Versions, storm(t))
		u.judge(t, 3, "converged", "stale_reads", "lost_writes", "quorum_overlap")
		u.requireEveryHome(t, 3)
	})
}

// requireEveryHome is more than a judge can ask, who does not know the homes: each of
// them holds every key that one of them holds.
func (u *universe) requireEveryHome(t *testing.T, few uint64) {
	w := u.world(t)
	for seed := uint64(1); seed <= seeds(few); seed++ {
		copies := map[sim.Key]int{}
		for _, c := range w.Run(seed).Copies {
			copies[c.Key]++
		}
		require.NotEmpty(t, copies)
		for key, n := range copies {
			require.Equal(t, u.config.N, n, "seed %d: %v", seed, key)
		}
	}
}

// wipes is disks that are lost, one at a time, besides a network that fails.
func wipes(t *testing.T) *fault.Nemesis {
	n := fault.NewNemesis()
	n.Kinds, n.Chance, n.Most, n.Longest, n.Gap = []string{"wipe", "crash", "partition", "loss", "duplicate"}, random.Certain, 1, 300*ms, 100*ms
	require.NoError(t, n.Check())
	return &n
}

// TestWipedReplicasAreFilledAgain by anti-entropy alone.
func TestWipedReplicasAreFilledAgain(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		u := repairedAlone(c.AntiEntropy, c.Versions, wipes(t))
		u.judge(t, 3, "converged")
		u.requireEveryHome(t, 3)
	})
}

// TestWithoutAntiEntropyReplicasStayApart proves that the tests above can fail.
func TestWithoutAntiEntropyReplicasStayApart(t *testing.T) {
	u := repairedAlone("none", "lww", storm(t))
	require.Equal(t, checks.Fail, judged(u.world(t).Run(1), false)["converged"].Verdict.Result)
	u = repairedAlone("none", "dvv", wipes(t))
	require.Equal(t, checks.Fail, judged(u.world(t).Run(1), true)["converged"].Verdict.Result)
}

// TestAntiEntropyIsDeterministic compares two worlds, and has the kernel verify that
// nothing handed over is changed.
func TestAntiEntropyIsDeterministic(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		u := repairedAlone(c.AntiEntropy, c.Versions, storm(t))
		u.check = true
		one, other := u.world(t), u.world(t)
		run := one.Run(3)
		require.Empty(t, run.Stop.Panic)
		digest := run.Digest
		require.Equal(t, digest, other.Run(3).Digest)
	})
}
