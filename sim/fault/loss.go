package fault

import (
	"errors"

	"simrun/sim"
	"simrun/sim/random"
)

// Loss loses each message with a probability, drawn when it is sent. Messages in
// flight are not touched, and what was lost stays so.
type Loss struct {
	Probability random.Probability `yaml:"probability" required:"true" doc:"of losing a message"`
	Links       `yaml:",inline"`
}

// Name is loss.
func (Loss) Name() string { return "loss" }

// Check judges the probability and the links.
func (f Loss) Check() error {
	return errors.Join(checkHappens("probability", f.Probability), f.Links.Check())
}

// Inject begins to lose; its undo ends that.
func (f Loss) Inject(w World) (Done, bool) {
	return f.disturb(w, f.Name(), f.Probability.String(), func(rule *sim.Rule) {
		rule.Lose = uint64(f.Probability)
	})
}

func drawLoss(d dice) Fault { return Loss{Probability: d.rate(), Links: d.links()} }
