package raft

import (
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

// hardState is the paper's currentTerm and votedFor (figure 2), which are on disk before
// a message tells of them.
type hardState struct {
	Term uint64
	Vote sim.NodeID
}

// Name implements sim.Named: disks may take longer for a vote than for a candidacy.
func (h *hardState) Name() string {
	if h.Vote != sim.Nobody {
		return "vote"
	}
	return fileTerm
}

// candidacy is a term with a vote for the node itself.
type candidacy struct{ hardState }

// Name implements sim.Named.
func (*candidacy) Name() string { return "candidacy" }

// Encode implements sim.Record.
func (h *hardState) Encode(e *sim.Encoder) {
	e.Uint("term", h.Term)
	e.Uint("vote", uint64(h.Vote))
}

// Damaged implements sim.Damager: another, newer term.
func (h *hardState) Damaged(word uint64) sim.Record {
	return &hardState{Term: h.Term + 1 + word%8}
}

// identity is a disk's own: the first, of a disk that was there from the beginning, or drawn up when a
// server finds none. Such a server has lost its disk, and with it its right to vote (dissertation,
// section 11.7.3; Chandra et al., "Paxos Made Live", 2007, section 5.1, let it listen only).
type identity struct{ Number uint64 }

// Encode implements sim.Record.
func (i *identity) Encode(e *sim.Encoder) { e.Uint("number", i.Number) }

// flusher groups syncs: one is in flight at a time, and what is written meanwhile
// waits for the next.
type flusher struct {
	identified bool      // the identity is on disk
	durable    uint64    // the log is on disk up to here
	hard       hardState // as it is on disk
	tag        uint64
	busy       bool // a sync is in flight, or waits to be tried again
	again      bool // something was written since
	// What the sync in flight will have made durable.
	asked   uint64
	pledged hardState
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
	d.asked, d.pledged = n.log.Last().Index, n.hard
	d.tag++
	env.Sync(d.tag)
}

// cut forgets that the log's tail was, or was about to become, durable: a completion is of
// the entries that were there when it was asked for, not of whatever has their
// indices now.
func (d *flusher) cut(after uint64) {
	d.durable = min(d.durable, after)
	d.asked = min(d.asked, after)
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
	d.identified, d.busy = true, false
	d.durable = max(d.durable, min(d.asked, n.log.Last().Index))
	n.hardDurable(env, d.pledged)
	if n.installed.Index > 0 && d.durable >= n.installed.Index {
		n.stateInstalled(env)
	}
	n.log.StateDurable(env, before, d.durable)
	if d.again {
		n.startFlush(env)
	}
	n.applyAll(env)
	n.goOn(env)
	n.catchUp(env)
}

// hardDurable states what has been promised.
func (n *Node) hardDurable(env *sim.Env, now hardState) {
	d := &n.disk
	if now.Term > d.hard.Term {
		env.Observe(sim.Observation{Fact: sim.Promised, A: now.Term})
	}
	if now.Vote != sim.Nobody && now != d.hard {
		env.Observe(sim.Observation{Fact: sim.Voted, A: now.Term, B: uint64(now.Vote), C: n.identity - firstIdentity})
	}
	d.hard = now
}

// goOn does what waited for the disk.
func (n *Node) goOn(env *sim.Env) {
	n.answerAsks(env)
	n.openCampaign(env)
	if n.role == sim.Leader {
		n.advance(env)
		n.compact(env)
		return
	}
	n.confirm(env)
	n.compact(env)
}

// isSettled tells whether the present term and vote, and the disk's identity, are on disk.
func (n *Node) isSettled() bool {
	return n.disk.identified && (n.disk.hard == n.hard || n.config.voteReplyBeforePersist())
}

// pledge enters a term, or votes in it. Nothing is said of it before it is on disk.
func (n *Node) pledge(env *sim.Env, h hardState) {
	n.hard = h
	record := h
	if n.config.voteVolatile() {
		record.Vote = sim.Nobody
	}
	if n.config.voteInTwoSteps() {
		env.Disk().Replace(fileTerm, &hardState{Term: h.Term})
	}
	if record.Vote == n.self {
		env.Disk().Replace(fileTerm, &candidacy{record})
	} else {
		env.Disk().Replace(fileTerm, &record)
	}
	n.flush(env)
}

// Start implements sim.Node.
func (n *Node) Start(env *sim.Env) {
	n.recover(env)
	n.follower.born = env.Now()
	n.take(env, n.rest())
	n.stateConfigured(env)
	n.watch(env)
	switch {
	case n.wasWiped():
		n.wishToJoin(env, n.self)
	case n.lacksVote():
		n.wishToJoin(env, sim.Nobody)
	}
}

// lacksVote tells whether a member was to have a vote once it had caught up, and has none yet. Nobody
// may know of its wish any more.
func (n *Node) lacksVote() bool {
	m := n.configs.newest().find(n.self, n.identity)
	return m != nil && m.parts&wantsVote != 0 && m.parts&votes == 0
}

// wasWiped tells whether a member's disk was lost: it is named under another identity.
func (n *Node) wasWiped() bool {
	now := n.configs.newest()
	return now.names(n.self) && now.find(n.self, n.identity) == nil
}

// recover reads the disk. What survived a crash is durable.
func (n *Node) recover(env *sim.Env) {
	disk := env.Disk()
	n.began = env.Now() > 0
	n.recognise(env)
	if record, err := disk.Read(fileTerm, 0); err == nil {
		switch h := record.(type) {
		case *hardState:
			n.hard = *h
		case *candidacy:
			n.hard = h.hardState
		}
	}
	n.disk.hard = n.hard
	n.recoverLog(env)
	n.hard.Term = max(n.hard.Term, n.log.Last().Epoch)
	n.disk.durable = n.log.Last().Index
	if n.hard.Term > 0 {
		env.Observe(sim.Observation{Fact: sim.Promised, A: n.hard.Term})
	}
	if n.snapshot != nil {
		env.Observe(n.snapshot.Image.At.Repaired(0))
	}
	n.log.StateDurable(env, 0, n.log.Last().Index)
	if !n.disk.identified {
		n.flush(env)
	}
}

// Install implements sim.Installer: who sets a server up gives its disk the first identity. A server
// that wrote it itself could not tell a crash before its first sync from a lost disk.
func (n *Node) Install(disk sim.Disk) { disk.Replace(fileIdentity, &identity{firstIdentity}) }

// recognise reads the disk's identity, or gives it one that no disk of this server had before.
func (n *Node) recognise(env *sim.Env) {
	disk := env.Disk()
	if record, err := disk.Read(fileIdentity, 0); err == nil {
		if i, ok := record.(*identity); ok {
			n.identity, n.disk.identified = i.Number, true
			return
		}
	}
	n.identity = firstIdentity + uint64(env.Now())
	if n.config.wipedSameIdentity() {
		n.identity = firstIdentity
	}
	disk.Replace(fileIdentity, &identity{n.identity})
}

// recoverLog reads the snapshot and the log behind it. A crash may have kept one and not the
// change of the other that followed.
func (n *Node) recoverLog(env *sim.Env) {
	disk := env.Disk()
	n.store = machine.New(n.config.Remember)
	n.configs = lineage{n.cluster.beginning()}
	var base, at replog.Position
	if record, err := disk.Read(fileSnapshot, 0); err == nil {
		if s, ok := record.(*snapshot); ok {
			n.snapshot, base, at = s, s.Base, s.Image.At
		}
	}
	n.log, _ = replog.OpenBehind(disk, fileLog, base)
	if n.snapshot != nil {
		n.store.Restore(&n.snapshot.Image)
		n.commit, n.applied = at.Index, at.Index
		n.configs = lineage{n.snapshot.placed()}
		n.alignLog(disk, base, at)
	}
	n.gatherConfigs()
}

// alignLog makes the log begin where the snapshot says.
func (n *Node) alignLog(disk sim.Disk, base, at replog.Position) {
	switch {
	case at.Index > n.log.Last().Index || n.log.Base().Index > at.Index || !n.log.Holds(at):
		n.log.Restart(disk, at)
	case n.log.Base().Index < base.Index:
		n.log.Drop(disk, base.Index)
	}
}

// gatherConfigs finds the configurations in the log.
func (n *Node) gatherConfigs() {
	from := max(n.configs[0].index, n.log.Base().Index)
	for index := from + 1; index <= n.log.Last().Index; index++ {
		n.noteConfig(index)
	}
}

// noteConfig takes up the configuration that an entry holds, if it does.
func (n *Node) noteConfig(index uint64) bool {
	e := n.log.At(index)
	if e.Op != 0 || len(e.Body) == 0 {
		return false
	}
	n.configs = append(n.configs, placed{index: index, term: e.Epoch, configuration: unwords(e.Body)})
	return true
}
