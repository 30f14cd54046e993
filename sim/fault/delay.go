package fault

import (
	"errors"

	"simrun/sim"
	"simrun/sim/random"
)

// Delay makes messages slower: by an added delay, or by another distribution
// instead of the link's own. It is drawn when a message is sent; messages in flight
// are not touched.
type Delay struct {
	Add     *random.Spec `yaml:"add" doc:"delay added to the link's own"`
	Instead *random.Spec `yaml:"instead" doc:"latency instead of the link's own"`
	Links   `yaml:",inline"`
}

// Name is delay.
func (Delay) Name() string { return "delay" }

// Check judges the distributions and the links.
func (f Delay) Check() error {
	switch {
	case f.Add == nil && f.Instead == nil:
		return wrong("", "neither add nor instead is given")
	case f.Add != nil && f.Instead != nil:
		return wrong("instead", "both add and instead are given: use one")
	}
	return errors.Join(checkSpec("add", f.Add), checkSpec("instead", f.Instead), f.Links.Check())
}

// Inject begins to delay; its undo ends that. Messages under way keep their delay.
func (f Delay) Inject(w World) (Done, bool) {
	return f.disturb(w, f.Name(), "", func(rule *sim.Rule) {
		rule.Add, rule.Instead = sampler(f.Add), sampler(f.Instead)
	})
}

func drawDelay(d dice) Fault { return Delay{Add: d.delays(), Links: d.links()} }
