package multileader_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/multileader"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/record"
)

// elected lists who was elected in a datacentre, in order.
func elected(run *record.Run, scope sim.Key) (all []sim.NodeID) {
	for i := range run.Observations {
		if o := &run.Observations[i]; o.Fact == sim.Elected && o.Key == scope {
			all = append(all, o.Node)
		}
	}
	return all
}

// cutThenCrash cuts the first leader off from all servers and its clients not, then crashes it:
// what it acknowledged meanwhile is on its disk only.
func cutThenCrash(ends fault.Fault) fault.Schedule {
	return fault.Schedule{
		{At: time.Second, For: 300 * ms, Fault: fault.Partition{Groups: []fault.Targets{{"n1", "c1"}, {"rest", "c2"}}}},
		{At: 1295 * ms, For: 2 * time.Second, Fault: ends},
	}
}

func lossy(t *testing.T, onLoss string, ends fault.Fault) *record.Run {
	config := multileader.Defaults()
	config.OnLoss, config.Timeout = onLoss, 400*ms
	l := layout(2, 3)
	work := load(0)
	work.Clients, work.Choice, work.Rate = 2, "fresh", rate("200")
	c := world(5*time.Second, l, config, work)
	c.Schedule = cutThenCrash(ends)
	c.Quiet = 2 * time.Second
	run := kernel.New(c).Run(1)
	requireSame(t, run, l, 1)
	return run
}

// A follower takes over, in its own datacentre only, and what the old leader alone had comes when
// that is back, once.
func TestPromotedFollowerAndReturningLeader(t *testing.T) {
	run := lossy(t, "promote", fault.Crash{Targets: fault.Targets{"n1"}})
	leaders := elected(run, 0)
	require.GreaterOrEqual(t, len(leaders), 2)
	require.Contains(t, []sim.NodeID{2, 3}, leaders[1])
	require.Equal(t, []sim.NodeID{4}, elected(run, 1))
	require.Zero(t, missing(run))
	require.Positive(t, cameLate(run, leaders[1]), "the old leader had nothing of its own")
}

// cameLate counts the writes that were acknowledged before the crash and reached another server
// only after the old leader was back.
func cameLate(run *record.Run, node sim.NodeID) (n int) {
	for i := range run.Observations {
		o := &run.Observations[i]
		if o.Fact != sim.Stored || o.Why != sim.Durable || o.Node != node || o.At < 3295*ms {
			continue
		}
		for j := range run.History.Ops {
			op := &run.History.Ops[j]
			if op.ID() == o.Op && op.Outcome == sim.OK && op.ReturnedAt < 1300*ms {
				n++
			}
		}
	}
	return n
}

// Without promotion nobody takes over: the datacentre's writes are made in the other one.
func TestClientsMoveAndComeBack(t *testing.T) {
	run := lossy(t, "move", fault.Crash{Targets: fault.Targets{"n1"}})
	require.Equal(t, []sim.NodeID{1, 1}, elected(run, 0))
	require.Zero(t, missing(run))
	at := func(from, to time.Duration) (here, there int) {
		for i := range run.Observations {
			o := &run.Observations[i]
			if o.Fact == sim.Placed && o.Op.Client() == 1 && o.At >= from && o.At < to {
				if o.Node == 1 {
					here++
				} else {
					there++
				}
			}
		}
		return here, there
	}
	here, there := at(0, 1295*ms)
	require.Positive(t, here)
	require.Zero(t, there)
	here, there = at(1600*ms, 3290*ms)
	require.Zero(t, here)
	require.Greater(t, there, 50)
	here, _ = at(4500*ms, 5*time.Second)
	require.Positive(t, here, "nobody came back")
}

// What was on a lost disk alone never arrives.
func TestWhatALostDiskAloneHadIsLost(t *testing.T) {
	for _, onLoss := range []string{"promote", "move"} {
		run := lossy(t, onLoss, fault.Wipe{Targets: fault.Targets{"n1"}})
		require.Positive(t, missing(run), onLoss)
	}
}

// No identity is used twice: each write is placed once, though leaders crash, lose their disks
// and come back, for a write in doubt goes to no other lead, whoever forwards it.
func TestNothingIsDoneTwice(t *testing.T) {
	for name, change := range ways() {
		t.Run(name, func(t *testing.T) {
			config := multileader.Defaults()
			change(&config)
			l := layout(3, 3)
			c := world(3*time.Second, l, config, load(1<<62))
			nemesis := fault.NewNemesis()
			stormy(&c, l, nemesis)
			w := kernel.New(c)
			for seed := range seeds(1, 500) {
				requireOnce(t, w.Run(seed), seed)
			}
		})
	}
}

// requireOnce demands that no write was made by two servers, or again though a disk had it, and
// returns who made each.
func requireOnce(t *testing.T, run *record.Run, seed uint64) map[sim.OpID]sim.NodeID {
	t.Helper()
	placed, kept := map[sim.OpID]sim.NodeID{}, map[sim.OpID]bool{}
	for i := range run.Observations {
		switch o := &run.Observations[i]; {
		case o.Fact == sim.Stored && o.Why == sim.Durable:
			kept[o.Op] = true
		case o.Fact == sim.Placed:
			again := placed[o.Op] != sim.Nobody && (placed[o.Op] != o.Node || kept[o.Op])
			require.False(t, again, "seed %d: %v was made twice", seed, o.Op)
			placed[o.Op] = o.Node
		}
	}
	return placed
}

// leftBy counts the writes that a server made and that their clients know nothing of.
func leftBy(run *record.Run, placed map[sim.OpID]sim.NodeID, node sim.NodeID) (n int) {
	for i := range run.History.Ops {
		if op := &run.History.Ops[i]; placed[op.ID()] == node && op.Outcome != sim.OK {
			n++
		}
	}
	return n
}

// A home's leader makes what was forwarded to it, and is cut off before it can say so. Its successor is
// not asked to make it again: that would have it twice once the cut heals.
func TestAForwardedWriteInDoubtIsNotMadeByTheHomesNextLeader(t *testing.T) {
	config := multileader.Defaults()
	config.Homes = "key"
	l := layout(2, 3)
	work := load(0)
	work.Clients, work.Rate, work.Timeout, work.Sessions = 2, rate("400"), 3*time.Second, 40
	c := world(3*time.Second, l, config, work)
	c.Quiet = 2 * time.Second
	c.Schedule = fault.Schedule{{At: time.Second, For: 2 * time.Second, Fault: fault.Isolate{Targets: fault.Targets{"n4"}}}}
	run := kernel.New(c).Run(1)
	requireSame(t, run, l, 1)
	require.GreaterOrEqual(t, len(elected(run, 1)), 2, "nobody took over")
	require.Positive(t, leftBy(run, requireOnce(t, run, 1), 4), "nothing was in doubt")
}
