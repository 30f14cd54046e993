package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// rules runs a test with each rule of versions.
func rules(t *testing.T, f func(t *testing.T, c Config)) {
	for _, rule := range []string{"lww", "dvv"} {
		t.Run(rule, func(t *testing.T) {
			c := clientCoordinates("async")
			c.Versions, c.TombstoneGrace = rule, time.Second
			f(t, c)
		})
	}
}

// age lets time pass and fires all timers of the members.
func (h *hand) age(d time.Duration, nodes ...sim.NodeID) {
	h.clock += d
	for _, id := range nodes {
		h.fire(id)
	}
}

// remove deletes what a client has read.
func (h *hand) remove(client sim.NodeID, context kv.Context, parents ...sim.OpID) sim.OpID {
	return h.call(client, kv.Request{Code: sim.Delete, Context: context, Parents: parents})
}

func TestTombstoneIsCollectedAfterItsGrace(t *testing.T) {
	rules(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 1)
		put := h.put(h.client(1), nil)
		h.flush()
		gone := h.remove(h.client(1), h.reply(h.client(1)).Context, put)
		h.flush()
		h.age(c.TombstoneGrace/2, 1, 2, 3)
		require.Zero(t, h.count(sim.Discarded, sim.Collected, gone))
		require.Len(t, h.replica(1).store.held(0).set, 1)
		h.age(c.TombstoneGrace/2, 1, 2, 3)
		require.Equal(t, 3, h.count(sim.Discarded, sim.Collected, gone))
		require.Empty(t, inspected(h, 1))
		require.Zero(t, h.replica(1).store.live)
		require.Zero(t, h.fire(1), "no grave is left")
		h.crash(1, keepAll)
		require.Empty(t, inspected(h, 1))
		h.crash(2, loseAll) // the collection was not synced
		h.age(c.TombstoneGrace, 2)
		require.Empty(t, inspected(h, 2))
	})
}

func TestTombstonesWithoutGraceStay(t *testing.T) {
	h := newHand(t, clientCoordinates("async"), 3, 1)
	h.remove(h.client(1), nil)
	h.flush()
	h.age(time.Hour, 1, 2, 3)
	require.Len(t, inspected(h, 1), 1)
}

// TestReplacedTombstoneIsForgotten writes again before the grace is over.
func TestReplacedTombstoneIsForgotten(t *testing.T) {
	rules(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 1)
		h.remove(h.client(1), nil)
		h.flush()
		put := h.put(h.client(1), h.reply(h.client(1)).Context)
		h.flush()
		h.age(c.TombstoneGrace, 1)
		require.Equal(t, []sim.OpID{put}, ids(h.holds(1)))
		require.Zero(t, h.fire(1))
	})
}

// TestTombstoneBesideAValue collects one of two siblings.
func TestTombstoneBesideAValue(t *testing.T) {
	c := clientCoordinates("none")
	c.Versions, c.TombstoneGrace = "dvv", time.Second
	h := newHand(t, c, 3, 2)
	h.remove(h.client(1), nil)
	put := h.put(h.client(2), nil)
	h.flush()
	require.Len(t, h.replica(1).store.held(0).set, 2)
	h.age(c.TombstoneGrace, 1)
	require.Len(t, h.replica(1).store.held(0).set, 1)
	h.crash(1, keepAll)
	require.Equal(t, []sim.OpID{put}, ids(h.holds(1)))
	require.Empty(t, inspected(h, 1)[0].Deletes)
}

// away deletes a value while n3 is away for a time, and reads it when n3 is back.
func away(t *testing.T, c Config, absence time.Duration) []sim.OpID {
	h := newHand(t, c, 3, 1)
	put := h.put(h.client(1), nil)
	h.flush()
	h.remove(h.client(1), h.reply(h.client(1)).Context, put)
	h.flushWithout(3)
	h.age(absence, 1, 2)
	h.get(h.client(1))
	h.pass("read", 1, 3)
	h.flush()
	h.get(h.client(1))
	h.pass("read", 1, 2)
	h.flush()
	return ids(h.reply(h.client(1)).Values)
}

// TestResurrection is why the grace must be longer than any absence that is not
// repaired: the value that only the absent replica still has looks new to the others.
func TestResurrection(t *testing.T) {
	rules(t, func(t *testing.T, c Config) {
		require.Len(t, away(t, c, c.TombstoneGrace), 1)
		require.Empty(t, away(t, c, c.TombstoneGrace/2))
		c.TombstoneGrace = 0
		require.Empty(t, away(t, c, time.Hour))
	})
}

// TestRepairDoesNotProlongTheGrace has replicas that have a tombstone give it to
// those that have collected it, in turns.
func TestRepairDoesNotProlongTheGrace(t *testing.T) {
	rules(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 1)
		h.remove(h.client(1), nil)
		h.flush()
		h.age(c.TombstoneGrace, 1)
		h.get(h.client(1))
		h.flush()
		require.Len(t, inspected(h, 1), 1, "given back")
		h.age(c.TombstoneGrace/8, 1, 2, 3)
		for _, id := range h.members {
			require.Empty(t, inspected(h, id))
		}
	})
}

// hintAfterCollection is ScyllaDB #23712: a write is hinted, the holder goes away,
// the home comes back, the write is deleted everywhere, the tombstones are
// collected, and the holder comes back with its hint.
func hintAfterCollection(t *testing.T, c Config) (h *hand, home, holder sim.NodeID, put sim.OpID) {
	c.Quorum, c.Hints, c.W, c.ReadRepair = "sloppy", "disk", 3, "none"
	h, order, home := outage(t, c)
	holder = order[3]
	put = h.put(h.client(1), nil)
	h.flushWithout(home)
	require.Equal(t, 1, h.count(sim.Hint, sim.Kept, put))
	h.wait(h.client(1), holder) // the home is back, the holder is not
	gone := h.remove(h.client(1), h.reply(h.client(1)).Context, put)
	h.flushWithout(holder)
	h.age(c.TombstoneGrace, order[:3]...)
	h.cut(holder)
	require.Equal(t, 3, h.count(sim.Discarded, sim.Collected, gone))
	h.crash(holder, keepAll)
	h.flush()
	h.recover(holder)
	return h, home, holder, put
}

func TestHintDoesNotOutliveTombstones(t *testing.T) {
	rules(t, func(t *testing.T, c Config) {
		h, home, holder, put := hintAfterCollection(t, c)
		require.Empty(t, h.holds(home))
		require.Zero(t, h.hints(holder, home))
		require.Equal(t, 1, h.count(sim.Hint, sim.Expired, put))
	})
}
