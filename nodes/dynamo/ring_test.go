package dynamo

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/quorum"
	"simrun/nodes/kv"
	"simrun/sim"
)

// ringed is a store of servers of which the first few are members.
func ringed(members int) Config {
	c := Defaults()
	c.Members, c.Versions, c.ReadRepair, c.Coordinator, c.TransferBatch = members, "lww", "none", "client", 2
	return c
}

func (h *hand) ring(id sim.NodeID) *membership { return h.nodes[id].(*Node).ring }

// wish hands a node a signal about the ring.
func (h *hand) wish(id sim.NodeID, signal sim.TimerKind, instead sim.NodeID) {
	h.nodes[id].Timeout(h.enter(id), sim.Timer{Kind: signal, A: uint64(instead)})
	h.leave(id)
}

// gossips lets time pass, in rounds of gossip, in which everything sent arrives.
func (h *hand) gossips(rounds int) {
	for range rounds {
		h.clock += h.config.GossipEvery
		for _, id := range h.members {
			h.fire(id)
		}
		h.flush()
	}
}

// gossip lets time pass at one node. What it sends, and what comes of it, arrives.
func (h *hand) gossip(id sim.NodeID) {
	h.gossipTick(id)
	h.flush()
}

// gossipTick lets time pass at one node.
func (h *hand) gossipTick(id sim.NodeID) {
	h.clock += h.config.GossipEvery
	h.fire(id)
}

func getOf(key sim.Key) kv.Request { return kv.Request{Code: sim.Get, Key: key} }

func (h *hand) putKey(client sim.NodeID, key sim.Key) sim.OpID {
	return h.call(client, kv.Request{Code: sim.Put, Key: key})
}

func (h *hand) getKey(client sim.NodeID, key sim.Key) []sim.OpID {
	h.call(client, kv.Request{Code: sim.Get, Key: key})
	h.flush()
	return ids(h.reply(client).Values)
}

func names(list []member) (nodes []sim.NodeID) {
	for _, m := range list {
		nodes = append(nodes, m.Node)
	}
	return nodes
}

func TestRingOptions(t *testing.T) {
	for path, spoil := range map[string]func(c *Config){
		"members":      func(c *Config) { c.Members = 2 },
		"n":            func(c *Config) { c.N, c.Members = 33, 40 },
		"quorum":       func(c *Config) { c.Quorum = "sloppy" },
		"write_fanout": func(c *Config) { c.WriteFanout = "through-one" },
		"ring_change":  func(c *Config) { c.Members, c.RingChange = 0, "eager" },
		"detection":    func(c *Config) { c.Detection = "gossip" },
		"writes":       func(c *Config) { c.Coordinator, c.Writes, c.WriteFanout = "node", "two-phase", "w" },
	} {
		c := ringed(3)
		require.NoError(t, c.Check())
		spoil(&c)
		var wrong interface{ Path() string }
		require.ErrorAs(t, c.Check(), &wrong, path)
		require.Equal(t, path, wrong.Path())
	}
	c := ringed(4)
	require.ErrorContains(t, c.Fits(3), "only 3 nodes")
	c.Members, c.Hints, c.Detection = 0, "disk", "gossip"
	require.ErrorContains(t, c.Check(), "clients take no part")
}

// TestStepsOfAChange: who joins has a place of its own, who replaces another has that
// one's, and a place is never held twice.
func TestStepsOfAChange(t *testing.T) {
	c := firstRing([]sim.NodeID{1, 2, 3})
	next, ok := c.begun(wish{Kind: wishJoin, Instead: 2}, 4, 3)
	require.True(t, ok)
	require.Equal(t, []member{{1, 1}, {3, 3}, {4, 2}}, next.Next)
	require.Equal(t, sim.NodeID(2), next.Gone)
	turned := next.turned()
	done := turned.done()
	require.Equal(t, uint64(4), done.Version)
	require.Equal(t, sim.Agreed, done.reached())
	back, _ := done.begun(wish{Kind: wishJoin}, 2, 3)
	require.Equal(t, []member{{1, 1}, {2, 4}, {3, 3}, {4, 2}}, back.Next, "its own place is taken")
	undone := back.undone()
	require.Equal(t, sim.Undone, undone.reached())
	require.Equal(t, done.Members, undone.Members)
	_, ok = done.begun(wish{Kind: wishLeave}, 1, 3)
	require.False(t, ok, "there are never fewer members than homes")
	require.True(t, wish{Kind: wishJoin, Instead: 2}.pointless(&done, 5), "n2 is no member any more")
	require.False(t, wish{Kind: wishJoin, Instead: 4}.pointless(&done, 5))
}

