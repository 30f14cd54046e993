package fault

import "simrun/sim"

// Wipe crashes the targets, empties their disks, and restarts them under the same
// name when it ends: a replaced disk. Nothing brings the data back but the other
// nodes. What happens to messages is as in Crash.
type Wipe struct {
	Targets Targets `yaml:"targets" lone:"true" required:"true" doc:"whose disk is lost"`
}

// Name is wipe.
func (Wipe) Name() string { return "wipe" }

// Check judges the targets.
func (f Wipe) Check() error { return f.Targets.checkNeeded("targets") }

// Inject crashes and empties; its undo restarts.
func (f Wipe) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.Crash(id, false)
		w.Wipe(id)
		return func() { w.Restart(id) }
	})
}

func drawWipe(d dice) Fault { return Wipe{Targets: d.victim()} }
