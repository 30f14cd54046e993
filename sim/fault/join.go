package fault

import "simrun/sim"

// Join has the targets, servers that are no members of the store, ask to become
// members. It takes as long as the store needs to hand over data, and is not undone:
// who has joined stays. A target that is down can ask nobody, and the fault waits.
// Messages in flight are not touched.
type Join struct {
	Targets Targets `yaml:"targets" lone:"true" default:"spare" doc:"who joins"`
}

// Name is join.
func (Join) Name() string { return "join" }

// Check judges the targets.
func (f Join) Check() error { return f.Targets.checkNeeded("targets") }

// Inject has them ask; there is no undo.
func (f Join) Inject(w World) (Done, bool) {
	if !living(w, f.Targets) {
		return Done{}, false
	}
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.Join(id, sim.Nobody)
		return nil
	})
}

func drawJoin(dice) Fault { return Join{Targets: Targets{"spare"}} }

// living tells whether all targets have a holder, and all holders are up.
func living(w World, targets Targets) bool {
	ids, ok := targets.resolve(w)
	for _, id := range ids {
		ok = ok && w.Up(id)
	}
	return ok
}
