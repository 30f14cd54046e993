package fault

import "simrun/sim"

// Pause stops the targets from handling anything, as a long collection of garbage
// or a suspended machine does. Messages in flight arrive and wait; when it ends, the
// inbox and overdue timers run in their original order. Clocks go on.
type Pause struct {
	Targets Targets `yaml:"targets" lone:"true" required:"true" doc:"who is paused"`
}

// Name is pause.
func (Pause) Name() string { return "pause" }

// Check judges the targets.
func (f Pause) Check() error { return f.Targets.checkNeeded("targets") }

// Inject pauses; its undo resumes.
func (f Pause) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.Pause(id)
		return func() { w.Resume(id) }
	})
}

func drawPause(d dice) Fault { return Pause{Targets: d.whom()} }
