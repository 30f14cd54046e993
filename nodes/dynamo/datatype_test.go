package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/workloads"
)

// merging is the configuration of keys that hold a data type, under each coordinator.
func merging(t *testing.T, kind string, f func(t *testing.T, c Config)) {
	coordinators(t, func(t *testing.T, c Config) {
		c.Versions, c.Type, c.ReadRepair = "crdt", kind, "none"
		f(t, c)
	})
}

// change is an op of a set or counter, carried through.
func (h *hand) change(client sim.NodeID, code sim.Code, n int64) sim.OpID {
	op := h.call(client, kv.Request{Code: code, Value: sim.Value{N: n}})
	h.flush()
	return op
}

// shows is what a read returns: the integers.
func (h *hand) shows(client sim.NodeID) []int64 {
	h.get(client)
	h.flush()
	require.Equal(h.t, sim.OK, h.reply(client).Outcome)
	list := []int64{}
	for _, v := range h.reply(client).Values {
		list = append(list, v.N)
	}
	return list
}

func TestSetAddsAndRemoves(t *testing.T) {
	merging(t, "set", func(t *testing.T, c Config) {
		h := newHand(t, c, 5, 2)
		one, other := h.client(1), h.client(2)
		require.Empty(t, h.shows(one))
		h.change(one, sim.Add, 7)
		last := h.change(other, sim.Add, 8)
		require.Equal(t, []int64{7, 8}, h.shows(one))
		require.Equal(t, last, h.reply(one).Values[1].ID)
		gone := h.change(one, sim.Remove, 8)
		require.Equal(t, sim.OK, h.reply(one).Outcome)
		require.Equal(t, 3, h.count(sim.Answered, sim.NoReason, gone)+h.count(sim.Answered, sim.Late, gone), "the look counts for nothing")
		require.Equal(t, 1, h.count(sim.Closed, sim.NoReason, gone))
		require.Equal(t, 3, h.count(sim.Stored, sim.Durable, gone))
		require.Equal(t, []int64{7}, h.shows(other))
		h.change(one, sim.Add, 8)
		require.Equal(t, []int64{7, 8}, h.shows(other), "what was removed may be added again")
		h.change(other, sim.Delete, 0)
		require.Empty(t, h.shows(one))
		for _, id := range h.members {
			h.crash(id, keepAll)
		}
		require.Empty(t, h.shows(one), "and stays away")
	})
}

// TestRemovalLeavesWhatItDidNotSee removes an element while somebody adds it again.
func TestRemovalLeavesWhatItDidNotSee(t *testing.T) {
	merging(t, "set", func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 2)
		h.change(h.client(1), sim.Add, 7)
		h.call(h.client(1), kv.Request{Code: sim.Remove, Value: sim.Value{N: 7}})
		if c.Coordinator == "node" {
			h.deliver(h.take("request", sim.Nobody))
		}
		looks := len(h.mail)
		require.NotZero(t, looks)
		for range looks {
			h.deliver(h.take("read", sim.Nobody))
		}
		h.change(h.client(2), sim.Add, 7) // the answers are on their way meanwhile
		require.Equal(t, []int64{7}, h.shows(h.client(2)), "additions win")
	})
}

// TestRemovalWithoutAnswersFails: it has written nothing.
func TestRemovalWithoutAnswersFails(t *testing.T) {
	c := Defaults()
	c.Versions = "crdt"
	h := newHand(t, c, 3, 1)
	op := h.call(h.client(1), kv.Request{Code: sim.Remove, Value: sim.Value{N: 7}})
	near := h.take("request", sim.Nobody)
	h.deliver(near)
	h.mail = nil
	h.fire(near.to)
	h.flush()
	require.Equal(t, kv.Reply{Op: op, Attempt: 1, Outcome: sim.Fail, Error: sim.Unavailable}, h.reply(h.client(1)))
}

