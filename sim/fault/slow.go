package fault

import (
	"simrun/sim"
	"simrun/sim/random"
)

// Slow multiplies the time that the targets take to handle an event, or draws it
// from another distribution. Where the topology gives no service time, a factor
// alone changes nothing. What is in service when it ends runs to its end. Messages
// in flight are not touched.
type Slow struct {
	Targets Targets        `yaml:"targets" lone:"true" required:"true" doc:"who is slow"`
	Factor  random.Decimal `yaml:"factor" default:"1" doc:"by how much the time to handle an event is multiplied"`
	Service *random.Spec   `yaml:"service" doc:"time to handle an event, instead of the node's own"`
}

// Name is slow.
func (Slow) Name() string { return "slow" }

// Check judges the targets, the factor and the distribution.
func (f Slow) Check() error {
	if err := f.Targets.checkNeeded("targets"); err != nil {
		return err
	}
	return checkSlowness(f.Factor, "service", f.Service)
}

// Inject slows down; its undo ends that.
func (f Slow) Inject(w World) (Done, bool) {
	service := sampler(f.Service)
	return strike(w, f.Targets, "by "+f.Factor.String(), func(id sim.NodeID) func() {
		return w.Slow(id, permille(f.Factor), service)
	})
}

// drawSlow also draws service times, because a factor alone changes nothing where
// the topology gives none.
func drawSlow(d dice) Fault {
	if d.yes("multiply", 2) {
		return Slow{Targets: d.whom(), Factor: d.factor()}
	}
	return Slow{Targets: d.whom(), Factor: random.One, Service: d.delays()}
}
