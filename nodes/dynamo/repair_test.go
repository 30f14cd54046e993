package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// partly has a client write, and lets the write arrive at some homes only.
func partly(h *hand, client sim.NodeID, at ...sim.NodeID) sim.OpID {
	op := h.put(client, nil)
	h.pass("write", at...)
	h.mail = nil
	h.stores[client].Abandon(h.enter(client), op)
	h.leave(client)
	return op
}

func clientCoordinates(repair string) Config {
	c := Defaults()
	c.Coordinator, c.ReadRepair, c.Versions = "client", repair, "lww"
	return c
}

func TestNoRepair(t *testing.T) {
	h := newHand(t, clientCoordinates("none"), 3, 2)
	partly(h, h.client(1), 1)
	h.get(h.client(2))
	h.flush()
	require.Empty(t, h.holds(2))
}

func TestAsyncRepairFollowsTheReply(t *testing.T) {
	h := newHand(t, clientCoordinates("async"), 3, 2)
	op := partly(h, h.client(1), 1)
	h.get(h.client(2))
	h.pass("read", 1, 2, 3)
	h.pass("value", h.client(2), h.client(2)) // n1 and n2
	require.Equal(t, []sim.OpID{op}, ids(h.reply(h.client(2)).Values))
	require.Equal(t, []string{"value n3>n5", "repair n5>n2"}, h.inMail())
	h.flush()
	require.Equal(t, []sim.OpID{op}, ids(h.holds(2)))
	require.Equal(t, []sim.OpID{op}, ids(h.holds(3)), "the late answer was stale too")
	require.Equal(t, 2, h.count(sim.Repaired, sim.ByRead, op))
}

// TestLateAnswerRepairsTheOthers has the newest version arrive after the reply.
func TestLateAnswerRepairsTheOthers(t *testing.T) {
	h := newHand(t, clientCoordinates("async"), 3, 2)
	op := partly(h, h.client(1), 3)
	h.get(h.client(2))
	h.flush()
	require.Empty(t, h.reply(h.client(2)).Values)
	for _, id := range h.members {
		require.Equal(t, []sim.OpID{op}, ids(h.holds(id)))
	}
}

// syncRead begins a read of a write that only n1 has, and stops before the write-back.
func syncRead(h *hand) (op sim.OpID, reader sim.NodeID) {
	op = partly(h, h.client(1), 1)
	reader = h.client(2)
	h.get(reader)
	h.pass("read", 1, 2)
	h.pass("value", reader, reader)
	return op, reader
}

func TestSyncRepairPrecedesTheReply(t *testing.T) {
	h := newHand(t, clientCoordinates("sync"), 3, 2)
	op, reader := syncRead(h)
	require.NotContains(t, h.replies, reader)
	require.Equal(t, []string{"read n5>n3", "repair n5>n2", "repair n5>n3"}, h.inMail())
	require.Zero(t, h.count(sim.Committed, sim.NoReason, op))
	h.pass("repair", 2)
	h.pass("repaired", reader)
	require.Equal(t, []sim.OpID{op}, ids(h.reply(reader).Values))
	require.Equal(t, 1, h.count(sim.Committed, sim.NoReason, op))
	h.flush()
	require.Equal(t, []sim.OpID{op}, ids(h.holds(3)))
}

// TestWriteBackCountsHomesOnce repeats the acknowledgement of one home.
func TestWriteBackCountsHomesOnce(t *testing.T) {
	c := clientCoordinates("sync")
	c.W = 3
	h := newHand(t, c, 3, 2)
	_, reader := syncRead(h)
	h.pass("repair", 2)
	twice := h.take("repaired", reader)
	h.deliver(twice)
	h.deliver(twice)
	require.NotContains(t, h.replies, reader)
	h.flush()
	require.Contains(t, h.replies, reader)
}

// TestWriteBackIsLeftOutWhenSafe reads what W homes hold already.
func TestWriteBackIsLeftOutWhenSafe(t *testing.T) {
	h := newHand(t, clientCoordinates("sync"), 3, 2)
	op := partly(h, h.client(1), 1, 2)
	h.get(h.client(2))
	h.pass("read", 1, 2)
	h.pass("value", h.client(2), h.client(2))
	require.Equal(t, []sim.OpID{op}, ids(h.reply(h.client(2)).Values))
	require.Equal(t, 1, h.count(sim.Committed, sim.NoReason, op))
	require.Equal(t, []string{"read n5>n3"}, h.inMail())
}

// TestWriteBackOfWhatIsNotSynced reads what W homes hold in memory only.
func TestWriteBackOfWhatIsNotSynced(t *testing.T) {
	h := newHand(t, clientCoordinates("sync"), 3, 2)
	h.lag = true
	partly(h, h.client(1), 1, 2)
	h.get(h.client(2))
	h.pass("read", 1, 2)
	h.pass("value", h.client(2), h.client(2))
	require.NotContains(t, h.replies, h.client(2))
	h.pass("repair", 1, 2)
	require.NotContains(t, h.inMail(), "repaired n1>n5")
	h.sync(1, false)
	h.sync(2, false)
	h.pass("repaired", h.client(2), h.client(2))
	require.Contains(t, h.replies, h.client(2))
}

func TestWriteBackOfNothing(t *testing.T) {
	h := newHand(t, clientCoordinates("sync"), 3, 1)
	h.get(h.client(1))
	h.flush()
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
}

// TestNewOldInversion is what a write-back prevents: after a read has returned a
// write, a later read must not return what was before.
func TestNewOldInversion(t *testing.T) {
	h := newHand(t, clientCoordinates("sync"), 3, 2)
	op, reader := syncRead(h)
	h.mail = drop(h.mail, "read")
	h.flush()
	require.Equal(t, []sim.OpID{op}, ids(h.reply(reader).Values))
	require.Equal(t, []sim.OpID{op}, secondRead(h))
}

// secondRead asks n2 and n3 only.
func secondRead(h *hand) []sim.OpID {
	h.get(h.client(1))
	h.pass("read", 2, 3)
	h.mail = drop(h.mail, "read")
	h.flush()
	return ids(h.reply(h.client(1)).Values)
}

func drop(mail []letter, kind string) []letter {
	var left []letter
	for _, l := range mail {
		if l.m.Kind().Name != kind {
			left = append(left, l)
		}
	}
	return left
}

func TestRepairBringsTombstones(t *testing.T) {
	c := clientCoordinates("sync")
	c.Versions = "dvv"
	h := newHand(t, c, 3, 2)
	one, two := h.client(1), h.client(2)
	h.put(one, nil)
	h.flush()
	h.call(one, kv.Request{Code: sim.Delete, Context: h.reply(one).Context})
	h.pass("write", 1, 2)
	h.mail = nil
	h.get(two)
	h.pass("read", 2, 3)
	h.mail = drop(h.mail, "read")
	h.flush()
	require.Empty(t, h.reply(two).Values)
	require.Empty(t, h.holds(3), "a missing value is not a stale one")
}
