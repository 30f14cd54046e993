package multileader

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// scope is how facts name a datacentre.
func scope(place int) sim.Key { return sim.Key(place) }

// statePlaced states the place of a write in its key's order, where stamps give it one.
func (n *Node) statePlaced(env *sim.Env, u *update) {
	for i := range u.Cells {
		c := &u.Cells[i]
		if major, minor, has := n.resolver.Place(&c.Object); has {
			env.Observe(sim.Observation{Fact: sim.Placed, Op: c.Op, Key: c.Key, A: major, B: minor})
		}
	}
}

// stateCommitted states that the rule of the mode is met for a write.
func (n *Node) stateCommitted(env *sim.Env, index int, op sim.OpID) {
	env.Observe(sim.Observation{Fact: sim.Committed, Op: op, Key: n.log[index].brings(op).Key, A: uint64(index) + 1})
}

// stateStored states what has become durable.
func (n *Node) stateStored(env *sim.Env, before int) {
	for i := before; i < n.disk.durable; i++ {
		for j := range n.log[i].Cells {
			n.stateDurable(env, &n.log[i].Cells[j], i)
		}
	}
}

// stateDurable states what of a cell is still held. What has lost by now was given up.
func (n *Node) stateDurable(env *sim.Env, c *cell, index int) {
	c.writes(func(op sim.OpID) {
		if o := n.object(c.Key); n.resolver.Keeps(&o, op) {
			n.stateHeld(env, sim.Durable, c.Key, op, index)
		}
	})
}

func (n *Node) stateHeld(env *sim.Env, why sim.Why, key sim.Key, op sim.OpID, index int) {
	env.Observe(sim.Observation{Fact: sim.Stored, Why: why, Op: op, Key: key, A: uint64(index) + 1})
}

// stateRecovered states what a server has that found its disk damaged: it cannot know what it had.
func (n *Node) stateRecovered(env *sim.Env, whole bool) {
	if whole {
		return
	}
	env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Unsynced})
	for key := range n.cells {
		n.stateDurable(env, &cell{Key: sim.Key(key), Object: n.cells[key]}, len(n.log)-1)
	}
}

// stateRole states that the lead of the datacentre was taken or left.
func (n *Node) stateRole(env *sim.Env, why sim.Why) {
	env.Observe(sim.Observation{Fact: sim.Role, Why: why, Key: scope(n.place), A: n.held, B: sim.Leader})
}

// stateVoted states that this server follows into an epoch.
func (n *Node) stateVoted(env *sim.Env, epoch uint64, by sim.NodeID) {
	env.Observe(sim.Observation{Fact: sim.Voted, Key: scope(n.place), A: epoch, B: uint64(by)})
}

// stateServed states that a read is answered from the state here.
func (n *Node) stateServed(env *sim.Env, r *kv.Request) {
	why := sim.AsReplica
	switch {
	case len(r.Token.Seen) > 0:
		why = sim.ByToken
	case n.role == sim.Leader:
		why = sim.AsLeader
	}
	env.Observe(sim.Observation{Fact: sim.Served, Why: why, Op: r.Op, Key: r.Key, A: uint64(len(n.log)), B: n.epoch})
}

// stateConfigured states whether a datacentre takes part, as this server goes by from now on.
func (n *Node) stateConfigured(env *sim.Env, place int) {
	p := n.parts[place]
	members, why := uint64(0), sim.NoReason
	if p.In {
		members = 1
	}
	if !p.joining() && !p.Leaving {
		why = sim.Agreed
	}
	env.Observe(sim.Observation{
		Fact: sim.Configured, Why: why, Key: scope(place), A: p.Version, B: members, C: sim.Fingerprint(&p),
	})
}

// statePart states, as its leader, whether the datacentre takes part, where that can change.
func (n *Node) statePart(env *sim.Env) {
	if n.parts[n.place].In {
		n.stateMember(env, sim.Member, sim.Held)
		return
	}
	n.stateMember(env, sim.Spare, sim.Held)
}

func (n *Node) stateMember(env *sim.Env, role uint64, why sim.Why) {
	if n.config.Members > 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: why, Key: scope(n.place), A: n.parts[n.place].Version, B: role})
	}
}
