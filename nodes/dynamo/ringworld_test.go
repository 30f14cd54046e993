package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/record"
)

// moves are changes of the ring under a storm.
func moves(first, second fault.Fault) fault.Schedule {
	return fault.Schedule{{At: 200 * ms, Fault: first}, {At: 900 * ms, Fault: second}}
}

// TestRingInStorms: the promises of an atomic register, and of siblings, are kept
// while the ring changes.
func TestRingInStorms(t *testing.T) {
	join, leave := fault.Join{Targets: fault.Targets{"n5"}}, fault.Leave{Targets: fault.Targets{"n2"}}
	replace := fault.Replace{Targets: fault.Targets{"n5"}, Member: fault.Targets{"n3"}}
	coordinators(t, func(t *testing.T, c Config) {
		c.Members, c.GossipEvery, c.TransferBatch = 4, 20*ms, 1
		for rule, never := range map[string][]string{
			"lww": {"linearizable", "stale_reads", "lost_writes", "order_inversions"},
			"dvv": {"stale_reads", "lost_writes", "lost_updates", "masked_losses", "discarded_writes"},
		} {
			c.Versions, c.ReadRepair = rule, "sync"
			for _, faults := range []fault.Schedule{moves(join, leave), moves(replace, leave)} {
				u := universe{
					config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second,
					nemesis: storm(t), always: faults,
				}
				u.judge(t, 4, append(never, "one_membership")...)
			}
		}
	})
}

// TestRingSameSeedSameWorld: changes of the ring are as reproducible as all else, and
// nothing that is handed over changes.
func TestRingSameSeedSameWorld(t *testing.T) {
	c := Defaults()
	c.Members, c.GossipEvery, c.TransferBatch, c.Hints, c.AntiEntropy = 4, 20*ms, 2, "disk", "merkle"
	u := universe{
		config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: storm(t), check: true,
		always: moves(fault.Join{Targets: fault.Targets{"n5"}}, fault.Leave{Targets: fault.Targets{"n2"}}),
	}
	one, other := u.world(t), u.world(t)
	run := one.Run(7)
	require.Equal(t, record.Finished, run.Stop.Reason, run.Stop.Panic)
	digest := run.Digest
	require.Equal(t, digest, one.Run(7).Digest)
	require.Equal(t, digest, other.Run(7).Digest)
}

// TestClientsAskWhenNobodyAnswers: all whom a client knows may be gone.
func TestClientsAskWhenNobodyAnswers(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	h.wish(4, sim.SignalJoin, 1)
	h.gossips(12)
	require.Equal(t, []sim.NodeID{2, 3, 4}, names(h.ring(4).Config.Members))
	c := h.client(1)
	op := h.put(c, nil)
	h.mail = nil
	h.stores[c].Abandon(h.enter(c), op)
	h.leave(c)
	require.Len(t, h.mail, 1)
	require.Equal(t, "ring-ask", h.mail[0].m.Kind().Name)
	h.flush()
	require.Equal(t, uint64(4), h.stores[c].(*quorumClient).coordinator.layout.version)
}

// TestHintsForWhoLeft are given up: what they bring has been handed over by others.
func TestHintsForWhoLeft(t *testing.T) {
	c := ringed(4)
	c.Hints, c.Coordinator, c.SuspectAfter = "disk", "node", 10*ms
	h := newHand(t, c, 4, 1)
	client := h.client(1)
	key := sim.Key(0)
	// n2 coordinates; n3 misses the write.
	for h.ring(1).local.layout.homes(key)[0] != 3 {
		key++
	}
	op := h.call(client, kv.Request{Code: sim.Put, Key: key})
	h.deliver(h.take("request", sim.Nobody))
	h.flushBut(3)
	h.clock += 20 * ms
	for _, id := range h.members {
		h.fire(id)
	}
	h.flushBut(3)
	require.Positive(t, h.count(sim.Hint, sim.Kept, op))
	h.wish(3, sim.SignalLeave, sim.Nobody)
	for range 12 {
		h.clock += c.GossipEvery
		for _, id := range h.members {
			h.fire(id)
		}
		h.holdBack("hint-replay")
	}
	require.Equal(t, []sim.NodeID{1, 2, 4}, names(h.ring(1).Config.Members))
	require.Equal(t, h.count(sim.Hint, sim.Kept, op), h.count(sim.Hint, sim.Dropped, op))
	for _, id := range []sim.NodeID{1, 2, 4} {
		require.Equal(t, op, h.replica(id).store.held(key).set.Newest(), "all have it")
	}
}

// TestHintsForAMovedKey: a hint that comes to who is no home of its key any more is not
// taken, and its holder lets it go.
func TestHintsForAMovedKey(t *testing.T) {
	c := ringed(3)
	c.Hints, c.Coordinator = "disk", "node"
	h := newHand(t, c, 4, 1)
	h.wish(4, sim.SignalJoin, sim.Nobody)
	h.gossips(12)
	key := sim.Key(0)
	for place(h.ring(1).local.layout.homes(key), 3) >= 0 {
		key++
	}
	m := &replay{leg: leg{Op: sim.NewOpID(5, 1), Key: key, Ring: 1}, Set: versions.Set{{Value: sim.Value{ID: sim.NewOpID(5, 1)}, Time: 1}}}
	h.deliver(letter{1, 3, m})
	require.Empty(t, h.replica(3).store.held(key).set)
	require.True(t, h.take("hint-done", 1).m.(*replayed).Expired)
}

// flushBut delivers everything, and what comes of it, but to one node.
func (h *hand) flushBut(away sim.NodeID) {
	for len(h.mail) > 0 {
		l := h.mail[0]
		h.mail = h.mail[1:]
		if l.to != away {
			h.deliver(l)
		}
	}
}
