package fault

import "simrun/sim"

// Handover asks the targets, leaders of the store, to hand their lead over to another
// member without losing anything, as before maintenance. How they do it is theirs, and
// it may fail: then they go on leading. It is not undone. A target that is down can hand
// nothing over, and the fault waits. A node that does not lead ignores it. Messages in
// flight are not touched.
type Handover struct {
	Targets Targets `yaml:"targets" lone:"true" default:"leader" doc:"who hands its lead over"`
	To      Targets `yaml:"to" lone:"true" doc:"who takes it; whoever is readiest where it is left out"`
}

// Name is handover.
func (Handover) Name() string { return "handover" }

// Check judges the targets.
func (f Handover) Check() error {
	if err := f.Targets.checkNeeded("targets"); err != nil {
		return err
	}
	if len(f.To) > 1 {
		return wrong("to", "a lead is taken by one server")
	}
	return f.To.check("to")
}

// Inject has each target hand over to the first of the successors; there is no undo.
func (f Handover) Inject(w World) (Done, bool) {
	successors, ok := f.To.resolve(w)
	if !living(w, f.Targets) || len(f.To) > 0 && !ok {
		return Done{}, false
	}
	to, detail := sim.Nobody, ""
	if ok {
		to = successors[0]
		detail = "to " + w.Name(to)
	}
	return strike(w, f.Targets, detail, func(id sim.NodeID) func() {
		w.Handover(id, to)
		return nil
	})
}

func drawHandover(dice) Fault { return Handover{Targets: Targets{"leader"}} }
