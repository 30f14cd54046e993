package multileader

import (
	"time"

	"simrun/nodes/internal/resolve"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is the collection of tombstones. A delete may be forgotten once nothing can come any
// more that it would have won against: every server has it on disk, and all that they had by
// then is here. Until it is heard from all of them it is kept, however old it is: a
// datacentre that was away longer than any grace would else bring back what was deleted
// (ScyllaDB #3560).

// grave is a tombstone that this server holds.
type grave struct {
	key sim.Key
	op  sim.OpID
	dot kv.Dot // of its update
	at  time.Duration
}

// bury remembers that an update brought a tombstone.
func (n *Node) bury(env *sim.Env, u *update) {
	if n.config.TombstoneGrace == 0 || u.Dot.Actor == 0 {
		return
	}
	for i := range u.Cells {
		if c := &u.Cells[i]; n.resolver.IsDelete(&c.Object) {
			n.graves = append(n.graves, grave{key: c.Key, op: c.Op, dot: u.Dot, at: env.Now()})
		}
	}
}

// collect forgets the tombstones that may be forgotten.
func (n *Node) collect(env *sim.Env) {
	kept := n.graves[:0]
	for _, g := range n.graves {
		o := n.object(g.key)
		switch {
		case !n.resolver.IsGrave(&o, g.op): // something came after it
		case env.Now()-g.at < n.config.TombstoneGrace || !n.isEverywhere(g.dot) && !n.config.tombstoneEarly():
			kept = append(kept, g)
		default:
			n.cells[g.key] = resolve.Object{}
			if int(g.key) < len(n.safe) {
				n.safe[g.key] = resolve.Object{}
			}
			env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Collected, Key: g.key, Op: g.op})
		}
	}
	n.graves = kept
	env.After(n.config.TombstoneGrace/2+1, sim.Timer{Kind: timerGraves})
}

// isEverywhere tells whether every server has an update on disk, and this one all that they had
// when they had it.
func (n *Node) isEverywhere(d kv.Dot) bool {
	if !versions.Seen(n.disk.has, d) {
		return false
	}
	for rank := range n.peers {
		if has := n.peers[rank].has; rank != n.me && (!versions.Seen(has, d) || !versions.SeesAll(n.seen, has)) {
			return false
		}
	}
	return true
}
