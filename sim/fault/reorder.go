package fault

import (
	"errors"

	"simrun/sim"
	"simrun/sim/random"
)

// Reorder holds a message back with a probability, drawn when it is sent, by a draw
// from Spread, so that later ones overtake it. On an ordered link nothing overtakes:
// there the later ones wait too. Messages in flight are not touched.
type Reorder struct {
	Probability random.Probability `yaml:"probability" required:"true" doc:"of holding a message back"`
	Spread      *random.Spec       `yaml:"spread" required:"true" doc:"by how much it is held back"`
	Links       `yaml:",inline"`
}

// Name is reorder.
func (Reorder) Name() string { return "reorder" }

// Check judges the probability, the spread and the links.
func (f Reorder) Check() error {
	if f.Spread == nil {
		return wrong("spread", "no spread is given")
	}
	return errors.Join(checkHappens("probability", f.Probability), checkSpec("spread", f.Spread), f.Links.Check())
}

// Inject begins to reorder; its undo ends that. Messages held back still arrive late.
func (f Reorder) Inject(w World) (Done, bool) {
	return f.disturb(w, f.Name(), f.Probability.String(), func(rule *sim.Rule) {
		rule.Reorder, rule.Add = uint64(f.Probability), sampler(f.Spread)
	})
}

func drawReorder(d dice) Fault {
	return Reorder{Probability: d.rate(), Spread: d.spread(), Links: d.links()}
}
