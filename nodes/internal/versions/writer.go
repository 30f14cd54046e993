package versions

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// Writer gives new versions their dots under the causal rule. It is one life of a
// coordinator. Its actors are numbered from Base, which no other life may share.
type Writer struct {
	Base uint32
	// lines are, by key, what the writer's actors did with that key.
	lines [][]line
}

// line is what one actor did with one key: versions of which each replaces the one before.
type line struct {
	given  kv.Dot // the newest
	newest uint64 // counter of the newest version that is not abandoned; 0 if there is none
	before uint64 // what newest was before the dot was given
}

// Next is the dot of a new version of a key whose past is a context: the next one
// of an actor whose newest write the version replaces, or else of one that has written
// nothing, or else the first of a new actor. Counters are at least the floor: one that
// grows with time makes them tell age.
func (w *Writer) Next(key sim.Key, past kv.Context, floor uint64) kv.Dot {
	if int(key) >= len(w.lines) {
		w.lines = append(w.lines, make([][]line, int(key)+1-len(w.lines))...)
	}
	lines := w.lines[key]
	idle := len(lines)
	for i := range lines {
		l := &lines[i]
		if l.newest == 0 {
			idle = i
		} else if Covers(past, kv.Dot{Actor: l.given.Actor, Counter: l.newest}) {
			return l.next(floor)
		}
	}
	if idle == len(lines) {
		lines = append(lines, line{given: kv.Dot{Actor: w.Base + uint32(idle)}})
		w.lines[key] = lines
	}
	return lines[idle].next(floor)
}

func (l *line) next(floor uint64) kv.Dot {
	l.given.Counter = max(l.given.Counter+1, floor)
	l.before, l.newest = l.newest, l.given.Counter
	return l.given
}

// Abandon says that a version is nowhere and never will be. Its actor goes on from the
// version before: the next one need replace no more than that. Were it to replace
// the abandoned one, which nobody ever reads and so no context covers, the actor would be
// done for, and contexts would list one more for every version that is abandoned. The
// dot is not given again: a copy of a message that speaks of it may still be on its way.
// A version that follows has a gap before it in which there is nothing to know.
func (w *Writer) Abandon(key sim.Key, d kv.Dot) {
	if int(key) >= len(w.lines) {
		return
	}
	for i := range w.lines[key] {
		if l := &w.lines[key][i]; l.given == d {
			l.newest = l.before
		}
	}
}