// TestAdjacentStepsAgree tries every read quorum of one step of a change with every
// write quorum of the step before and after.
func TestAdjacentStepsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		w := rapid.IntRange(1, n).Draw(t, "w")
		r := n - w + 1
		all := rapid.Permutation([]sim.NodeID{1, 2, 3, 4, 5, 6, 7, 8}).Draw(t, "nodes")
		shared := rapid.IntRange(0, n).Draw(t, "shared")
		old := all[:n]
		next := append(slices.Clone(old[:shared]), all[n:2*n-shared]...)
		steps := []circle{stable(old), joined(old, next, false), joined(old, next, true), stable(next)}
		for i := range steps {
			for j := max(0, i-1); j < min(len(steps), i+2); j++ {
				require.True(t, steps[i].meets(&steps[j], r, w), "reads of step %d, writes of step %d", i, j)
			}
		}
		if shared == 0 {
			require.False(t, steps[3].meets(&steps[0], r, w), "two rings alone have nothing in common")
		}
	})
}

func stable(homes []sim.NodeID) circle {
	all := quorum.All(len(homes))
	return circle{homes: homes, reads: all, camps: [2]quorum.Tally{all}}
}

// meets tells whether every r of a circle's readers share one with every set of nodes
// that another circle takes for a write quorum.
func (c *circle) meets(writes *circle, r, w int) bool {
	for some := range quorum.Tally(1) << len(c.homes) {
		if some&^c.reads != 0 || some.Count() != r {
			continue
		}
		for other := range quorum.Tally(1) << len(writes.homes) {
			if writes.met(other, w) && !c.shares(some, writes, other) {
				return false
			}
		}
	}
	return true
}

func (c *circle) shares(some quorum.Tally, o *circle, other quorum.Tally) bool {
	for i, id := range c.homes {
		if at := place(o.homes, id); some.Has(i) && at >= 0 && other.Has(at) {
			return true
		}
	}
	return false
}

// TestJoinAndLeave: a spare becomes a member and has its keys; who leaves has none.
func TestJoinAndLeave(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	c := h.client(1)
	var last [12]sim.OpID
	for key := range last {
		last[key] = h.putKey(c, sim.Key(key))
		h.flush()
		require.Equal(t, sim.OK, h.reply(c).Outcome)
	}
	h.wish(4, sim.SignalJoin, sim.Nobody)
	h.gossips(12)
	require.Equal(t, uint64(4), h.ring(1).Config.Version, "joined")
	h.wish(2, sim.SignalLeave, sim.Nobody)
	h.gossips(12)
	for _, id := range h.members {
		require.Equal(t, uint64(7), h.ring(id).Config.Version)
		require.Equal(t, []sim.NodeID{1, 3, 4}, names(h.ring(id).Config.Members))
	}
	for key, op := range last {
		require.Equal(t, op, h.replica(4).store.held(sim.Key(key)).set.Newest(), "there are three homes, and n4 is one")
		require.Empty(t, h.replica(2).store.held(sim.Key(key)).set)
		require.Positive(t, h.count(sim.Discarded, sim.Collected, op))
		require.Equal(t, []sim.OpID{op}, h.getKey(c, sim.Key(key)), "the client learns whom to ask")
	}
	h.crash(2, 0)
	require.Empty(t, h.replica(2).store.held(0).set, "for good")
	require.Equal(t, uint64(7), h.ring(2).Config.Version)
}

// TestVainWishes are looked at once a round of gossip, not with every sync.
func TestVainWishes(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	h.ring(4).gossip.of(2).suspected, h.ring(4).gossip.of(3).suspected = true, true
	h.wish(4, sim.SignalJoin, sim.Nobody)
	require.NotContains(t, h.inMail(), letterName("ring-prepare", 4, 1), "there are too few sources")
	env := h.enter(4)
	require.Zero(t, testing.AllocsPerRun(10, func() { h.ring(4).steward(env) }))
	h.leave(4)
	h.ring(4).gossip.of(2).suspected = false
	h.gossipTick(4)
	require.Contains(t, h.inMail(), letterName("ring-prepare", 4, 1))
}

// TestUndoneForWhoMissedTheChange: who hears of the end only is told how it ended.
func TestUndoneForWhoMissedTheChange(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	c := firstRing(h.members[:3])
	next, _ := c.begun(wish{Kind: wishJoin}, 4, 3)
	h.facts = nil
	h.deliver(letter{1, 2, &news{next.undone()}})
	require.Equal(t, 1, h.count(sim.Configured, sim.Undone, 0))
}

