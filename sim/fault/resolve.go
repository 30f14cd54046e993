package fault

import (
	"slices"

	"simrun/sim"
	"simrun/sim/random"
)

// What faults draw, as World.Draw tells it apart. Each word of a target has its own
// number, so that one choice never moves another. They are part of every digest:
// new ones go at the end.
const (
	drawRandom uint8 = iota + 1
	drawMinority
	drawLeader
	drawStale
	drawFollower
	drawCoordinator
	drawLearner
	drawHintHolder
	drawSides
	drawRing
	drawSeat
	drawMember
	drawSpare
)

// resolve gives the nodes that the targets name now, each once and in the order of
// the targets. It is false where one of them has no holder: a fault is injected as
// a whole or not at all.
func (t Targets) resolve(w World) ([]sim.NodeID, bool) {
	var found []sim.NodeID
	for _, target := range t {
		some := target.resolve(w)
		if len(some) == 0 {
			return nil, false
		}
		found = appendNew(found, some)
	}
	return found, len(found) > 0
}

func (t Target) resolve(w World) []sim.NodeID {
	word, argument := t.split()
	count := max(1, wholeNumber(argument))
	switch word {
	case "all":
		return slices.Concat(w.Servers(), w.Clients())
	case "servers":
		return w.Servers()
	case "clients":
		return w.Clients()
	case random1:
		return choose(w, drawRandom, w.Servers(), count)
	case "minority":
		return choose(w, drawMinority, w.Servers(), minority(len(w.Servers())))
	case "majority":
		return without(w.Servers(), Target("minority").resolve(w))
	case placed:
		return at(w, w.Servers(), []Place{Place(argument)})
	}
	return t.resolveRole(w, word, count)
}

// resolveRole resolves the words that speak of roles, and at last names.
func (t Target) resolveRole(w World, word string, count int) []sim.NodeID {
	switch word {
	case "leader":
		return choose(w, drawLeader, leaders(w), 1)
	case "leaders":
		return leaders(w)
	case "stale-leader":
		return choose(w, drawStale, staleLeaders(w), 1)
	case followers:
		return choose(w, drawFollower, following(w), count)
	case "coordinator":
		return choose(w, drawCoordinator, holders(w, sim.Coordinator), 1)
	case "learner":
		return choose(w, drawLearner, holders(w, sim.Learner), 1)
	case "hint-holder":
		return choose(w, drawHintHolder, holders(w, sim.HintHolder), 1)
	case "member":
		return choose(w, drawMember, holders(w, sim.Member), 1)
	case "spare":
		return choose(w, drawSpare, holders(w, sim.Spare), 1)
	case "minority-with-leader":
		return minorityWithLeader(w)
	case "majority-without-leader":
		if few := minorityWithLeader(w); few != nil {
			return without(w.Servers(), few)
		}
		return nil
	}
	if id, ok := w.Named(string(t)); ok {
		return []sim.NodeID{id}
	}
	return nil
}

// minority is the size of the largest minority of n.
func minority(n int) int { return max(0, (n-1)/2) }

// holders are the nodes that hold a role in any scope, each once.
func holders(w World, role uint64) []sim.NodeID {
	var found []sim.NodeID
	for _, holder := range w.Holders(role) {
		found = appendNew(found, []sim.NodeID{holder.Node})
	}
	return found
}

// leaders are those with the highest epoch of their scope; staleLeaders hold a
// lower one and nowhere the highest.
func leaders(w World) []sim.NodeID { return leading(w, true) }

func staleLeaders(w World) []sim.NodeID { return without(leading(w, false), leaders(w)) }

func leading(w World, highest bool) []sim.NodeID {
	var found []sim.NodeID
	all := w.Holders(sim.Leader)
	for _, holder := range all {
		first := slices.IndexFunc(all, func(other Holder) bool { return other.Scope == holder.Scope })
		if (holder.Epoch == all[first].Epoch) == highest {
			found = appendNew(found, []sim.NodeID{holder.Node})
		}
	}
	return found
}

// following are the servers that state that they follow; where none does, the
// living ones that lead nothing, provided that someone leads.
func following(w World) []sim.NodeID {
	leading := holders(w, sim.Leader)
	if stated := without(holders(w, sim.Follower), leading); len(stated) > 0 {
		return stated
	}
	if len(leading) == 0 {
		return nil
	}
	alive := slices.DeleteFunc(slices.Clone(w.Servers()), func(id sim.NodeID) bool { return !w.Up(id) })
	return without(alive, leading)
}

func minorityWithLeader(w World) []sim.NodeID {
	leader, size := choose(w, drawLeader, leaders(w), 1), minority(len(w.Servers()))
	if len(leader) == 0 || size == 0 {
		return nil
	}
	return append(leader, choose(w, drawMinority, without(w.Servers(), leader), size-1)...)
}

// choose draws k of the candidates by weights that hang on their names, and gives
// them in node order. With fewer than k it gives them all.
func choose(w World, what uint8, candidates []sim.NodeID, k int) []sim.NodeID {
	chosen := rank(w, what, candidates)
	chosen = chosen[:min(k, len(chosen))]
	slices.Sort(chosen)
	return chosen
}

// rank orders nodes by their drawn weights.
func rank(w World, what uint8, ids []sim.NodeID) []sim.NodeID {
	names := make([]uint64, len(ids))
	for i, id := range ids {
		names[i] = random.Hash(w.Name(id))
	}
	ranked := make([]sim.NodeID, len(ids))
	for i, place := range random.PickK(w.Draw(what), 0, names, len(names), nil) {
		ranked[i] = ids[place]
	}
	return ranked
}

// appendNew appends those of more that are not there yet.
func appendNew(ids, more []sim.NodeID) []sim.NodeID {
	for _, id := range more {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// without gives a copy of ids that lacks those of less.
func without(ids, less []sim.NodeID) []sim.NodeID {
	return slices.DeleteFunc(slices.Clone(ids), func(id sim.NodeID) bool { return slices.Contains(less, id) })
}
