package raft

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// wish is a server's wish to become a member, or to be none any more. It is repeated until
// the configuration says so, and again when it turns out that what it knew was old.
type wish struct {
	joins, leaves bool
	instead       sim.NodeID // whose place it takes
	asOf          uint64     // the configuration known when it was wished
	timer         sim.TimerID
}

// wanted is a wish as the leader knows it.
type wanted struct {
	id       sim.NodeID
	identity uint64
	leaves   bool
	learner  bool // it had no vote, and wants none
	instead  sim.NodeID
}

// wishToJoin asks the leader for membership; instead is whose place the node takes.
func (n *Node) wishToJoin(env *sim.Env, instead sim.NodeID) {
	n.wishFor(env, wish{joins: true, instead: instead})
}

// wishToLeave asks the leader to go on without this node.
func (n *Node) wishToLeave(env *sim.Env) {
	n.wishFor(env, wish{leaves: true})
}

// askForPlace asks whether a member without a vote still is one: it hears no leader, and asks for no
// votes, and the configuration that made it one may have been cut.
func (n *Node) askForPlace(env *sim.Env) {
	if _, pending := env.Pending(n.wish.timer); pending || !n.isMember() || n.mayVote() {
		return
	}
	if n.lacksVote() {
		n.wishToJoin(env, sim.Nobody)
		return
	}
	n.wishToJoin(env, n.self)
}

func (n *Node) wishFor(env *sim.Env, w wish) {
	env.Cancel(n.wish.timer)
	w.asOf = n.configs.newest().index
	n.wish = w
	n.insist(env)
}

// repeatWish asks again, until the wish has come true.
func (n *Node) repeatWish(env *sim.Env) {
	if w := &n.wish; w.leaves && n.isMember() || w.joins && !n.isAsWished() {
		n.insist(env)
	}
}

// insist asks every server, for the leader may be any.
func (n *Node) insist(env *sim.Env) {
	w := &n.wish
	var m sim.Message = &leave{Identity: n.identity}
	if w.joins {
		m = &join{Identity: n.identity, Instead: w.instead}
	}
	for _, id := range n.servers {
		env.Send(id, m)
	}
	env.Cancel(w.timer)
	w.timer = env.After(n.config.Timeout+n.config.Spread, sim.Timer{Kind: timerWish})
}

// isAsWished tells whether the node is a member and waits for nothing, and whom it replaces is
// none any more. Who wants its place back and learns that it has none is content, too.
func (n *Node) isAsWished() bool {
	now, instead := n.configs.newest(), n.wish.instead
	if n.isGone() {
		return instead == n.self
	}
	m := now.find(n.self, n.identity)
	return m != nil && m.parts&wantsVote == 0 && (instead == n.self || !now.names(instead))
}

// receiveJoin takes note of who wishes to become a voter.
func (n *Node) receiveJoin(env *sim.Env, from sim.NodeID, m *join) {
	n.receiveWish(env, wanted{id: from, identity: m.Identity, instead: m.Instead})
}

// receiveLeave takes note of who wishes to leave.
func (n *Node) receiveLeave(env *sim.Env, from sim.NodeID, m *leave) {
	n.receiveWish(env, wanted{id: from, identity: m.Identity, leaves: true})
}

// receiveWish takes note of a wish, unless it comes late, of a disk that was lost since. A server that
// is no member has no place to leave, nor to come back to.
func (n *Node) receiveWish(env *sim.Env, w wanted) {
	r, now := &n.ruling, n.configs.newest()
	if n.role != sim.Leader || n.rank(w.id) < 0 || now.knowsNewer(w.id, w.identity) {
		return
	}
	if (w.leaves || w.instead == w.id) && !now.names(w.id) {
		n.tellGone(env, w.id)
		return
	}
	for _, m := range now.members {
		w.learner = w.learner || m.id == w.id && m.parts == 0
	}
	if at := slices.IndexFunc(r.wishes, func(known wanted) bool { return known.id == w.id }); at >= 0 {
		r.wishes[at] = w
	} else {
		r.wishes = append(r.wishes, w)
	}
	n.reconfigure(env)
}

// reconfigure goes on with changes of the members. One is made after another, and none
// before an entry of the leader's own term is committed (Ongaro, "bug in single-server
// membership changes", raft-dev, 2015).
func (n *Node) reconfigure(env *sim.Env) {
	now := n.configs.newest()
	if n.role != sim.Leader || now.index > n.commit || n.commit < n.ruling.first && !n.config.changeBeforeNoop() {
		return
	}
	if !now.joint && len(n.ruling.wishes) == 0 {
		return
	}
	if next, ok := n.nextConfiguration(); ok {
		n.append(env, replog.Entry{Epoch: n.hard.Term, Body: next.words()})
		n.flush(env)
		n.shipAll(env, about(sim.NumberSubject(n.hard.Term)))
	}
}

