package multileader

import (
	"simrun/nodes/internal/resolve"
	"simrun/nodes/kv"
	"simrun/sim"
)

// scribe is what turns ops into changes for a lead of a datacentre. The clock goes on.
func (c *cluster) scribe(place int, actor uint32, clock resolve.Clock) resolve.Scribe {
	clock.Rank, clock.Drift = uint64(place)+1, c.config.MaxDrift
	return resolve.Begin(&c.resolver, actor, clock)
}

// changed is what a client's write changes.
func (n *Node) changed(env *sim.Env, r *kv.Request) resolve.Object {
	return n.scribe.Write(n.object(r.Key), &resolve.Write{
		Value: r.Value, Code: r.Code, Key: r.Key, Context: r.Context, Size: r.Size, Wall: env.Wall(),
	})
}

// expected tells whether a key shows what a compare-and-set expects: as far as this leader knows.
// Another one may find the same at the same time.
func (n *Node) expected(r *kv.Request) bool {
	o := n.object(r.Key)
	values := n.resolver.Values(&o, nil)
	if len(values) == 0 {
		return r.Expect == 0
	}
	return len(values) == 1 && values[0].ID == r.Expect
}

// conflict refuses a compare-and-set.
func (n *Node) conflict(env *sim.Env, to sim.NodeID, r *kv.Request) {
	o := n.object(r.Key)
	env.Send(to, &kv.Reply{
		Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: sim.Conflict, Leader: n.self, Epoch: n.told(),
		Values: n.resolver.Values(&o, nil), Context: n.resolver.Context(&o), Token: token(n.seen),
	})
}

// resolve merges what an update brings with what is held, and states what was found: which writes
// are here, which gave way, and which were made without knowledge of each other.
func (n *Node) resolve(env *sim.Env, c *cell) {
	held := n.object(c.Key)
	found := n.merge(env, c)
	c.writes(func(op sim.OpID) {
		if c.Op != 0 || !n.resolver.Keeps(&held, op) {
			n.stateHeld(env, sim.Volatile, c.Key, op, len(n.log))
		}
	})
	for _, l := range found.Lost {
		n.regret(env, c.Key, l.Op, l.To)
		env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Resolved, Key: c.Key, Op: l.Op, A: l.Stamp})
	}
	for _, p := range found.Pairs {
		env.Observe(sim.Observation{Fact: sim.Conflicted, Why: p.Why, Key: c.Key, Op: p.Came, C: uint64(p.Held)})
	}
}

// merge takes a cell into the state.
func (n *Node) merge(env *sim.Env, c *cell) (found resolve.Outcome) {
	for int(c.Key) >= len(n.cells) {
		n.cells = append(n.cells, resolve.Object{})
	}
	n.scribe.Clock.See(c.Object.Stamp(), env.Wall())
	n.cells[c.Key], found = n.resolver.Merge(n.cells[c.Key], c.Object)
	return found
}

// object is what is held of a key.
func (n *Node) object(key sim.Key) resolve.Object {
	if int(key) < len(n.cells) {
		return n.cells[key]
	}
	return resolve.Object{}
}

// writes visits the writes that a cell brings.
func (c *cell) writes(visit func(sim.OpID)) {
	if c.Op != 0 {
		visit(c.Op)
		return
	}
	c.Object.Writes(visit)
}
