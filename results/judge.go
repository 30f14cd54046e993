package results

import (
	"cmp"
	"slices"

	"simrun/sim/record"
)

// State is what became of an expectation.
type State uint8

// The states of expectations.
const (
	AsExpected State = iota + 1
	Broken
	NotSeen // an unmet sometimes in a single run: no failure
	Vacuous // there was too little to judge it by
	Unknown // a checker reached a bound, or the run was cut
)

// String spells the state as reports do.
func (s State) String() string {
	return [...]string{"", "as expected", "BROKEN", "not seen in this seed", "vacuous", "undecided"}[s]
}

// Judgement is what became of one expectation over all the cells that it applies to.
type Judgement struct {
	Expectation int
	Mode        Mode
	Claim       string
	When        string
	State       State
	Applies     int   // cells that it applies to
	Cells       []int // those that brought the state about
}

// Text spells the expectation.
func (j *Judgement) Text() string { return expectation(j.Mode, j.Claim, j.When) }

// Interrupted tells whether the run was asked to stop before its end.
func (r *Run) Interrupted() bool { return r.stopped(record.Interrupted) }

// Panicked tells whether a handler panicked.
func (r *Run) Panicked() bool { return r.stopped(record.Panicked) }

func (r *Run) stopped(why record.StopReason) bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Stop.Reason == why })
}

// Undecided tells whether something of the run could not be judged: a checker
// reached a bound, or a limit cut the run.
func (r *Run) Undecided() bool {
	if r.stopped(record.OutOfEvents) || r.stopped(record.OutOfMemory) {
		return true
	}
	return slices.ContainsFunc(r.Cells, func(c Cell) bool {
		return !c.Vacuous() && slices.ContainsFunc(c.Outcomes, func(o Outcome) bool { return o.Truth == Undecided })
	})
}

// State is what became of an expectation in this cell alone.
func (c *Cell) State(o *Outcome) State {
	switch {
	case c.Cut():
		return Unknown
	case c.Vacuous(), o.Truth == Silent:
		return Vacuous
	case o.Truth == Undecided:
		return Unknown
	case o.Broken():
		return Broken
	case o.Mode == Sometimes && o.Truth == False:
		return NotSeen
	}
	return AsExpected
}

// Judgements sums up the expectations over the cells, in the order of the file.
func (r *Run) Judgements() []Judgement {
	var list []Judgement
	for at := range r.Cells {
		for i := range r.Cells[at].Outcomes {
			o := &r.Cells[at].Outcomes[i]
			var j *Judgement
			list, j = judgementOf(list, Judgement{Expectation: o.Expectation, Mode: o.Mode, Claim: o.Claim, When: o.When})
			j.note(at, r.Cells[at].State(o))
		}
	}
	return list
}

func judgementOf(list []Judgement, like Judgement) ([]Judgement, *Judgement) {
	at, found := slices.BinarySearchFunc(list, like.Expectation, func(j Judgement, number int) int {
		return cmp.Compare(j.Expectation, number)
	})
	if !found {
		list = slices.Insert(list, at, like)
	}
	return list, &list[at]
}

// note counts one cell. What one cell brings about outweighs the others: whatever
// is worst for always and never, the sight for sometimes.
func (j *Judgement) note(cell int, state State) {
	j.Applies++
	switch old, now := j.weight(j.State), j.weight(state); {
	case now > old:
		j.State, j.Cells = state, []int{cell}
	case now == old:
		j.Cells = append(j.Cells, cell)
	}
}

// weight says which state of a cell wins.
func (j *Judgement) weight(s State) int {
	order := []State{AsExpected, Vacuous, Unknown, Broken}
	if j.Mode == Sometimes {
		order = []State{Vacuous, NotSeen, Broken, Unknown, AsExpected}
	}
	return slices.Index(order, s)
}

// State is what became of an expectation in this cell over the seeds. A sometimes
// is Broken here where no run of this cell saw it, though another cell may have.
func (c *SweepCell) State(t *Tally) State {
	switch {
	case t.Mode == Sometimes && t.True > 0:
		return AsExpected
	case t.Mode == Always && t.False > 0, t.Mode == Never && t.True > 0:
		return Broken
	case t.Undecided > 0:
		return Unknown
	case t.Judged() == 0:
		return Vacuous
	case t.Mode == Sometimes:
		return Broken
	}
	return AsExpected
}

// Judgements sums up the expectations over seeds and cells, in the order of the file.
func (s *Sweep) Judgements() []Judgement {
	var list []Judgement
	for at := range s.Cells {
		for i := range s.Cells[at].Expectations {
			t := &s.Cells[at].Expectations[i]
			var j *Judgement
			list, j = judgementOf(list, Judgement{Expectation: t.Expectation, Mode: t.Mode, Claim: t.Claim, When: t.When})
			j.note(at, s.Cells[at].State(t))
		}
	}
	return list
}

// Thin lists the cells with fewer meaningful runs than the sweep requires.
func (s *Sweep) Thin() []int {
	var thin []int
	for i := range s.Cells {
		if s.Cells[i].Meaningful() < max(1, s.RequireRuns) {
			thin = append(thin, i)
		}
	}
	return thin
}
