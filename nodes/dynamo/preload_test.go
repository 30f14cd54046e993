package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/disk"
)

// TestSparesArePreloadedWithNothing, also where every member is a home of every key.
func TestSparesArePreloadedWithNothing(t *testing.T) {
	for _, members := range []int{3, 4} {
		c := ringed(members)
		c.Preload = 10
		h := newHand(t, c, members+1, 1)
		for _, id := range h.members {
			h.clock = -time.Microsecond // the beginning of the world
			h.disks[id], h.envs[id] = disk.New(), sim.NewEnv(id, h)
			h.start(id)
		}
		held := 0
		for _, id := range h.members {
			held += h.replica(id).store.live
		}
		require.Equal(t, 30, held, "there are three homes a key")
		require.Zero(t, h.count(sim.Discarded, sim.Collected, 0), "nobody had a key that is not its own")
	}
}
