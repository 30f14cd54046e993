//go:build mutants

package multileader

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|ml-no-causal-delivery|ml-no-origin-filter|ml-tombstone-early-gc" doc:"the wrong change"`
}

// noCausalDelivery: updates are applied before those that they depend on.
func (v variant) noCausalDelivery() bool { return v.Mutant == "ml-no-causal-delivery" }

// noOriginFilter: a ring forwards and applies its own updates again.
func (v variant) noOriginFilter() bool { return v.Mutant == "ml-no-origin-filter" }

// repeat executes a write as if a client had asked for it now.
func (n *Node) repeat(env *sim.Env, c *cell) {
	r := kv.Request{Op: c.Op, Code: sim.Put, Key: c.Key, Value: sim.Value{ID: c.Op}}
	if len(n.resolver.Deletes(&c.Object)) > 0 {
		r.Code = sim.Delete
	}
	n.write(env, sim.Nobody, &r)
}

// tombstoneEarly: tombstones are forgotten by their age alone.
func (v variant) tombstoneEarly() bool { return v.Mutant == "ml-tombstone-early-gc" }
