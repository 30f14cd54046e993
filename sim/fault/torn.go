package fault

import "simrun/sim"

// Torn makes every crash of the targets, by whatever fault, tear the first record
// that it does not keep, for as long as it lasts. By itself it crashes nobody.
// Messages in flight are not touched.
type Torn struct {
	Targets Targets `yaml:"targets" lone:"true" required:"true" doc:"whose records are torn by crashes"`
}

// Name is torn.
func (Torn) Name() string { return "torn" }

// Check judges the targets.
func (f Torn) Check() error { return f.Targets.checkNeeded("targets") }

// Inject begins to tear; its undo ends that.
func (f Torn) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.Tear(id, true)
		return func() { w.Tear(id, false) }
	})
}

func drawTorn(d dice) Fault { return Torn{Targets: d.whom()} }
