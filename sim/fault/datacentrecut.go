package fault

import (
	"slices"

	"simrun/sim"
)

// DatacentreCut cuts places off from other places, in both directions, with the
// servers and the clients that stand there. Links inside a place, and among the
// places that are cut off together, stay. Messages in flight across the cut are
// dropped when they are due. What stands nowhere keeps all its links.
type DatacentreCut struct {
	Places []Place `yaml:"places" lone:"true" required:"true" doc:"the places that are cut off"`
	From   []Place `yaml:"from" lone:"true" doc:"the places that they are cut off from; all others when absent"`
}

// Name is datacentre-cut.
func (DatacentreCut) Name() string { return "datacentre-cut" }

// Check asks for places that are not cut off from themselves.
func (f DatacentreCut) Check() error {
	if len(f.Places) == 0 {
		return wrong("places", "no place is given")
	}
	for _, place := range f.From {
		if slices.Contains(f.Places, place) {
			return wrong("from", "%s would be cut off from itself", place)
		}
	}
	if slices.Contains(f.Places, "") || slices.Contains(f.From, "") {
		return wrong("places", "a place has no name")
	}
	return nil
}

// Inject cuts; its undo mends. With nobody on one side it is not injected.
func (f DatacentreCut) Inject(w World) (Done, bool) {
	all := slices.Concat(w.Servers(), w.Clients())
	near := at(w, all, f.Places)
	far := without(without(all, near), at(w, all, []Place{""}))
	if len(f.From) > 0 {
		far = at(w, all, f.From)
	}
	if len(near) == 0 || len(far) == 0 {
		return Done{}, false
	}
	done := cut(w, f.Name(), [][]sim.NodeID{near, far})
	done.Targets = near
	return done, true
}

func drawDatacentreCut(d dice) Fault {
	if len(d.places) < 2 {
		return nil
	}
	return DatacentreCut{Places: []Place{Place(d.pick("place", d.places...))}}
}