// TestDeltasAreSmall: homes are sent what is new, and repairs bring all.
func TestDeltasAreSmall(t *testing.T) {
	merging(t, "set", func(t *testing.T, c Config) {
		c.ReadRepair = "async"
		h := newHand(t, c, 3, 1)
		for n := range int64(9) {
			h.change(h.client(1), sim.Add, n)
		}
		h.call(h.client(1), kv.Request{Code: sim.Add, Value: sim.Value{N: 9}})
		if c.Coordinator == "node" {
			h.deliver(h.take("request", sim.Nobody))
		}
		for range 2 {
			l := h.take("write", sim.Nobody)
			require.Len(t, l.m.(*write).Set.Writes(), 1)
		}
		h.flush()
		h.disks[3].Wipe()
		h.crash(3, keepAll)
		h.get(h.client(1))
		h.flush()
		require.GreaterOrEqual(t, len(h.replica(3).store.held(0).set.Writes()), 9)
	})
}

// TestDeltasInAnyOrder delivers additions of one actor in any order, some twice.
func TestDeltasInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := clientCoordinates("none")
		c.Versions = "crdt"
		h := newHand(t, c, 3, 3)
		for i := range 6 {
			h.call(h.client(1+i%3), kv.Request{Code: sim.Add, Value: sim.Value{N: int64(i)}})
		}
		for _, l := range rapid.Permutation(append(h.mail, h.mail...)).Draw(t, "order") {
			h.deliver(l)
		}
		for _, id := range h.members {
			set := h.replica(id).store.held(0).set
			require.Len(t, set.Writes(), 6)
			require.Len(t, set.Covered(), 3, "no hole is left")
		}
	})
}

func TestCounterCounts(t *testing.T) {
	merging(t, "counter", func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 2)
		require.Equal(t, []int64{0}, h.shows(h.client(1)), "one total, even of nothing")
		h.change(h.client(1), sim.Add, 5)
		h.change(h.client(2), sim.Add, 2)
		h.change(h.client(1), sim.Remove, 9)
		require.Equal(t, []int64{-2}, h.shows(h.client(2)))
		require.Equal(t, sim.Value{N: -2}, h.reply(h.client(2)).Values[0])
		require.Equal(t, []sim.Value{{N: -2}}, inspected(h, 1)[0].Values)
		for _, id := range h.members {
			h.crash(id, keepAll)
		}
		h.change(h.client(1), sim.Add, 1)
		require.Equal(t, []int64{-1}, h.shows(h.client(2)))
	})
}

// TestActorEndsWithWhatItDoubts: an op that nobody may have leaves no hole in what its
// coordinator does next.
func TestActorEndsWithWhatItDoubts(t *testing.T) {
	for _, kind := range []string{"set", "counter"} {
		merging(t, kind, func(t *testing.T, c Config) {
			h := newHand(t, c, 3, 1)
			client := h.client(1)
			h.change(client, sim.Add, 1)
			op := h.call(client, kv.Request{Code: sim.Add, Value: sim.Value{N: 2}})
			near := client
			if c.Coordinator == "node" {
				l := h.take("request", sim.Nobody)
				near = l.to
				h.deliver(l)
				h.mail = nil
				h.fire(near)
				h.flush()
				require.Equal(t, sim.Unknown, h.reply(client).Outcome)
			} else {
				h.mail = nil
				h.stores[client].Abandon(h.enter(client), op)
				h.leave(client)
			}
			h.change(client, sim.Add, 3)
			for _, id := range h.members {
				if id == near {
					continue // it holds what it sent itself
				}
				set := h.replica(id).store.held(0).set
				require.Len(t, set.Covered(), 2, "an actor before the doubt, one after it, and no hole")
				require.Equal(t, map[string]int{"set": 2, "counter": 2}[kind], len(set.Writes()))
			}
		})
	}
}

