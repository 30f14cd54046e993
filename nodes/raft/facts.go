package raft

import (
	"slices"

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

// state states a fact about the entry at an index: its write, or none where it is no write.
func (n *Node) state(env *sim.Env, fact sim.Fact, why sim.Why, e *replog.Entry, index uint64) {
	o := sim.Observation{Fact: fact, Why: why, A: index, B: e.Epoch, C: fingerprint(e)}
	if e.Code.Writes() {
		o.Op, o.Key = e.Op, e.Key
	}
	env.Observe(o)
}

// stateStored states that an entry is on this node's disk.
func (n *Node) stateStored(env *sim.Env, index uint64) {
	n.state(env, sim.Stored, sim.Durable, n.log.At(index), index)
}

// stateDiscarded states that an entry was cut from this node's log.
func (n *Node) stateDiscarded(env *sim.Env, e *replog.Entry, index uint64) {
	n.state(env, sim.Discarded, sim.Truncated, e, index)
}

// stateDecided states that this node knows an entry to be chosen.
func (n *Node) stateDecided(env *sim.Env, index uint64) {
	n.state(env, sim.Decided, sim.NoReason, n.log.At(index), index)
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

// electorate is who votes in a configuration.
func (p *placed) electorate() sim.Electorate {
	e := sim.Electorate{Version: uint32(p.index)}
	for _, m := range p.members {
		if m.parts&votes != 0 {
			e.Voters |= sim.NodesOf(m.id)
		}
		if p.joint && m.parts&votedOnce != 0 {
			e.Joint |= sim.NodesOf(m.id)
		}
	}
	return e
}

// version names a configuration: leaders of two terms may each put one of their own at an index.
func (p *placed) version() uint64 { return p.term<<32 | p.index }

// stateConfigured states by which members and voters this node goes from now on.
func (n *Node) stateConfigured(env *sim.Env) {
	now := n.configs.newest()
	n.stateMembers(env, now, sim.NoReason)
	env.Observe(now.electorate().Fact(sim.NoReason))
}

// stateAgreed states that a configuration is chosen.
func (n *Node) stateAgreed(env *sim.Env, index uint64) {
	p := n.configs.asOf(index)
	if p.index != index {
		return
	}
	env.Observe(p.electorate().Fact(sim.Agreed))
	if !p.joint && !slices.ContainsFunc(p.members, func(m member) bool { return m.parts&wantsVote != 0 }) {
		n.stateMembers(env, p, sim.Agreed)
	}
	n.agreed(env, p)
}

func (n *Node) stateMembers(env *sim.Env, p *placed, why sim.Why) {
	print := uint64(0)
	for _, w := range p.words() {
		print = (print ^ w) * 0x9E3779B97F4A7C15
		print ^= print >> 31
	}
	env.Observe(sim.Observation{Fact: sim.Configured, Why: why, A: p.version(), B: uint64(len(p.members)), C: print})
}
