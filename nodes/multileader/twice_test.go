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

// A leader that crashes with writes not on disk yet, and is asked for them again while it is cut
// off, does none of them that another datacentre has already.
func TestNothingThatOthersHaveIsForgotten(t *testing.T) {
	for _, name := range []string{"operations", "state", "arrival", "state, late", "ring, arrive", "move", "homes"} {
		t.Run(name, func(t *testing.T) {
			config := multileader.Defaults()
			ways()[name](&config)
			config.AttemptTimeout = 40 * ms
			work := load(0)
			work.Clients = 2
			c := world(3*time.Second, layout(2, 1), config, work)
			for i := range c.Nodes {
				c.Nodes[i].Sync = exponential(20 * ms)
			}
			for i := range 20 {
				at := time.Duration(i+1) * 130 * ms
				c.Schedule = append(c.Schedule,
					fault.Entry{At: at, For: 5 * ms, Fault: fault.Crash{Targets: fault.Targets{"n1"}}},
					fault.Entry{At: at, For: 60 * ms, Fault: fault.Partition{Groups: []fault.Targets{{"n1", "c1"}, {"rest", "c2"}}}})
			}
			w := kernel.New(c)
			for seed := range uint64(4) {
				requireOnceAfterShipped(t, w.Run(seed), seed)
			}
		})
	}
}

// requireOnceAfterShipped demands that no write is placed again that n2 had before.
func requireOnceAfterShipped(t *testing.T, run *record.Run, seed uint64) {
	t.Helper()
	placed, shipped := map[sim.OpID]bool{}, map[sim.OpID]bool{}
	again := false
	for i := range run.Observations {
		switch o := &run.Observations[i]; {
		case o.Fact == sim.Stored && o.Node == 2:
			shipped[o.Op] = true
		case o.Fact == sim.Placed:
			again = again || placed[o.Op]
			require.False(t, placed[o.Op] && shipped[o.Op], "seed %d: %v is done again", seed, o.Op)
			placed[o.Op] = true
		}
	}
	require.True(t, again, "seed %d: no retry found its leader without memory", seed)
}
