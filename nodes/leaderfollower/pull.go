package leaderfollower

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// pull asks for what follows on the sender's log: a leader, or where there is a tree any
// member that takes the same stream.
type pull struct {
	about
	Epoch uint64          // of the stream
	At    replog.Position // where the sender's log ends, or where the two may meet
	Match uint64          // how far the sender's log is on disk, as in the leader's
	Stuck bool            // the sender cannot go back to where the logs meet: it needs a snapshot
}

// Kind implements sim.Message.
func (*pull) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codePull, Name: "pull"} }

// Encode implements sim.Message.
func (m *pull) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	m.At.Encode(e)
	e.Uint("match", m.Match)
	e.Bool("stuck", m.Stuck)
}

// batch answers a pull, with nothing where there is nothing more.
type batch struct {
	carriage
	Leader sim.NodeID // of the stream
}

// Kind implements sim.Message.
func (*batch) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeBatch, Name: "batch"} }

// Encode implements sim.Message.
func (m *batch) Encode(e *sim.Encoder) {
	m.carriage.Encode(e)
	e.Uint("leader", uint64(m.Leader))
}

// pulling is how a follower asks for the log. It begins anew with each stream.
type pulling struct {
	timer    sim.TimerID
	asked    time.Duration // when the last pull was sent
	waits    bool          // it is not answered yet
	of       sim.NodeID    // who was asked
	diverges bool          // the log may meet the leader's before its end:
	meet     uint64        // there
	lacking  bool          // the last batch had nothing, where the leader has more
	falls    int           // times that another than the leader gave nothing
	direct   time.Duration // until when the leader is asked
}

// pulls tells whether followers ask for the log, rather than being sent it.
func (c *cluster) pulls() bool { return c.config.Ship == "pull" }

// beginPulling begins to ask for a stream, at a drawn moment of the period, so that
// followers do not ask in step.
func (n *Node) beginPulling(env *sim.Env) {
	p := &n.follower.pulling
	if _, pending := env.Pending(p.timer); pending || !n.pulls() || n.isWitness(n.me) {
		return
	}
	word := env.Draw(drawPhase, sim.NumberSubject(n.follower.epoch))
	phase := time.Duration(sim.Below(word, uint64(n.config.Period)))
	p.timer = env.After(phase, sim.Timer{Kind: timerPull})
}

// pullAgain asks once a period. Who does not answer for a while is given up.
func (n *Node) pullAgain(env *sim.Env) {
	p := &n.follower.pulling
	if n.role != sim.Follower {
		return
	}
	p.timer = env.After(n.config.Period, sim.Timer{Kind: timerPull})
	switch {
	case p.waits && env.Now()-p.asked < n.config.Resend:
		return
	case p.waits:
		n.giveUpUpstream(env)
	}
	n.ask(env)
}

// giveUpUpstream asks the leader for a while, the longer the more often it has to be done.
func (n *Node) giveUpUpstream(env *sim.Env) {
	p := &n.follower.pulling
	p.waits, p.lacking = false, false
	if p.of == n.leader {
		return
	}
	p.direct = env.Now() + n.config.Resend<<min(p.falls, longestFall)
	p.falls++
}

// ask asks for what follows. Where another than the leader is asked, the leader is told
// how far the log is on disk all the same.
func (n *Node) ask(env *sim.Env) {
	f := &n.follower
	p := &f.pulling
	if n.leader == sim.Nobody || f.epoch != n.promised.Epoch && n.fences() {
		return
	}
	at := n.log.Last()
	if p.diverges {
		at = n.log.Position(p.meet)
	}
	p.of, p.asked, p.waits = n.upstream(env), env.Now(), true
	env.Send(p.of, &pull{Epoch: f.epoch, At: at, Match: n.match(), Stuck: f.stuck})
	if p.of != n.leader && n.match() > 0 {
		env.Send(n.leader, &ack{confirmation{Epoch: f.epoch, Match: n.match()}})
	}
}

