//go:build !js

package etcdraft

import (
	"go.etcd.io/raft/v3/raftpb"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// The files on a server's disk.
const (
	fileIdentity = "identity"
	fileTerm     = "term"
	fileLog      = "log"
	fileSnapshot = "snapshot"
)

// hardState is the library's HardState. Commit is only a hint for the next life.
type hardState struct{ Term, Vote, Commit uint64 }

// Encode implements sim.Record.
func (h *hardState) Encode(e *sim.Encoder) {
	e.Uint("term", h.Term)
	e.Uint("vote", h.Vote)
	e.Uint("commit", h.Commit)
}

// Damaged implements sim.Damager: another, newer term.
func (h *hardState) Damaged(word uint64) sim.Record {
	return &hardState{Term: h.Term + 1 + word%8, Commit: h.Commit}
}

// identity is a disk's own: the first, of a disk that was there from the beginning, or drawn up when a
// server finds none, for it has lost its disk.
type identity struct{ Number uint64 }

// Encode implements sim.Record.
func (i *identity) Encode(e *sim.Encoder) { e.Uint("number", i.Number) }

// owed is a message that waits for the disk.
type owed struct {
	m       *raftpb.Message
	subject about
}

// flusher groups syncs: one is in flight at a time, and what is written meanwhile
// waits for the next.
type flusher struct {
	durable uint64    // the log is on disk up to here
	hard    hardState // as it is on disk
	owed    []owed    // in the order in which the library gave them
	tag     uint64
	busy    bool // a sync is in flight, or waits to be tried again
	again   bool // something was written since
	// What the sync in flight will have made durable.
	asked   uint64
	paid    int // how many of those owed
	pledged hardState
}

// cut forgets that the log's tail was, or was about to become, durable.
func (d *flusher) cut(after uint64) {
	d.durable = min(d.durable, after)
	d.asked = min(d.asked, after)
}

// flush asks that all written so far be made durable.
func (n *Node) flush(env *sim.Env) {
	if n.disk.busy {
		n.disk.again = true
		return
	}
	n.startFlush(env)
}

func (n *Node) startFlush(env *sim.Env) {
	d := &n.disk
	d.busy, d.again = true, false
	d.asked, d.paid, d.pledged = n.log.Last().Index, len(d.owed), n.hard
	d.tag++
	env.Sync(d.tag)
}

// write writes what the library wants on disk: term and vote first, so that no entry is there
// without its term. What the library sends in answer waits until it is durable.
func (n *Node) write(env *sim.Env, m *raftpb.Message, asks []*raftpb.Message) {
	if h := (hardState{m.GetTerm(), m.GetVote(), m.GetCommit()}); h != (hardState{}) {
		n.hard = h
		env.Disk().Replace(fileTerm, &h)
	}
	if m.GetSnapshot() != nil {
		n.install(env)
	}
	n.extend(env, m.GetEntries())
	n.learn(env, n.hard.Commit)
	n.owe(env, append(asks, m.GetResponses()...))
	if p := n.disk.pledged; n.hard.Term != p.Term || n.hard.Vote != p.Vote {
		n.flush(env)
	}
}

// owe keeps messages until all written so far is durable.
func (n *Node) owe(env *sim.Env, messages []*raftpb.Message) {
	if len(messages) == 0 {
		return
	}
	for _, m := range messages {
		n.disk.owed = append(n.disk.owed, owed{m, n.subject})
	}
	if n.config.sendBeforeSync() {
		early := n.disk.owed
		n.disk.owed = nil
		n.pay(env, early)
	}
	n.flush(env)
}

// pay delivers what waited for the disk: to others, and to the library itself.
func (n *Node) pay(env *sim.Env, all []owed) {
	for _, o := range all {
		if o.m.GetTo() == n.number {
			_ = n.raw.Step(o.m)
		} else {
			n.send(env, o.m, o.subject)
		}
	}
}

// extend writes entries behind what comes before the first of them, in place of what was there.
func (n *Node) extend(env *sim.Env, entries []*raftpb.Entry) {
	if len(entries) == 0 {
		return
	}
	n.truncate(env, entries[0].GetIndex()-1)
	for _, p := range entries {
		n.log.Append(env.Disk(), 0, taken(p))
	}
}

// truncate cuts the log's tail.
func (n *Node) truncate(env *sim.Env, after uint64) {
	removed := n.log.Cut(env.Disk(), after)
	replog.StateTruncated(env, after, removed)
	n.disk.cut(after)
}

// Synced implements sim.Node.
func (n *Node) Synced(env *sim.Env, s sim.Sync) {
	d := &n.disk
	if !d.busy || s.Tag != d.tag {
		return
	}
	if s.Failed {
		env.After(n.config.Heartbeat, sim.Timer{Kind: timerFlush})
		return
	}
	before := d.durable
	d.busy = false
	d.durable = max(d.durable, min(d.asked, n.log.Last().Index))
	n.hardDurable(env, d.pledged)
	if n.installed.Index > 0 && d.durable >= n.installed.Index {
		n.stateInstalled(env)
	}
	n.log.StateDurable(env, before, d.durable)
	due := d.owed[:d.paid:d.paid]
	d.owed, d.paid = d.owed[d.paid:], 0
	if d.again {
		n.startFlush(env)
	}
	n.pay(env, due)
	n.drain(env)
}

// hardDurable states what has been promised.
func (n *Node) hardDurable(env *sim.Env, now hardState) {
	d := &n.disk
	if now.Term > d.hard.Term {
		env.Observe(sim.Observation{Fact: sim.Promised, A: now.Term})
	}
	if now.Vote != 0 && (now.Vote != d.hard.Vote || now.Term != d.hard.Term) {
		env.Observe(sim.Observation{Fact: sim.Voted, A: now.Term, B: uint64(nodeOf(now.Vote)), C: n.number >> bitsOfNode})
	}
	d.hard = now
}

// recover reads the disk. What survived a crash is durable.
func (n *Node) recover(env *sim.Env) {
	disk := env.Disk()
	isNew := n.recognise(env)
	if record, err := disk.Read(fileTerm, 0); err == nil {
		if h, ok := record.(*hardState); ok {
			n.hard = *h
		}
	}
	n.recoverLog(env)
	n.hard.Term = max(n.hard.Term, n.log.Last().Epoch)
	n.hard.Commit = min(max(n.hard.Commit, n.applied), n.log.Last().Index)
	n.disk.hard, n.disk.pledged, n.disk.durable = n.hard, n.hard, n.log.Last().Index
	if n.hard.Term > 0 {
		env.Observe(sim.Observation{Fact: sim.Promised, A: n.hard.Term})
	}
	if n.snapshot != nil {
		env.Observe(n.snapshot.Image.At.Repaired(0))
	}
	n.log.StateDurable(env, 0, n.log.Last().Index)
	if isNew {
		n.flush(env)
	}
}

// Install implements sim.Installer: who sets a server up gives its disk the first identity. A server
// that wrote it itself could not tell a crash before its first sync from a lost disk.
func (n *Node) Install(disk sim.Disk) { disk.Replace(fileIdentity, &identity{firstIdentity}) }

// recognise reads the disk's identity, or gives it one that no disk of this server had before. It tells
// whether it did.
func (n *Node) recognise(env *sim.Env) (isNew bool) {
	disk := env.Disk()
	if record, err := disk.Read(fileIdentity, 0); err == nil {
		if i, ok := record.(*identity); ok {
			n.number = number(n.self, i.Number)
			return false
		}
	}
	i := &identity{firstIdentity + uint64(env.Now())}
	n.number = number(n.self, i.Number)
	disk.Replace(fileIdentity, i)
	return true
}

// recoverLog reads the snapshot and the log behind it. A crash may have kept one and not the
// change of the other that followed.
func (n *Node) recoverLog(env *sim.Env) {
	disk := env.Disk()
	n.store = machine.New(n.config.Remember)
	n.ruling = n.beginning()
	var base replog.Position
	if record, err := disk.Read(fileSnapshot, 0); err == nil {
		if s, ok := record.(*snapshot); ok {
			n.snapshot, base = s, s.Base
		}
	}
	n.log, _ = replog.OpenBehind(disk, fileLog, base)
	if s := n.snapshot; s != nil {
		at := s.Image.At
		n.store.Restore(&s.Image)
		n.known, n.applied = at.Index, at.Index
		n.ruling, n.at = s.Members, s.MembersAt
		switch {
		case at.Index > n.log.Last().Index || n.log.Base().Index > at.Index || !n.log.Holds(at):
			n.log.Restart(disk, at)
		case n.log.Base().Index < base.Index:
			n.log.Drop(disk, base.Index)
		}
	}
}
