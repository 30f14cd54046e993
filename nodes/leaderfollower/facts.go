package leaderfollower

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// stateStored states that an entry is on this node's disk.
func (n *Node) stateStored(env *sim.Env, index uint64) {
	if e := n.log.At(index); e.Changes() {
		env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: e.Op, Key: e.Key, A: index, B: e.Epoch})
	}
}

// stateDiscarded states that an entry left this node's log.
func (n *Node) stateDiscarded(env *sim.Env, e *replog.Entry, index uint64, why sim.Why) {
	if e.Changes() {
		env.Observe(sim.Observation{Fact: sim.Discarded, Why: why, Op: e.Op, Key: e.Key, A: index, B: e.Epoch})
	}
}

// stateLost states what damage on disk has cost. Of a record that cannot be read
// only the index is known.
func (n *Node) stateLost(env *sim.Env, found replog.Recovered) {
	for i := range found.Lost {
		e, index := &found.Lost[i], found.Damaged+uint64(i)
		env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Unsynced, Op: e.Op, Key: e.Key, A: index, B: e.Epoch})
	}
}

// stateApplied states that an entry's effect can be read here from now on.
func (n *Node) stateApplied(env *sim.Env, index uint64) {
	e := n.log.At(index)
	if e.Op == 0 {
		return
	}
	env.Observe(sim.Observation{Fact: sim.Applied, Op: e.Op, Key: e.Key, A: index, B: e.Epoch, C: fingerprint(e)})
}

// fingerprint tells the writes of one slot apart, whichever leader placed them.
func fingerprint(e *replog.Entry) uint64 {
	const multiply = 0x9E3779B97F4A7C15
	word := uint64(e.Op)*multiply ^ uint64(e.Key)<<32 ^ uint64(e.Value.N)*multiply ^ uint64(e.Code)
	if e.Refused {
		word = ^word
	}
	return word ^ word>>29
}

// statePlaced states that the leader gave a write its place.
func (n *Node) statePlaced(env *sim.Env, index uint64) {
	if e := n.log.At(index); e.Changes() {
		env.Observe(sim.Observation{Fact: sim.Placed, Op: e.Op, Key: e.Key, A: e.Epoch, B: index})
	}
}

// stateCommitted states that the rule of the mode is met for an entry.
func (n *Node) stateCommitted(env *sim.Env, index uint64) {
	if e := n.log.At(index); e.Changes() {
		env.Observe(sim.Observation{Fact: sim.Committed, Op: e.Op, Key: e.Key, A: index})
	}
}

// stateAnswered states that the leader counted a replica's copy of an entry.
func (n *Node) stateAnswered(env *sim.Env, index uint64, replica sim.NodeID) {
	if index <= n.log.Base().Index {
		return
	}
	e := n.log.At(index)
	if e.Op == 0 {
		return
	}
	why := sim.NoReason
	if index <= n.commit {
		why = sim.Late
	}
	env.Observe(sim.Observation{
		Fact: sim.Answered, Why: why, Op: e.Op, Key: e.Key,
		A: uint64(replica), B: uint64(replica), C: uint64(e.Op),
	})
}
