package fault

import "simrun/sim"

// Crash ends the targets' incarnations and restarts them when it ends. Inboxes,
// timers and disk completions are gone; messages that a target had sent still
// arrive, unless Connections is set. Messages sent to it before it restarts never
// reach it, were they due before or after: see Late.
//
// A target that is down already dies no second time, but it stays down until the
// last crash that holds it ends.
type Crash struct {
	Targets     Targets `yaml:"targets" lone:"true" required:"true" doc:"who crashes"`
	Connections bool    `yaml:"connections" doc:"messages that it has sent and that are in flight are lost too"`
	Torn        bool    `yaml:"torn" doc:"the first record that the crash does not keep is torn"`
}

// Name is crash.
func (Crash) Name() string { return "crash" }

// Check judges the targets.
func (f Crash) Check() error { return f.Targets.checkNeeded("targets") }

// Inject crashes; its undo restarts.
func (f Crash) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		if f.Torn {
			w.Tear(id, true)
			defer w.Tear(id, false)
		}
		w.Crash(id, f.Connections)
		return func() { w.Restart(id) }
	})
}

func drawCrash(d dice) Fault {
	return Crash{Targets: d.whom(), Connections: d.yes("connections", 2), Torn: d.yes("torn", 2)}
}
