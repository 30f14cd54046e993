package results

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"simrun/sim/record"
)

// Add adds one run. A run that was interrupted is not counted, since its cells are
// not whole; the sweep is then marked as interrupted.
func (s *Sweep) Add(r *Run) {
	s.describe(r)
	if r.Interrupted() {
		s.Interrupted = true
		return
	}
	s.Runs++
	s.Digest += mixed(r.Seed, r.Digest)
	s.Virtual = s.Virtual.Add(NewWide(int64(r.Virtual)))
	s.Events += r.Events
	s.Panics += boolToInt(r.Panicked())
	s.Undecided += boolToInt(r.Undecided())
	for i := range r.Cells {
		s.Cells[i].add(&r.Cells[i], r.Seed)
	}
	s.total(r)
	for _, f := range r.Failures() {
		at, _ := slices.BinarySearchFunc(s.Failures, f, Failure.compare)
		s.Failures = slices.Insert(s.Failures, at, f)
	}
}

// describe takes over what all runs of a sweep have in common.
func (s *Sweep) describe(r *Run) {
	if s.Cells != nil {
		mustAgree(s.Scenario == r.Scenario && len(s.Cells) == len(r.Cells))
		return
	}
	s.Scenario, s.Title, s.Engine = r.Scenario, r.Title, r.Engine
	s.Columns = slices.Clone(r.Columns)
	s.Cells = make([]SweepCell, len(r.Cells))
	for i := range r.Cells {
		s.Cells[i].Set = slices.Clone(r.Cells[i].Set)
	}
}

func mustAgree(same bool) {
	if !same {
		panic("results: runs of different scenarios in one sweep")
	}
}

// total adds a run to the totals, where there are cells to take together. A run
// with a cut cell has no totals.
func (s *Sweep) total(r *Run) {
	if len(r.Cells) == 1 {
		return
	}
	t := &s.Total
	t.Runs++
	for i := range r.Cells {
		if r.Cells[i].Cut() {
			t.Cut++
			return
		}
	}
	all := r.Totals()
	t.Measures = MergeMeasures(t.Measures, all)
	t.PerRun = addSpreads(t.PerRun, all)
}

// add adds one run of the cell.
func (c *SweepCell) add(run *Cell, seed uint64) {
	c.Runs++
	if run.Cut() {
		c.Cut++
	} else {
		c.Measures = MergeMeasures(c.Measures, run.Measures)
		c.PerRun = addSpreads(c.PerRun, run.Measures)
		c.miss(run.Unmet)
	}
	for i := range run.Outcomes {
		o := &run.Outcomes[i]
		t := c.tally(&Tally{Expectation: o.Expectation, Mode: o.Mode, Claim: o.Claim, When: o.When, Checker: o.Checker})
		if run.Cut() || !run.Vacuous() {
			t.count(run.truth(o), seed)
		}
	}
}

// miss counts a vacuous run, by what it lacked.
func (c *SweepCell) miss(unmet []Unmet) {
	if len(unmet) == 0 {
		return
	}
	c.Vacuous++
	if c.Unmet == nil {
		c.Unmet = map[string]int{}
	}
	for _, u := range unmet {
		c.Unmet[u.Requirement]++
	}
}

// tally finds the tally of an expectation, or makes it from one.
func (c *SweepCell) tally(like *Tally) *Tally {
	at, found := slices.BinarySearchFunc(c.Expectations, like.Expectation, func(t Tally, number int) int {
		return cmp.Compare(t.Expectation, number)
	})
	if !found {
		c.Expectations = slices.Insert(c.Expectations, at, Tally{
			Expectation: like.Expectation, Mode: like.Mode,
			Claim: like.Claim, When: like.When, Checker: like.Checker,
		})
	}
	return &c.Expectations[at]
}

func (t *Tally) count(truth Truth, seed uint64) {
	one := Tally{}
	switch truth {
	case True:
		one.True, one.FirstTrue = 1, seed
	case False:
		one.False, one.FirstFalse = 1, seed
	case Undecided:
		one.Undecided = 1
	case Silent:
		one.Silent = 1
	}
	t.merge(&one)
}

