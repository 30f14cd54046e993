package results

import "simrun/checks"

// Sweep is a scenario run with many seeds. The zero Sweep is empty; NewSweep says
// which seeds are asked for. Adding and merging give the same sweep in any order
// and grouping.
type Sweep struct {
	Scenario string
	Title    string
	Engine   string
	From, To uint64 // seeds asked for, both included; they mean nothing while Asked is 0
	Asked    uint64 // how many seeds were asked for
	Runs     int    // runs done: fewer than asked for where it was interrupted or ran out of budget
	Digest   uint64 // of the digests of all runs, whatever their order
	Virtual  Wide   // nanoseconds of virtual time
	Events   uint64
	Cells    []SweepCell
	Total    SweepCell // all cells together; its Expectations are empty
	Failures []Failure // by seed, then cell
	Columns  []string  // the metrics that the scenario chose to show, by name; may be empty
	// Panics counts runs in which a handler panicked; Undecided those with an
	// expectation that no checker could decide, or that were cut by a limit.
	Panics      int
	Undecided   int
	Interrupted bool
	Budget      bool // stopped because the time budget was spent
	RequireRuns int  // meaningful runs that each cell must have; less than 1 is 1
}

// SweepCell is one cell over all seeds.
type SweepCell struct {
	Set  []Setting
	Runs int
	// Cut runs ended early (a panic, a limit): they are in neither metrics nor verdicts.
	Cut int
	// Vacuous runs did not meet a requirement: they are in the metrics, not in the verdicts.
	Vacuous      int
	Measures     []checks.Measure // merged over the runs
	PerRun       []Spread         // of each measure's value by run, for intervals
	Expectations []Tally
	Unmet        map[string]int // runs that did not meet a requirement
}

// Meaningful is the number of runs that the verdicts are made of.
func (c *SweepCell) Meaningful() int { return c.Runs - c.Cut - c.Vacuous }

// Tally is one expectation over the runs of one cell.
type Tally struct {
	Expectation int
	Mode        Mode
	Claim       string
	When        string
	True        int
	False       int
	Undecided   int
	Silent      int
	FirstTrue   uint64 // seed; meaningless while True is 0
	FirstFalse  uint64 // seed; meaningless while False is 0
	// Checker names who judged.
	Checker string
}

// Text spells the expectation.
func (t *Tally) Text() string { return expectation(t.Mode, t.Claim, t.When) }

// Judged is the number of runs that said true or false.
func (t *Tally) Judged() int { return t.True + t.False }

// Failure is one broken expectation, or a panic, in one run.
type Failure struct {
	Seed      uint64
	Cell      int
	Set       []Setting
	Signature string // failures alike have the same: the expectation and the kind of witness
	Claim     string // the expectation, spelt out; "panic" for a panic
	Why       string
	Witness   checks.Witness
	Replay    string
}

// NewSweep is a sweep over the seeds from..to, both included.
func NewSweep(from, to uint64) *Sweep {
	return &Sweep{From: from, To: to, Asked: to - from + 1}
}

// Overall is the sweep with all its cells taken together.
func (s *Sweep) Overall() *SweepCell {
	if len(s.Cells) == 1 {
		return &s.Cells[0]
	}
	return &s.Total
}