// TestHomesRefuseAnOlderRing: the write of a client that knows the ring of before is
// refused by who knows better, and done by the ring of now.
func TestHomesRefuseAnOlderRing(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	c := h.client(1)
	h.wish(4, sim.SignalJoin, sim.Nobody)
	h.gossips(12)
	require.Equal(t, uint64(4), h.ring(3).Config.Version)
	op := h.putKey(c, 0)
	require.Len(t, h.mail, 3)
	for _, l := range h.mail {
		require.Equal(t, uint64(1), l.m.(*write).Ring)
	}
	h.pass("write", 1)
	require.Zero(t, h.count(sim.Stored, sim.Durable, op), "by the old ring nothing is stored")
	h.pass("ring", c)
	for _, l := range h.mail {
		if m, ok := l.m.(*write); ok && m.Ring == 4 {
			require.Contains(t, h.replica(1).local.layout.homes(0), l.to)
		}
	}
	h.flush()
	require.Equal(t, sim.OK, h.reply(c).Outcome)
	require.Equal(t, 3, h.count(sim.Stored, sim.Durable, op))
}

// TestWritesReachBothRings while a change is under way, whatever coordinates them.
func TestWritesReachBothRings(t *testing.T) {
	coordinators(t, func(t *testing.T, c Config) {
		ring := ringed(3)
		ring.Coordinator = c.Coordinator
		h := newHand(t, ring, 4, 1)
		h.wish(4, sim.SignalJoin, sim.Nobody)
		for h.ring(4).Config.Step != filling {
			h.deliver(h.take(h.mail[0].m.Kind().Name, h.mail[0].to))
		}
		h.holdBack("transfer-ask")
		moved := h.ring(4).arcs
		require.NotEmpty(t, moved)
		key := sim.Key(0)
		for place(h.ring(4).local.layout.next.homes(key), 4) < 0 {
			key++
		}
		op := h.putKey(h.client(1), key)
		h.flush()
		require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
		require.Equal(t, op, h.replica(4).store.held(key).set.Newest())
		require.Equal(t, 4, h.count(sim.Stored, sim.Durable, op), "three homes, and the one to be")
	})
}

// holdBack delivers all but one kind, which is lost.
func (h *hand) holdBack(kind string) {
	for len(h.mail) > 0 {
		l := h.mail[0]
		h.mail = h.mail[1:]
		if l.m.Kind().Name != kind {
			h.deliver(l)
		}
	}
}

// TestTransferGoesOnAfterACrash where it had been interrupted, and gives up a source
// that is silent.
func TestTransferGoesOnAfterACrash(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	for key := range sim.Key(40) {
		h.putKey(h.client(1), key)
		h.flush()
	}
	h.wish(4, sim.SignalJoin, sim.Nobody)
	for len(h.ring(4).Fill.Sources) == 0 || h.ring(4).Fill.Sources[0].After == 0 {
		l := h.mail[0]
		h.mail = h.mail[1:]
		h.deliver(l)
	}
	before := h.ring(4).Fill.Sources[0]
	h.mail = nil
	h.crash(4, 0)
	require.Equal(t, before, h.ring(4).Fill.Sources[0], "it was on disk")
	var asked []sim.Key
	for _, l := range h.mail {
		if m, ok := l.m.(*fetch); ok && l.to == before.Node {
			asked = append(asked, m.From)
		}
	}
	require.Equal(t, []sim.Key{before.After}, asked)

	silent := h.ring(4).Fill.Sources[0].Node
	for range 3 * fetchTries {
		h.mail = slices.DeleteFunc(h.mail, func(l letter) bool { return l.to == silent || l.from == silent })
		h.flush()
		h.clock += h.config.GossipEvery
		for _, id := range h.members {
			if id != silent {
				h.fire(id)
			}
		}
	}
	require.Contains(t, h.ring(4).Fill.Without, silent)
	h.mail = slices.DeleteFunc(h.mail, func(l letter) bool { return l.to == silent || l.from == silent })
	h.flush()
	require.True(t, h.ring(4).Fill.Done)
	h.gossips(20)
	require.Equal(t, uint64(4), h.ring(silent).Config.Version)
	for key := range sim.Key(40) {
		if place(h.ring(4).local.layout.homes(key), 4) >= 0 {
			require.NotEmpty(t, h.replica(4).store.held(key).set)
		}
	}
}

