package leaderfollower

import (
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// handing is how a leader hands its lead over when it is asked to, without losing
// anything and without two leaders: it takes no more writes, waits until its successor
// has its whole log on disk and all of it is committed, makes durable that it leads no
// more, and gives the successor its answer to the epoch that the successor is then to
// open (a leadership transfer as in Ongaro's dissertation, section 3.10, where the old
// leader's vote travels with the request). What clients ask meanwhile is held, to be
// redirected once the successor leads. When the successor does not come up to it in
// time, the leader goes on; when it does not lead in time, the old leader campaigns.
type handing struct {
	stage handingStage
	to    int    // the rank of the successor
	epoch uint64 // given to the successor
	timer sim.TimerID
	held  []heldRequest
}

type handingStage uint8

const (
	notHanding handingStage = iota
	awaiting                // for the successor to have the whole log
	giving                  // leads no more; that is not on disk yet
	gave                    // has told the successor, and waits for it to lead
)

// heldRequest is what a client asked while it is not known who leads.
type heldRequest struct {
	client  sim.NodeID
	request *kv.Request
}

// handOver begins to hand the lead over to a member, or where it is nobody to the one that
// has most of the log.
func (n *Node) handOver(env *sim.Env, to sim.NodeID) {
	if n.role != sim.Leader || n.handing.stage != notHanding {
		return
	}
	rank := n.successor(to)
	if rank < 0 {
		return
	}
	n.handing = handing{stage: awaiting, to: rank}
	n.limitHandover(env)
	n.giveOver(env)
}

// limitHandover bounds how long the stage that begins may last.
func (n *Node) limitHandover(env *sim.Env) {
	env.Cancel(n.handing.timer)
	n.handing.timer = env.After(n.config.Timeout, sim.Timer{Kind: timerHandover})
}

// successor is the rank of who is to lead next, -1 if nobody can.
func (n *Node) successor(to sim.NodeID) int {
	if rank := n.rank(to); to != sim.Nobody {
		if rank >= 0 && rank != n.me && n.campaigns(rank) {
			return rank
		}
		return -1
	}
	best := -1
	for rank := range n.members {
		if rank != n.me && n.counts(rank) && (best < 0 || n.ruling.peers[rank].match > n.ruling.peers[best].match) {
			best = rank
		}
	}
	return best
}

// giveOver gives up the lead once the successor is ready for it: from now on this node
// obeys the epoch that the successor will open.
func (n *Node) giveOver(env *sim.Env) {
	h := &n.handing
	if h.stage != awaiting || n.config.Switchover == "whole" && !n.isReady(h.to) {
		return
	}
	h.stage = giving
	h.epoch = n.nextEpoch(max(n.promised.Epoch, n.election.newer), h.to)
	n.limitHandover(env)
	n.promise(env, h.epoch)
	n.flush(env)
}

// isReady tells whether a follower has all that this leader ever placed, and no client
// waits for an answer that only this leader can give.
func (n *Node) isReady(rank int) bool {
	last := n.log.Last().Index
	return n.ruling.peers[rank].match >= last && n.commit >= last
}

// gaveOver tells the successor to open its epoch, once this node's promise is on disk.
func (n *Node) gaveOver(env *sim.Env) {
	h := &n.handing
	if h.stage != giving || n.disk.promise.Epoch != h.epoch {
		return
	}
	h.stage = gave
	to := n.members[h.to]
	n.stateVoted(env, h.epoch, to)
	env.Send(to, &takeOver{about: about(sim.NumberSubject(h.epoch)), Epoch: h.epoch, Last: n.log.Last()})
}

// receiveTakeOver opens the epoch that the leader gives, whose answer this is already.
// A log that is not what the leader said shows that something came between; a careless
// successor does not look.
func (n *Node) receiveTakeOver(env *sim.Env, from sim.NodeID, m *takeOver) {
	isWhole := n.log.Last() == m.Last || n.config.Switchover != "whole"
	rank := n.rank(from)
	if n.role != sim.Follower || rank < 0 || m.Epoch <= n.promised.Epoch || !isWhole {
		return
	}
	n.watch(env)
	n.open(env, m.Epoch)
	e := &n.election
	e.gathers, e.handed = false, true
	e.answered[rank], e.logs[rank] = true, m.Last
}

// holds keeps what a client asks while the lead is being handed over: writes until then,
// and afterwards all that only a leader can answer.
func (n *Node) holds(from sim.NodeID, r *kv.Request) bool {
	h := &n.handing
	switch h.stage {
	case notHanding:
		return false
	case awaiting:
		if !r.Code.Writes() {
			return false
		}
	default:
		if r.Code == sim.Get && r.Read == kv.AtReplica {
			return false
		}
	}
	h.held = append(h.held, heldRequest{client: from, request: r})
	return true
}

// handedOver ends handing over, however it ended: what was held is looked at again.
func (n *Node) handedOver(env *sim.Env) {
	h := n.handing
	if h.stage == notHanding {
		return
	}
	env.Cancel(h.timer)
	n.handing = handing{}
	for _, held := range h.held {
		n.request(env, held.client, held.request)
	}
}

// handoverOverdue ends what takes too long. A leader goes on as if nothing had been
// asked; one that has given its lead away to no effect campaigns to get it back.
func (n *Node) handoverOverdue(env *sim.Env) {
	isLost := n.handing.stage >= giving && n.leader == sim.Nobody
	n.handedOver(env)
	if isLost && n.role == sim.Follower {
		n.openEpoch(env)
	}
}

// takeOver tells a follower to open an epoch and lead it: the leader that sends it leads no
// more, and this is its answer.
type takeOver struct {
	about
	Epoch uint64
	Last  replog.Position // how far the sender's log reaches
}

// Kind implements sim.Message.
func (*takeOver) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeTakeOver, Name: "take-over"}
}

// Encode implements sim.Message.
func (m *takeOver) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	m.Last.Encode(e)
}
