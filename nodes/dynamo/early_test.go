package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// left begins the leave of n1 from a ring of four, of which the node that becomes a home
// of the key has not heard: it is down. It returns the key's old homes, without n1, too.
func left(t *testing.T, c Config) (h *hand, key sim.Key, late sim.NodeID, others []sim.NodeID) {
	h = newHand(t, c, 4, 1)
	layout := &h.ring(1).local.layout
	for p := place(layout.homes(key), 1); p < 0 || p > 1; p = place(layout.homes(key), 1) {
		key++ // n1 is a source
	}
	for _, id := range h.members[1:] {
		if place(layout.homes(key), id) >= 0 {
			others = append(others, id)
		} else {
			late = id
		}
	}
	if layout.homes(key)[2] == others[0] {
		others[0], others[1] = others[1], others[0] // the second is no source
	}
	h.crash(late, 0)
	h.wish(1, sim.SignalLeave, sim.Nobody)
	h.flushBut(late)
	require.Equal(t, filling, h.ring(1).Config.Step)
	require.Equal(t, uint64(1), h.ring(late).Config.Version)
	return h, key, late, others
}

// TestNewHomeThatHasNotHeard: a write that goes by a version of the ring by which a node
// is a home must not be acknowledged by it, and then dropped, because it has not heard
// of that version.
func TestNewHomeThatHasNotHeard(t *testing.T) {
	c := ringed(4)
	h, key, late, others := left(t, c)
	client := h.client(1)
	h.putKey(client, key)
	h.flushBut(late)
	require.Equal(t, uint64(2), h.stores[client].(*quorumClient).coordinator.layout.version)
	h.mail = nil
	op := h.putKey(client, key)
	h.pass("write", others[1], late)
	require.Empty(t, h.replica(late).store.held(key).set, "by the version that it knows it is no home")
	require.NotContains(t, h.inMail(), letterName("written", late, client))
	h.pass("written", client)

	h.take("write", others[0]) // is lost
	slow := h.take("write", 1)
	h.pass("ring-ask", client)
	h.pass("ring", late)
	require.Equal(t, filling, h.ring(late).Config.Step, "the client knew")
	require.Equal(t, op, h.replica(late).store.held(key).set.Newest(), "it waited for that")
	h.pass("written", client)
	h.gossip(late) // it is given what the others hold
	h.deliver(slow)
	h.flush()
	require.Equal(t, sim.OK, h.reply(client).Outcome)
	h.gossips(12)
	require.Equal(t, uint64(4), h.ring(late).Config.Version)
	require.Equal(t, op, h.replica(late).store.held(key).set.Newest())
	for _, id := range others {
		h.call(client, getOf(key))
		h.take("read", id)
		h.flush()
		require.Equal(t, []sim.OpID{op}, ids(h.reply(client).Values), "whoever is silent")
	}
}

// TestAcknowledgedByAVersionOnDisk: the acknowledgement of a new home says that it will
// not have forgotten that it is one.
func TestAcknowledgedByAVersionOnDisk(t *testing.T) {
	h, key, late, _ := left(t, ringed(4))
	m := &write{leg: leg{Op: sim.NewOpID(5, 1), Key: key, Ring: 2}, Set: one(5, 1)}
	h.fire(late)
	h.replica(late).take(h.enter(late), key, m.Set, m) // left over from when it was a home before
	h.leave(late)
	h.mail, h.lag = nil, true
	config := h.ring(1).Config
	h.deliver(letter{1, late, &news{config}})
	require.Equal(t, filling, h.ring(late).Config.Step)
	h.deliver(letter{5, late, m})
	require.Equal(t, m.Op, h.replica(late).store.held(key).set.Newest(), "it holds the write already")
	require.NotContains(t, h.inMail(), letterName("written", late, 5))
	for len(h.syncs[late]) > 0 {
		h.sync(late, false)
	}
	require.Contains(t, h.inMail(), letterName("written", late, 5))
	h.lag = false
	h.crash(late, 0)
	require.Equal(t, uint64(2), h.ring(late).Config.Version)
	h.gossip(late)
	require.Equal(t, m.Op, h.replica(late).store.held(key).set.Newest())
}

// TestVersionsBetween: a home by its own version is not sure to be one by each of those
// up to a much newer one.
func TestVersionsBetween(t *testing.T) {
	h := newHand(t, ringed(4), 4, 1)
	key := sim.Key(0)
	home := h.ring(1).local.layout.homes(key)[0]
	for number := uint64(2); number < 4; number++ {
		op := sim.NewOpID(5, uint32(number))
		h.deliver(letter{5, home, &write{leg: leg{Op: op, Key: key, Ring: number}, Set: one(5, uint32(number))}})
		require.Equal(t, number == 2, h.replica(home).store.held(key).set.Newest() == op)
	}
}

// TestEarlyMessages: a new home that has not heard puts off repairs and hints, too, and
// keeps only so many.
func TestEarlyMessages(t *testing.T) {
	c := ringed(4)
	c.Hints, c.Coordinator = "disk", "node"
	h, key, late, _ := left(t, c)
	h.mail = nil
	hint := &replay{leg: leg{Op: sim.NewOpID(5, 1), Key: key, Ring: 2, Round: 1}, Set: one(5, 1)}
	repair := &mend{leg: leg{Op: sim.NewOpID(5, 2), Key: key, Ring: 2, Round: 1}, Set: one(5, 2)}
	h.deliver(letter{1, late, hint})
	h.deliver(letter{1, late, repair})
	require.Equal(t, []string{letterName("ring-ask", late, 1)}, h.inMail(), "no answer, and one question")
	h.flush()
	require.Equal(t, sim.NewOpID(5, 2), h.replica(late).store.held(key).set.Newest())

	for number := range uint32(2 * earlyLength) {
		h.deliver(letter{1, late, &mend{leg: leg{Op: sim.NewOpID(5, number), Key: key, Ring: 99}, Set: one(5, number)}})
	}
	require.Len(t, h.ring(late).early, earlyLength)
}

// one is the set of one version of a client's, whose time is its number.
func one(client uint16, number uint32) versions.Set {
	return versions.Set{{Value: sim.Value{ID: sim.NewOpID(client, number)}, Time: uint64(number)}}
}
