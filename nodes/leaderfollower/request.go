package leaderfollower

import (
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// heldRead is a read that waits for the state to reach what it demands.
type heldRead struct {
	request *kv.Request
	client  sim.NodeID
	round   uint64 // the heartbeat that must be answered first, 0 if none
	timer   sim.TimerID
}

// verdict says whether a read can be served.
type verdict uint8

const (
	ready  verdict = iota
	soon           // the log has what is demanded, the readable state will have it
	tooNew         // the log does not have it yet
	isLost         // the history shows that it was lost
)

func token(p replog.Position) kv.Token { return kv.Token{Epoch: p.Epoch, Index: p.Index} }

// request handles what a client asks.
func (n *Node) request(env *sim.Env, from sim.NodeID, r *kv.Request) {
	if n.holds(from, r) {
		return
	}
	if r.Epoch > n.promised.Epoch && (r.Code != sim.Get || r.Read != kv.AtReplica) {
		n.refuseOutdated(env, from, r)
		return
	}
	isLeader := n.role == sim.Leader
	switch r.Code {
	case sim.Get:
		if isLeader || r.Read == kv.AtReplica && !n.isWitness(n.me) {
			n.get(env, from, r)
			return
		}
	case sim.Put, sim.Delete, sim.CAS:
		if isLeader {
			n.write(env, from, r)
			return
		}
	default:
		n.refuse(env, from, r, sim.Unavailable)
		return
	}
	n.refuse(env, from, r, sim.NotLeader)
}

// refuse says that an attempt has done and will do nothing. A token of a newer epoch than
// the node has heard of shows that whom it believes to lead does so no more.
func (n *Node) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Error) {
	leader := n.leader
	if r.Token.Epoch > n.promised.Epoch {
		leader = sim.Nobody
	}
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: why, Leader: leader, Epoch: n.epochTold()})
}

// refuseOutdated refuses what another leader has to answer, whom this node does not know.
func (n *Node) refuseOutdated(env *sim.Env, to sim.NodeID, r *kv.Request) {
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: sim.NotLeader, Epoch: n.epochTold()})
}

// epochTold is the epoch that clients are told of, 0 where they do not fence: the newest
// that had a leader, as far as this node knows. One that was only opened may never
// have any.
func (n *Node) epochTold() uint64 {
	switch {
	case !n.config.ClientFencing:
		return 0
	case n.role == sim.Leader:
		return n.promised.Epoch
	}
	return n.follower.epoch
}

// get serves a read, holds it, or refuses it.
func (n *Node) get(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from}
	isLeader := n.role == sim.Leader
	if isLeader && r.Read == kv.Strongest {
		h.round = n.askRound(env)
	}
	v := n.judge(&h)
	switch {
	case v == ready:
		n.serve(env, from, r)
	case v == isLost:
		n.refuse(env, from, r, sim.TokenLost)
	case v == soon && isLeader:
		n.reads = append(n.reads, h)
	case n.config.Wait > 0:
		h.timer = env.After(n.config.Wait, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
		n.reads = append(n.reads, h)
	default:
		n.refuse(env, from, r, sim.TokenBehind)
	}
}

// judge compares what a read demands with this replica's history and readable state.
func (n *Node) judge(h *heldRead) verdict {
	reached := n.visible() >= h.request.Token.Index && n.rules(h)
	switch n.standing(h.request.Token) {
	case replog.Contained:
		if reached {
			return ready
		}
		return soon
	case replog.Lost:
		return isLost
	}
	return tooNew
}

// standing is how this replica's history relates to what a token names.
func (n *Node) standing(t kv.Token) replog.Standing {
	place := replog.Position{Epoch: t.Epoch, Index: t.Index}
	if !n.config.tokenIgnoresEpoch() {
		return n.log.Standing(place, n.commit)
	}
	if n.log.Last().Index < place.Index {
		return replog.Ahead
	}
	return replog.Contained
}

// rules tells whether a leader may serve a read: not before the first entry of its
// epoch is committed, for until then it cannot know which of its predecessor's writes
// were answered; and where the read asks for it, not before followers have
// confirmed that it leads.
func (n *Node) rules(h *heldRead) bool {
	if n.role != sim.Leader {
		return true
	}
	return n.commit >= n.ruling.first && n.ruling.confirming.confirmed >= h.round
}

// serve answers a read from the readable state.
func (n *Node) serve(env *sim.Env, to sim.NodeID, r *kv.Request) {
	visible := n.visible()
	values, size := n.current(r.Key)
	env.Send(to, &kv.Reply{
		Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Values: values,
		Token: token(n.log.Position(visible)), Leader: n.leader, Size: size, Epoch: n.epochTold(),
	})
}

// release serves the held reads that can be served now.
func (n *Node) release(env *sim.Env) {
	kept := n.reads[:0]
	for _, h := range n.reads {
		switch n.judge(&h) {
		case ready:
			n.serve(env, h.client, h.request)
		case isLost:
			n.refuse(env, h.client, h.request, sim.TokenLost)
		default:
			kept = append(kept, h)
			continue
		}
		env.Cancel(h.timer)
	}
	clear(n.reads[len(kept):])
	n.reads = kept
}

// reconsider handles the held reads again, because the node's role changed.
func (n *Node) reconsider(env *sim.Env) {
	held := n.reads
	n.reads = nil
	for _, h := range held {
		env.Cancel(h.timer)
		n.request(env, h.client, h.request)
	}
}

// giveUp refuses a read that was held long enough.
func (n *Node) giveUp(env *sim.Env, op sim.OpID, attempt uint8) {
	for i, h := range n.reads {
		if h.request.Op == op && h.request.Attempt == attempt {
			n.refuse(env, h.client, h.request, sim.TokenBehind)
			n.reads = append(n.reads[:i], n.reads[i+1:]...)
			return
		}
	}
}
