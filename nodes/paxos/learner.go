package paxos

import (
	"slices"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// tally is what is known of a slot that is not applied yet.
type tally struct {
	isChosen bool
	entry    replog.Entry
	votes    []vote
}

// vote is who has accepted in one ballot: acceptances of different ballots add up to
// nothing, not even of the same value.
type vote struct {
	entry replog.Entry // its epoch is the ballot
	bare  bool         // the value did not come along
	by    uint64       // a bit for each rank
}

// outcome is what applying did.
type outcome = machine.Applied

// tally of a slot, made if absent.
func (l *learner) tally(slot uint64) *tally {
	t := l.ahead[slot]
	if t == nil {
		t = &tally{}
		l.ahead[slot] = t
	}
	return t
}

// isChosen tells whether the node knows what is chosen for a slot.
func (n *Node) isChosen(slot uint64) bool {
	t := n.learner.ahead[slot]
	return slot <= n.learner.applied || t != nil && t.isChosen
}

// receiveAccepted counts an acceptance (Paxos Made Simple, section 2.3).
func (n *Node) receiveAccepted(env *sim.Env, from sim.NodeID, m *accepted) {
	n.count(env, from, m)
	if n.isChosen(m.Slot) {
		return
	}
	t, rank := n.learner.tally(m.Slot), n.rank(from)
	at := -1
	for i := range t.votes {
		if t.votes[i].entry.Epoch == m.Entry.Epoch {
			at = i
		}
	}
	if at < 0 {
		at = len(t.votes)
		t.votes = append(t.votes, vote{entry: m.Entry, bare: m.Bare})
	}
	t.votes[at].by |= bit(rank)
	n.weigh(env, m.Slot)
}

// weigh finds out whether a slot's value is chosen by what is known. Without knowing who
// the slot's acceptors are, nobody can tell.
func (n *Node) weigh(env *sim.Env, slot uint64) {
	t := n.learner.ahead[slot]
	if t == nil || t.isChosen || slot > n.learner.applied+uint64(n.config.Window) {
		return
	}
	for i := range t.votes {
		v := &t.votes[i]
		if !n.accepts(n.at(slot), v.by) {
			continue
		}
		if !v.bare {
			n.choose(env, slot, v.entry)
			return
		}
		if x := n.proposer.ruling.opened(slot); x != nil && x.entry.Epoch == v.entry.Epoch {
			n.choose(env, slot, x.entry)
			return
		}
	}
}

// count takes note of who has accepted what this node proposed.
func (n *Node) count(env *sim.Env, from sim.NodeID, m *accepted) {
	p := &n.proposer
	if p.phase != leading || m.Entry.Epoch != p.ballot {
		return
	}
	if x := p.ruling.opened(m.Slot); x != nil && x.by&bit(n.rank(from)) == 0 {
		x.by |= bit(n.rank(from))
		n.stateAnswered(env, x, from)
	}
}

// receiveChosen learns what is chosen from who knows.
func (n *Node) receiveChosen(env *sim.Env, m *chosen) { n.choose(env, m.Slot, m.Entry) }

// choose takes note that a value is chosen, and applies what has become contiguous.
func (n *Node) choose(env *sim.Env, slot uint64, e replog.Entry) {
	if n.isChosen(slot) {
		return
	}
	n.notice(env, e.Epoch)
	t := n.learner.tally(slot)
	t.isChosen, t.entry, t.votes = true, e, nil
	n.learner.wanted = max(n.learner.wanted, slot)
	n.stateDecided(env, slot, &e)
	n.close(env, slot, &e)
	n.advance(env)
}

// close ends a proposal of the node's own, and tells the learners if it is what was chosen.
func (n *Node) close(env *sim.Env, slot uint64, e *replog.Entry) {
	r := &n.proposer.ruling
	x := r.opened(slot)
	if x == nil {
		return
	}
	closed := *x
	r.open = slices.DeleteFunc(r.open, func(o proposal) bool { return o.slot == slot })
	if closed.entry.Epoch != e.Epoch {
		return
	}
	n.stateClosed(env, &closed)
	if n.config.Learn == "leader" {
		n.sendTo(env, n.told()&^bit(n.me), &chosen{about: closed.about, acceptance: acceptance{slot, closed.entry}})
	}
}

// advance applies what is chosen, in the order of slots and without gaps.
func (n *Node) advance(env *sim.Env) {
	l := &n.learner
	for {
		t := l.ahead[l.applied+1]
		if t == nil || !t.isChosen {
			break
		}
		l.applied++
		delete(l.ahead, l.applied)
		l.log = append(l.log, t.entry)
		n.apply(env, l.applied, &t.entry)
		n.weigh(env, l.applied+uint64(n.config.Window))
	}
	l.known = max(l.known, l.applied)
	n.shoot(env)
	n.watchGap(env)
	n.release(env)
	n.pump(env)
}

// apply carries out what is chosen for the next slot.
func (n *Node) apply(env *sim.Env, slot uint64, e *replog.Entry) {
	if isConfiguration(e) {
		n.configure(env, slot, e)
	}
	did := outcome{Index: slot}
	if e.Code != sim.Get {
		did = n.learner.store.Apply(slot, e)
	}
	n.stateApplied(env, slot, e, did)
	n.answerApplied(env, e, did.Index, did)
}

// at is the configuration that rules a slot: the newest that begins at or before it.
func (n *Node) at(slot uint64) configuration {
	all := n.learner.configurations
	at := len(all) - 1
	for at > 0 && all[at].From > slot {
		at--
	}
	return all[at]
}

// ruled are the configurations that rule a range of slots.
func (n *Node) ruled(from, upto uint64) []configuration {
	all := n.learner.configurations
	first, last := 0, len(all)
	for first+1 < last && all[first+1].From <= from {
		first++
	}
	for last-1 > first && all[last-1].From > upto {
		last--
	}
	return all[first:last]
}

// isConfiguration tells whether an entry says who accepts.
func isConfiguration(e *replog.Entry) bool { return e.Op == 0 && len(e.Body) == 1 }

// window is how many slots behind its own a configuration begins to rule.
func (n *Node) window() int {
	if n.config.configImmediately() {
		return 1
	}
	return n.config.Window
}

// configure has a new set of acceptors rule from a window behind the slot on: all that
// can be proposed before the slot is known to be chosen is ruled by the old one (Paxos
// Made Simple, section 3).
func (n *Node) configure(env *sim.Env, slot uint64, e *replog.Entry) {
	l := &n.learner
	newest := l.configurations[len(l.configurations)-1]
	c := configuration{Version: newest.Version + 1, From: slot + uint64(n.window()), Acceptors: e.Body[0]}
	l.configurations = append(l.configurations, c)
	n.stateConfigured(env, &c)
	n.recount(env)
	if n.proposer.phase == leading {
		n.askPromises(env, c.Acceptors)
		n.expect(env)
	}
}
