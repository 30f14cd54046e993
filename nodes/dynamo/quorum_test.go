package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func TestPutThenGet(t *testing.T) {
	for _, rule := range []string{"dvv", "lww"} {
		coordinators(t, func(t *testing.T, c Config) {
			c.Versions = rule
			h := newHand(t, c, 5, 2)
			op := h.put(h.client(1), nil)
			h.flush()
			require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
			h.get(h.client(2))
			h.flush()
			r := h.reply(h.client(2))
			require.Equal(t, sim.OK, r.Outcome)
			require.Equal(t, []sim.OpID{op}, ids(r.Values))
			require.Equal(t, rule == "dvv", len(r.Context) == 1)
			require.Equal(t, 3, h.count(sim.Stored, sim.Durable, op))
			require.Equal(t, 1, h.count(sim.Committed, sim.NoReason, op))
		})
	}
}

// TestLegsOfAnOp is the contract with the WARS model: which messages an op of a
// client that coordinates consists of.
func TestLegsOfAnOp(t *testing.T) {
	c := Defaults()
	c.Coordinator, c.ReadRepair = "client", "none"
	h := newHand(t, c, 3, 1)
	client := h.client(1)
	write := h.put(client, nil)
	require.Equal(t, []string{"write n4>n1", "write n4>n2", "write n4>n3"}, h.inMail())
	require.Equal(t, sim.OpSubject(write, 1), h.mail[0].m.Subject())
	h.pass("write", 1, 2, 3)
	require.Equal(t, []string{"written n1>n4", "written n2>n4", "written n3>n4"}, h.inMail())
	require.Equal(t, sim.OpSubject(write, 1), h.mail[0].m.Subject())
	h.pass("written", client)
	require.Equal(t, sim.Pending, h.reply(client).Outcome)
	h.pass("written", client)
	require.Equal(t, sim.OK, h.reply(client).Outcome)
	h.flush()
	get := h.get(client)
	require.Equal(t, []string{"read n4>n1", "read n4>n2", "read n4>n3"}, h.inMail())
	h.pass("read", 1, 2, 3)
	require.Equal(t, []string{"value n1>n4", "value n2>n4", "value n3>n4"}, h.inMail())
	h.flush()
	require.Equal(t, 2, h.count(sim.Answered, sim.NoReason, get))
	require.Equal(t, 1, h.count(sim.Answered, sim.Late, get))
	require.Equal(t, 1, h.count(sim.Answered, sim.Late, write))
	for _, f := range h.facts {
		if f.Fact == sim.Closed {
			require.Equal(t, []uint64{2, 2}, []uint64{f.A, f.B})
		}
		if f.Fact == sim.Answered {
			require.Equal(t, f.A, f.B)
			require.Equal(t, uint64(write), f.C)
		}
	}
}

func TestMessagesOfANodeThatCoordinates(t *testing.T) {
	c := Defaults()
	h := newHand(t, c, 3, 1)
	h.put(h.client(1), nil) // asks n2, which is a home
	require.Equal(t, []string{"request n4>n2"}, h.inMail())
	h.pass("request", 2)
	require.Equal(t, []string{"write n2>n1", "write n2>n3"}, h.inMail())
	h.pass("write", 1)
	h.pass("written", 2)
	require.Equal(t, []string{"write n2>n3", "reply n2>n4"}, h.inMail(), "its own copy and n1's are two")
}

func TestDuplicatesCountOnce(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		c.W, c.R = 3, 3
		h := newHand(t, c, 4, 1)
		twice := func() {
			for len(h.mail) > 0 {
				l := h.mail[0]
				h.mail = h.mail[1:]
				if l.to == 1 || l.from == 1 {
					continue // n1 is cut off
				}
				h.deliver(l)
				h.deliver(l)
			}
		}
		if homes := h.replica(2).local.layout.homes(0); place(homes, 1) < 0 {
			t.Skip("n1 is no home of k0")
		}
		h.put(h.client(1), nil)
		twice()
		require.Equal(t, sim.Pending, h.reply(h.client(1)).Outcome)
		h.get(h.client(1))
		twice()
		require.Equal(t, sim.Pending, h.reply(h.client(1)).Outcome)
	})
}

// TestRepeatedRequest delivers a put to its coordinator twice: it is one write.
func TestRepeatedRequest(t *testing.T) {
	for _, rule := range []string{"dvv", "lww"} {
		c := Defaults()
		c.Versions = rule
		h := newHand(t, c, 3, 2)
		first := h.put(h.client(1), nil)
		again := h.mail[0]
		h.flush()
		h.get(h.client(2))
		h.flush()
		second := h.put(h.client(2), h.reply(h.client(2)).Context, first)
		h.flush()
		h.deliver(again)
		h.flush()
		h.get(h.client(2))
		h.flush()
		require.Equal(t, []sim.OpID{second}, ids(h.reply(h.client(2)).Values))
	}
}

