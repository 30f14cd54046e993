package dynamo

import (
	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/ring"
	"simrun/sim"
)

// layout knows the homes of every key.
type layout struct {
	members []sim.NodeID
	ring    *ring.Ring // nil where every node is a home
	homesOf int        // each key
	whole   bool       // lists go on with the nodes that may stand in
	lists   [][]sim.NodeID
	places  []int
	weights []uint64

	version uint64   // of the ring; 0 where it never changes
	next    *layout  // while the ring changes: the one to come
	turned  bool     // and reads go by that one
	circles []circle // by key, while the ring changes
}

// drawing purposes of this protocol.
const (
	drawActor uint8 = iota + 1
	drawRead
	drawWrite
	drawNode
	drawHome
	drawPhase
	drawPeer
	drawGossip
)

func (l *layout) start(env *sim.Env, p *plan, members []sim.NodeID) {
	l.members, l.homesOf, l.whole = members, p.n, p.watches()
	if p.n == len(members) {
		return
	}
	hashes := make([]uint64, len(members))
	for i, id := range members {
		hashes[i] = env.Weight(0, id)
	}
	l.ring = ring.New(hashes, p.virtual, p.n)
}

// homes are the key's homes, in the order of preference.
func (l *layout) homes(key sim.Key) []sim.NodeID {
	if l.ring == nil {
		return l.members
	}
	return l.list(key)[:l.homesOf]
}

// standIns are the nodes that may stand in for the key's homes, in the order of preference.
func (l *layout) standIns(key sim.Key) []sim.NodeID {
	if l.ring == nil {
		return nil
	}
	return l.list(key)[l.homesOf:]
}

// list is the key's homes and, where they are of use, its stand-ins.
func (l *layout) list(key sim.Key) []sim.NodeID {
	if int(key) >= len(l.lists) {
		l.lists = append(l.lists, make([][]sim.NodeID, int(key)+1-len(l.lists))...)
	}
	if l.lists[key] == nil {
		l.places = l.places[:0]
		if l.whole {
			l.places = l.ring.Order(key, l.places)
		} else {
			l.places = l.ring.Preference(key, l.places)
		}
		for _, place := range l.places {
			l.lists[key] = append(l.lists[key], l.members[place])
		}
	}
	return l.lists[key]
}

// place is where a node stands in a list, -1 if it does not.
func place(list []sim.NodeID, id sim.NodeID) int {
	for i, other := range list {
		if other == id {
			return i
		}
	}
	return -1
}

// some draws k nodes of a list: those of the greatest weights. Every subset of
// that size is equally likely, and the choice depends on the purpose, the op and
// its attempt alone.
func (l *layout) some(env *sim.Env, purpose uint8, about sim.Subject, list []sim.NodeID, k int) quorum.Tally {
	word := env.Draw(purpose, about)
	l.weights = l.weights[:0]
	for _, id := range list {
		l.weights = append(l.weights, env.Weight(word, id))
	}
	var chosen quorum.Tally
	for range k {
		best := -1
		for i, weight := range l.weights {
			if !chosen.Has(i) && (best < 0 || weight > l.weights[best]) {
				best = i
			}
		}
		chosen.Add(best)
	}
	return chosen
}

// one draws a node of a list.
func (l *layout) one(env *sim.Env, purpose uint8, about sim.Subject, list []sim.NodeID) sim.NodeID {
	chosen := l.some(env, purpose, about, list, 1)
	for i, id := range list {
		if chosen.Has(i) {
			return id
		}
	}
	return sim.Nobody
}
