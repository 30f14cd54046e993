package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// TestOneHomeAKey: who takes the place of a key's only home has nobody to ask; who is
// given keys by one that leaves, has.
func TestOneHomeAKey(t *testing.T) {
	c := ringed(3)
	c.N, c.R, c.W = 1, 1, 1
	h := newHand(t, c, 4, 1)
	h.wish(4, sim.SignalJoin, 2)
	h.gossips(30)
	require.Equal(t, []sim.NodeID{1, 3, 4}, names(h.ring(1).Config.Members))
	key := sim.Key(0)
	for h.ring(1).local.layout.homes(key)[0] != 3 {
		key++
	}
	op := h.putKey(h.client(1), key)
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	h.wish(3, sim.SignalLeave, sim.Nobody)
	h.gossips(30)
	require.Equal(t, []sim.NodeID{1, 4}, names(h.ring(1).Config.Members))
	require.Equal(t, []sim.OpID{op}, h.getKey(h.client(1), key))
}