func TestRegisterOfSeveralValues(t *testing.T) {
	merging(t, "mv-register", func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 2)
		one, other := h.client(1), h.client(2)
		first := h.put(one, nil)
		h.flush()
		covers := h.reply(one).Context
		blind := h.put(other, nil)
		h.flush()
		over := h.put(one, covers, first)
		h.flush()
		h.get(other)
		h.flush()
		require.ElementsMatch(t, []sim.OpID{blind, over}, ids(h.reply(other).Values))
		h.remove(other, h.reply(other).Context, blind, over)
		h.flush()
		h.get(one)
		h.flush()
		require.Empty(t, h.reply(one).Values)
		require.Empty(t, h.replica(1).store.held(0).set.Deletes(), "no tombstone")
	})
}

// TestRegisterOfTheLastValue is lww by another name.
func TestRegisterOfTheLastValue(t *testing.T) {
	merging(t, "register", func(t *testing.T, c Config) {
		h := newHand(t, c, 3, 2)
		h.put(h.client(1), nil)
		h.flush()
		last := h.put(h.client(2), nil)
		h.flush()
		require.Equal(t, []sim.OpID{last}, ids(h.holds(1)))
		require.False(t, c.Siblings())
	})
}

func TestSupports(t *testing.T) {
	for kind, codes := range map[string][]sim.Code{
		"set": {sim.Get, sim.Delete, sim.Add, sim.Remove}, "counter": {sim.Get, sim.Add, sim.Remove},
		"register": {sim.Get, sim.Put, sim.Delete}, "mv-register": {sim.Get, sim.Put, sim.Delete},
	} {
		merging(t, kind, func(t *testing.T, c Config) {
			h := newHand(t, c, 3, 1)
			for code := sim.Get; code <= sim.Remove; code++ {
				h.call(h.client(1), kv.Request{Code: code})
				h.fire(h.client(1))
				h.flush()
				want := sim.OK
				if !c.Supports(code) {
					want = sim.Fail
				}
				require.Equal(t, want, h.reply(h.client(1)).Outcome, "%s %s", kind, code)
				require.Equal(t, want == sim.OK, contains(codes, code), "%s %s", kind, code)
			}
		})
	}
}

func contains(codes []sim.Code, code sim.Code) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

// gatherers add to, and remove from, few sets or counters.
func gatherers(kind string) *workloads.Collection {
	rate, _ := random.ParseRate("300/s")
	some, _ := random.ParseProbability("0.2")
	return &workloads.Collection{
		Clientele: workloads.Clientele{Clients: 3, Pace: "open", Arrivals: "poisson", Sessions: 2}, Rate: rate,
		Type: kind, Merge: "server", Write: "put",
		Tries: 1, Reads: some, Removes: some, Keys: 2, Timeout: 60 * ms, Size: 10, Final: true,
	}
}

// TestDataTypesLoseNothing is the promise under quorums that overlap, whatever the
// network, the processes and unsynced disks do.
func TestDataTypesLoseNothing(t *testing.T) {
	for _, kind := range []string{"set", "counter"} {
		merging(t, kind, func(t *testing.T, c Config) {
			for _, repair := range []string{"none", "sync"} {
				c.ReadRepair = repair
				u := universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: gatherers(kind), last: time.Second, nemesis: storm(t)}
				u.judge(t, 3, "stale_reads", "lost_writes", "resurrected")
			}
		})
	}
	merging(t, "mv-register", func(t *testing.T, c Config) {
		c.ReadRepair = "async"
		u := universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: pace(), last: 2 * time.Second, nemesis: storm(t)}
		u.judge(t, 3, "stale_reads", "lost_writes", "lost_updates", "discarded_writes", "false_siblings", "quorum_overlap")
	})
}

// TestDataTypesUnderSloppyQuorums hands hints of deltas home.
func TestDataTypesUnderSloppyQuorums(t *testing.T) {
	for _, kind := range []string{"set", "counter"} {
		c := sloppyQuorum("client")
		c.Versions, c.Type, c.TombstoneGrace = "crdt", kind, 0
		u := universe{config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: gatherers(kind), last: 2 * time.Second, nemesis: storm(t)}
		u.judge(t, 5, "lost_writes")
	}
}

