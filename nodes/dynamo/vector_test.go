package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// vectors is the configuration of plain version vectors.
func vectors() Config {
	c := Defaults()
	c.Versions, c.ReadRepair = "vv", "none"
	return c
}

// TestVectorPutReplacesWhatWasRead: whoever has read all that the home holds replaces
// it, and the reply covers the put.
func TestVectorPutReplacesWhatWasRead(t *testing.T) {
	h := newHand(t, vectors(), 3, 1)
	h.put(h.client(1), nil)
	h.flush()
	h.get(h.client(1))
	h.flush()
	read := h.reply(h.client(1)).Context
	op := h.put(h.client(1), read)
	h.flush()
	for _, id := range h.members {
		require.Equal(t, []sim.OpID{op}, ids(h.holds(id)))
	}
	last := h.put(h.client(1), h.reply(h.client(1)).Context)
	h.flush()
	require.Equal(t, []sim.OpID{last}, ids(h.holds(1)))
}

// TestVectorsTakeOwnWritesForSiblings: another's put in between, and a client can no
// longer replace its own. Its reply must not cover what it has not read.
func TestVectorsTakeOwnWritesForSiblings(t *testing.T) {
	h := newHand(t, vectors(), 3, 2)
	mine := h.put(h.client(1), nil)
	h.flush()
	covers := h.reply(h.client(1)).Context
	theirs := h.put(h.client(2), nil)
	h.flush()
	require.Empty(t, h.reply(h.client(2)).Context, "it has not read the other")
	again := h.put(h.client(1), covers, mine)
	h.flush()
	require.Equal(t, covers, h.reply(h.client(1)).Context)
	h.get(h.client(1))
	h.flush()
	require.Equal(t, []sim.OpID{mine, again, theirs}, ids(h.reply(h.client(1)).Values))
	merged := h.put(h.client(2), h.reply(h.client(1)).Context)
	h.flush()
	require.Equal(t, []sim.OpID{merged}, ids(h.holds(3)))
}

// outsider is a node that is no home of the key.
func outsider(h *hand) sim.NodeID {
	for _, id := range h.members {
		if place(h.nodes[id].(*Node).coordinator.layout.homes(0), id) < 0 {
			return id
		}
	}
	return sim.Nobody
}

// TestOutsiderHandsPutsOn has a node that is no home be asked for a put.
func TestOutsiderHandsPutsOn(t *testing.T) {
	h := newHand(t, vectors(), 5, 1)
	client, near := h.client(1), outsider(h)
	h.stores[client] = NewClient(h.config, h.members, near)
	op := h.put(client, nil)
	request := h.take("request", near)
	h.deliver(request)
	h.deliver(request) // the network's copy
	forwards := 0
	for _, l := range h.mail {
		if f, ok := l.m.(*forward); ok {
			forwards++
			require.Equal(t, client, f.Client)
			require.GreaterOrEqual(t, place(h.nodes[near].(*Node).coordinator.layout.homes(0), l.to), 0)
		}
	}
	require.Equal(t, 1, forwards)
	h.flush()
	require.Equal(t, sim.OK, h.reply(client).Outcome)
	require.Equal(t, 1, h.count(sim.Closed, sim.NoReason, op), "done once")
	require.Empty(t, h.holds(near))
	h.get(client)
	h.flush()
	require.Equal(t, []sim.OpID{op}, ids(h.reply(client).Values))
}

// TestForwardGoesOnce: who is no home either refuses.
func TestForwardGoesOnce(t *testing.T) {
	h := newHand(t, vectors(), 5, 1)
	q := kv.Request{Op: sim.NewOpID(1, 1), Attempt: 1, Code: sim.Put}
	h.deliver(letter{h.members[0], outsider(h), &forward{Request: q, Client: h.client(1)}})
	require.Equal(t, []string{"reply n" + string(rune('0'+outsider(h))) + ">n6"}, h.inMail())
	h.flush()
}

// TestSuspectedHomesAreNotAsked: with all homes under suspicion nothing is sent.
func TestSuspectedHomesAreNotAsked(t *testing.T) {
	c := vectors()
	c.Quorum = "sloppy"
	h := newHand(t, c, 5, 1)
	client, near := h.client(1), outsider(h)
	h.stores[client] = NewClient(h.config, h.members, near)
	node := h.nodes[near].(*Node)
	homes := node.coordinator.layout.homes(0)
	for i, home := range homes {
		h.put(client, nil)
		h.pass("request", near)
		require.Contains(t, h.inMail(), "ping n"+string(rune('0'+near))+">n"+string(rune('0'+h.forwardedTo())))
		h.mail = nil
		node.coordinator.health.peers[home] = peer{state: suspected, due: time.Hour}
		require.Equal(t, i+1, suspects(node, homes))
	}
	h.put(client, nil)
	h.flush()
	require.Equal(t, kv.Reply{Op: h.reply(client).Op, Attempt: 1, Outcome: sim.Fail, Error: sim.Unavailable}, h.reply(client))
}

