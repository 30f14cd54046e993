package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simrun/sim"
	"simrun/sim/record"
)

// Bounds of what is spent on a witness.
const (
	witnessTries  = 150
	witnessStates = 100_000 // of one try
	witnessOps    = 8       // named at most
)

// witness names few ops that cannot be ordered, first the one whose end shows it.
// The history is cut after the first end at which it fails; then whatever can go,
// goes.
func (s *search) witness(key sim.Key) Witness {
	if c := s.refused; c != nil {
		if values := s.history.Values(c.op); s.model == RegisterModel && c.code == sim.Get && len(values) == 1 {
			return readWitness(s.history, key, c.op)
		}
		s.calls = []*call{c}
	}
	calls := s.shortest()
	last := slices.MaxFunc(calls, func(a, b *call) int { return cmp.Compare(ended(a), ended(b)) })
	calls = s.fewest(calls)
	w := Witness{Key: key, Ops: []sim.OpID{last.op.ID()}, Stamps: []uint32{stampOf(last.op)}}
	for _, c := range calls {
		if c != last && len(w.Ops) < witnessOps {
			w.Ops = append(w.Ops, c.op.ID())
			w.Stamps = append(w.Stamps, stampOf(c.op))
		}
	}
	w.Text = fmt.Sprintf("%v: no order explains these: %s; it shows at the end of %v", key, s.list(calls), last.op.ID())
	return w
}

// ended is the end of a call as the history has it; an unknown one has none.
func ended(c *call) uint32 {
	if c.sure {
		return c.to
	}
	return 0
}

// list tells some calls.
func (s *search) list(calls []*call) string {
	var told []string
	for i, c := range calls {
		if i == witnessOps && len(calls) > witnessOps+1 {
			told = append(told, fmt.Sprintf("and %d more", len(calls)-i))
			break
		}
		told = append(told, s.tell(c))
	}
	return strings.Join(told, ", ")
}

// tell says what a call did.
func (s *search) tell(c *call) string {
	id, value := c.op.ID(), s.history.Written(c.op)
	switch {
	case c.code == sim.Get:
		return fmt.Sprintf("%v read %s", id, s.spellAll(s.history.Values(c.op)))
	case c.code == sim.CAS:
		return fmt.Sprintf("%v replaced %s by %s", id, s.spellAll(s.expected(c.op)), s.spell(value))
	case c.code == sim.Delete:
		return fmt.Sprintf("%v deleted", id)
	case c.code == sim.Add:
		return fmt.Sprintf("%v added %s", id, s.spell(value))
	case c.code == sim.Remove:
		return fmt.Sprintf("%v removed %s", id, s.spell(value))
	case s.model == NumberModel:
		return fmt.Sprintf("%v wrote %s", id, s.spell(value))
	}
	return fmt.Sprintf("%v wrote", id)
}

// expected is what a compare-and-set wants to find.
func (s *search) expected(op *record.Op) []sim.Value {
	var values []sim.Value
	for _, parent := range s.history.Parents(op) {
		if write := s.history.Find(parent.ID); write != nil {
			parent = s.history.Written(write)
		}
		values = append(values, parent)
	}
	return values
}

// spell says what a value is: an integer, or its writer.
func (s *search) spell(v sim.Value) string {
	switch {
	case s.model == RegisterModel:
		return v.ID.String()
	case s.model == NumberModel && v.N == ZeroNumber:
		return "0"
	}
	return strconv.FormatInt(v.N, 10)
}

func (s *search) spellAll(values []sim.Value) string {
	if len(values) == 0 {
		return "nothing"
	}
	var spelled []string
	for _, v := range values {
		spelled = append(spelled, s.spell(v))
	}
	return strings.Join(spelled, "+")
}

// shortest is the shortest beginning of the history that fails, found by halving:
// a history that can be ordered can be so up to any instant.
func (s *search) shortest() []*call {
	var ends []uint32
	for _, c := range s.calls {
		if c.sure {
			ends = append(ends, c.to)
		}
	}
	slices.Sort(ends)
	low, high := 0, len(ends)-1 // it fails at ends[high]
	for low < high {
		middle := (low + high) / 2
		if s.run(s.until(ends[middle]), witnessStates) == Fail {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if cut := s.until(ends[high]); s.run(cut, witnessStates) == Fail {
		return cut
	}
	return s.calls
}

// until is the history up to an instant: reads that had not ended say nothing yet,
// and writes that had not ended need never have happened.
func (s *search) until(end uint32) []*call {
	var calls []*call
	for _, c := range s.calls {
		switch {
		case c.from > end || c.to > end && !c.code.Writes():
			continue
		case c.to > end:
			open := *c
			open.to, open.sure = forever, false
			c = &open
		}
		calls = append(calls, c)
	}
	return calls
}

// fewest leaves out calls, in ever smaller pieces, as long as what is left still
// cannot be ordered. Only calls are left out without which an order would remain.
func (s *search) fewest(calls []*call) []*call {
	tries := witnessTries
	for size := (len(calls) + 1) / 2; size > 0; {
		before := len(calls)
		calls = s.leaveOut(calls, size, &tries)
		if size > 1 || len(calls) == before || tries == 0 {
			size /= 2
		}
	}
	return calls
}

// leaveOut tries to leave out each piece of a size, the latest first.
func (s *search) leaveOut(calls []*call, size int, tries *int) []*call {
	for end := len(calls); end > 0 && *tries > 0; end -= size {
		less := s.without(calls, max(end-size, 0), min(end, len(calls)))
		if len(less) == len(calls) {
			continue
		}
		*tries--
		if s.run(less, witnessStates) == Fail {
			calls = less
		}
	}
	return calls
}

// without leaves out the calls from first to end, reads at once and writes where
// nobody who stays saw them.
func (s *search) without(calls []*call, first, end int) []*call {
	var stay, less []*call
	for i, c := range calls {
		if i < first || i >= end || c.code != sim.Get {
			stay = append(stay, c)
		}
	}
	seen := s.sight(stay)
	for i, c := range calls {
		if i < first || i >= end || !seen.removable(c) {
			less = append(less, c)
		}
	}
	return less
}
