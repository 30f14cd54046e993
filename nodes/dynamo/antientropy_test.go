package dynamo

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/merkle"
	"simrun/nodes/kv"
	"simrun/sim"
)

// means runs a test with every means of anti-entropy and every rule of versions.
func means(t *testing.T, f func(t *testing.T, c Config)) {
	for _, by := range []string{"merkle", "keys", "log"} {
		for _, rule := range []string{"lww", "dvv"} {
			t.Run(by+"/"+rule, func(t *testing.T) { f(t, comparing(by, rule)) })
		}
	}
}

// comparing is a store of two homes that only anti-entropy repairs.
func comparing(by, rule string) Config {
	c := clientCoordinates("none")
	c.N, c.R, c.W, c.AntiEntropy, c.Versions = 2, 1, 1, by, rule
	return c
}

// exchange has a node begin an exchange, and delivers all that comes of it.
func (h *hand) exchange(id sim.NodeID) {
	h.fire(id)
	h.flush()
}

// putAt writes a key at some homes only.
func (h *hand) putAt(key sim.Key, homes ...sim.NodeID) sim.OpID {
	op := h.call(h.client(1), kv.Request{Code: sim.Put, Key: key})
	h.pass("write", homes...)
	h.mail = nil
	return op
}

func (h *hand) of(id sim.NodeID, key sim.Key) []sim.OpID {
	return ids(h.replica(id).store.held(key).set.Values(nil))
}

// stated sums a field of the facts of a kind.
func (h *hand) stated(kind sim.Fact, field func(f fact) uint64) (facts int, sum uint64) {
	for _, f := range h.facts {
		if f.Fact == kind {
			facts++
			sum += field(f)
		}
	}
	return facts, sum
}

// TestExchangeGoesBothWays has one exchange bring each replica what it lacks.
func TestExchangeGoesBothWays(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 2, 1)
		mine, its, both := h.putAt(0, 1), h.putAt(1, 2), h.putAt(2, 1, 2)
		h.exchange(1)
		if c.AntiEntropy == "log" { // each ships its own
			require.Empty(t, h.of(1, 1))
			h.exchange(2)
		}
		for _, id := range h.members {
			require.Equal(t, []sim.OpID{mine}, h.of(id, 0))
			require.Equal(t, []sim.OpID{its}, h.of(id, 1))
			require.Equal(t, []sim.OpID{both}, h.of(id, 2))
		}
		why := h.nodes[1].(*Node).plan.entropy.means()
		require.Equal(t, 1, h.count(sim.Repaired, why, mine))
		require.Equal(t, 1, h.count(sim.Repaired, why, its))
		require.Zero(t, h.count(sim.Repaired, why, both))
		h.crash(1, keepAll)
		h.crash(2, keepAll)
		require.Equal(t, []sim.OpID{mine}, h.of(2, 0), "what was brought is on disk")
		require.Equal(t, []sim.OpID{its}, h.of(1, 1))
	})
}

// TestSiblingsMerge has each replica end with both of two concurrent versions, or
// with the later one.
func TestSiblingsMerge(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 2, 1)
		h.putAt(0, 1)
		last := h.putAt(0, 2)
		h.exchange(1)
		h.exchange(2)
		require.Equal(t, h.of(1, 0), h.of(2, 0))
		require.Contains(t, h.of(1, 0), last)
		require.Len(t, h.of(1, 0), map[string]int{"lww": 1, "dvv": 2}[c.Versions])
	})
}

// TestTombstonesAreCopied has a replica that missed a delete learn of it, whoever
// asks whom.
func TestTombstonesAreCopied(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		for _, began := range []sim.NodeID{1, 2} {
			h, gone := missedDelete(t, c, began)
			for _, id := range h.members {
				require.Empty(t, h.of(id, 0))
				require.Equal(t, []sim.OpID{gone}, h.replica(id).store.held(0).set.Deletes())
			}
		}
	})
}

// missedDelete deletes at n1 what n2 holds, too, and has one of them begin an
// exchange, then the other.
func missedDelete(t *testing.T, c Config, began sim.NodeID) (h *hand, gone sim.OpID) {
	h = newHand(t, c, 2, 1)
	put := h.put(h.client(1), nil)
	h.flush()
	gone = h.remove(h.client(1), h.reply(h.client(1)).Context, put)
	h.pass("write", 1)
	h.mail = nil
	h.exchange(began)
	h.exchange(3 - began)
	return h, gone
}