// forwardedTo is whom the only forward in the mail goes to.
func (h *hand) forwardedTo() sim.NodeID {
	for _, l := range h.mail {
		if _, ok := l.m.(*forward); ok {
			return l.to
		}
	}
	return sim.Nobody
}

func suspects(n *Node, homes []sim.NodeID) (count int) {
	for _, home := range homes {
		if n.coordinator.health.suspects(home) {
			count++
		}
	}
	return count
}

// TestVectorsSurviveRestarts loses a home's memory, and its disk: it is another actor,
// and none of its writes are taken for known.
func TestVectorsSurviveRestarts(t *testing.T) {
	for _, wiped := range []bool{false, true} {
		h := newHand(t, vectors(), 3, 1)
		client := h.client(1)
		h.stores[client] = NewClient(h.config, h.members, 1)
		first := h.put(client, nil)
		h.flush()
		if wiped {
			h.disks[1].Wipe()
		}
		h.crash(1, keepAll)
		second := h.put(client, nil)
		h.flush()
		require.Equal(t, []sim.OpID{first, second}, ids(h.holds(2)))
		require.Equal(t, sim.OK, h.reply(client).Outcome)
	}
}

// TestVectorsLoseNothing is the promise under overlapping quorums: false siblings, but
// nothing missing. Of deletes it promises nothing: they, too, may become one more
// sibling, beside what they were to delete.
func TestVectorsLoseNothing(t *testing.T) {
	for _, repair := range []string{"async", "sync"} {
		c, work := vectors(), pace()
		c.ReadRepair, work.Deletes = repair, 0
		u := universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: work, last: 2 * time.Second, nemesis: storm(t)}
		u.judge(t, 8, "stale_reads", "lost_writes", "lost_updates", "masked_losses", "discarded_writes", "quorum_overlap")
	}
}

// TestVectorOfAHomeThatGaveItsDataAway: what it counted before is elsewhere by now, and
// its next event must not stand for it.
func TestVectorOfAHomeThatGaveItsDataAway(t *testing.T) {
	h := newHand(t, vectors(), 3, 1)
	client := h.client(1)
	h.stores[client] = NewClient(h.config, h.members, 1)
	first := h.put(client, nil)
	h.flush()
	h.replica(1).store.cells[0] = cell{}
	second := h.put(client, nil)
	h.flush()
	require.Equal(t, []sim.OpID{first, second}, ids(h.holds(2)))
}

// TestTiesAreNotBrokenByArrival gives two writes the same time: whichever arrives first,
// the same one stays.
func TestTiesAreNotBrokenByArrival(t *testing.T) {
	for _, clock := range []string{"coordinator", "client"} {
		for _, laterFirst := range []bool{false, true} {
			c := clientCoordinates("none")
			c.Clock = clock
			h := newHand(t, c, 3, 2)
			h.put(h.client(1), nil)
			h.skew[h.client(2)] = -time.Microsecond // the hand's clock moves on with every handler
			greater := h.put(h.client(2), nil)
			one, other := h.mail[0].m.(*write), h.mail[len(h.mail)-1].m.(*write)
			require.NotEqual(t, one.Op, other.Op)
			require.Equal(t, one.Set[0].Time, other.Set[0].Time)
			if laterFirst {
				for _, id := range h.members {
					h.deliver(h.last("write", id))
				}
			}
			h.flush()
			for _, id := range h.members {
				set := h.replica(id).store.held(0).set
				require.Equal(t, []sim.OpID{greater}, ids(set.Values(nil)))
			}
		}
	}
}

// last removes the last letter of a kind to a node.
func (h *hand) last(kind string, to sim.NodeID) letter {
	for i := len(h.mail) - 1; i >= 0; i-- {
		if l := h.mail[i]; l.m.Kind().Name == kind && l.to == to {
			h.mail = append(h.mail[:i:i], h.mail[i+1:]...)
			return l
		}
	}
	return h.take(kind, to)
}
