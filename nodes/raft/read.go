package raft

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// heldRead is a read that has to wait.
type heldRead struct {
	request *kv.Request
	client  sim.NodeID // or the server that asked for a read index
	why     sim.Why    // what allows it to be served here
	leads   bool       // only while this node leads
	remote  bool       // it is another server that will serve it
	asked   bool       // the leader was asked for a read index
	round   uint64     // the round of heartbeats that a majority must answer first, 0 if none
	index   uint64     // as of which it is served at the earliest
	timer   sim.TimerID
}

// request handles what a client asks.
func (n *Node) request(env *sim.Env, from sim.NodeID, r *kv.Request) {
	isLeader := n.role == sim.Leader
	switch {
	case !Supports(r.Code):
		n.refuse(env, from, r, sim.Unavailable)
	case r.Code == sim.Get && (r.Read == kv.AtReplica || n.config.followerLocalRead()):
		n.readLocally(env, from, r)
	case r.Code == sim.Get && isLeader:
		n.readAsLeader(env, from, r)
	case r.Code == sim.Get && n.config.Reads == "forwarded" && r.Read == kv.Strongest:
		n.forward(env, from, r)
	case isLeader && n.ruling.handing.active():
		n.refuse(env, from, r, sim.Overloaded)
	case isLeader:
		n.write(env, from, r)
	default:
		n.refuse(env, from, r, sim.NotLeader)
	}
}

// refuse says that an attempt has done and will do nothing.
func (n *Node) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Error) {
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: why, Leader: n.leader})
}

// readAsLeader serves a read in the way that is configured, or, where another is, in the
// strongest that needs no entry: a read index (dissertation, section 6.4).
func (n *Node) readAsLeader(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from, why: sim.ByRound, leads: true, index: r.Token.Index}
	switch {
	case r.Read == kv.AtLeader:
		h.why = sim.AsLeader
	case n.config.Reads == "log":
		n.propose(env, waiting{op: r.Op, attempt: r.Attempt, client: from, read: true}, r)
		return
	case n.config.Reads == "lease" && n.holdsLease(env):
		h.why = sim.ByLease
	case n.config.readIndexNoRound():
	default:
		h.round = n.askRound(env)
	}
	n.hold(env, h)
}

// readLocally serves a read from this replica, once it has reached the session's token.
func (n *Node) readLocally(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from, why: sim.AsReplica, index: r.Token.Index}
	if r.Token.Index > 0 {
		h.why = sim.ByToken
	}
	switch {
	case n.isReady(&h):
		n.serve(env, from, r, h.why)
	case n.config.Wait > 0:
		h.timer = n.holdUntil(env, r)
		n.reads = append(n.reads, h)
	default:
		n.refuse(env, from, r, sim.TokenBehind)
	}
}

