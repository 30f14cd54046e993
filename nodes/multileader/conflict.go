package multileader

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// rule is what becomes of versions that were written without knowledge of each other: the one with
// the greatest stamp stays.
const rule = versions.LastWrite

// version is what a write brings. Its stamp is a hybrid clock's: the wall clock's, and later
// than every stamp that this leader has seen.
func (n *Node) version(env *sim.Env, r *kv.Request, _ kv.Dot) versions.Set {
	n.time = max(n.time+1, uint64(max(env.Wall(), 0)))
	return versions.Set{{
		Value: r.Value, Time: n.time, Past: versions.ReadBy(r.Parents), Size: r.Size, Deleted: r.Code == sim.Delete,
	}}
}

// resolve merges what an update brings with what is held, and states who lost.
func (n *Node) resolve(env *sim.Env, key sim.Key, brought versions.Set) {
	held := n.set(key)
	if !n.merge(key, brought) {
		n.stateResolved(env, key, brought, held)
		return
	}
	n.stateResolved(env, key, held, n.cells[key])
}

// merge takes versions into the state, and tells whether they changed anything.
func (n *Node) merge(key sim.Key, brought versions.Set) (changed bool) {
	for int(key) >= len(n.cells) {
		n.cells = append(n.cells, nil)
	}
	for i := range brought {
		n.time = max(n.time, brought[i].Time)
	}
	n.cells[key], changed = rule.Merge(n.cells[key], brought)
	return changed
}

// again is what becomes of an update that is here already: nothing.
func (n *Node) again(*sim.Env, update) {}

// stateResolved states that versions lost against others whose writers had not read them.
func (n *Node) stateResolved(env *sim.Env, key sim.Key, losers, winners versions.Set) {
	for i := range losers {
		loser := &losers[i]
		isGone := !winners.Has(loser) && loser.Value.ID != 0
		for j := range winners {
			isGone = isGone && loser.Value.ID != winners[j].Value.ID && !versions.Reads(winners[j].Past, loser.Value.ID)
		}
		if isGone {
			env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Resolved, Key: key, Op: loser.Value.ID, A: loser.Time})
		}
	}
}

// place is a write's place in its key's order.
func place(v *versions.Version) (major, minor uint64) { return v.Place() }
