package fault

import "simrun/sim"

// Elect makes the targets campaign at once, as if their election timers had fired.
// A node without elections ignores it, and so does one that is down. Messages in
// flight are not touched.
type Elect struct {
	Targets Targets `yaml:"targets" lone:"true" default:"follower" doc:"who campaigns"`
}

// Name is elect.
func (Elect) Name() string { return "elect" }

// Check judges the targets.
func (f Elect) Check() error { return f.Targets.checkNeeded("targets") }

// Inject forces the election; there is no undo.
func (f Elect) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.Elect(id)
		return nil
	})
}

func drawElect(d dice) Fault { return Elect{Targets: d.one("whom")} }