// TestLikeTreesNeedOneComparison and nothing is streamed.
func TestLikeTreesNeedOneComparison(t *testing.T) {
	h := newHand(t, comparing("merkle", "dvv"), 2, 1)
	for key := range sim.Key(50) {
		h.putAt(key, 1, 2)
	}
	h.exchange(1)
	facts, compared := h.stated(sim.Compared, func(f fact) uint64 { return f.C })
	require.Equal(t, 1, facts)
	require.Equal(t, uint64(1)<<32, compared)
	facts, _ = h.stated(sim.Streamed, func(f fact) uint64 { return f.A })
	require.Zero(t, facts)
}

// TestOneDifferenceCostsOneDescent counts what one differing key among many costs:
// one hash for the root and a fan-out for each level below, and one leaf.
func TestOneDifferenceCostsOneDescent(t *testing.T) {
	for _, batch := range []int{0, 1, 5} {
		c := comparing("merkle", "lww")
		c.MerkleFanout, c.MerkleDepth, c.MerkleBatch = 4, 3, batch
		h := newHand(t, c, 2, 1)
		for key := range sim.Key(500) {
			h.putAt(key, 1, 2)
		}
		h.putAt(77, 1)
		h.exchange(2)
		index := h.nodes[1].(*Node).entropy.forest.ranges[0].index
		leaf := index.Leaf(77)
		_, counts := h.stated(sim.Compared, func(f fact) uint64 { return f.C })
		require.Equal(t, uint64(1+3*4)<<32|4, counts, "compared, and one differs on each of four levels")
		last := h.facts[0]
		for _, f := range h.facts {
			if f.Fact == sim.Compared && f.C&0xFFFFFFFF > 0 {
				last = f
			}
		}
		require.Equal(t, uint64(leaf)<<32|3, last.A, "which leaf")
		_, streams := h.stated(sim.Streamed, func(f fact) uint64 { return f.A })
		_, needless := h.stated(sim.Streamed, func(f fact) uint64 { return f.B })
		keys := len(index.Keys(leaf))
		require.Equal(t, uint64(keys)+1, streams, "the leaf there, the key back")
		require.Equal(t, uint64(keys)-1, needless)
		require.Equal(t, h.of(1, 77), h.of(2, 77))
	}
}

// TestEverythingIsShipped counts what the rivals ship where nothing differs.
func TestEverythingIsShipped(t *testing.T) {
	for by, want := range map[string]uint64{"keys": 600, "log": 900} {
		h := newHand(t, comparing(by, "lww"), 2, 1)
		for i := range sim.Key(900) {
			h.putAt(i%600, 1, 2) // half of the keys twice
		}
		h.exchange(1)
		_, keys := h.stated(sim.Streamed, func(f fact) uint64 { return f.A })
		_, needless := h.stated(sim.Streamed, func(f fact) uint64 { return f.B })
		require.Equal(t, want, keys, by)
		require.Equal(t, want, needless, by)
	}
}

// TestExchangeSurvivesTheNetwork loses each message once, and delivers each twice.
func TestExchangeSurvivesTheNetwork(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		c.MerkleBatch = 3
		for lost := range 12 {
			h := newHand(t, c, 2, 1)
			mine, its := h.putAt(0, 1), h.putAt(1, 2)
			h.fire(1)
			for i := 0; len(h.mail) > 0 && i < 200; i++ {
				l := h.mail[0]
				h.mail = h.mail[1:]
				if i == lost {
					h.fireExchange(l.from, l.to)
					continue
				}
				h.deliver(l)
				h.deliver(l)
			}
			require.Empty(t, h.mail)
			if c.AntiEntropy == "log" {
				h.exchange(2)
			}
			for _, id := range h.members {
				require.Equal(t, []sim.OpID{mine}, h.of(id, 0), "message %d lost", lost)
				require.Equal(t, []sim.OpID{its}, h.of(id, 1), "message %d lost", lost)
			}
		}
	})
}

// fireExchange lets the patience of whoever began an exchange end.
func (h *hand) fireExchange(nodes ...sim.NodeID) {
	for _, id := range nodes {
		var due []sim.TimerID
		if x := &h.nodes[id].(*Node).entropy.now; x.peer != sim.Nobody {
			due = append(due, x.due)
		}
		for _, d := range due {
			if t, ok := h.envs[id].Fire(d); ok {
				h.nodes[id].Timeout(h.enter(id), t)
				h.leave(id)
			}
		}
	}
}