// TestSourcesWaitForTheirDisk: before a source has the version on its disk it could
// forget it, and acknowledge by the old ring what it did not hand over.
func TestSourcesWaitForTheirDisk(t *testing.T) {
	h := newHand(t, ringed(3), 4, 1)
	h.putKey(h.client(1), 0)
	h.flush()
	h.wish(4, sim.SignalJoin, sim.Nobody)
	for h.ring(4).Config.Step != filling {
		l := h.mail[0]
		h.mail = h.mail[1:]
		h.deliver(l)
	}
	h.lag = true
	source := h.ring(4).Fill.Sources[0].Node
	if h.ring(source).Config.Version == 1 {
		h.pass("ring", source)
	}
	require.Equal(t, uint64(2), h.ring(source).Config.Version)
	h.pass("transfer-ask", source)
	require.NotContains(t, h.inMail(), "transfer")
	waiting := len(h.mail)
	h.sync(source, false)
	require.Greater(t, len(h.mail), waiting)
	h.pass("transfer", 4)
}

// TestAbsentDataEndsAChange: who cannot be given its keys joins later.
func TestAbsentDataEndsAChange(t *testing.T) {
	c := ringed(3)
	c.ChangePatience, c.SuspectPhi = time.Second, 1
	h := newHand(t, c, 4, 1)
	h.wish(4, sim.SignalJoin, sim.Nobody)
	for h.ring(1).Config.Step != filling {
		l := h.mail[0]
		h.mail = h.mail[1:]
		h.deliver(l)
	}
	without := func(rounds int) { // n4 is away
		for range rounds {
			h.mail = slices.DeleteFunc(h.mail, func(l letter) bool { return l.to == 4 || l.from == 4 })
			h.clock += h.config.GossipEvery
			for _, id := range h.members[:3] {
				h.fire(id)
			}
			for len(h.mail) > 0 {
				l := h.mail[0]
				h.mail = h.mail[1:]
				if l.to != 4 {
					h.deliver(l)
				}
			}
		}
	}
	without(40)
	require.Equal(t, steady, h.ring(1).Config.Step)
	require.Equal(t, []sim.NodeID{1, 2, 3}, names(h.ring(1).Config.Members))
	h.gossips(20)
	require.Equal(t, []sim.NodeID{1, 2, 3, 4}, names(h.ring(1).Config.Members), "it still wished to")
}

// TestOneVersionOneRing lets nodes wish for all sorts of changes at once while
// messages are lost and come in any order, and nodes crash: whatever is agreed on
// under one number is the same everywhere, and in the end wishes come true.
func TestOneVersionOneRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHand(t, ringed(4), 6, 1)
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			id := h.members[rapid.IntRange(0, 5).Draw(t, "node")]
			switch rapid.SampledFrom([]string{"join", "leave", "replace", "crash", "fire", "fire", "deliver", "deliver", "deliver", "lose", "flush"}).Draw(t, "what") {
			case "join":
				h.wish(id, sim.SignalJoin, sim.Nobody)
			case "leave":
				h.wish(id, sim.SignalLeave, sim.Nobody)
			case "replace":
				h.wish(id, sim.SignalJoin, h.members[rapid.IntRange(0, 5).Draw(t, "member")])
			case "crash":
				h.crash(id, rapid.Uint64().Draw(t, "kept"))
			case "fire":
				h.clock += h.config.GossipEvery
				h.fire(id)
			case "deliver":
				if len(h.mail) > 0 {
					at := rapid.IntRange(0, len(h.mail)-1).Draw(t, "letter")
					l := h.mail[at]
					h.mail = append(h.mail[:at:at], h.mail[at+1:]...)
					h.deliver(l)
				}
			case "lose":
				h.mail = h.mail[min(1, len(h.mail)):]
			case "flush":
				h.flush()
			}
		}
		h.flush()
		h.gossips(80)
		h.agree(t)
	})
}

// agree demands one ring a version, and that nothing is left to be done.
func (h *hand) agree(t require.TestingT) {
	seen := map[uint64][2]uint64{}
	for _, f := range h.facts {
		if f.Fact != sim.Configured {
			continue
		}
		if before, known := seen[f.A]; known {
			require.Equal(t, before, [2]uint64{f.B, f.C}, "version %d", f.A)
		}
		seen[f.A] = [2]uint64{f.B, f.C}
	}
	config := &h.ring(1).Config
	require.Equal(t, steady, config.Step)
	places := map[sim.NodeID]bool{}
	for _, m := range config.Members {
		require.False(t, places[m.Place], "two at one place")
		places[m.Place] = true
	}
	for _, id := range h.members {
		require.Equal(t, config, &h.ring(id).Config)
		if w := h.ring(id).Wish; !w.pointless(config, id) {
			_, possible := config.begun(w, id, h.config.N)
			require.False(t, possible, "n%d still wishes for %+v", id, w)
		}
	}
}
