package fault

import (
	"errors"

	"simrun/sim"
)

// OneWay cuts links in one direction: messages from From to To are dropped, also
// those in flight when they are due. The way back stays open.
type OneWay struct {
	From Targets `yaml:"from" lone:"true" required:"true" doc:"who is not heard"`
	To   Targets `yaml:"to" lone:"true" doc:"who does not hear; every other server when absent"`
}

// Name is one-way.
func (OneWay) Name() string { return "one-way" }

// Check judges the targets.
func (f OneWay) Check() error {
	return errors.Join(f.From.checkNeeded("from"), f.To.check("to"))
}

// Inject cuts; its undo mends.
func (f OneWay) Inject(w World) (Done, bool) {
	from, ok := f.From.resolve(w)
	if !ok {
		return Done{}, false
	}
	to := without(w.Servers(), from)
	if len(f.To) > 0 {
		to, _ = f.To.resolve(w)
	}
	if len(to) == 0 {
		return Done{}, false
	}
	rule := sim.Rule{Name: f.Name(), From: from, To: to, Drop: true}
	hit := appendNew(appendNew(nil, from), to)
	return Done{Heal: impose(w, rule), Targets: hit, Text: arrow(w, rule)}, true
}

func drawOneWay(d dice) Fault {
	if len(d.servers) < 2 {
		return nil
	}
	if d.yes("deaf", 2) {
		one := d.one("whom")
		return OneWay{From: d.others(one), To: one}
	}
	return OneWay{From: d.whom()}
}