// upstream is whom this follower asks: in a chain the member before it, in a tree the one
// above it, counted from the leader on.
func (n *Node) upstream(env *sim.Env) sim.NodeID {
	width, members, leader := n.width(), len(n.members), n.rank(n.leader)
	if width == 0 || leader < 0 || env.Now() < n.follower.pulling.direct {
		return n.leader
	}
	place := (n.me - leader - 1 + members) % members
	return n.members[(leader+place/width)%members]
}

// receivePull answers with what follows on the sender's log, as far as this node knows it
// to be in the leader's.
func (n *Node) receivePull(env *sim.Env, from sim.NodeID, m *pull) {
	upTo, commit := n.follower.verified, n.follower.commit
	switch rank, leads := n.from(from, m.Epoch); {
	case leads:
		n.confirmed(env, rank, m.Match, true)
		upTo, commit = n.log.Last().Index, n.commit
	case n.role == sim.Leader || n.follower.epoch != m.Epoch || !n.follower.joined || n.leader == sim.Nobody:
		return
	}
	prev := min(n.log.Meeting(m.At), upTo)
	if prev < n.log.Base().Index || m.Stuck {
		n.answerBySnapshot(env, from, m, prev)
		return
	}
	limit := min(uint64(n.config.Batch), upTo-prev)
	env.Send(from, &batch{carriage{
		about: m.about, Epoch: m.Epoch, Prev: n.log.Position(prev),
		Entries: n.log.Slice(prev, int(limit)), Commit: commit,
	}, n.leader})
}

// receiveBatch takes what a pull brought, and asks for more at once where there may be.
func (n *Node) receiveBatch(env *sim.Env, from sim.NodeID, m *batch) {
	if !n.obey(env, m.Leader, m.Epoch, m.about) {
		return
	}
	p := &n.follower.pulling
	p.waits = false
	if !n.connects(env, from, &m.carriage, true) {
		return
	}
	p.diverges = false
	isNew := n.extend(env, m.Prev.Index, m.Entries) > 0
	if len(m.Entries) > 0 {
		n.owe(owed{about: m.about, to: m.Leader, upTo: m.last()})
	}
	n.settle(env)
	if isNew && len(m.Entries) == n.config.Batch {
		n.ask(env)
	}
	n.judgeUpstream(env, from, isNew)
}

// judgeUpstream gives up another member than the leader where it has nothing new twice, and
// the leader said that there is more: it may be cut off.
func (n *Node) judgeUpstream(env *sim.Env, from sim.NodeID, isNew bool) {
	p := &n.follower.pulling
	lacks := !isNew && from != n.leader && n.follower.newest > n.log.Last().Index
	if lacks && p.lacking {
		n.giveUpUpstream(env)
		return
	}
	p.lacking = lacks
}

// meetAt asks again, from where the logs may meet.
func (n *Node) meetAt(env *sim.Env, prev replog.Position) {
	p := &n.follower.pulling
	p.diverges, p.meet = true, n.log.Meeting(prev)
	n.ask(env)
}

// answerBySnapshot sends a snapshot to a follower that asked for what the log does not reach
// back to. Only the leader does: where another is asked it does not answer, and is given up.
func (n *Node) answerBySnapshot(env *sim.Env, from sim.NodeID, m *pull, meeting uint64) {
	rank, leads := n.from(from, m.Epoch)
	if !leads {
		return
	}
	p := &n.ruling.peers[rank]
	t := &p.transfer
	p.stuck = n.helps(p, m.Stuck, meeting)
	isNeeded := p.stuck || meeting < n.log.Base().Index
	if isLate := t.isUnderWay() && env.Now()-t.sentAt >= n.config.Resend; isLate || isNeeded && !t.isUnderWay() {
		n.sendSnapshot(env, rank)
	}
}

// pullOn asks for what follows on a snapshot.
func (n *Node) pullOn(env *sim.Env) {
	if n.pulls() {
		n.follower.pulling.diverges = false
		n.ask(env)
	}
}
