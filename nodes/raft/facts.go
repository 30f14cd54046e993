package raft

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// stateInstalled states that a leader's snapshot is on this node's disk.
func (n *Node) stateInstalled(env *sim.Env) {
	env.Observe(n.installed.Repaired(n.snapshot.Image.Bytes()))
	n.installed = replog.Position{}
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
