//go:build !js

package etcdraft

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// stateInstalled states that a leader's snapshot is on this node's disk.
func (n *Node) stateInstalled(env *sim.Env) {
	env.Observe(n.installed.Repaired(n.snapshot.Image.Bytes()))
	n.installed = replog.Position{}
}

// learn takes note of what is chosen, as far as the log reaches.
func (n *Node) learn(env *sim.Env, chosen uint64) {
	for n.known < min(chosen, n.log.Last().Index) {
		n.known++
		n.log.StateDecided(env, n.known)
	}
	if n.lead.unsettled && n.known > n.lead.former {
		n.lead.unsettled = false
		env.Observe(n.ruling.electorate(n.at.Index).Fact(sim.Agreed))
	}
}

// unsettle takes note that new members rule. Their change was chosen by the former ones; only
// once they have chosen something themselves is all before it on enough of their disks.
func (n *Node) unsettle() { n.lead.former, n.lead.unsettled = n.known, true }

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
