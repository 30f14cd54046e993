package raft

import (
	"slices"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// setCommit takes note of a higher commit index, and applies what it covers, in order
// (paper, section 5.3).
func (n *Node) setCommit(env *sim.Env, commit uint64) {
	commit = min(commit, n.log.Last().Index)
	for n.commit < commit {
		n.commit++
		n.log.StateDecided(env, n.commit)
	}
	if n.applied < n.commit {
		n.applyAll(env)
	}
}

// applyAll applies what is committed. What follows on a leader's snapshot waits until that is
// on disk.
func (n *Node) applyAll(env *sim.Env) {
	if n.installed.Index > 0 {
		return
	}
	for n.applied < min(n.commit, n.log.Last().Index) {
		n.applied++
		n.apply(env, n.applied)
	}
	n.compact(env)
	n.release(env)
}

// apply carries out one entry.
func (n *Node) apply(env *sim.Env, index uint64) {
	e := n.log.At(index)
	did := machine.Applied{Index: index}
	if e.Code.Writes() {
		n.advanceClock(env, e)
		did = n.carryOut(env, index, e)
	}
	did.State(env, e, index, n.role == sim.Leader)
	if e.Op == 0 && len(e.Body) > 0 {
		n.stateAgreed(env, index)
	}
	if n.role == sim.Leader {
		n.answerAt(env, index, did)
	}
}

// carryOut is what an op does to the state machine.
func (n *Node) carryOut(env *sim.Env, index uint64, e *replog.Entry) machine.Applied {
	if n.config.localApply() && env.Now()%2 == 0 {
		by := *e
		by.Code = sim.Put
		e = &by
	}
	if !n.config.noDedup() {
		return n.store.Apply(index, e)
	}
	twice := *e
	twice.Refused = e.Code == sim.CAS && n.store.Writer(e.Key, index) != e.Expect
	n.store.Push(index, &twice, index)
	return machine.Applied{Index: index, Refused: twice.Refused}
}

// answerAt answers the clients that wait for an entry.
func (n *Node) answerAt(env *sim.Env, index uint64, did machine.Applied) {
	r := &n.ruling
	done := 0
	for done < len(r.waits) && r.waits[done].index <= index {
		w := r.waits[done]
		done++
		e := n.log.At(index)
		switch {
		case w.index != index || e.Op != w.op:
		case w.read:
			n.serve(env, w.client, &kv.Request{Op: w.op, Attempt: w.attempt, Key: e.Key}, sim.ThroughLog)
		case did.TooOld:
			env.Send(w.client, &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
		default:
			w.index = did.Index
			n.answerWrite(env, &w, did.Refused, e.Key)
		}
	}
	r.waits = slices.Delete(r.waits, 0, done)
}

// answerWrite tells a client what became of a write that is applied.
func (n *Node) answerWrite(env *sim.Env, w *waiting, refused bool, key sim.Key) {
	reply := n.out.replies.Next()
	*reply = kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Token: n.token(w.index), Leader: n.self}
	if refused {
		reply.Outcome, reply.Error = sim.Fail, sim.Conflict
		reply.Values, reply.Size = n.store.Current(key, n.applied)
	}
	env.Send(w.client, reply)
}

// answerDeposed is what a mutant does as it steps down: it calls done what it holds itself.
func (n *Node) answerDeposed(env *sim.Env, waits []waiting) {
	for i := range waits {
		if w := &waits[i]; !w.read && w.index <= n.log.Last().Index {
			env.Send(w.client, &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Token: n.token(w.index)})
		}
	}
}

// token is a place in the log as a session remembers it. Only committed places are told, so
// that the index alone says whether a state has reached it.
func (n *Node) token(index uint64) kv.Token {
	return kv.Token{Epoch: n.log.Epoch(index), Index: index}
}
