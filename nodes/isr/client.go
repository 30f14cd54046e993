package isr

import (
	"simrun/nodes/internal/caller"
	"simrun/nodes/kv"
	"simrun/sim"
)

// timerSent ends a write for which the client does not wait.
const timerSent = kv.ClientTimers + 0x40

// NewClient makes a client. Near is the replica that it reads from where it reads from the nearest.
func NewClient(config Config, members []sim.NodeID, near sim.NodeID) kv.Client {
	c := caller.New(caller.Options{
		Members: members[:len(members)-1], Near: near, Ordinary: caller.PathOf(config.Reads),
		AttemptTimeout: config.AttemptTimeout, Backoff: config.Backoff,
	})
	if config.Acks == "none" {
		return &hasty{Client: c, leader: members[0]}
	}
	return c
}

// hasty takes a put or a delete for done once it has sent it. It hears of another leader all the
// same. What a compare-and-set has done nobody knows who does not wait.
type hasty struct {
	*caller.Client
	leader sim.NodeID
	op     sim.OpID // of the write that was sent, 0 if none
}

// Call implements kv.Client.
func (h *hasty) Call(env *sim.Env, r kv.Request) {
	if r.Code == sim.Get || r.Code == sim.CAS {
		h.Client.Call(env, r)
		return
	}
	h.op, r.Attempt = r.Op, 1
	env.Send(h.leader, &r)
	env.After(0, sim.Timer{Kind: timerSent, Subject: r.Subject(), A: uint64(r.Op)})
}

// Receive implements kv.Client.
func (h *hasty) Receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	if r, ok := m.(*kv.Reply); ok && r.Leader != sim.Nobody {
		h.leader = r.Leader
	}
	return h.Client.Receive(env, from, m)
}

// Timeout implements kv.Client.
func (h *hasty) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	if t.Kind != timerSent {
		return h.Client.Timeout(env, t)
	}
	if sim.OpID(t.A) != h.op {
		return kv.Reply{}, false
	}
	return kv.Reply{Op: h.op, Attempt: 1, Outcome: sim.OK}, true
}
