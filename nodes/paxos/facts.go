package paxos

import (
	"math/bits"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// fingerprint tells values apart, in whatever ballot.
func fingerprint(e *replog.Entry) uint64 {
	const multiply = 0x9E3779B97F4A7C15
	word := uint64(e.Op)*multiply ^ uint64(e.Key)<<32 ^ uint64(e.Value.N)*multiply ^ uint64(e.Code)
	for _, part := range e.Body {
		word = (word ^ part) * multiply
	}
	return word ^ word>>29
}

// write is the op of an entry that writes, 0 of any other.
func write(e *replog.Entry) sim.OpID {
	if e.Code.Writes() {
		return e.Op
	}
	return 0
}

// stored is the fact that an entry is accepted, and on this node's disk.
func stored(slot uint64, e *replog.Entry) sim.Observation {
	return sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: write(e), Key: e.Key, A: slot, B: e.Epoch, C: fingerprint(e)}
}

// discarded is the fact that another value took the place of one; none where nobody's
// write was lost with it.
func discarded(slot uint64, e *replog.Entry) (fact sim.Observation) {
	if write(e) == 0 {
		return fact
	}
	return sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, Op: write(e), Key: e.Key, A: slot, B: e.Epoch, C: fingerprint(e)}
}

func (n *Node) stateDecided(env *sim.Env, slot uint64, e *replog.Entry) {
	env.Observe(sim.Observation{Fact: sim.Decided, Op: write(e), Key: e.Key, A: slot, B: e.Epoch, C: fingerprint(e)})
}

// stateApplied states what a slot did: only its first op has a place, and is committed.
func (n *Node) stateApplied(env *sim.Env, slot uint64, e *replog.Entry, did outcome) {
	op, why := write(e), sim.NoReason
	if did.Again || did.TooOld {
		why = sim.Repeated
	}
	env.Observe(sim.Observation{Fact: sim.Applied, Why: why, Op: op, Key: e.Key, A: slot, B: e.Epoch, C: fingerprint(e)})
	if op == 0 || why == sim.Repeated || did.Refused {
		return
	}
	env.Observe(sim.Observation{Fact: sim.Placed, Op: op, Key: e.Key, A: slot})
	env.Observe(sim.Observation{Fact: sim.Committed, Op: op, Key: e.Key, A: slot})
}

// stateAnswered states that the leader counted an acceptance.
func (n *Node) stateAnswered(env *sim.Env, x *proposal, from sim.NodeID) {
	op := write(&x.entry)
	if op == 0 {
		return
	}
	env.Observe(sim.Observation{
		Fact: sim.Answered, Op: op, Key: x.entry.Key,
		A: uint64(from), B: uint64(from), C: uint64(op),
	})
}

// stateClosed states by how many acceptances a write was chosen.
func (n *Node) stateClosed(env *sim.Env, x *proposal) {
	if op := write(&x.entry); op != 0 {
		need := uint64(n.phase2(n.at(x.slot)))
		env.Observe(sim.Observation{Fact: sim.Closed, Op: op, Key: x.entry.Key, A: need, B: uint64(bits.OnesCount64(x.by))})
	}
}

// stateVoters states who accepts, and how many of them are enough.
func (n *Node) stateVoters(env *sim.Env, c *configuration) {
	e := sim.Electorate{Voters: sim.NodesOf(n.those(c.Acceptors)...), Elect: uint8(n.phase1(*c)), Accept: uint8(n.phase2(*c))}
	if c.Version > 0 {
		e.Window = uint16(n.window())
		e.Version = uint32(c.From - uint64(e.Window))
	}
	env.Observe(e.Fact(sim.Agreed))
}

// stateConfigured states a change of who accepts.
func (n *Node) stateConfigured(env *sim.Env, c *configuration) {
	env.Observe(sim.Observation{
		Fact: sim.Configured, Why: sim.Agreed, A: c.Version,
		B: uint64(bits.OnesCount64(c.Acceptors)), C: c.Acceptors,
	})
	n.stateVoters(env, c)
}

// stateSnapshot states what a snapshot stands for: the writes that keys show, which no
// entry says any more. It is on disk.
func (n *Node) stateSnapshot(env *sim.Env, s *snapshot, bytes int) {
	at := s.Image.At
	env.Observe(sim.Observation{Fact: sim.Repaired, Why: sim.BySnapshot, A: uint64(bytes), B: at.Index, C: at.Epoch})
	for i := range s.Image.Keys {
		h := &s.Image.Keys[i]
		env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: h.Value.ID, Key: h.Key})
	}
}

// stateServed states what a read was answered by.
func (n *Node) stateServed(env *sim.Env, op sim.OpID, key sim.Key, why sim.Why) {
	env.Observe(sim.Observation{Fact: sim.Served, Op: op, Key: key, Why: why, A: n.learner.applied, B: n.seen})
}
