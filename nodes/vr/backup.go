package vr

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// following is what a backup keeps within a view.
type following struct {
	told    uint64 // up to here the primary was told that it has the log
	owes    bool   // an answer waits for the disk
	round   uint64 // the newest heard of
	subject about  // of the newest prepare that is owed an answer
}

// patience is how long the primary may be silent, drawn for the present view and try.
func (n *Node) patience(env *sim.Env) time.Duration {
	word := env.Draw(drawPatience, sim.NumberSubject(n.views.View<<16|uint64(n.tries&0xFFFF)))
	return n.config.Timeout + time.Duration(sim.Below(word, uint64(n.config.Spread)))
}

// watch begins anew to wait for a primary.
func (n *Node) watch(env *sim.Env) {
	patience := n.patience(env)
	if !env.Reset(n.timer, patience) {
		n.timer = env.After(patience, sim.Timer{Kind: timerMissed})
	}
}

// receivePrepare takes entries from the primary, and its word on what is committed (section 4.1,
// steps 4 and 7). Within a view a backup's log is the beginning of the primary's.
func (n *Node) receivePrepare(env *sim.Env, from sim.NodeID, m *prepare) {
	if n.config.commitFromOldView() && m.View < n.views.View && n.role != sim.Leader {
		n.setCommit(env, min(m.Commit, n.log.Last().Index))
	}
	if n.config.acceptsOldView() && m.View < n.views.View && n.role != sim.Leader {
		n.takeNew(env, m.After, m.Entries)
		env.Send(from, &prepareOK{about: m.about, View: m.View, Match: min(m.last(), n.log.Last().Index)})
	}
	if !n.obeys(env, from, m.View) {
		return
	}
	n.backup.round = max(n.backup.round, m.Round)
	n.takeNew(env, m.After, m.Entries)
	last := n.log.Last().Index
	n.setCommit(env, min(m.Commit, last))
	if m.After > last || m.Commit > last {
		n.ask(env, from) // something before was lost
	}
	if m.For == toCommit {
		return
	}
	n.backup.owes, n.backup.subject = true, m.about
	if m.For == toConfirm || n.durable() >= min(m.last(), last) {
		n.answer(env)
	}
}

// obeys tells whether a primary's message is of the view in which this replica is its
// backup, and has it fetch the log of a view that has started without it.
func (n *Node) obeys(env *sim.Env, from sim.NodeID, view uint64) bool {
	if view < n.views.View || from == n.self || view == n.views.View && n.primary(view) == n.self {
		return false
	}
	n.tries = 0
	n.watch(env)
	if view > n.views.View || n.status == changing {
		n.joinStarted(env, from, view)
		return false
	}
	if n.status == fetching {
		n.ask(env, from)
		return false
	}
	return n.role != sim.Leader
}

// takeNew appends the entries that the log lacks, if they follow on it.
func (n *Node) takeNew(env *sim.Env, after uint64, entries []replog.Entry) {
	last := n.log.Last().Index
	if after > last || after+uint64(len(entries)) <= last {
		return
	}
	for _, e := range entries[last-after:] {
		n.append(env, e)
	}
	n.flushLog(env)
}

// append adds an entry at the end of the log.
func (n *Node) append(env *sim.Env, e replog.Entry) uint64 {
	index := n.log.Append(n.logDisk(env), 0, e)
	if !n.config.keepsLog() {
		env.Observe(e.Fact(sim.Stored, sim.Volatile, index))
	}
	return index
}

// acknowledge tells the primary, once it is on disk, what it waits for.
func (n *Node) acknowledge(env *sim.Env) {
	if n.backup.owes || n.durable() > n.backup.told {
		n.answer(env)
	}
}

// answer is the paper's PrepareOK. It says that this replica is in the view, which has to be on disk.
func (n *Node) answer(env *sim.Env) {
	if n.status != normal || n.role == sim.Leader || !n.isSettled() {
		return
	}
	b := &n.backup
	b.owes, b.told = false, max(b.told, n.durable())
	env.Send(n.primary(n.views.View), &prepareOK{about: b.subject, View: n.views.View, Match: n.durable(), Round: b.round})
}
