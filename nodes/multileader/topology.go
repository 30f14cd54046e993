package multileader

import (
	"slices"

	"simrun/sim"
)

// This file is which datacentre sends to which. In a star the first of those that take part is the
// hub; in a ring each sends to the next. There, whoever gets an update hands it on; where each
// sends to each, only what was made at home is sent at once, and the rest only to who turns out
// to lack it.

// active lists the datacentres that take part, in their order.
func (n *Node) active() []int {
	var all []int
	for place := range n.centres {
		if n.parts[place].In {
			all = append(all, place)
		}
	}
	return all
}

// edge tells whether a datacentre sends to another.
func (n *Node) edge(from, to int) bool {
	all := n.active()
	i, j := slices.Index(all, from), slices.Index(all, to)
	if i < 0 || j < 0 || i == j {
		return false
	}
	switch n.config.Topology {
	case "star":
		return i == 0 || j == 0
	case "ring":
		return j == (i+1)%len(all)
	}
	return true
}

// feeds tells whether this server sends to another whatever that lacks: a leader to its
// followers and to the leaders that it has an edge to, a follower to its leader.
func (n *Node) feeds(rank int) bool {
	place := n.places[rank]
	leads := n.role == sim.Leader
	switch {
	case rank == n.me:
		return false
	case place == n.place:
		return leads || n.leaders[place].id == n.members[rank]
	}
	return leads && n.leaders[place].id == n.members[rank] && n.edge(n.place, place)
}

// sendsAtOnce tells whether this server sends an update to another as soon as it has it.
func (n *Node) sendsAtOnce(rank int, u *update) bool {
	place := n.places[rank]
	switch {
	case n.role != sim.Leader:
		return false
	case place == n.place:
		return true
	case n.config.Exchange == "pull" || n.origin(u.Dot) == place && !n.config.noOriginFilter():
		return false
	}
	return n.config.Topology != "all-to-all" || n.origin(u.Dot) == n.place
}
