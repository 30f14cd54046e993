package fault

import "simrun/sim"

// Late lets messages that were sent to a former incarnation of a node reach its
// present one, as datagrams do. Without it they are dropped when they are due. What
// a node kept in its inbox is gone with a crash in any case.
type Late struct {
	Links `yaml:",inline"`
}

// Name is late.
func (Late) Name() string { return "late" }

// Inject begins to deliver; its undo ends that, for messages in flight too.
func (f Late) Inject(w World) (Done, bool) {
	return f.disturb(w, f.Name(), "", func(rule *sim.Rule) { rule.Late = true })
}

func drawLate(d dice) Fault { return Late{Links: d.links()} }
