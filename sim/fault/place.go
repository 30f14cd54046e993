package fault

import (
	"slices"

	"simrun/sim"
)

// Place is the name of a datacentre.
type Place string

// at gives those of ids that stand at one of the places.
func at(w World, ids []sim.NodeID, places []Place) []sim.NodeID {
	return slices.DeleteFunc(slices.Clone(ids), func(id sim.NodeID) bool {
		return !slices.Contains(places, Place(w.Place(id)))
	})
}
