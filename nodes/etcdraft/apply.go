//go:build !js

package etcdraft

import (
	"slices"

	"go.etcd.io/raft/v3/raftpb"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// waiting is a client that waits for an op in the log to be applied.
type waiting struct {
	op      sim.OpID
	attempt uint8
	client  sim.NodeID
	read    bool
}

// abandon tells a client that its op may have happened: this node leads no more.
func (w *waiting) abandon(env *sim.Env) {
	reply := &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.Partial}
	if w.read {
		reply.Outcome, reply.Error = sim.Fail, sim.NotLeader
	}
	env.Send(w.client, reply)
}

// writeOp has an op ordered by the log, or answers it where an earlier attempt was.
func (n *Node) writeOp(env *sim.Env, from sim.NodeID, r *kv.Request) {
	found := n.store.Find(r.Op)
	w := waiting{op: r.Op, attempt: r.Attempt, client: from}
	switch {
	case found.TooOld:
		env.Send(from, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
	case found.Known:
		n.answerWrite(env, &w, found.Index, found.Refused, r.Key)
	default:
		n.propose(env, w, r)
	}
}

// propose puts an op into the log, unless it is there already: then the newest attempt is the one
// to be answered.
func (n *Node) propose(env *sim.Env, w waiting, r *kv.Request) {
	for i := range n.lead.waits {
		if known := &n.lead.waits[i]; known.op == w.op {
			known.attempt, known.client = max(known.attempt, w.attempt), w.client
			return
		}
	}
	e := replog.Entry{Op: r.Op, Code: r.Code, Key: r.Key}
	if !w.read {
		e.Value, e.Size, e.Expect = r.Value, r.Size, r.Expect
		if e.Value.ID == 0 {
			e.Value.ID = r.Op
		}
	}
	if n.raw.Propose(opData(&e)) != nil {
		n.refuse(env, w.client, r, sim.Overloaded)
		return
	}
	n.lead.waits = append(n.lead.waits, w)
	n.drain(env)
}

// carryOut applies what the library says is committed, and tells it so.
func (n *Node) carryOut(env *sim.Env, m *raftpb.Message) {
	for _, p := range m.GetEntries() {
		n.apply(env, p)
	}
	for _, answer := range m.GetResponses() {
		_ = n.raw.Step(answer)
	}
	n.release(env)
}

// apply carries out one entry.
func (n *Node) apply(env *sim.Env, p *raftpb.Entry) {
	index := p.GetIndex()
	if index <= n.applied {
		return
	}
	n.learn(env, index)
	n.applied = index
	e := n.log.At(index)
	did := machine.Applied{Index: index}
	if e.Code.Writes() {
		did = n.store.Apply(index, e)
	}
	did.State(env, e, index, n.role == sim.Leader)
	if isChange(e) {
		n.applyChange(env, p)
	}
	if n.role == sim.Leader {
		n.lead.own = n.lead.own || e.Epoch == n.hard.Term
		n.answer(env, e, did)
	}
}

// answer answers the client that waits for an entry.
func (n *Node) answer(env *sim.Env, e *replog.Entry, did machine.Applied) {
	if e.Op == 0 {
		return
	}
	at := slices.IndexFunc(n.lead.waits, func(w waiting) bool { return w.op == e.Op })
	if at < 0 {
		return
	}
	w := n.lead.waits[at]
	n.lead.waits = slices.Delete(n.lead.waits, at, at+1)
	switch {
	case w.read:
		n.serve(env, w.client, &kv.Request{Op: w.op, Attempt: w.attempt, Key: e.Key}, sim.ThroughLog)
	case did.TooOld:
		env.Send(w.client, &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
	default:
		n.answerWrite(env, &w, did.Index, did.Refused, e.Key)
	}
}

// answerWrite tells a client what became of a write that is applied.
func (n *Node) answerWrite(env *sim.Env, w *waiting, index uint64, refused bool, key sim.Key) {
	reply := &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Token: n.token(index), Leader: n.self}
	if refused {
		reply.Outcome, reply.Error = sim.Fail, sim.Conflict
		reply.Values, reply.Size = n.store.Current(key, n.applied)
	}
	env.Send(w.client, reply)
}

// token is a place in the log as a session remembers it. Only committed places are told, so
// that the index alone says whether a state has reached it.
func (n *Node) token(index uint64) kv.Token {
	return kv.Token{Epoch: n.log.Epoch(index), Index: index}
}
