package vr

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// fetch is state that was asked for (section 5.2).
type fetch struct {
	from  sim.NodeID
	at    time.Duration // when it was asked for last
	asked bool
	end   uint64 // a new primary: what the log that wins ends with
}

// ask asks for what this replica lacks, unless it did not long ago. In a view that it is a backup
// of its log is the beginning of the primary's; in another only what is committed is.
func (n *Node) ask(env *sim.Env, from sim.NodeID) {
	f := &n.fetch
	if f.asked && f.from == from && !heldFor(env, f.at, n.config.Heartbeat) || from == sim.Nobody {
		return
	}
	f.from, f.at, f.asked = from, env.Now(), true
	after := n.commit
	if n.status == normal {
		after = n.log.Last().Index
	}
	env.Send(from, &getState{about: n.subject(), View: n.views.View, After: after})
}

// receiveGetState answers from a log that counts in the view: the primary's or, before the view has
// started, the one that its primary chose.
func (n *Node) receiveGetState(env *sim.Env, from sim.NodeID, m *getState) {
	leads := n.status == normal && n.role == sim.Leader
	chosen := n.status == changing && from == n.primary(m.View)
	if m.View != n.views.View || !leads && !chosen || m.After > n.log.Last().Index {
		return
	}
	state := n.stateAfter(m.After)
	state.about = m.about
	env.Send(from, state)
}

// stateAfter is the log behind an op-number, or a checkpoint with the log behind it.
func (n *Node) stateAfter(index uint64) *newState {
	m := &newState{View: n.views.View}
	if index < n.log.Base().Index {
		m.Whole, m.Image = true, n.snapshot.Image
		index = m.Image.At.Index
	}
	m.Tail = n.tailAfter(index)
	return m
}

// receiveNewState takes what was asked for.
func (n *Node) receiveNewState(env *sim.Env, from sim.NodeID, m *newState) {
	isAsked := n.fetch.asked && from == n.fetch.from
	if m.View != n.views.View || n.role == sim.Leader || !isAsked {
		return
	}
	switch n.status {
	case normal:
		n.fetch = fetch{}
		n.installIfNewer(env, m)
		n.takeNew(env, m.Tail.Prev.Index, m.Tail.Entries)
		n.setCommit(env, min(m.Tail.Commit, n.log.Last().Index))
	case fetching:
		n.takeLog(env, m)
	}
}

// takeLog takes the log of a view, which a new primary then starts, and a backup follows.
func (n *Node) takeLog(env *sim.Env, m *newState) {
	isPrimary := n.primary(m.View) == n.self
	if isPrimary && m.Tail.end() != n.fetch.end {
		return
	}
	n.installIfNewer(env, m)
	switch {
	case !n.follows(&m.Tail):
		n.fetch.asked = false
		n.ask(env, n.fetch.from)
	case isPrimary:
		n.fetch = fetch{}
		n.replaceLog(env, &m.Tail)
		n.adoptedLog(env)
	default:
		n.follow(env, &m.Tail)
	}
}

// follows tells whether a tail begins within what this log shares with its sender's: what
// is committed is the same everywhere, and what is before an entry that is.
func (n *Node) follows(t *tail) bool {
	return t.Prev.Index <= n.commit || n.log.Holds(t.Prev)
}

// replaceLog makes this log end as a tail does, and cuts only what is not so already.
func (n *Node) replaceLog(env *sim.Env, t *tail) {
	after, entries := t.Prev.Index, t.Entries
	if known := n.commit - min(n.commit, after); known > 0 {
		after += known
		entries = entries[min(known, uint64(len(entries))):]
	}
	for len(entries) > 0 && n.log.Holds(replog.Position{Epoch: entries[0].Epoch, Index: after + 1}) {
		after++
		entries = entries[1:]
	}
	n.cut(env, after)
	for i := range entries {
		n.append(env, entries[i])
	}
	n.flushLog(env)
}

// cut removes the log's tail after an op-number.
func (n *Node) cut(env *sim.Env, after uint64) {
	removed := n.log.Cut(n.logDisk(env), after)
	if len(removed) == 0 {
		return
	}
	n.disk.cut(after)
	replog.StateTruncated(env, after, removed)
}
