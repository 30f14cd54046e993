package fault

import (
	"strings"

	"simrun/sim"
)

// Hold is a jam of some messages only: those of given classes or kinds are kept,
// all others pass and overtake them.
type Hold struct {
	Links `yaml:",inline"`
}

// Name is hold.
func (Hold) Name() string { return "hold" }

// Check asks for classes or kinds besides what links ask for.
func (f Hold) Check() error {
	if len(f.Classes) == 0 && len(f.Kinds) == 0 {
		return &mistake{"", "neither classes nor kinds are given", "jam holds every message"}
	}
	return f.Links.Check()
}

// Inject begins to hold; its undo releases.
func (f Hold) Inject(w World) (Done, bool) {
	what := strings.Join(append(append([]string{}, f.Classes...), f.Kinds...), " ")
	return f.disturb(w, f.Name(), what, func(rule *sim.Rule) { rule.Hold = true })
}

func drawHold(d dice) Fault {
	links := d.links()
	links.Classes = []string{d.pick("class", "client", "replicate", "repair", "control")}
	return Hold{Links: links}
}
