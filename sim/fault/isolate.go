package fault

import "simrun/sim"

// Isolate cuts each target off from every other server, other targets included, in
// both directions. Messages in flight on these links are dropped when they are due.
// Clients still reach it, unless Clients is set.
type Isolate struct {
	Targets Targets `yaml:"targets" lone:"true" required:"true" doc:"who is cut off"`
	Clients bool    `yaml:"clients" doc:"cut off from clients too"`
}

// Name is isolate.
func (Isolate) Name() string { return "isolate" }

// Check judges the targets.
func (f Isolate) Check() error { return f.Targets.checkNeeded("targets") }

// Inject cuts; its undo mends. With nobody left to be cut off from it is not injected.
func (f Isolate) Inject(w World) (Done, bool) {
	targets, ok := f.Targets.resolve(w)
	if !ok {
		return Done{}, false
	}
	var groups [][]sim.NodeID
	for _, id := range targets {
		groups = append(groups, []sim.NodeID{id})
	}
	others := without(w.Servers(), targets)
	if f.Clients {
		others = append(others, without(w.Clients(), targets)...)
	}
	if len(others) > 0 {
		groups = append(groups, others)
	}
	if len(groups) < 2 {
		return Done{}, false
	}
	done := cut(w, f.Name(), groups)
	done.Targets, done.Text = targets, spell(w, targets)
	return done, true
}

func drawIsolate(d dice) Fault {
	if len(d.servers) < 2 {
		return nil
	}
	return Isolate{Targets: d.whom(), Clients: d.yes("clients", 2)}
}