func (n *Node) holdUntil(env *sim.Env, r *kv.Request) sim.TimerID {
	wait := n.config.Wait
	if r.Read != kv.AtReplica {
		wait = n.config.Timeout + n.config.Spread
	}
	return env.After(wait, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
}

// forward asks the leader as of which index a read may be served here (section 6.4).
func (n *Node) forward(env *sim.Env, from sim.NodeID, r *kv.Request) {
	if n.leader == sim.Nobody {
		n.refuse(env, from, r, sim.NotLeader)
		return
	}
	h := heldRead{request: r, client: from, why: sim.ByRound, asked: true, index: r.Token.Index, timer: n.holdUntil(env, r)}
	n.reads = append(n.reads, h)
	env.Send(n.leader, &readAsk{Op: r.Op, Attempt: r.Attempt})
}

// receiveReadAsk finds a read index for another server.
func (n *Node) receiveReadAsk(env *sim.Env, from sim.NodeID, m *readAsk) {
	if n.role != sim.Leader {
		env.Send(from, &readIndex{Op: m.Op, Attempt: m.Attempt, Term: n.hard.Term, Refused: true})
		return
	}
	h := heldRead{request: &kv.Request{Op: m.Op, Attempt: m.Attempt}, client: from, leads: true, remote: true}
	if !n.config.readIndexNoRound() {
		h.round = n.askRound(env)
	}
	n.hold(env, h)
}

// receiveReadIndex has a read wait until this replica has applied what the leader says.
func (n *Node) receiveReadIndex(env *sim.Env, m *readIndex) {
	at := n.findRead(m.Op, m.Attempt)
	if at < 0 || !n.reads[at].asked {
		return
	}
	h := &n.reads[at]
	if m.Refused {
		refused := *h
		n.dropRead(env, at)
		n.leader = sim.Nobody
		n.refuse(env, refused.client, refused.request, sim.NotLeader)
		return
	}
	h.asked, h.index = false, max(h.index, m.Index)
	if n.config.readBeforeApply() {
		h.index = 0
	}
	if (m.Term == n.hard.Term || n.config.learnsFromOthers()) && n.role != sim.Leader {
		// What the leader has committed is committed here as far as the logs are the same.
		n.setCommit(env, min(m.Index, n.follower.verified))
	}
	n.release(env)
}

// hold keeps a read until it can be served, which may be at once.
func (n *Node) hold(env *sim.Env, h heldRead) {
	if n.isReady(&h) {
		n.complete(env, &h)
		return
	}
	n.reads = append(n.reads, h)
}

// isReady tells whether a read can be served. A leader does not know which entries are
// committed before one of its own term is (section 6.4, step 1).
func (n *Node) isReady(h *heldRead) bool {
	switch {
	case h.asked || n.applied < h.index:
		return false
	case !h.leads:
		return true
	case n.role != sim.Leader || n.ruling.rounds.confirmed < h.round:
		return false
	}
	return n.commit >= n.ruling.first || n.config.readIndexNoOwnCommit()
}

// complete serves a read, or says as of which index it can be served.
func (n *Node) complete(env *sim.Env, h *heldRead) {
	if h.remote {
		r := h.request
		env.Send(h.client, &readIndex{Op: r.Op, Attempt: r.Attempt, Term: n.hard.Term, Index: n.commit})
		return
	}
	n.serve(env, h.client, h.request, h.why)
}

// serve answers a read from what is applied.
func (n *Node) serve(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Why) {
	values, size := n.store.Current(r.Key, n.applied)
	if n.config.Apply == "appended" && (why == sim.AsReplica || why == sim.ByToken) {
		values, size = n.uncommitted(r.Key, values, size)
	}
	env.Observe(sim.Observation{Fact: sim.Served, Why: why, Op: r.Op, Key: r.Key, A: n.applied, B: n.hard.Term})
	reply := n.out.replies.Next()
	*reply = kv.Reply{
		Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Values: values, Token: n.token(n.applied), Leader: n.leader, Size: size,
	}
	env.Send(to, reply)
}

// uncommitted is what a key would hold were all committed that this server's log holds. It is wrong
// to show: another leader may cut it off (paper, figure 7).
func (n *Node) uncommitted(key sim.Key, values []sim.Value, size uint32) ([]sim.Value, uint32) {
	for index := n.applied + 1; index <= n.log.Last().Index; index++ {
		switch e := n.log.At(index); {
		case e.Key != key || !e.Code.Writes():
		case e.Code == sim.Delete:
			values, size = nil, 0
		default:
			values, size = []sim.Value{e.Value}, e.Size
		}
	}
	return values, size
}

// release serves the held reads that can be served now.
func (n *Node) release(env *sim.Env) {
	if len(n.reads) == 0 {
		return
	}
	held := n.reads
	n.reads = nil
	for i := range held {
		h := &held[i]
		if !n.isReady(h) {
			n.reads = append(n.reads, *h)
			continue
		}
		env.Cancel(h.timer)
		n.complete(env, h)
	}
}

// abandonReads refuses the reads that only a leader may serve: this node leads no more.
func (n *Node) abandonReads(env *sim.Env) {
	n.abandon(env, func(h *heldRead) bool { return h.leads })
}

// abandonForwarded refuses the reads for which a leader was asked that leads no more.
func (n *Node) abandonForwarded(env *sim.Env) {
	n.abandon(env, func(h *heldRead) bool { return h.asked })
}

func (n *Node) abandon(env *sim.Env, which func(*heldRead) bool) {
	held := n.reads
	n.reads = nil
	for i := range held {
		h := &held[i]
		if !which(h) {
			n.reads = append(n.reads, *h)
			continue
		}
		env.Cancel(h.timer)
		if h.remote {
			env.Send(h.client, &readIndex{Op: h.request.Op, Attempt: h.request.Attempt, Term: n.hard.Term, Refused: true})
			continue
		}
		n.refuse(env, h.client, h.request, sim.NotLeader)
	}
}

// findRead is where a client's read is held, -1 if it is not.
func (n *Node) findRead(op sim.OpID, attempt uint8) int {
	for i := range n.reads {
		if r := n.reads[i].request; r.Op == op && r.Attempt == attempt && !n.reads[i].remote {
			return i
		}
	}
	return -1
}

func (n *Node) dropRead(env *sim.Env, at int) {
	env.Cancel(n.reads[at].timer)
	n.reads = append(n.reads[:at:at], n.reads[at+1:]...)
}

// giveUp refuses a read that was held long enough.
func (n *Node) giveUp(env *sim.Env, op sim.OpID, attempt uint8) {
	if at := n.findRead(op, attempt); at >= 0 {
		h := n.reads[at]
		n.dropRead(env, at)
		n.refuse(env, h.client, h.request, sim.TokenBehind)
	}
}
