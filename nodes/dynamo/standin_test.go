package dynamo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// sloppyQuorum is a store of which stand-ins are a part: three homes, hints on disk.
func sloppyQuorum(who string) Config {
	c := clientCoordinates("none")
	c.Coordinator, c.Quorum, c.Hints = who, "sloppy", "disk"
	return c
}

// preference is the preference list of key 0, of all members.
func preference(h *hand) []sim.NodeID {
	c := h.nodes[1].(*Node).coordinator
	return append([]sim.NodeID(nil), c.layout.list(0)...)
}

// cut loses every letter to and from some nodes.
func (h *hand) cut(away ...sim.NodeID) {
	var left []letter
	for _, l := range h.mail {
		if place(away, l.to) < 0 && place(away, l.from) < 0 {
			left = append(left, l)
		}
	}
	h.mail = left
}

// flushWithout delivers everything that does not concern some nodes.
func (h *hand) flushWithout(away ...sim.NodeID) {
	for h.cut(away...); len(h.mail) > 0; h.cut(away...) {
		l := h.mail[0]
		h.mail = h.mail[1:]
		h.deliver(l)
	}
}

// wait lets time pass, and fires the timers of a node.
func (h *hand) wait(id sim.NodeID, away ...sim.NodeID) {
	h.clock += h.config.SuspectAfter
	h.fire(id)
	h.flushWithout(away...)
}

// asker is who coordinates the ops of the first client.
func (h *hand) asker() sim.NodeID {
	if h.config.Coordinator == "client" {
		return h.client(1)
	}
	return h.members[int(h.client(1))%len(h.members)]
}

// outage is a hand in which the coordinator of the first client suspects a home,
// which is not that coordinator itself.
func outage(t *testing.T, c Config) (h *hand, order []sim.NodeID, home sim.NodeID) {
	h = newHand(t, c, 5, 2)
	order = preference(h)
	for _, id := range order[:3] {
		if id != h.asker() {
			home = id
		}
	}
	h.get(h.client(1))
	h.flushWithout(home)
	h.wait(h.asker(), home)
	h.facts = nil
	return h, order, home
}

func (h *hand) answered(op sim.OpID) (by, as []sim.NodeID) {
	for _, f := range h.facts {
		if f.Fact == sim.Answered && f.Op == op {
			by, as = append(by, sim.NodeID(f.A)), append(as, sim.NodeID(f.B))
		}
	}
	return by, as
}

// TestStandInTakesThePlaceOfASilentHome is Dynamo's section 4.6: the first N
// healthy nodes of the preference list are asked, and the ledger says for whom.
func TestStandInTakesThePlaceOfASilentHome(t *testing.T) {
	for _, who := range []string{"client", "node"} {
		c := sloppyQuorum(who)
		c.W, c.R = 3, 3
		h, order, home := outage(t, c)
		op := h.put(h.client(1), nil)
		h.flushWithout(home)
		require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome, who)
		by, as := h.answered(op)
		require.ElementsMatch(t, order[:3], as)
		require.Contains(t, by, order[3])
		require.NotContains(t, by, home)
		require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op))
		require.Equal(t, 2, h.count(sim.Stored, sim.Durable, op), "a hint is not the stand-in's own data")
		require.Empty(t, inspected(h, order[3]))

		read := h.get(h.client(1))
		h.flushWithout(home)
		require.Equal(t, []sim.OpID{op}, ids(h.reply(h.client(1)).Values))
		by, as = h.answered(read)
		require.ElementsMatch(t, order[:3], as)
		require.Contains(t, by, order[3])
	}
}

// TestStandInAnswersForOneHomeOnly reads the stand-in of another home.
func TestStandInAnswersForOneHomeOnly(t *testing.T) {
	h, order, home := outage(t, sloppyQuorum("client"))
	h.put(h.client(1), nil)
	h.flushWithout(home)
	r := h.replica(order[3])
	ask := func(owner sim.NodeID) *hintValue {
		h.mail = nil
		r.tellHint(h.enter(order[3]), h.client(1), &readHint{Owner: owner})
		h.leave(order[3])
		return h.mail[0].m.(*hintValue)
	}
	require.Len(t, ask(home).Set, 1)
	for _, other := range order[:3] {
		if other != home {
			require.Empty(t, ask(other).Set)
		}
	}
}

