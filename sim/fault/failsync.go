package fault

import "simrun/sim"

// FailSync makes every sync of the targets fail: what was written stays pending and
// the node is told so. Messages in flight are not touched.
type FailSync struct {
	Targets Targets `yaml:"targets" lone:"true" required:"true" doc:"whose syncs fail"`
}

// Name is fail-sync.
func (FailSync) Name() string { return "fail-sync" }

// Check judges the targets.
func (f FailSync) Check() error { return f.Targets.checkNeeded("targets") }

// Inject begins to fail; its undo ends that.
func (f FailSync) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.FailSyncs(id, true)
		return func() { w.FailSyncs(id, false) }
	})
}

func drawFailSync(d dice) Fault { return FailSync{Targets: d.whom()} }
