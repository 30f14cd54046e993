package machine

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// State states that the entry at an index was applied and, at the one who leads, what place
// that gives its write and that it will not be lost.
func (did Applied) State(env *sim.Env, e *replog.Entry, index uint64, leads bool) {
	why := sim.NoReason
	if did.Again || did.TooOld {
		why = sim.Repeated
	}
	env.Observe(e.Fact(sim.Applied, why, index))
	if !leads || !e.Code.Writes() || why == sim.Repeated || did.Refused {
		return
	}
	env.Observe(sim.Observation{Fact: sim.Placed, Op: e.Op, Key: e.Key, A: e.Epoch, B: index})
	env.Observe(sim.Observation{Fact: sim.Committed, Op: e.Op, Key: e.Key, A: index})
}