// TestDataTypesNeverChangeWhatTheyHandOver has the kernel verify it, and runs twice.
func TestDataTypesNeverChangeWhatTheyHandOver(t *testing.T) {
	for _, kind := range []string{"set", "counter"} {
		merging(t, kind, func(t *testing.T, c Config) {
			c.ReadRepair = "async"
			u := universe{
				config: c, servers: 5, latency: exponential(2 * ms), sync: ms, work: gatherers(kind), last: time.Second,
				nemesis: storm(t), check: true,
			}
			require.Equal(t, u.world(t).Run(3).Digest, u.world(t).Run(3).Digest)
		})
	}
}

// TestRemovalAfterOneThatFewHeardOf: a removal that reached one home only hides the
// element from the next one, which must remove it from the others all the same.
func TestRemovalAfterOneThatFewHeardOf(t *testing.T) {
	c := clientCoordinates("none")
	c.Versions = "crdt"
	h := newHand(t, c, 3, 2)
	h.change(h.client(1), sim.Add, 7)
	h.call(h.client(1), kv.Request{Code: sim.Remove, Value: sim.Value{N: 7}})
	h.pass("read", 1, 2)
	h.pass("value", h.client(1), h.client(1))
	h.pass("write", 1)
	h.mail = nil // nobody else hears of it
	h.call(h.client(2), kv.Request{Code: sim.Remove, Value: sim.Value{N: 7}})
	h.pass("read", 1, 2)
	h.pass("value", h.client(2), h.client(2))
	h.pass("write", 2, 3)
	h.pass("written", h.client(2), h.client(2))
	require.Equal(t, sim.OK, h.reply(h.client(2)).Outcome)
	for _, id := range h.members {
		require.Empty(t, h.holds(id))
	}
}

// TestAddingWhatIsThere adds one element again and again, by who is no home of it: what
// it added before is replaced.
func TestAddingWhatIsThere(t *testing.T) {
	merging(t, "set", func(t *testing.T, c Config) {
		h := newHand(t, c, 4, 1)
		client := h.client(1)
		near := h.members[int(client)%len(h.members)]
		key := sim.Key(0)
		for place(h.replica(1).local.layout.homes(key), near) >= 0 {
			key++
		}
		add := func(n int64) {
			h.call(client, kv.Request{Code: sim.Add, Key: key, Value: sim.Value{N: n}})
		}
		for range 10 {
			add(7)
			h.flush()
			add(8)
			h.flush()
		}
		for _, id := range h.replica(1).local.layout.homes(key) {
			held := h.replica(id).store.held(key).set
			require.Len(t, held.Writes(), 2)
			require.Len(t, held.Covered(), 1, "no hole is left")
		}
	})
}

// TestClerkNotesWhatMayBeHeld: additions that nobody has acknowledged, and one of each
// element that is there.
func TestClerkNotesWhatMayBeHeld(t *testing.T) {
	c := clientCoordinates("none")
	c.Versions = "crdt"
	h := newHand(t, c, 3, 2)
	client := h.client(1)
	clerk := &h.stores[client].(*quorumClient).coordinator.clerk
	h.change(client, sim.Add, 7)
	h.change(client, sim.Add, 8)
	doubtful := h.call(client, kv.Request{Code: sim.Add, Value: sim.Value{N: 7}})
	h.mail = nil
	h.stores[client].Abandon(h.enter(client), doubtful)
	h.leave(client)
	require.Len(t, clerk.earlier(0, 7), 2, "who knows which of them are held")
	h.change(client, sim.Add, 7)
	require.Len(t, clerk.earlier(0, 7), 1)
	require.Len(t, h.replica(1).store.held(0).set.Writes(), 2)
	require.Len(t, h.replica(1).store.held(0).set.Covered(), 2, "and no hole is left")
	h.change(client, sim.Remove, 7)
	require.Empty(t, clerk.earlier(0, 7))
	require.Len(t, clerk.earlier(0, 8), 1)
	h.change(h.client(2), sim.Delete, 0)
	h.shows(client)
	require.Empty(t, clerk.earlier(0, 8), "it has read that somebody removed it")
}