func (t *Tally) merge(o *Tally) {
	t.FirstTrue = earliest(t.FirstTrue, t.True, o.FirstTrue, o.True)
	t.FirstFalse = earliest(t.FirstFalse, t.False, o.FirstFalse, o.False)
	t.True += o.True
	t.False += o.False
	t.Undecided += o.Undecided
	t.Silent += o.Silent
}

// earliest is the lower seed of those that count at all.
func earliest(a uint64, countA int, b uint64, countB int) uint64 {
	if countB == 0 || countA > 0 && a < b {
		return a
	}
	return b
}

// Merge adds another sweep, or shard, of the same scenario. It leaves the other as
// it is.
func (s *Sweep) Merge(o *Sweep) {
	s.mergeHead(o)
	s.Runs += o.Runs
	s.Digest += o.Digest
	s.Virtual = s.Virtual.Add(o.Virtual)
	s.Events += o.Events
	s.Panics += o.Panics
	s.Undecided += o.Undecided
	s.Interrupted = s.Interrupted || o.Interrupted
	s.Budget = s.Budget || o.Budget
	s.RequireRuns = max(s.RequireRuns, o.RequireRuns)
	for i := range o.Cells {
		s.Cells[i].merge(&o.Cells[i])
	}
	s.Total.merge(&o.Total)
	s.Failures = append(s.Failures, o.Failures...)
	slices.SortFunc(s.Failures, Failure.compare)
}

// mergeHead takes over what both have in common, and the range of seeds.
func (s *Sweep) mergeHead(o *Sweep) {
	if o.Asked > 0 {
		if s.Asked == 0 {
			s.From, s.To = o.From, o.To
		}
		s.From, s.To, s.Asked = min(s.From, o.From), max(s.To, o.To), s.Asked+o.Asked
	}
	if o.Cells == nil {
		return
	}
	if s.Cells != nil {
		mustAgree(s.Scenario == o.Scenario && len(s.Cells) == len(o.Cells))
		return
	}
	s.Scenario, s.Title, s.Engine = o.Scenario, o.Title, o.Engine
	s.Columns = slices.Clone(o.Columns)
	s.Cells = make([]SweepCell, len(o.Cells))
	for i := range o.Cells {
		s.Cells[i].Set = slices.Clone(o.Cells[i].Set)
	}
}

func (c *SweepCell) merge(o *SweepCell) {
	c.Runs += o.Runs
	c.Cut += o.Cut
	c.Vacuous += o.Vacuous
	c.Measures = MergeMeasures(c.Measures, o.Measures)
	c.PerRun = mergeSpreads(c.PerRun, o.PerRun)
	for i := range o.Expectations {
		c.tally(&o.Expectations[i]).merge(&o.Expectations[i])
	}
	for requirement, runs := range o.Unmet {
		if c.Unmet == nil {
			c.Unmet = map[string]int{}
		}
		c.Unmet[requirement] += runs
	}
}

// compare orders failures by seed, then cell, then what failed.
func (f Failure) compare(o Failure) int {
	return cmp.Or(cmp.Compare(f.Seed, o.Seed), cmp.Compare(f.Cell, o.Cell), strings.Compare(f.Signature, o.Signature),
		strings.Compare(f.Why, o.Why))
}

// mixed is a word for one run that can be summed in any order.
func mixed(seed, digest uint64) uint64 {
	high, low := bits.Mul64(seed^0x9E3779B97F4A7C15, digest^0xE7037ED1A0B428DB)
	return high ^ low ^ bits.RotateLeft64(digest, 31)
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// truth is what the cell says of an expectation, given that it may have been cut.
func (c *Cell) truth(o *Outcome) Truth {
	if c.Stop.Reason != record.Finished {
		return Undecided
	}
	return o.Truth
}

// String spells the number in decimals.
func (w Wide) String() string { return fmt.Sprint(w.Big()) }
