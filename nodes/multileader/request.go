package multileader

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// heldRequest is a client's request that waits for what its session has seen.
type heldRequest struct {
	client  sim.NodeID
	request *kv.Request
	timer   sim.TimerID
}

// request handles a client's request.
func (n *Node) request(env *sim.Env, from sim.NodeID, r *kv.Request) {
	switch {
	case !n.serves(r):
		n.refuse(env, from, r, sim.NotLeader)
	case !versions.SeesAll(n.seen, r.Token.Seen):
		n.hold(env, from, r)
	default:
		n.handle(env, from, r)
	}
}

// serves tells whether a request may be handled here: writes and strong reads by the leader of a
// datacentre that takes part, other reads by any of its servers.
func (n *Node) serves(r *kv.Request) bool {
	if !n.parts[n.place].In || n.parts[n.place].Leaving && r.Code.Writes() {
		return false
	}
	return n.role == sim.Leader || r.Code == sim.Get && r.Read == kv.AtReplica && !n.blank
}

// isKnown tells whether a write is in the log.
func (n *Node) isKnown(op sim.OpID) bool {
	_, found := n.known[op]
	return found
}

// handle does what is asked.
func (n *Node) handle(env *sim.Env, from sim.NodeID, r *kv.Request) {
	if r.Code.Writes() {
		n.atHome(env, from, r)
		return
	}
	o := n.object(r.Key)
	n.stateServed(env, r)
	env.Send(from, &kv.Reply{
		Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Values: n.resolver.Values(&o, nil), Context: n.resolver.Context(&o),
		Token: token(n.seen), Leader: n.leaders[n.place].id, Epoch: n.told(), Size: n.resolver.Size(&o),
	})
}

// refuse has a client try elsewhere. It is told who leads, where this server knows.
func (n *Node) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Error) {
	leader, epoch := n.leaders[n.place].id, n.told()
	if leader == n.self && n.role != sim.Leader || !n.parts[n.place].In {
		leader, epoch = sim.Nobody, 0
	}
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: why, Leader: leader, Epoch: epoch})
}

// told is the epoch of the datacentre's leader where clients are told it, for leaders forward; else 0.
func (n *Node) told() uint64 {
	if n.config.Homes == "key" {
		return n.leaders[n.place].epoch
	}
	return 0
}

// abandon has a client leave a write in doubt: nobody who could still carry it out would know
// whether it was carried out.
func (n *Node) abandon(env *sim.Env, to sim.NodeID, r *kv.Request) {
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Unknown, Error: sim.Partial, Leader: sim.Nobody})
}

// hold keeps a request until the session's past is here, or not for longer than configured.
func (n *Node) hold(env *sim.Env, from sim.NodeID, r *kv.Request) {
	if n.config.Wait == 0 {
		n.refuse(env, from, r, sim.TokenBehind)
		return
	}
	timer := env.After(n.config.Wait, sim.Timer{
		Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt),
	})
	n.holding = append(n.holding, heldRequest{client: from, request: r, timer: timer})
}

// release handles the requests whose session's past is here by now.
func (n *Node) release(env *sim.Env) {
	held := n.holding
	n.holding = nil
	for _, h := range held {
		if n.serves(h.request) && !versions.SeesAll(n.seen, h.request.Token.Seen) {
			n.holding = append(n.holding, h)
			continue
		}
		env.Cancel(h.timer)
		n.request(env, h.client, h.request)
	}
}

// giveUp refuses a request that was held long enough.
func (n *Node) giveUp(env *sim.Env, op sim.OpID, attempt uint8) {
	for i, h := range n.holding {
		if h.request.Op == op && h.request.Attempt == attempt {
			n.holding = append(n.holding[:i], n.holding[i+1:]...)
			n.refuse(env, h.client, h.request, sim.TokenBehind)
			return
		}
	}
}
