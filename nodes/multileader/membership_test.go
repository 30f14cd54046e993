package multileader_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/nodes/multileader"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/record"
)

// tookBy counts the writes that a server took, and acknowledged, as a leader in a span of time.
func tookBy(run *record.Run, node sim.NodeID, from, to time.Duration) (n int) {
	had := map[sim.OpID]bool{}
	for i := range run.Observations {
		switch o := &run.Observations[i]; {
		case o.Node != node:
		case o.Fact == sim.Stored && o.At < from:
			had[o.Op] = true
		case o.Fact == sim.Committed && o.At >= from && o.At < to && !had[o.Op]:
			n++
		}
	}
	return n
}

// when is the time of the first fact of a kind and reason, about a datacentre.
func when(run *record.Run, fact sim.Fact, why sim.Why, scope sim.Key, node sim.NodeID) time.Duration {
	for i := range run.Observations {
		o := &run.Observations[i]
		if o.Fact == fact && o.Why == why && o.Key == scope && o.Node == node {
			return o.At
		}
	}
	return -1
}

// A spare datacentre copies what there is, and then takes writes; a member that leaves takes
// none any more, ships everything first, and what is held afterwards lacks nothing.
func TestDatacentresJoinAndLeave(t *testing.T) {
	for name, change := range ways() {
		t.Run(name, func(t *testing.T) {
			config := multileader.Defaults()
			change(&config)
			config.Members = 2
			l := layout(3, 2)
			work := load(0)
			work.Choice, work.Final, work.Deletes = "fresh", false, 0
			c := world(6*time.Second, l, config, work)
			c.Quiet = 2 * time.Second
			c.Schedule = fault.Schedule{
				{At: 1500 * ms, Fault: fault.Join{Targets: fault.Targets{"n5"}}},
				{At: 3500 * ms, Fault: fault.Leave{Targets: fault.Targets{"n1"}}},
			}
			w := kernel.New(c)
			for seed := range seeds(1, 200) {
				run := w.Run(seed)
				require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
				joined := when(run, sim.Configured, sim.Agreed, 2, 5)
				left := when(run, sim.Configured, sim.Agreed, 0, 1)
				require.Greater(t, joined, 1500*ms, "seed %d", seed)
				require.GreaterOrEqual(t, left, 3500*ms, "seed %d", seed) // at once where all is shipped
				require.Zero(t, tookBy(run, 5, 0, joined), "a spare took a write")
				require.Positive(t, tookBy(run, 5, joined, 6*time.Second))
				require.Positive(t, tookBy(run, 1, 0, 3500*ms))
				require.Zero(t, tookBy(run, 1, left, 7*time.Second), "who leaves took a write")
				require.Zero(t, missing(run), "seed %d", seed)
				requireSame(t, run, kv.Layout{Members: l.Members[2:]}, seed)
			}
		})
	}
}

// Who leaves while those that it sends to cannot hear it waits until they have everything.
func TestLeavingWaitsForWhoIsCutOff(t *testing.T) {
	config := multileader.Defaults()
	config.Members = 2
	l := layout(2, 1)
	work := load(0)
	work.Clients, work.Choice = 2, "fresh"
	c := world(5*time.Second, l, config, work)
	c.Schedule = fault.Schedule{
		{At: time.Second, For: 2 * time.Second, Fault: fault.DatacentreCut{Places: []fault.Place{"d0"}}},
		{At: 1500 * ms, Fault: fault.Leave{Targets: fault.Targets{"n1"}}},
	}
	run := kernel.New(c).Run(1)
	require.Greater(t, when(run, sim.Configured, sim.Agreed, 0, 1), 3*time.Second)
	require.Zero(t, missing(run))
}
