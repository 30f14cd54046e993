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

// makers are, by key, the datacentres whose servers were the first to hold some write of it that
// was made in a time.
func makers(run *record.Run, servers int, from, until time.Duration) map[sim.Key]map[int]bool {
	seen, all := map[sim.OpID]bool{}, map[sim.Key]map[int]bool{}
	for i := range run.Observations {
		o := &run.Observations[i]
		if o.Fact != sim.Stored || seen[o.Op] {
			continue
		}
		seen[o.Op] = true
		if o.At < from || o.At >= until {
			continue
		}
		if all[o.Key] == nil {
			all[o.Key] = map[int]bool{}
		}
		all[o.Key][(int(o.Node)-1)/servers] = true
	}
	return all
}

// A key is written by its home alone; one that the home hands over is written by another one
// from then on, and no key is written by who gave its keys up.
func TestHomesMoveByHandingOver(t *testing.T) {
	config := multileader.Defaults()
	config.Homes = "key"
	l := layout(3, 2)
	work := load(0)
	work.Keys = 30
	c := world(4*time.Second, l, config, work)
	c.Quiet = 3 * time.Second // what is lost is sent again a while later
	c.Schedule = fault.Schedule{{Fault: fault.Handover{Targets: fault.Targets{"n1"}}, At: 2 * time.Second, For: time.Second}}
	w := kernel.New(c)
	for seed := range seeds(3, 300) {
		run := w.Run(seed)
		requireSame(t, run, l, seed)
		moved := 0
		before, after := makers(run, 2, 0, 2*time.Second), makers(run, 2, 2*time.Second+100*ms, time.Hour)
		for key, places := range before {
			require.Len(t, places, 1, "seed %d: %v", seed, key)
			require.Len(t, after[key], 1, "seed %d: %v", seed, key)
			require.False(t, after[key][0], "seed %d: %v is written by who gave it up", seed, key)
			if places[0] {
				moved++
				continue
			}
			require.Equal(t, places, after[key], "seed %d: %v need not have moved", seed, key)
		}
		require.Positive(t, moved)
	}
}

// Every write that gave way is written down by the datacentre that had said yes to it, and told
// its writer, whatever crashes.
func TestWritersAreToldWhatGaveWay(t *testing.T) {
	config := multileader.Defaults()
	config.Compensate, config.OnLoss = true, "move"
	l := layout(3, 1)
	c := world(4*time.Second, l, config, load(0))
	c.Quiet = 3 * time.Second // what is lost is sent again a while later
	c.Schedule = fault.Schedule{{Fault: fault.Crash{Targets: fault.Targets{"n2"}}, At: time.Second, For: time.Second}}
	w := kernel.New(c)
	for seed := range seeds(3, 300) {
		run := w.Run(seed)
		requireSame(t, run, l, seed)
		lost, kept, made := map[sim.OpID]bool{}, map[sim.OpID]bool{}, map[sim.OpID]bool{}
		maker := map[sim.OpID]sim.NodeID{}
		for i := range run.Observations {
			switch o := &run.Observations[i]; {
			case o.Fact == sim.Stored && maker[o.Op] == sim.Nobody:
				maker[o.Op] = o.Node
			case o.Fact == sim.Discarded && o.Why == sim.Resolved && maker[o.Op] == o.Node:
				lost[o.Op] = true // elsewhere it may have lost after its leader had replaced it
			case o.Fact == sim.Compensated && o.Why == sim.Kept:
				kept[o.Op] = true
			case o.Fact == sim.Compensated:
				require.True(t, kept[o.Op], "told before it was written down")
				made[o.Op] = true
			}
		}
		require.NotEmpty(t, lost)
		require.Equal(t, lost, kept, "seed %d", seed)
		require.Equal(t, kept, made, "seed %d", seed)
	}
}
