//go:build !js

package etcdraft

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// fingerprint tells the entries of one slot apart, by the leader that placed them, too.
func fingerprint(e *replog.Entry) uint64 {
	const multiply = 0x9E3779B97F4A7C15
	word := e.Epoch*multiply<<1 ^ uint64(e.Op)*multiply ^ uint64(e.Key)<<32 ^ uint64(e.Value.N)*multiply ^ uint64(e.Code) ^ uint64(e.Expect)<<7
	for _, w := range e.Body {
		word = (word ^ w) * multiply
	}
	return word ^ word>>29
}

// tell states a fact about the entry at an index: its write, or none where it is no write.
func (n *Node) tell(env *sim.Env, fact sim.Fact, why sim.Why, e *replog.Entry, index uint64) {
	o := sim.Observation{Fact: fact, Why: why, A: index, B: e.Epoch, C: fingerprint(e)}
	if e.Code.Writes() {
		o.Op, o.Key = e.Op, e.Key
	}
	env.Observe(o)
}

// stateStored states that an entry is on this node's disk.
func (n *Node) stateStored(env *sim.Env, index uint64) {
	n.tell(env, sim.Stored, sim.Durable, n.log.At(index), index)
}

// learn takes note of what is chosen, as far as the log reaches.
func (n *Node) learn(env *sim.Env, chosen uint64) {
	for n.known < min(chosen, n.log.Last().Index) {
		n.known++
		n.tell(env, sim.Decided, sim.NoReason, n.log.At(n.known), n.known)
	}
	if n.lead.unsettled && n.known > n.lead.former {
		n.lead.unsettled = false
		env.Observe(n.ruling.electorate(n.at.Index).Fact(sim.Agreed))
	}
}

// unsettle takes note that new members rule. Their change was chosen by the former ones; only
// once they have chosen something themselves is all before it on enough of their disks.
func (n *Node) unsettle() { n.lead.former, n.lead.unsettled = n.known, true }

// stateApplied states that an entry was applied here and, where this node leads, what place
// it gives the write and that it will not be lost.
func (n *Node) stateApplied(env *sim.Env, index uint64, did machine.Applied) {
	e := n.log.At(index)
	why := sim.NoReason
	if did.Again || did.TooOld {
		why = sim.Repeated
	}
	n.tell(env, sim.Applied, why, e, index)
	if n.role != sim.Leader || !e.Code.Writes() || why == sim.Repeated || did.Refused {
		return
	}
	env.Observe(sim.Observation{Fact: sim.Placed, Op: e.Op, Key: e.Key, A: e.Epoch, B: index})
	env.Observe(sim.Observation{Fact: sim.Committed, Op: e.Op, Key: e.Key, A: index})
}

// stateInstalled states that a leader's snapshot is on this node's disk.
func (n *Node) stateInstalled(env *sim.Env) {
	at := n.installed
	n.installed = replog.Position{}
	n.stateSnapshot(env, at, n.snapshot.Image.Bytes())
}

// stateSnapshot states that a snapshot on this node's disk stands for the log up to a place, and how
// many bytes came from elsewhere for it.
func (n *Node) stateSnapshot(env *sim.Env, at replog.Position, bytes int) {
	env.Observe(sim.Observation{Fact: sim.Repaired, Why: sim.BySnapshot, A: uint64(bytes), B: at.Index, C: at.Epoch})
}

// stateConfigured states by which members and voters this node goes from now on.
func (n *Node) stateConfigured(env *sim.Env) {
	n.stateMembers(env, sim.NoReason)
	env.Observe(n.ruling.electorate(n.at.Index).Fact(sim.NoReason))
}

// stateAgreed states that the members by which this node goes are chosen.
func (n *Node) stateAgreed(env *sim.Env) {
	if len(n.ruling.Outgoing) == 0 {
		n.stateMembers(env, sim.Agreed)
	}
}

func (n *Node) stateMembers(env *sim.Env, why sim.Why) {
	count, print := n.ruling.print()
	env.Observe(sim.Observation{Fact: sim.Configured, Why: why, A: n.at.Epoch<<32 | n.at.Index, B: count, C: print})
}
