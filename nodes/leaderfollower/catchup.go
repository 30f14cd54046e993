package leaderfollower

import (
	"time"

	"simrun/sim"
)

// peer is what a leader knows of one follower.
type peer struct {
	next    uint64 // the next index to be sent; writes are shipped at once while it is the end
	match   uint64 // confirmed: on the follower's disk, as in the leader's log
	base    uint64 // where the logs probably meet, until match tells better
	counted uint64 // answers were stated up to here
	told    uint64 // the commit index last sent
	raised  uint64 // the last heartbeat sent before match rose
	heard   uint64 // the newest heartbeat that was answered

	progress time.Duration // when something was last confirmed, or first awaited
	filledAt time.Duration // when the last fill was sent
	fillPrev uint64        // the index before that fill
	filling  bool          // a fill was sent that did not reach the log's end
	asked    bool          // any fill was sent
	timer    sim.TimerID
	branch   branch
	transfer transfer
	spoke    time.Duration // when it was last heard of
	stuck    bool          // the follower cannot go back to where the logs meet: it needs a snapshot
}

// from gives the rank of a follower whose answer belongs to this leader's stream.
func (n *Node) from(id sim.NodeID, epoch uint64) (rank int, ok bool) {
	rank = n.rank(id)
	return rank, n.role == sim.Leader && rank >= 0 && epoch == n.promised.Epoch
}

// receiveAck counts a follower's copy.
func (n *Node) receiveAck(env *sim.Env, from sim.NodeID, m *ack) {
	if rank, ok := n.from(from, m.Epoch); ok {
		n.confirmed(env, rank, m.Match, true)
	}
}

// receiveFilled counts what a follower caught up with, and sends more.
func (n *Node) receiveFilled(env *sim.Env, from sim.NodeID, m *filled) {
	if rank, ok := n.from(from, m.Epoch); ok {
		n.confirmed(env, rank, m.Match, false)
	}
}

// confirmed takes note that a follower has the log up to match on disk.
func (n *Node) confirmed(env *sim.Env, rank int, match uint64, isAck bool) {
	p := &n.ruling.peers[rank]
	match = min(match, n.log.Last().Index)
	if match > p.match {
		n.count(env, rank, match, isAck)
		p.match, p.progress, p.raised = match, env.Now(), n.ruling.round
		p.next = max(p.next, match+1)
		n.transferred(p)
	}
	if p.filling && match+1 >= p.next {
		n.fill(env, rank, match)
	}
	n.restore()
	n.advance(env)
	n.tell(env)
	n.giveOver(env)
}

// count states the answers that a confirmation makes. What a follower catches up
// with long after the op was over is no answer.
func (n *Node) count(env *sim.Env, rank int, match uint64, isAck bool) {
	p := &n.ruling.peers[rank]
	from := max(p.match, p.counted, n.ruling.first)
	if !isAck {
		from = max(from, n.commit)
	}
	for index := from + 1; index <= match; index++ {
		n.stateAnswered(env, index, n.members[rank])
	}
	p.counted = max(p.counted, match)
}

// receiveBehind sends a follower what it lacks, from where the logs meet; or learns that
// this leader's time is over.
func (n *Node) receiveBehind(env *sim.Env, from sim.NodeID, m *behind) {
	if m.Newer > n.promised.Epoch && n.fences() {
		n.promise(env, m.Newer)
		return
	}
	rank, ok := n.from(from, m.Epoch)
	if !ok || m.Newer > 0 {
		return
	}
	p := &n.ruling.peers[rank]
	meeting := n.log.Meeting(m.At)
	isComing := p.asked && p.fillPrev <= meeting && env.Now()-p.filledAt < n.config.Resend
	if isComing && !n.helps(p, m.Stuck, meeting) {
		return
	}
	p.match, p.base, p.stuck = min(p.match, meeting), meeting, n.helps(p, m.Stuck, meeting)
	n.fill(env, rank, meeting)
}

// receiveBeatAck notices a follower that lost what it had confirmed: its answer
// to a heartbeat sent after that confirmation tells of less.
func (n *Node) receiveBeatAck(env *sim.Env, from sim.NodeID, m *beatAck) {
	rank, ok := n.from(from, m.Epoch)
	if !ok {
		return
	}
	p := &n.ruling.peers[rank]
	if m.Round <= p.heard {
		return
	}
	p.heard = m.Round
	if m.Match < p.match && m.Round > p.raised {
		p.match, p.base = m.Match, m.Match
		n.fill(env, rank, m.Match)
	}
	n.heartbeatAnswered(env)
}

// fill sends a follower the batch after an index. When it reaches the end of the
// log, new writes are shipped again behind it.
func (n *Node) fill(env *sim.Env, rank int, prev uint64) {
	if n.pulls() {
		return // the follower asks
	}
	p := &n.ruling.peers[rank]
	if prev < n.log.Base().Index || p.stuck || p.transfer.isUnderWay() {
		n.sendSnapshot(env, rank)
		return
	}
	entries := n.log.Slice(prev, n.config.Batch)
	p.next = prev + uint64(len(entries)) + 1
	p.filling = p.next <= n.log.Last().Index
	if len(entries) == 0 && p.match >= prev {
		return
	}
	p.asked, p.fillPrev, p.filledAt = true, prev, env.Now()
	env.Send(n.members[rank], &fill{carriage{
		about: about(sim.NumberSubject(prev)), Epoch: n.promised.Epoch,
		Prev: n.log.Position(prev), Entries: entries, Commit: n.commit,
	}})
	p.told = n.commit
	n.expect(env, rank)
}

// expect watches that a follower confirms something before long.
func (n *Node) expect(env *sim.Env, rank int) {
	p := &n.ruling.peers[rank]
	if _, pending := env.Pending(p.timer); pending {
		return
	}
	p.progress = env.Now()
	p.timer = env.After(n.config.Resend, sim.Timer{Kind: timerResend, A: uint64(rank)})
}

// heardFrom takes note that a follower lives.
func (n *Node) heardFrom(env *sim.Env, id sim.NodeID) {
	if rank := n.rank(id); n.role == sim.Leader && rank >= 0 {
		n.ruling.peers[rank].spoke = env.Now()
	}
}

// resend sends again from what a follower has confirmed, when it has confirmed
// nothing more for a while.
func (n *Node) resend(env *sim.Env, rank int) {
	p := &n.ruling.peers[rank]
	if n.role != sim.Leader || p.match >= n.log.Last().Index {
		return
	}
	wait := n.config.Resend
	if quiet := env.Now() - p.progress; quiet < wait {
		wait -= quiet
	} else if !n.isWasted(env, rank) {
		n.strike(env, rank)
		n.fill(env, rank, max(p.match, p.base))
		p.progress = env.Now()
	}
	if _, pending := env.Pending(p.timer); !pending {
		p.timer = env.After(wait, sim.Timer{Kind: timerResend, A: uint64(rank)})
	}
}
