package vr

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// heldRead is a read that has to wait.
type heldRead struct {
	request *kv.Request
	client  sim.NodeID
	why     sim.Why // what allows it to be served here
	leads   bool    // only while this node is primary
	round   uint64  // the round that f + 1 must answer first, 0 if none
	index   uint64  // as of which it is served at the earliest
	timer   sim.TimerID
}

// request handles what a client asks.
func (n *Node) request(env *sim.Env, from sim.NodeID, r *kv.Request) {
	isLeader := n.role == sim.Leader
	switch {
	case !Supports(r.Code):
		n.refuse(env, from, r, sim.Unavailable)
	case r.Code == sim.Get && r.Read == kv.AtReplica:
		n.readLocally(env, from, r)
	case r.Code == sim.Get && isLeader:
		n.readAsLeader(env, from, r)
	case isLeader:
		n.write(env, from, r)
	default:
		n.refuse(env, from, r, sim.NotLeader)
	}
}

// refuse says that an attempt has done and will do nothing.
func (n *Node) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Error) {
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: why, Leader: n.believed()})
}

// readAsLeader serves a read in the way that is configured, or, where another is, by a round.
func (n *Node) readAsLeader(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from, why: sim.ByRound, leads: true, index: max(r.Token.Index, n.ruling.first)}
	switch {
	case r.Read == kv.AtLeader:
		h.why = sim.AsLeader
	case n.config.Reads == "log":
		n.propose(env, waiting{op: r.Op, attempt: r.Attempt, client: from, read: true}, r)
		return
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
		h.timer = env.After(n.config.Wait, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
		n.reads = append(n.reads, h)
	default:
		n.refuse(env, from, r, sim.TokenBehind)
	}
}

// hold keeps a read until it can be served, which may be at once.
func (n *Node) hold(env *sim.Env, h heldRead) {
	if n.isReady(&h) {
		n.serve(env, h.client, h.request, h.why)
		return
	}
	n.reads = append(n.reads, h)
}

// isReady tells whether a read can be served. What a view started with may be committed without its primary
// knowing: index is not below it.
func (n *Node) isReady(h *heldRead) bool {
	if n.applied < h.index {
		return false
	}
	return !h.leads || n.role == sim.Leader && n.ruling.rounds.confirmed >= h.round
}

// serve answers a read from what is applied.
func (n *Node) serve(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Why) {
	values, size := n.store.Current(r.Key, n.applied)
	env.Observe(sim.Observation{Fact: sim.Served, Why: why, Op: r.Op, Key: r.Key, A: n.applied, B: n.views.View})
	env.Send(to, &kv.Reply{
		Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Values: values, Token: n.token(n.applied), Leader: n.believed(), Size: size,
	})
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
		n.serve(env, h.client, h.request, h.why)
	}
}

// abandonReads refuses the reads that only a primary may serve: this node is none any more.
func (n *Node) abandonReads(env *sim.Env) {
	held := n.reads
	n.reads = nil
	for i := range held {
		if h := &held[i]; !h.leads {
			n.reads = append(n.reads, *h)
		} else {
			n.refuse(env, h.client, h.request, sim.NotLeader)
		}
	}
}

// giveUp refuses a read that was held long enough.
func (n *Node) giveUp(env *sim.Env, op sim.OpID, attempt uint8) {
	for at := range n.reads {
		h := n.reads[at]
		if h.request.Op == op && h.request.Attempt == attempt && !h.leads {
			n.reads = append(n.reads[:at:at], n.reads[at+1:]...)
			n.refuse(env, h.client, h.request, sim.TokenBehind)
			return
		}
	}
}
