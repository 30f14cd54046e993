//go:build !js

package etcdraft_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/etcdraft"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/record"
)

func quiet(config etcdraft.Config, servers int) kernel.Config {
	return world(3*time.Second, servers, config, load("200"), network.Link{Latency: exponential(2 * ms)})
}

// Each read path is served by whom, and for the reason, that it says.
func TestReadsAreServedForTheReasonThatIsConfigured(t *testing.T) {
	for _, c := range []struct {
		reads           string
		why             sim.Why
		leads, follows  bool // who serves: the leader, others
		learners, wants int
	}{
		{"log", sim.ThroughLog, true, false, 0, 0},
		{"read-index", sim.ByRound, true, false, 0, 0},
		{"forwarded", sim.ByRound, true, true, 0, 0},
		{"leader", sim.AsLeader, true, false, 0, 0},
		{"replica", sim.AsReplica, true, true, 0, 0},
		{"learner", sim.AsReplica, false, true, 1, 4},
	} {
		t.Run(c.reads, func(t *testing.T) {
			config := etcdraft.Defaults()
			config.Reads, config.Learners = c.reads, c.learners
			run := kernel.New(quiet(config, 4)).Run(2)
			requireSound(t, run, 2)
			leaders, others, final := 0, 0, false
			leader := sim.Nobody
			for i := range run.Observations {
				o := &run.Observations[i]
				final = final || o.At > 3*time.Second // the last reads are the strongest
				switch {
				case o.Fact == sim.Elected:
					leader = o.Node
				case o.Fact != sim.Served || final:
				case o.Node == leader:
					leaders++
				default:
					others++
					require.True(t, c.wants == 0 || o.Node == sim.NodeID(c.wants), "only the learner serves")
				}
				if o.Fact == sim.Served && !final {
					require.Equal(t, c.why, o.Why)
				}
			}
			require.Equal(t, c.leads, leaders > 50, "%d by leaders", leaders)
			require.Equal(t, c.follows, others > 50, "%d by others", others)
		})
	}
}

// A follower that was away for longer than the log reaches back is given a snapshot, again and
// again while messages are lost.
func TestASnapshotBringsBackWhoWasAwayForLong(t *testing.T) {
	config := etcdraft.Defaults()
	config.SnapshotEvery = 10
	for seed := range uint64(5) {
		c := quiet(config, 3)
		c.Schedule = fault.Schedule{
			{At: 500 * ms, For: time.Second, Fault: fault.Isolate{Targets: fault.Targets{"follower"}}},
			{At: 1400 * ms, For: time.Second, Fault: fault.Loss{Probability: 1 << 62}},
		}
		run := kernel.New(c).Run(seed)
		requireSound(t, run, seed, "linearizable")
		shipped := 0
		for i := range run.Observations {
			if o := &run.Observations[i]; o.Fact == sim.Repaired && o.Why == sim.BySnapshot && o.A > 0 {
				shipped++
			}
		}
		require.Positive(t, shipped, "seed %d", seed)
	}
}

// A leader that is asked to hand over does, and nobody waits for a timeout.
func TestALeaderHandsOver(t *testing.T) {
	c := quiet(etcdraft.Defaults(), 3)
	c.Schedule = fault.Schedule{{At: time.Second, For: 100 * ms, Fault: fault.Handover{Targets: fault.Targets{"leader"}}}}
	run := kernel.New(c).Run(1)
	requireSound(t, run, 1, "linearizable")
	var elected []*record.Observation
	for i := range run.Observations {
		if o := &run.Observations[i]; o.Fact == sim.Elected {
			elected = append(elected, o)
		}
	}
	require.Len(t, elected, 2)
	require.NotEqual(t, elected[0].Node, elected[1].Node)
	require.Less(t, elected[1].At, time.Second+50*ms)
}

// The library draws from the machine's entropy, and none of it reaches a run: worlds side by
// side in one process, and one after the other, are the same.
func TestRunsSideBySideAreTheSame(t *testing.T) {
	config := etcdraft.Defaults()
	config.SnapshotEvery = 20
	digests := make([]uint64, 6)
	var all sync.WaitGroup
	for i := range digests {
		all.Go(func() {
			w := kernel.New(stormy(config, 5, fault.NewNemesis()))
			for seed := range uint64(5) {
				digests[i] = digests[i]*31 + uint64(w.Run(seed).Digest)
			}
		})
	}
	all.Wait()
	for _, d := range digests {
		require.Equal(t, digests[0], d)
	}
}
