package checks

import (
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"

	"simrun/sim"
	"simrun/sim/record"
)

// Bounds of a search. They speak of the history's shape and of states, never of
// time, so that what is undecided is so on every machine.
const (
	defaultOverlap = 16       // ops of one key that are open at once
	searchOps      = 20_000   // ops of one key
	searchMemory   = 64 << 20 // bytes that the states met may take
	reduceRounds   = 8
	stateMemory    = 100 // bytes of one state, without a bit for each op
)

// search is one key's history, prepared for a search through the orders of its
// ops (porcupine: Wing and Gong 1993, with Lowe's cache of states met).
type search struct {
	history *record.History
	model   Model
	machine sequential
	calls   []*call // in the order of their beginnings
	symbols int
	refused *call // what no search is needed to refuse
}

// newSearch prepares the history of a key. A reason is returned instead where the
// key has a shape that cannot be searched.
func newSearch(h *record.History, group keyGroup, o Options) (*search, string) {
	if group.state.mixed() {
		return nil, "its ops are of several models"
	}
	if group.state.is(overflowed) {
		return nil, "a read returned more values than a record holds"
	}
	s := translate(h, group, o)
	s.reduce()
	limit := o.MaxSearch
	if limit == 0 {
		limit = defaultOverlap
	}
	if len(s.calls) > searchOps {
		return nil, fmt.Sprintf("%d ops, more than %d", len(s.calls), searchOps)
	}
	if n := s.overlap(); n > limit {
		return nil, fmt.Sprintf("%d ops overlap, more than %d", n, limit)
	}
	return s, ""
}

// overlap is the largest number of calls that are open at once.
func (s *search) overlap() int {
	ends := make([]uint32, 0, len(s.calls))
	for _, c := range s.calls {
		ends = append(ends, c.to)
	}
	slices.Sort(ends)
	most, ended := 0, 0
	for i, c := range s.calls {
		for ends[ended] < c.from {
			ended++
		}
		most = max(most, i+1-ended)
	}
	return most
}

// judge searches. An undecided search says why.
func (s *search) judge() (Result, string) {
	if s.refused = s.unwritten(); s.refused != nil {
		return Fail, ""
	}
	states := searchMemory / (stateMemory + len(s.calls)/8)
	result := s.run(s.calls, states)
	if result == Undecided {
		return result, fmt.Sprintf("no answer within %d states", states)
	}
	return result, ""
}

// unwritten finds a call that saw what nobody can have written. No search is needed
// to refuse it, and none might end.
func (s *search) unwritten() *call {
	writers := s.sight(s.calls).writers
	nobody := func(symbol int32) bool { return writers[symbol] == 0 }
	somebody := func(symbol int32) bool { return writers[symbol] > 0 }
	for _, c := range s.calls {
		var impossible bool
		switch s.machine.(type) {
		case setMachine:
			impossible = c.code == sim.Get && slices.ContainsFunc(c.seen, nobody)
		case registerMachine:
			impossible = c.code == sim.Get && !slices.ContainsFunc(c.seen, somebody) ||
				c.code == sim.CAS && c.sure && !slices.ContainsFunc(c.expect, somebody)
		}
		if impossible {
			return c
		}
	}
	return nil
}

// run searches some of the calls, through so many states at most. When they are
// used up the machine refuses everything, which ends the search in one pass.
func (s *search) run(calls []*call, states int) Result {
	model := porcupine.Model{
		Init: s.machine.start,
		Step: func(state, input, _ any) (bool, any) {
			if states < 0 {
				return false, state
			}
			next, ok := s.machine.step(state, input.(*call))
			if ok {
				states--
			}
			return ok, next
		},
	}
	ops := make([]porcupine.Operation, len(calls))
	for i, c := range calls {
		ops[i] = porcupine.Operation{Input: c, Call: int64(c.from), Return: int64(c.to)}
	}
	legal := porcupine.CheckOperations(model, ops)
	switch {
	case legal:
		return Pass
	case states < 0:
		return Undecided
	}
	return Fail
}

// reduce drops the calls that need not have happened and that nobody missed, and
// ends those that somebody saw: a value with one writer was written before the
// first read of it ended. Open calls are what makes a search long. One call that
// goes may free another, so it is done a few times over.
func (s *search) reduce() {
	for range reduceRounds {
		before, ended := len(s.calls), 0
		seen := s.sight(s.calls)
		s.calls = slices.DeleteFunc(s.calls, func(c *call) bool { return !c.sure && seen.removable(c) })
		for _, c := range s.calls {
			if end, found := seen.end(c); !c.sure && found && end > c.from {
				c.to, c.sure = end, true
				ended++
			}
		}
		if len(s.calls) == before && ended == 0 {
			return
		}
	}
}

// sightings say who wrote and who saw each symbol.
type sightings struct {
	machine sequential
	reads   int
	writers []int
	seen    []int
	first   []uint32 // the earliest end of an op that certainly saw it
}

// sight looks at what some calls wrote and saw.
func (s *search) sight(calls []*call) sightings {
	w := sightings{
		machine: s.machine, writers: make([]int, s.symbols), seen: make([]int, s.symbols),
		first: make([]uint32, s.symbols),
	}
	for i := range w.first {
		w.first[i] = forever
	}
	w.writers[nothing]++ // the initial value
	for _, c := range calls {
		w.enter(c)
	}
	return w
}

func (w *sightings) enter(c *call) {
	switch c.code {
	case sim.Get:
		w.reads++
		_, set := w.machine.(setMachine)
		w.saw(c.seen, c.to, set || len(c.seen) == 1)
	case sim.CAS:
		w.writers[c.symbol]++
		w.saw(c.expect, c.to, c.sure && len(c.expect) == 1)
	case sim.Put, sim.Delete, sim.Add:
		w.writers[c.symbol]++
	}
}

func (w *sightings) saw(symbols []int32, end uint32, certain bool) {
	for _, symbol := range symbols {
		w.seen[symbol]++
		if certain {
			w.first[symbol] = min(w.first[symbol], end)
		}
	}
}

// removable tells whether a history that can be ordered with the call can be
// ordered without it: what it left was seen by nobody.
func (w *sightings) removable(c *call) bool {
	switch w.machine.(type) {
	case counterMachine:
		return c.code == sim.Get || c.code == sim.Add && c.amount == 0
	case setMachine:
		switch c.code {
		case sim.Add:
			return w.seen[c.symbol] == 0
		case sim.Remove:
			return w.writers[c.symbol] == 0 || w.seen[c.symbol] == w.reads
		}
		return c.code == sim.Get
	}
	return c.code == sim.Get || w.seen[c.symbol] == 0
}

// end is when a call had certainly happened, as others saw.
func (w *sightings) end(c *call) (uint32, bool) {
	if _, counts := w.machine.(counterMachine); counts || !c.code.Writes() || c.code == sim.Remove {
		return 0, false
	}
	return w.first[c.symbol], w.writers[c.symbol] == 1 && w.first[c.symbol] != forever
}
