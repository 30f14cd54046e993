//go:build !js

package etcdraft

import (
	"encoding/binary"
	"time"

	"go.etcd.io/raft/v3"

	"simrun/nodes/kv"
	"simrun/sim"
)

// heldRead is a read that has to wait.
type heldRead struct {
	request *kv.Request
	client  sim.NodeID
	why     sim.Why // what allows it to be served here
	leads   bool    // only while this node leads
	asked   bool    // the library was asked for a read index
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
	case r.Code == sim.Get && n.config.Reads == "forwarded" && r.Read == kv.Strongest && n.leader != sim.Nobody:
		n.readIndex(env, heldRead{request: r, client: from, timer: n.holdUntil(env, r, n.config.longest())})
	case isLeader:
		n.writeOp(env, from, r)
	default:
		n.refuse(env, from, r, sim.NotLeader)
	}
}

// refuse says that an attempt has done and will do nothing.
func (n *Node) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Error) {
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: why, Leader: n.leader})
}

// readAsLeader serves a read in the way that is configured, or, where another is, in the
// strongest that needs no entry: a read index.
func (n *Node) readAsLeader(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from, leads: true}
	switch {
	case r.Read == kv.AtLeader:
		h.why, h.index = sim.AsLeader, r.Token.Index
		n.reads = append(n.reads, h)
		n.release(env)
	case n.config.Reads == "log":
		n.propose(env, waiting{op: r.Op, attempt: r.Attempt, client: from, read: true}, r)
	default:
		n.readIndex(env, h)
	}
}

// readIndex asks the library, and through it the leader, as of which index a read may be served. The
// answer names the attempt, so that one to a former life says something true of it, too: it is of after the
// op began.
func (n *Node) readIndex(env *sim.Env, h heldRead) {
	h.why, h.asked, h.index = sim.ByRound, true, h.request.Token.Index
	n.reads = append(n.reads, h)
	n.raw.ReadIndex(binary.LittleEndian.AppendUint64(nil, readWord(h.request)))
	n.drain(env)
}

// readWord names a client's attempt at a read.
func readWord(r *kv.Request) uint64 { return uint64(r.Op)<<8 | uint64(r.Attempt) }

// confirmed takes note of a read index.
func (n *Node) confirmed(env *sim.Env, s *raft.ReadState) {
	for i := range n.reads {
		if h := &n.reads[i]; h.asked && readWord(h.request) == word(s.RequestCtx, 0) {
			h.asked, h.index = false, max(h.index, s.Index)
		}
	}
	n.release(env)
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
		h.timer = n.holdUntil(env, r, n.config.Wait)
		n.reads = append(n.reads, h)
	default:
		n.refuse(env, from, r, sim.TokenBehind)
	}
}

// isReady tells whether a read can be served. A leader that asks nobody knows which entries are
// committed once one of its own term is.
func (n *Node) isReady(h *heldRead) bool {
	switch {
	case h.asked || n.applied < h.index:
		return false
	case h.why == sim.AsLeader:
		return n.lead.own
	}
	return true
}

// serve answers a read from what is applied.
func (n *Node) serve(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Why) {
	values, size := n.store.Current(r.Key, n.applied)
	env.Observe(sim.Observation{Fact: sim.Served, Why: why, Op: r.Op, Key: r.Key, A: n.applied, B: n.hard.Term})
	env.Send(to, &kv.Reply{
		Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Values: values, Token: n.token(n.applied), Leader: n.leader, Size: size,
	})
}

// release serves the held reads that can be served now.
func (n *Node) release(env *sim.Env) {
	n.sift(func(h *heldRead) bool {
		if !n.isReady(h) {
			return false
		}
		env.Cancel(h.timer)
		n.serve(env, h.client, h.request, h.why)
		return true
	})
}

// abandonReads refuses the reads that only a leader may serve: this node leads no more.
func (n *Node) abandonReads(env *sim.Env) {
	n.sift(func(h *heldRead) bool {
		if h.leads {
			n.refuse(env, h.client, h.request, sim.NotLeader)
		}
		return h.leads
	})
}

// giveUp refuses a read that was held long enough.
func (n *Node) giveUp(env *sim.Env, op sim.OpID, attempt uint8) {
	n.sift(func(h *heldRead) bool {
		is := !h.leads && h.request.Op == op && h.request.Attempt == attempt
		if is {
			n.refuse(env, h.client, h.request, sim.TokenBehind)
		}
		return is
	})
}

// sift drops the held reads that are done with.
func (n *Node) sift(isDone func(*heldRead) bool) {
	if len(n.reads) == 0 {
		return
	}
	held := n.reads
	n.reads = nil
	for i := range held {
		if !isDone(&held[i]) {
			n.reads = append(n.reads, held[i])
		}
	}
}

// holdUntil has a read given up after so long.
func (n *Node) holdUntil(env *sim.Env, r *kv.Request, after time.Duration) sim.TimerID {
	return env.After(after, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
}
