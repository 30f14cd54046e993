package fault

import "simrun/sim"

// Lose crashes the targets for good: they do not restart, not even at heal.
// Messages that a target had sent still arrive, unless Connections is set.
type Lose struct {
	Targets     Targets `yaml:"targets" lone:"true" required:"true" doc:"who is lost for good"`
	Connections bool    `yaml:"connections" doc:"messages that it has sent and that are in flight are lost too"`
}

// Name is lose.
func (Lose) Name() string { return "lose" }

// Check judges the targets.
func (f Lose) Check() error { return f.Targets.checkNeeded("targets") }

// Inject crashes; there is no undo.
func (f Lose) Inject(w World) (Done, bool) {
	return strike(w, f.Targets, "", func(id sim.NodeID) func() {
		w.Crash(id, f.Connections)
		w.Retire(id)
		return nil
	})
}

func drawLose(d dice) Fault {
	return Lose{Targets: d.victim(), Connections: d.yes("connections", 2)}
}
