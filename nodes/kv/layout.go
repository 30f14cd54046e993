package kv

import "simrun/sim"

// Layout is the servers of a world and where they stand.
type Layout struct {
	Members []sim.NodeID
	// Places says for each member in which datacentre it stands, numbered from 0 in the
	// order of the scenario; empty where there are no datacentres.
	Places []int
}

// Place is where a member stands; 0 where there are no datacentres.
func (l Layout) Place(member int) int {
	if member < len(l.Places) {
		return l.Places[member]
	}
	return 0
}

// Datacentres lists the members of each datacentre; one that has none is empty. Where there
// are no datacentres, all stand in one.
func (l Layout) Datacentres() [][]sim.NodeID {
	all := make([][]sim.NodeID, 1)
	for i, id := range l.Members {
		place := l.Place(i)
		for len(all) <= place {
			all = append(all, nil)
		}
		all[place] = append(all[place], id)
	}
	return all
}
