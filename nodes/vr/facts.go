package vr

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// fingerprint tells the entries of one slot apart, by the primary that placed them, too.
func fingerprint(e *replog.Entry) uint64 {
	const multiply = 0x9E3779B97F4A7C15
	word := e.Epoch*multiply<<1 ^ uint64(e.Op)*multiply ^ uint64(e.Key)<<32 ^ uint64(e.Value.N)*multiply ^ uint64(e.Code) ^ uint64(e.Expect)<<7
	return word ^ word>>29
}

// state states a fact about the entry at an index: its write, or none where it is no write.
func (n *Node) state(env *sim.Env, fact sim.Fact, why sim.Why, e *replog.Entry, index uint64) {
	o := sim.Observation{Fact: fact, Why: why, A: index, B: e.Epoch, C: fingerprint(e)}
	if e.Code.Writes() {
		o.Op, o.Key = e.Op, e.Key
	}
	env.Observe(o)
}

// stateStored states that an entry is on this node's disk, or in its memory only.
func (n *Node) stateStored(env *sim.Env, index uint64, why sim.Why) {
	n.state(env, sim.Stored, why, n.log.At(index), index)
}

// stateApplied states that an entry was applied here and, where this node leads, what place
// it gives the write and that it will not be lost.
func (n *Node) stateApplied(env *sim.Env, index uint64, did machine.Applied) {
	e := n.log.At(index)
	why := sim.NoReason
	if did.Again || did.TooOld {
		why = sim.Repeated
	}
	n.state(env, sim.Applied, why, e, index)
	if n.role != sim.Leader || !e.Code.Writes() || why == sim.Repeated || did.Refused {
		return
	}
	env.Observe(sim.Observation{Fact: sim.Placed, Op: e.Op, Key: e.Key, A: e.Epoch, B: index})
	env.Observe(sim.Observation{Fact: sim.Committed, Op: e.Op, Key: e.Key, A: index})
}

// stateInstalled states that another's checkpoint is on this node's disk.
func (n *Node) stateInstalled(env *sim.Env) {
	at := n.installed
	n.installed = replog.Position{}
	n.stateSnapshot(env, at, n.snapshot.Image.Bytes())
}

// stateSnapshot states that a checkpoint stands for the log up to a place, and how many bytes came from
// elsewhere for it.
func (n *Node) stateSnapshot(env *sim.Env, at replog.Position, bytes int) {
	env.Observe(sim.Observation{Fact: sim.Repaired, Why: sim.BySnapshot, A: uint64(bytes), B: at.Index, C: at.Epoch})
}
