package paxos

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
)

// heldRead is a read that cannot be answered yet.
type heldRead struct {
	request *kv.Request
	client  sim.NodeID
	path    string
	barrier uint64 // the slot that has to be applied first
	round   uint64 // read-index: the round that has to be confirmed first
	timer   sim.TimerID
	probe   probing
}

// request handles what a client asks for.
func (n *Node) request(env *sim.Env, from sim.NodeID, r *kv.Request) {
	switch {
	case r.Code == sim.Get:
		n.get(env, from, r)
	case n.proposer.phase == leading:
		n.submit(env, from, r)
	default:
		n.refuse(env, from, r, sim.NotLeader)
	}
}

// refuse says that an attempt has done and will do nothing.
func (n *Node) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Error) {
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: why, Leader: n.leader})
}

// path is how a get is served.
func (n *Node) path(r *kv.Request) string {
	switch r.Read {
	case kv.AtLeader:
		return "leader"
	case kv.AtReplica:
		return "learner"
	}
	return n.config.Reads
}

// get serves a read, holds it, or refuses it.
func (n *Node) get(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from, path: n.path(r)}
	isLeaders := h.path != "learner" && h.path != "quorum"
	if h.path == "learner" && !n.plays(n.learners) || h.path == "quorum" && !n.learns() ||
		isLeaders && n.proposer.phase != leading {
		n.refuse(env, from, r, sim.NotLeader)
		return
	}
	switch h.path {
	case "log":
		n.submit(env, from, r)
		return
	case "learner":
		n.local(env, h)
		return
	case "quorum":
		n.inquire(env, h)
		return
	case "read-index":
		h.barrier = n.barrier()
		h.round = n.askRound(env)
	default:
		h.barrier = n.barrier()
	}
	n.hold(env, h)
}

// local serves a read from what this learner has, if that is what its session may see.
func (n *Node) local(env *sim.Env, h heldRead) {
	switch {
	case n.config.MaxLag > 0 && !n.isFresh(env):
		n.inquire(env, h)
	case n.learner.applied >= h.request.Token.Index:
		n.serve(env, h.client, h.request, sim.AsReplica)
	case n.config.Wait > 0:
		n.holdFor(env, h, n.config.Wait)
	default:
		n.refuse(env, h.client, h.request, sim.TokenBehind)
	}
}

func (n *Node) hold(env *sim.Env, h heldRead) {
	n.reads = append(n.reads, h)
	n.release(env)
}

func (n *Node) holdFor(env *sim.Env, h heldRead, d time.Duration) {
	r := h.request
	h.timer = env.After(d, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
	n.hold(env, h)
}

// barrier is the slot as of which a leader may answer a read that came now: all that was
// acknowledged before is in slots that phase 1 found, or that this leader has applied.
// While a change of acceptors is on its way, a successor may come to lead without any of those who would
// tell: then all that this leader has proposed has to be known first.
func (n *Node) barrier() uint64 {
	p, l := &n.proposer, &n.learner
	if p.ruling.change > l.applied {
		return p.ruling.next - 1
	}
	return max(p.ruling.top, p.floor, l.applied)
}

// isComplete tells whether this leader has applied all that earlier ones may have had
// chosen: enough have promised of every configuration that it knows of, one after the other as it
// learns of them, and told what they had accepted.
func (n *Node) isComplete() bool {
	p := &n.proposer
	return n.unpromised() == 0 && n.learner.applied >= max(p.ruling.top, p.floor)
}

// isReady tells whether a held read can be answered, and what allows it.
func (n *Node) isReady(env *sim.Env, h *heldRead) (why sim.Why, ok bool) {
	if n.learner.applied < max(h.barrier, h.request.Token.Index) {
		return 0, false
	}
	if isLeaders := h.path != "learner" && h.path != "quorum"; isLeaders && !n.isComplete() {
		return 0, false
	}
	switch h.path {
	case "read-index":
		return sim.ByRound, n.proposer.ruling.confirmed >= max(h.round, n.proposer.ruling.since)
	case "lease":
		return sim.ByLease, env.Now() < n.proposer.ruling.until
	case "leader":
		return sim.AsLeader, true
	case "quorum":
		return sim.ByQuorum, n.isProbed(env, h)
	}
	if h.probe.began > 0 {
		return sim.AsReplica, n.isProbed(env, h)
	}
	return sim.AsReplica, true
}

// release answers the held reads that can be answered now.
func (n *Node) release(env *sim.Env) {
	kept := n.reads[:0]
	for i := range n.reads {
		h := n.reads[i]
		if why, ok := n.isReady(env, &h); ok {
			env.Cancel(h.timer)
			n.serve(env, h.client, h.request, why)
			continue
		}
		kept = append(kept, h)
	}
	clear(n.reads[len(kept):])
	n.reads = kept
}

// refuseReads refuses the held reads that only a leader may answer.
func (n *Node) refuseReads(env *sim.Env) {
	kept := n.reads[:0]
	for _, h := range n.reads {
		if h.path == "learner" || h.path == "quorum" {
			kept = append(kept, h)
			continue
		}
		n.refuse(env, h.client, h.request, sim.NotLeader)
	}
	clear(n.reads[len(kept):])
	n.reads = kept
}

// serve answers a read from what is applied.
func (n *Node) serve(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Why) {
	l := &n.learner
	values, size := l.store.Current(r.Key, l.applied)
	if why == sim.AsReplica && n.config.Apply == "accepted" {
		values, size = n.unchosen(r.Key, values, size)
	}
	n.stateServed(env, r.Op, r.Key, why)
	env.Send(to, &kv.Reply{
		Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Values: values,
		Token: kv.Token{Index: l.applied}, Leader: n.leader, Size: size,
	})
}

// unchosen is what a key would hold were all chosen that some acceptor has accepted. It
// is wrong to show: another value may come to be chosen.
func (n *Node) unchosen(key sim.Key, values []sim.Value, size uint32) ([]sim.Value, uint32) {
	l := &n.learner
	for slot := l.applied + 1; slot <= l.applied+uint64(n.config.Window); slot++ {
		t := l.ahead[slot]
		if t == nil {
			continue
		}
		e := t.entry
		for i := range t.votes {
			if t.votes[i].entry.Epoch > e.Epoch {
				e = t.votes[i].entry
			}
		}
		switch {
		case e.Key != key || !e.Code.Writes():
		case e.Code == sim.Delete:
			values, size = nil, 0
		default:
			values, size = []sim.Value{e.Value}, e.Size
		}
	}
	return values, size
}

// giveUp looks after a read that was held for a while.
func (n *Node) giveUp(env *sim.Env, op sim.OpID, attempt uint8) {
	for i := range n.reads {
		h := &n.reads[i]
		if h.request.Op != op || h.request.Attempt != attempt {
			continue
		}
		if h.probe.began > 0 && h.probe.tries < mostProbes {
			n.askAgain(env, h)
			return
		}
		n.refuse(env, h.client, h.request, sim.TokenBehind)
		n.reads = append(n.reads[:i], n.reads[i+1:]...)
		return
	}
}