func TestConcurrentPutsAreSiblings(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 5, 3)
		a, b := h.put(h.client(1), nil), h.put(h.client(2), nil)
		h.flush()
		h.get(h.client(3))
		h.flush()
		r := h.reply(h.client(3))
		require.Equal(t, []sim.OpID{a, b}, ids(r.Values))
		both := h.put(h.client(3), r.Context, a, b)
		h.flush()
		h.get(h.client(1))
		h.flush()
		require.Equal(t, []sim.OpID{both}, ids(h.reply(h.client(1)).Values))
	})
}

// TestPutsOfOneSession follow each other by the contexts of the replies.
func TestPutsOfOneSession(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 1)
		var context kv.Context
		var last sim.OpID
		for range 5 {
			last = h.put(h.client(1), context)
			h.flush()
			context = h.reply(h.client(1)).Context
		}
		h.get(h.client(1))
		h.flush()
		require.Equal(t, []sim.OpID{last}, ids(h.reply(h.client(1)).Values))
		require.Len(t, h.reply(h.client(1)).Context, 1)
	})
}

// TestContextNeverCoversMore lets two clients write through one node, the second
// blindly. What it writes next must not replace the first client's value, which it
// never saw.
func TestContextNeverCoversMore(t *testing.T) {
	h := newHand(t, Defaults(), 3, 4)
	one, other := h.client(1), h.client(4) // both ask n2
	kept := h.put(one, nil)
	h.flush()
	h.put(other, nil)
	h.flush()
	last := h.put(other, h.reply(other).Context)
	h.flush()
	h.get(one)
	h.flush()
	require.Contains(t, ids(h.reply(one).Values), kept)
	require.Contains(t, ids(h.reply(one).Values), last)
}

func TestDelete(t *testing.T) {
	for _, rule := range []string{"dvv", "lww"} {
		coordinators(t, func(t *testing.T, c Config) {
			c.Versions = rule
			h := newHand(t, c, 3, 1)
			client := h.client(1)
			written := h.put(client, nil)
			h.flush()
			gone := h.call(client, kv.Request{Code: sim.Delete, Context: h.reply(client).Context, Parents: []sim.OpID{written}})
			h.flush()
			h.get(client)
			h.flush()
			require.Equal(t, sim.OK, h.reply(client).Outcome)
			require.Empty(t, h.reply(client).Values)
			var copies []sim.Copy
			h.nodes[1].(sim.Inspector).Inspect(func(c sim.Copy) { copies = append(copies, c) })
			require.Equal(t, []sim.Copy{{Key: 0, Deletes: []sim.OpID{gone}}}, copies)
			require.Zero(t, h.count(sim.Discarded, sim.Resolved, written), "the deleter had read it")
		})
	}
}

func TestRefusedOps(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 1)
		for _, code := range []sim.Code{sim.CAS, sim.Add, sim.Remove} {
			op := h.call(h.client(1), kv.Request{Code: code})
			h.flush()
			h.fire(h.client(1))
			r := h.reply(h.client(1))
			require.Equal(t, []any{op, sim.Fail, sim.Unavailable}, []any{r.Op, r.Outcome, r.Error})
		}
	})
}

func TestPatienceOfANode(t *testing.T) {
	c := Defaults()
	c.W, c.R = 3, 3
	h := newHand(t, c, 3, 1)
	client := h.client(1)
	op := h.put(client, nil)
	h.pass("request", 2)
	h.pass("write", 1)
	h.pass("written", 2)
	require.Equal(t, 1, h.fire(2))
	h.pass("reply", client)
	require.Equal(t, []any{sim.Unknown, sim.Partial}, []any{h.reply(client).Outcome, h.reply(client).Error})
	require.Zero(t, h.count(sim.Committed, sim.NoReason, op))
	h.flush() // n3 at last
	require.Equal(t, 1, h.count(sim.Committed, sim.NoReason, op), "it is safe all the same")
	require.Equal(t, 1, h.count(sim.Closed, sim.NoReason, op))

	h.get(client)
	h.pass("request", 2)
	h.fire(2)
	h.pass("reply", client)
	require.Equal(t, []any{sim.Fail, sim.Unavailable}, []any{h.reply(client).Outcome, h.reply(client).Error})
	h.flush()
}

func TestAbandonedPut(t *testing.T) {
	c := Defaults()
	c.Coordinator = "client"
	h := newHand(t, c, 3, 1)
	client := h.client(1)
	op := h.put(client, nil)
	h.stores[client].Abandon(h.enter(client), op)
	h.leave(client)
	require.Equal(t, 1, h.count(sim.Closed, sim.NoReason, op))
	h.flush()
	require.Equal(t, 3, h.count(sim.Answered, sim.Late, op))
	require.Equal(t, 1, h.count(sim.Committed, sim.NoReason, op))
	require.NotContains(t, h.replies, client)
}