// TestExchangeIsGivenUp when the peer does not answer, and begun anew with its next turn.
func TestExchangeIsGivenUp(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 2, 1)
		h.putAt(0, 1)
		h.fire(1)
		for range exchangeTries {
			require.NotEmpty(t, h.mail)
			h.mail = nil
			h.fireExchange(1)
		}
		require.Empty(t, h.mail)
		require.Equal(t, sim.Nobody, h.nodes[1].(*Node).entropy.now.peer)
		h.exchange(1)
		require.Len(t, h.of(2, 0), 1)
	})
}

// TestStaleExchangesAreRefused delivers the answers of an exchange of a life before,
// and of one that was given up.
func TestStaleExchangesAreRefused(t *testing.T) {
	h := newHand(t, comparing("merkle", "lww"), 2, 1)
	h.putAt(0, 1)
	h.fire(1)
	h.pass("tree-ask", 2)
	old := h.take("tree-hashes", 1)
	h.crash(1, keepAll)
	h.fire(1)
	before := len(h.facts)
	h.mail = append(h.mail[:0:0], h.mail...)
	pending := h.mail
	h.mail = nil
	h.deliver(old)
	require.Empty(t, h.mail)
	require.Len(t, h.facts, before)
	h.mail = pending
	h.flush()
	require.Len(t, h.of(2, 0), 1)
}

// TestAStreamIsAnsweredWhenItIsStored and not before.
func TestAStreamIsAnsweredWhenItIsStored(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		h := newHand(t, c, 2, 1)
		op := h.putAt(0, 1)
		h.lag = true
		h.exchange(1)
		require.NotEqual(t, sim.Nobody, h.nodes[1].(*Node).entropy.now.peer)
		require.Zero(t, h.count(sim.Stored, sim.Durable, op)-1, "at n1 alone")
		h.sync(2, false)
		require.Equal(t, 2, h.count(sim.Stored, sim.Durable, op))
		h.lag = false
		h.flush()
		require.Equal(t, sim.Nobody, h.nodes[1].(*Node).entropy.now.peer)
	})
}

// TestTheTreeFollowsTheStore compares the tree of a replica that lived through
// writes, deletes, collections and a restart with one that is made of what it holds.
func TestTheTreeFollowsTheStore(t *testing.T) {
	rules(t, func(t *testing.T, c Config) {
		c.AntiEntropy, c.N, c.R, c.W = "merkle", 2, 1, 1
		h := newHand(t, c, 2, 1)
		for key := range sim.Key(40) {
			h.putAt(key, 1, 2)
			if key%3 == 0 {
				h.putAt(key, 1, 2)
			}
			if key%4 == 0 {
				h.call(h.client(1), kv.Request{Code: sim.Delete, Key: key, Context: kv.Context{{Actor: 1, Counter: 1}}})
				h.flush()
			}
		}
		h.age(c.TombstoneGrace, 1)
		h.mail = nil
		require.Equal(t, anew(h, 1), h.root(1))
		h.crash(1, keepAll)
		require.Equal(t, anew(h, 1), h.root(1))
		require.NotEqual(t, h.root(1), h.root(2), "n2 has not collected")
		h.crash(2, keepNone)
		require.Equal(t, anew(h, 2), h.root(2))
	})
}

// keepNone drops at a crash what was not synced.
const keepNone = loseAll

func (h *hand) root(id sim.NodeID) uint64 {
	return h.nodes[id].(*Node).entropy.forest.ready(0).tree.Root()
}

// anew is the root of a tree that is made of what a replica holds.
func anew(h *hand, id sim.NodeID) uint64 {
	f, tree := h.nodes[id].(*Node).entropy.forest, merkle.New(h.config.shape())
	for key := range h.replica(id).store.cells {
		tree.Set(sim.Key(key), merkle.Absent, f.print(h.replica(id).store.cells[key].set))
	}
	return tree.Root()
}

