package leaderfollower_test

import (
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/leaderfollower"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
)

// stormy is a world under drawn faults, with short timeouts and small batches.
func stormy(config leaderfollower.Config, nemesis fault.Nemesis) kernel.Config {
	config.Batch, config.Window = 4, 8
	work := load(100, 1<<62)
	work.Choice, work.Reads, work.Timeout = "fresh", 0, 500*ms
	c := world(6*time.Second, 3, config, work, network.Link{Latency: exponential(2 * ms)})
	// A sync under way when all is healed keeps the time that a slow disk gave it:
	// quiet has to be longer, as it has to be longer than the patience with a leader.
	nemesis.MostFactor, nemesis.MostDelay = 5, 50*ms
	c.Quiet, c.Settle = 5*time.Second, time.Minute
	for i := range c.Nodes {
		c.Nodes[i].Sync = exponential(ms)
	}
	c.Nemesis = func(source *random.Source) fault.Schedule {
		draw := func(subject uint64, purpose random.Purpose) uint64 {
			return source.Draw(random.Address(subject), purpose)
		}
		return nemesis.Schedule(draw, []string{"n1", "n2", "n3"}, nil, 6*time.Second)
	}
	return c
}

func seeds(some, many uint64) uint64 {
	if os.Getenv("SIMRUN_LONG") != "" {
		return many
	}
	return some
}

func requireWhole(t *testing.T, run *record.Run, seed uint64) {
	require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
	require.True(t, run.Phases.Converged, "seed %d did not settle", seed)
	require.Empty(t, run.Dead)
	held := map[sim.NodeID][]sim.Copy{}
	for _, c := range run.Copies {
		held[c.Node] = append(held[c.Node], c.Copy)
	}
	for _, id := range []sim.NodeID{1, 2, 3} {
		require.True(t, reflect.DeepEqual(held[1], held[id]), "seed %d: n1 holds %d keys, %v %d", seed, len(held[1]), id, len(held[id]))
	}
}

func TestNoFaultThatKeepsDisksLosesAWrite(t *testing.T) {
	w := kernel.New(stormy(leaderfollower.Defaults(), fault.NewNemesis()))
	for seed := range seeds(25, 3000) {
		run := w.Run(seed)
		requireWhole(t, run, seed)
		require.Zero(t, lost(run), "seed %d", seed)
	}
}

// However the log is shipped, and whatever some members are kept from.
func TestNoFaultLosesAWriteHoweverItIsShipped(t *testing.T) {
	for name, change := range map[string]func(*leaderfollower.Config){
		"chain":       func(c *leaderfollower.Config) { c.Replication = "chain" },
		"fan-out":     func(c *leaderfollower.Config) { c.Replication, c.FanOut = "fan-out", 1 },
		"pull":        func(c *leaderfollower.Config) { c.Ship, c.Period = "pull", 30*ms },
		"pull, chain": func(c *leaderfollower.Config) { c.Ship, c.Period, c.Replication = "pull", 30*ms, "chain" },
		"snapshots":   func(c *leaderfollower.Config) { c.Retention = 5 },
		"snapshots, pull, chain": func(c *leaderfollower.Config) {
			c.Retention, c.Ship, c.Period, c.Replication = 3, "pull", 30*ms, "chain"
		},
		"snapshots, delayed": func(c *leaderfollower.Config) {
			c.Retention, c.Delayed = 8, leaderfollower.Delay{Followers: 1, By: 300 * ms}
		},
		"one delayed": func(c *leaderfollower.Config) { c.Delayed = leaderfollower.Delay{Followers: 1, By: 300 * ms} },
		"read-only":   func(c *leaderfollower.Config) { c.ReadOnly, c.Answers = 1, 2 },
	} {
		t.Run(name, func(t *testing.T) {
			config := leaderfollower.Defaults()
			change(&config)
			w := kernel.New(stormy(config, fault.NewNemesis()))
			for seed := range seeds(6, 1000) {
				run := w.Run(seed)
				requireWhole(t, run, seed)
				require.Zero(t, lost(run), "seed %d", seed)
			}
		})
	}
}

func TestAsyncLosesWritesUnderTheSameFaults(t *testing.T) {
	config := leaderfollower.Defaults()
	config.Mode = "async"
	w := kernel.New(stormy(config, fault.NewNemesis()))
	total := 0
	for seed := range uint64(25) {
		run := w.Run(seed)
		requireWhole(t, run, seed)
		total += lost(run)
	}
	require.Positive(t, total)
}

// A member whose disk was lost or is older than what it told others may open an epoch
// a second time, where those who knew it cannot be reached. Then two logs differ at one position
// and nothing notices: durable promises are what the protocol rests on.
func TestReplicasAgreeWhateverIsDestroyed(t *testing.T) {
	nemesis := fault.NewNemesis()
	nemesis.Destroy = true
	for _, keep := range []int{0, 4} {
		config := leaderfollower.Defaults()
		config.Retention = keep
		w := kernel.New(stormy(config, nemesis))
		for seed := range seeds(15, 3000) {
			run := w.Run(seed)
			require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
			if len(run.Dead) == 0 && !openedTwice(run) {
				requireWhole(t, run, seed)
			}
		}
	}
}

func openedTwice(run *record.Run) bool {
	led := map[uint64]bool{}
	for i := range run.Observations {
		o := &run.Observations[i]
		if o.Fact != sim.Elected {
			continue
		}
		if led[o.A] {
			return true
		}
		led[o.A] = true
	}
	return false
}
