package fault

import (
	"errors"

	"simrun/sim"
)

// Bridge cuts the servers into sides that do not see each other, while the servers
// in the middle see all sides. Messages in flight across the cut are dropped when
// they are due. Clients keep all their links.
type Bridge struct {
	Middle Targets   `yaml:"middle" lone:"true" default:"random" doc:"who sees all sides"`
	Sides  []Targets `yaml:"sides" doc:"the sides; two drawn halves of the other servers when absent"`
}

// Name is bridge.
func (Bridge) Name() string { return "bridge" }

// Check judges the targets.
func (f Bridge) Check() error {
	if len(f.Sides) == 0 {
		return f.Middle.check("middle")
	}
	return errors.Join(f.Middle.check("middle"), checkGroups("sides", f.Sides))
}

// Inject cuts; its undo mends. With fewer than two servers beside the middle there
// is nothing to cut.
func (f Bridge) Inject(w World) (Done, bool) {
	if len(f.Middle) == 0 {
		f.Middle = Targets{random1}
	}
	middle, ok := f.Middle.resolve(w)
	if !ok {
		return Done{}, false
	}
	groups, ok := f.sides(w, middle)
	if !ok {
		return Done{}, false
	}
	done := cut(w, f.Name(), groups)
	done.Text += " across " + spell(w, middle)
	return done, true
}

// sides gives the sides without the middle.
func (f Bridge) sides(w World, middle []sim.NodeID) ([][]sim.NodeID, bool) {
	if len(f.Sides) == 0 {
		others := rank(w, drawSides, without(w.Servers(), middle))
		half := len(others) / 2
		return [][]sim.NodeID{others[:half], others[half:]}, half > 0
	}
	groups, ok := sides(w, f.Sides)
	for i := range groups {
		groups[i] = without(groups[i], middle)
		ok = ok && len(groups[i]) > 0
	}
	return groups, ok
}

func drawBridge(d dice) Fault {
	if len(d.servers) < 3 {
		return nil
	}
	return Bridge{Middle: d.one("middle")}
}
