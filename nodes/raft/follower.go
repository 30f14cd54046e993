package raft

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// following is what a server keeps while another leads.
type following struct {
	timer    sim.TimerID
	born     time.Duration // when this life began
	heard    time.Duration // when a leader was last heard
	hears    bool          // one was heard in this life
	verified uint64        // up to here the log is known to be that of the present term's leader
	told     uint64        // up to here the leader was told so
	owes     bool          // it waits for an answer that waits for the disk
	round    uint64        // the newest heard of
	subject  about         // of the newest append that is owed an answer
	refusal  *appended     // of an append that does not match, which waits for the disk
	incoming *incoming     // a snapshot in parts
}

// receiveAppend takes entries from a leader (paper, figure 2: AppendEntries).
func (n *Node) receiveAppend(env *sim.Env, from sim.NodeID, m *appendEntries) {
	if !n.obey(env, from, m.Term, m.about) {
		return
	}
	f := &n.follower
	f.round = max(f.round, m.Round)
	prev, entries := n.beyondSnapshot(m)
	if !n.matches(prev) {
		n.reject(env, m)
		return
	}
	took := n.takeEntries(env, prev.Index, entries)
	f.verified = max(f.verified, m.last())
	limit := m.last()
	if n.config.commitPastMatch() {
		limit = n.log.Last().Index
	}
	n.setCommit(env, min(m.Commit, limit))
	if m.For == toNotice && !took && f.verified <= f.told {
		return
	}
	f.owes, f.subject = true, m.about
	if !took || f.verified <= n.matched() {
		n.answerAppend(env)
	}
}

// obey follows the leader of a term that is not over, and says whether it is not.
func (n *Node) obey(env *sim.Env, from sim.NodeID, term uint64, subject about) bool {
	if term < n.hard.Term {
		if n.isSettled() {
			env.Send(from, &appended{about: subject, Term: n.hard.Term, Identity: n.identity})
		}
		return false
	}
	if term > n.hard.Term {
		n.enter(env, term, sim.Nobody)
	}
	if n.role == sim.Leader {
		return false
	}
	f, e := &n.follower, &n.election
	e.stage, e.tries = calm, 0
	n.leader = from
	f.heard, f.hears = env.Now(), true
	n.watch(env)
	return true
}

// beyondSnapshot leaves out what a snapshot stands for already: that is committed, so it
// is the same in the leader's log.
func (n *Node) beyondSnapshot(m *appendEntries) (replog.Position, []replog.Entry) {
	base := n.log.Base()
	switch {
	case m.Prev.Index >= base.Index:
		return m.Prev, m.Entries
	case m.Prev.Index == 0 && base.Index > 0 && n.config.prevZeroAfterCompaction():
		return m.Prev, m.Entries
	case m.last() <= base.Index:
		return base, nil
	}
	return base, m.Entries[base.Index-m.Prev.Index:]
}

// matches is the paper's consistency check (section 5.3).
func (n *Node) matches(prev replog.Position) bool {
	if n.config.noPrevTerm() {
		return prev.Index <= n.log.Last().Index
	}
	return n.log.Holds(prev) || prev.Index == 0
}

// reject tells the leader where the logs may meet, so that it can go back by whole
// terms (paper, end of section 5.3).
func (n *Node) reject(env *sim.Env, m *appendEntries) {
	meeting := max(n.log.Meeting(m.Prev), n.log.Base().Index)
	n.follower.refusal = &appended{
		about: m.about, Term: n.hard.Term, Identity: n.identity, Match: n.matched(),
		Round: n.follower.round, Reject: m.Prev.Index, At: n.log.Position(meeting),
	}
	n.refuseAppend(env)
}

// refuseAppend tells the leader so, once the term is on disk.
func (n *Node) refuseAppend(env *sim.Env) {
	if m := n.follower.refusal; m != nil && n.isSettled() && n.leader != sim.Nobody {
		n.follower.refusal = nil
		env.Send(n.leader, m)
	}
}

// takeEntries adds the entries that the log lacks, and cuts what conflicts with them, and only
// that (paper, figure 2, steps 3 and 4). It tells whether there were any.
func (n *Node) takeEntries(env *sim.Env, after uint64, entries []replog.Entry) bool {
	if n.config.prevZeroAfterCompaction() && after < n.log.Base().Index {
		n.log.Restart(env.Disk(), replog.Position{})
		n.disk.cut(0)
		n.uncache(0)
	}
	if n.config.truncateAlways() && after >= n.log.Base().Index {
		n.cut(env, after)
	}
	for len(entries) > 0 && n.log.Holds(replog.Position{Epoch: entries[0].Epoch, Index: after + 1}) {
		after++
		entries = entries[1:]
	}
	if len(entries) == 0 {
		return false
	}
	n.cut(env, after)
	for i := range entries {
		n.append(env, entries[i])
	}
	n.flush(env)
	return true
}

// append adds an entry at the end of the log. A configuration rules from here on.
func (n *Node) append(env *sim.Env, e replog.Entry) uint64 {
	index := n.log.Append(env.Disk(), 0, e)
	if n.noteConfig(index) {
		n.reconfigured(env)
	}
	return index
}

// cut removes the log's tail after an index, because a leader's log differs there.
func (n *Node) cut(env *sim.Env, after uint64) {
	removed := n.log.Cut(env.Disk(), after)
	if len(removed) == 0 {
		return
	}
	if !n.config.fsyncByIndex() {
		n.disk.cut(after)
	}
	n.uncache(after)
	n.follower.verified = min(n.follower.verified, after)
	replog.StateTruncated(env, after, removed)
	if before := len(n.configs); !n.config.configStays() {
		n.configs = n.configs.cut(after)
		if len(n.configs) != before {
			n.reconfigured(env)
		}
	}
}

// confirm tells the leader, once it is on disk, what it waits for.
func (n *Node) confirm(env *sim.Env) {
	f := &n.follower
	if n.leader == sim.Nobody || n.leader == n.self || !n.isSettled() {
		return
	}
	n.refuseAppend(env)
	if match := n.matched(); match > f.told || f.owes && match >= f.verified {
		n.answerAppend(env)
	}
}

// matched is how far the log is the leader's, on this disk.
func (n *Node) matched() uint64 {
	if n.config.ackBeforeFsync() {
		return n.follower.verified
	}
	return min(n.follower.verified, n.disk.durable)
}

// answerAppend tells the leader how far its log is on this disk, and that it was heard.
func (n *Node) answerAppend(env *sim.Env) {
	if !n.isSettled() {
		return
	}
	f := &n.follower
	f.owes, f.told = false, max(f.told, n.matched())
	m := n.out.answers.Next()
	*m = appended{about: f.subject, Term: n.hard.Term, Identity: n.identity, Match: n.matched(), Round: f.round}
	env.Send(n.leader, m)
}
