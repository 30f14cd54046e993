package fault

import "simrun/sim"

// Jam lets nothing pass and loses nothing: messages are kept when they are sent or,
// if in flight already, when they are due, and all are released in that order when
// the fault ends.
type Jam struct {
	Links `yaml:",inline"`
}

// Name is jam.
func (Jam) Name() string { return "jam" }

// Inject begins to hold; its undo releases.
func (f Jam) Inject(w World) (Done, bool) {
	return f.disturb(w, f.Name(), "", func(rule *sim.Rule) { rule.Hold = true })
}

func drawJam(d dice) Fault { return Jam{Links: d.links()} }
