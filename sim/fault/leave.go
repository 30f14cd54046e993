package fault

import "simrun/sim"

// Leave has the targets, members of the store, leave it for good: they hand over what
// they hold, and go on as servers that are no members. It is not undone, not even at
// heal. A target that is down can tell nobody, and the fault waits. Messages in flight
// are not touched.
type Leave struct {
	Targets Targets `yaml:"targets" lone:"true" default:"member" doc:"who leaves"`
}

// Name is leave.
func (Leave) Name() string { return "leave" }

// Check judges the targets.
func (f Leave) Check() error { return f.Targets.checkNeeded("targets") }

// Inject has them leave; there is no undo.
func (f Leave) Inject(w World) (Done, bool) {
	if !living(w, f.Targets) {
		return Done{}, false
	}
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.Leave(id)
		return nil
	})
}

func drawLeave(dice) Fault { return Leave{Targets: Targets{"member"}} }