// TestRangesAreTheSameEverywhere finds every key in a tree of each of its homes and of
// nobody else, under one name.
func TestRangesAreTheSameEverywhere(t *testing.T) {
	c := comparing("merkle", "dvv")
	c.N = 3
	h := newHand(t, c, 6, 0)
	for key := range sim.Key(300) {
		homes := h.nodes[1].(*Node).coordinator.layout.homes(key)
		name, scope := uint64(0), sim.Key(0)
		for _, id := range h.members {
			r := h.nodes[id].(*Node).entropy.forest.rangeOf(key)
			if place(homes, id) < 0 {
				require.Nil(t, r)
				continue
			}
			require.ElementsMatch(t, homes, r.homes)
			if name == 0 {
				name, scope = r.name, r.scope
			}
			require.Equal(t, name, r.name)
			require.Equal(t, scope, r.scope)
		}
	}
	names := map[string]uint64{}
	for _, id := range h.members {
		for _, r := range h.nodes[id].(*Node).entropy.forest.ranges {
			names[fmt.Sprint(r.homes)] = r.name
		}
	}
	distinct := map[uint64]bool{}
	for _, name := range names {
		distinct[name] = true
	}
	require.Len(t, distinct, len(names))
}

// TestStandInsAreNotCompared keeps what a stand-in took for its own data out of the
// trees: only homes compare.
func TestStandInsAreNotCompared(t *testing.T) {
	c := sloppyQuorum("client")
	c.Hints, c.AntiEntropy = "none", "merkle"
	h, order, home := outage(t, c)
	h.put(h.client(1), nil)
	h.flushWithout(home)
	require.Len(t, h.holds(order[3]), 1)
	require.Nil(t, h.nodes[order[3]].(*Node).entropy.forest.rangeOf(0))
	for range h.members {
		for _, id := range h.members {
			h.exchange(id)
		}
	}
	require.Len(t, h.holds(home), 1, "from the other homes")
}

// TestEveryPeerHasItsTurn in each round.
func TestEveryPeerHasItsTurn(t *testing.T) {
	c := comparing("merkle", "lww")
	c.N = 5
	h := newHand(t, c, 5, 0)
	asked := map[sim.NodeID]int{}
	for range 8 {
		h.fire(3)
		asked[h.mail[0].to]++
		h.flush()
	}
	require.Equal(t, map[sim.NodeID]int{1: 2, 2: 2, 4: 2, 5: 2}, asked)
}

// TestCollectedTombstonesDoNotCirculate has two replicas, which collect at different
// moments, exchange in between, again and again.
func TestCollectedTombstonesDoNotCirculate(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		c.TombstoneGrace = time.Second
		h := newHand(t, c, 2, 1)
		put := h.put(h.client(1), nil)
		h.flush()
		h.remove(h.client(1), h.reply(h.client(1)).Context, put)
		h.flush()
		h.clock += c.TombstoneGrace
		h.collect(1)
		for range 3 {
			h.exchangeAlone(2)
			h.exchangeAlone(1)
			require.Empty(t, inspected(h, 1), "its grace is over, and it deletes nothing here")
		}
		h.collect(2)
		h.exchangeAlone(2)
		h.exchangeAlone(1)
		for _, id := range h.members {
			require.Empty(t, inspected(h, id), "nor does the log bring back what was deleted")
		}
	})
}

// TestLateTombstonesStillDelete where they find what they delete.
func TestLateTombstonesStillDelete(t *testing.T) {
	means(t, func(t *testing.T, c Config) {
		c.TombstoneGrace = time.Second
		h := newHand(t, c, 2, 1)
		put := h.put(h.client(1), nil)
		h.flush()
		h.remove(h.client(1), h.reply(h.client(1)).Context, put)
		h.pass("write", 1)
		h.mail = nil
		h.clock += c.TombstoneGrace // n1 has not collected yet
		h.exchangeAlone(1)
		h.collect(1)
		h.exchangeAlone(2)
		h.exchangeAlone(1)
		require.Empty(t, h.of(1, 0))
		require.Empty(t, h.of(2, 0))
	})
}

// collect has a replica look at its tombstones.
func (h *hand) collect(id sim.NodeID) {
	h.nodes[id].Timeout(h.enter(id), sim.Timer{Kind: timerCollect})
	h.leave(id)
}

// exchangeAlone is an exchange while no other timer of the node fires.
func (h *hand) exchangeAlone(id sim.NodeID) {
	h.nodes[id].Timeout(h.enter(id), sim.Timer{Kind: timerEntropy})
	h.leave(id)
	h.flush()
}

func TestAntiEntropyIsChecked(t *testing.T) {
	c := Defaults()
	c.MerkleFanout, c.MerkleDepth = 16, 7
	require.ErrorContains(t, c.Check(), "merkle_depth")
	c = comparing("log", "vv")
	require.ErrorContains(t, c.Check(), "anti_entropy")
}
