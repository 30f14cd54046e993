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

// TestSlowSources: where every answer takes longer than a source may be silent at first,
// a transfer still ends.
func TestSlowSources(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	for key := range sim.Key(12) {
		h.putKey(h.client(1), key)
		h.flush()
	}
	h.wish(4, sim.SignalJoin, sim.Nobody)
	const slow = 30 // rounds that an answer takes
	var late [slow][]letter
	for round := range 3000 {
		at := round % slow
		arrived := late[at]
		late[at] = nil
		for _, l := range arrived {
			h.deliver(l)
		}
		for len(h.mail) > 0 {
			l := h.mail[0]
			h.mail = h.mail[1:]
			if l.m.Kind().Name == "transfer" {
				late[at] = append(late[at], l)
			} else {
				h.deliver(l)
			}
		}
		if h.ring(1).Config.Version == 4 {
			return
		}
		h.clock += h.config.GossipEvery
		for _, id := range h.members {
			h.fire(id)
		}
	}
	require.Fail(t, "it goes round for ever")
}