func TestWithoutStandInsTheHomeIsAskedAgain(t *testing.T) {
	c := sloppyQuorum("client")
	h := newHand(t, c, 3, 1)
	h.get(h.client(1))
	h.flushWithout(3)
	h.wait(h.client(1), 3)
	op := h.put(h.client(1), nil)
	require.Contains(t, h.inMail(), "write n4>n3")
	h.flushWithout(3)
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	by, _ := h.answered(op)
	require.Equal(t, []sim.NodeID{1, 2}, by)
}

// TestStrictNeverAsksStandIns has the same outage under strict quorums.
func TestStrictNeverAsksStandIns(t *testing.T) {
	c := clientCoordinates("none")
	c.W = 3
	h := newHand(t, c, 5, 1)
	order := preference(h)
	for range 3 {
		h.put(h.client(1), nil)
		require.Len(t, h.mail, 3)
		h.flushWithout(order[0])
		require.NotContains(t, h.replies, h.client(1))
		h.clock += c.SuspectAfter
		require.Zero(t, h.fire(h.client(1)), "nothing is watched")
	}
}

// TestStrictQuorumWithHints counts homes only, and keeps the write all the same.
func TestStrictQuorumWithHints(t *testing.T) {
	c := sloppyQuorum("client")
	c.Quorum, c.W = "strict", 3
	h, order, home := outage(t, c)
	op := h.put(h.client(1), nil)
	h.flushWithout(home)
	require.NotContains(t, h.replies, h.client(1))
	require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op))
	h.wait(order[3]) // the owner is back
	h.flush()
	require.Equal(t, 1, h.count(sim.Hint, sim.Replayed, op))
	require.Len(t, h.holds(home), 1)
	by, _ := h.answered(op)
	require.NotContains(t, by, order[3])
	h.get(h.client(1))
	require.NotContains(t, h.inMail(), "read-hint n6>n"+string(rune('0'+order[3])))
}

// TestCoordinatorKeepsHintsItself is the strict quorum of a node that finds itself
// cut off from everyone.
func TestCoordinatorKeepsHintsItself(t *testing.T) {
	c := sloppyQuorum("node")
	c.Quorum = "strict"
	h := newHand(t, c, 5, 1)
	self := h.asker()
	var others, homes []sim.NodeID
	for _, id := range preference(h) {
		if id != self {
			others = append(others, id)
		}
	}
	for _, id := range preference(h)[:3] {
		if id != self {
			homes = append(homes, id)
		}
	}
	op := h.put(h.client(1), nil)
	h.flushWithout(others...)
	h.wait(self, others...)
	require.Equal(t, len(homes), h.count(sim.Hint, sim.Kept, op))
	require.NotEqual(t, sim.OK, h.reply(h.client(1)).Outcome)
	h.recover(self)
	for _, id := range homes {
		require.Equal(t, []sim.OpID{op}, ids(h.holds(id)))
	}
}

// TestWriteUnderWayGoesToAStandIn has a home fall silent while an op waits for it,
// and after the op is over.
func TestWriteUnderWayGoesToAStandIn(t *testing.T) {
	for _, w := range []int{2, 3} {
		c := sloppyQuorum("client")
		c.W = w
		h := newHand(t, c, 5, 1)
		home := preference(h)[1]
		op := h.put(h.client(1), nil)
		h.flushWithout(home)
		require.Equal(t, w == 2, h.reply(h.client(1)).Outcome == sim.OK)
		require.Zero(t, h.count(sim.Hint, sim.Kept, op))
		h.wait(h.client(1), home)
		require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
		require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op), "the home has missed it")
	}
}

func TestReadUnderWayGoesToAStandIn(t *testing.T) {
	c := sloppyQuorum("client")
	c.R = 3
	h := newHand(t, c, 5, 1)
	home := preference(h)[1]
	h.get(h.client(1))
	h.flushWithout(home)
	require.NotContains(t, h.replies, h.client(1))
	h.wait(h.client(1), home)
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
}