// nextConfiguration is the next step of a change, if there is one that can be taken.
func (n *Node) nextConfiguration() (configuration, bool) {
	now := n.configs.newest().configuration
	if now.joint {
		return now.settled(), true
	}
	next := now.clone()
	changed, voters := false, 0
	n.ruling.wishes = slices.DeleteFunc(n.ruling.wishes, func(w wanted) bool { return n.isGranted(&w) })
	for _, w := range n.ruling.wishes {
		single := n.config.Change == "single" && !n.config.twoAtOnce()
		if single && voters > 0 {
			break
		}
		trial := next.clone()
		did, moved := n.step(&trial, &w)
		if !did || !trial.hasVoter() {
			continue
		}
		next, changed = trial, true
		voters += moved
	}
	if !changed {
		return configuration{}, false
	}
	if n.config.Change == "joint" && voters > 0 {
		return joined(&now, &next), true
	}
	return next, true
}

// isGranted tells whether a wish has come true.
func (n *Node) isGranted(w *wanted) bool {
	now := n.configs.newest()
	if w.leaves {
		return now.find(w.id, w.identity) == nil
	}
	m := now.find(w.id, w.identity)
	replaced := w.instead == sim.Nobody || w.instead == w.id || !now.names(w.instead)
	return m != nil && (m.parts&votes != 0 || w.learner) && replaced
}

// step changes a configuration towards a wish, and says whether it did, and how many voters
// that moved: first a learner, which becomes a voter once it has caught up (dissertation,
// section 4.2.1); then who is replaced goes.
func (n *Node) step(c *configuration, w *wanted) (did bool, moved int) {
	m := c.find(w.id, w.identity)
	switch {
	case w.leaves:
		return c.remove(func(m member) bool { return m.id == w.id })
	case m == nil:
		// A disk that was lost votes no more; what comes in its place learns first.
		_, moved = c.remove(func(m member) bool { return m.id == w.id })
		newcomer := member{id: w.id, identity: w.identity, parts: wantsVote}
		if w.learner {
			newcomer.parts = 0
		}
		c.members = append(c.members, newcomer)
		return true, moved
	case m.parts&votes == 0 && !w.learner:
		if p := &n.ruling.peers[n.rank(w.id)]; p.identity != w.identity || p.match < n.commit {
			return false, 0
		}
		m.parts = votes
		return true, 1
	}
	return c.remove(func(m member) bool { return m.id == w.instead && w.instead != w.id })
}

// remove drops members, and says whether there were any, and how many voted.
func (c *configuration) remove(which func(member) bool) (did bool, voted int) {
	for _, m := range c.members {
		if which(m) && m.parts&votes != 0 {
			voted++
		}
	}
	before := len(c.members)
	c.members = slices.DeleteFunc(c.members, which)
	return len(c.members) != before, voted
}

func (c *configuration) hasVoter() bool {
	return slices.ContainsFunc(c.members, func(m member) bool { return m.parts&votes != 0 })
}

// joined is the joint configuration between two (dissertation, section 4.3).
func joined(from, to *configuration) configuration {
	c := to.clone()
	c.joint = true
	for _, m := range from.members {
		if m.parts&votes == 0 {
			continue
		}
		if same := c.find(m.id, m.identity); same != nil {
			same.parts |= votedOnce
			continue
		}
		c.members = append(c.members, member{id: m.id, identity: m.identity, parts: votedOnce})
	}
	return c
}

// settled is the configuration that a joint one leads to.
func (c *configuration) settled() configuration {
	next := configuration{}
	for _, m := range c.members {
		if m.parts&^votedOnce == 0 && m.parts != 0 {
			continue // an outgoing voter
		}
		m.parts &^= votedOnce
		next.members = append(next.members, m)
	}
	return next
}

// reconfigured goes by the configuration that the log ends with, or has come back to.
func (n *Node) reconfigured(env *sim.Env) {
	n.stateConfigured(env)
	if n.role == sim.Leader {
		n.enlist()
		n.ruling.rounds.leaseFrom = n.ruling.rounds.number + 1
		return
	}
	n.take(env, n.rest())
}

// agreed is told that a configuration is committed: a leader that is none of its voters leads no
// more (dissertation, section 4.2.2).
func (n *Node) agreed(env *sim.Env, p *placed) {
	if n.role == sim.Leader && !p.joint && p.index == n.configs.newest().index && !p.canVote(n.self, n.identity) {
		n.tellAll(env)
		n.stepDown(env)
	}
}
