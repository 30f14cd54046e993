package fault

import (
	"errors"

	"simrun/sim"
	"simrun/sim/random"
)

// Duplicate delivers a message twice with a probability, drawn when it is sent. The
// second copy comes later than the first by a draw from Spread, without one at the
// same instant. Messages in flight are not touched.
type Duplicate struct {
	Probability random.Probability `yaml:"probability" required:"true" doc:"of delivering a message twice"`
	Spread      *random.Spec       `yaml:"spread" doc:"how much later the second copy comes; not at all when absent"`
	Links       `yaml:",inline"`
}

// Name is duplicate.
func (Duplicate) Name() string { return "duplicate" }

// Check judges the probability, the spread and the links.
func (f Duplicate) Check() error {
	return errors.Join(checkHappens("probability", f.Probability), checkSpec("spread", f.Spread), f.Links.Check())
}

// Inject begins to duplicate; its undo ends that. Copies under way still arrive.
func (f Duplicate) Inject(w World) (Done, bool) {
	return f.disturb(w, f.Name(), f.Probability.String(), func(rule *sim.Rule) {
		rule.Duplicate, rule.Add = uint64(f.Probability), sampler(f.Spread)
	})
}

func drawDuplicate(d dice) Fault {
	return Duplicate{Probability: d.rate(), Spread: d.spread(), Links: d.links()}
}