// TestWriteBackToAStandIn has a home fall silent after it answered the read.
func TestWriteBackToAStandIn(t *testing.T) {
	c := sloppyQuorum("client")
	c.ReadRepair, c.W = "sync", 3
	h := newHand(t, c, 5, 2)
	order := preference(h)
	op := partly(h, h.client(1), order[0])
	reader := h.client(2)
	h.get(reader)
	h.pass("read", order[0], order[1])
	h.pass("value", reader, reader)
	h.flushWithout(order[1])
	require.NotContains(t, h.replies, reader)
	h.wait(reader, order[1])
	require.Equal(t, []sim.OpID{op}, ids(h.reply(reader).Values))
	require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op))
}

func TestSuspicionEndsWithAnAnswer(t *testing.T) {
	h, order, home := outage(t, sloppyQuorum("client"))
	client := h.client(1)
	health := &h.stores[client].(*quorumClient).coordinator.health
	require.True(t, health.suspects(home))
	h.deliver(letter{home, client, &ping{1}})
	require.True(t, health.suspects(home), "it sends, but does it hear?")
	h.mail = nil
	h.wait(client) // the ping is answered
	require.False(t, health.suspects(home))
	h.put(client, nil)
	require.Contains(t, h.inMail(), "write n6>n"+string(rune('0'+home)))
	h.flush()
	require.Empty(t, h.replica(order[3]).hints.owed)
	for range 3 { // nothing is owed: the timer dies away
		h.clock += h.config.SuspectAfter
		h.fire(client)
	}
	require.Zero(t, h.fire(client))
}

// TestSuspectsOfASuspect has the stand-in fall silent too.
func TestSuspectsOfASuspect(t *testing.T) {
	h, order, home := outage(t, sloppyQuorum("client"))
	op := h.put(h.client(1), nil)
	h.flushWithout(home, order[3])
	h.wait(h.client(1), home, order[3])
	by, as := h.answered(op)
	require.Contains(t, by, order[4])
	require.Contains(t, as, home)
}

// TestNoHandoff leaves what stand-ins were given where it is.
func TestNoHandoff(t *testing.T) {
	c := sloppyQuorum("client")
	c.Hints, c.W = "none", 3
	h, order, home := outage(t, c)
	op := h.put(h.client(1), nil)
	h.flushWithout(home)
	require.Equal(t, sim.OK, h.reply(h.client(1)).Outcome)
	require.Equal(t, []sim.OpID{op}, ids(h.holds(order[3])))
	h.crash(order[3], loseAll)
	require.Equal(t, []sim.OpID{op}, ids(h.holds(order[3])), "it was synced")
	h.wait(order[3])
	h.flush()
	require.Empty(t, h.holds(home))
	h.call(h.client(1), kv.Request{Code: sim.Get})
	h.flushWithout(home)
	require.Equal(t, []sim.OpID{op}, ids(h.reply(h.client(1)).Values))
}

// TestOneLostWriteIsHinted has a home answer everything but one write.
func TestOneLostWriteIsHinted(t *testing.T) {
	for _, quorum := range []string{"sloppy", "strict"} {
		c := sloppyQuorum("client")
		c.Quorum = quorum
		h := newHand(t, c, 5, 1)
		order := preference(h)
		client := h.client(1)
		op := h.put(client, nil)
		h.take("write", order[0])
		h.flush()
		h.clock += c.SuspectAfter / 2
		newer := h.put(client, nil)
		h.flush()
		h.clock += c.SuspectAfter / 2
		h.fire(client)
		h.flush()
		require.Equal(t, 1, h.count(sim.Hint, sim.Kept, op))
		require.Zero(t, h.count(sim.Hint, sim.Kept, newer))
		h.recover(order[3])
		require.Equal(t, 1, h.count(sim.Hint, sim.Replayed, op))
		h.clock += c.SuspectAfter
		h.fire(client)
		require.Zero(t, h.fire(client))
	}
}
