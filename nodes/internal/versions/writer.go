package versions

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// Writer gives new versions their dots under the causal rule. It is one life of a
// coordinator. Its actors are numbered from Base, which no other life may share.
type Writer struct {
	Base uint32
	// last are, by key, the newest dots of the writer's actors for that key.
	last [][]kv.Dot
}

// Next is the dot of a new version of a key whose past is a context: the next one
// of an actor whose newest write the version replaces, or else the first of a new actor.
// Counters are at least the floor: one that grows with time makes them tell age.
func (w *Writer) Next(key sim.Key, past kv.Context, floor uint64) kv.Dot {
	if int(key) >= len(w.last) {
		w.last = append(w.last, make([][]kv.Dot, int(key)+1-len(w.last))...)
	}
	actors := w.last[key]
	for i := range actors {
		if Covers(past, actors[i]) {
			actors[i].Counter = max(actors[i].Counter+1, floor)
			return actors[i]
		}
	}
	first := kv.Dot{Actor: w.Base + uint32(len(actors)), Counter: max(1, floor)}
	w.last[key] = append(actors, first)
	return first
}
