package checks

import (
	"simrun/sim"
	"simrun/sim/record"
)

// Checker judges one property.
type Checker struct {
	Name    string // as expectations and reports spell it: stale_reads, linearizable
	Meaning string // one line
	Judge   func(run *record.Run, o Options) Report
}

// Options bound and inform the judges.
type Options struct {
	// Commits tells that the protocol states Committed, so that dirty and aborted
	// reads can be judged.
	Commits bool
	// Siblings tells that a read may return several versions.
	Siblings bool
	// Pairs tells that keys 2i and 2i+1 are a pair of which one must stay on, and that a put
	// of the integer OffCall turns its key off.
	Pairs bool
	// Guarded tells that key 2i is a lock and key 2i+1 what it guards: a lock's integer is its
	// token, doubled, plus one while it is held, and that of the other the token under which
	// it was written.
	Guarded bool
	// MaxSearch bounds the shape of what a search may be given: ops of one key
	// that overlap. Larger keys are Undecided. 0 is the default.
	MaxSearch int
	// Predict is what a model foretells of stale reads; nil where there is none.
	Predict Prediction
	// Command spells a command of the store's own language, which an op of the code
	// sim.Execute carries as its value's integer; nil where there is none.
	Command func(row sim.Key, packed int64) string
}

// Result is what a checker says.
type Result uint8

// The results. Undecided means that a bound was reached; Vacuous that the run had
// nothing to judge.
const (
	Pass Result = iota
	Fail
	Undecided
	Vacuous
)

// String spells the result as reports do; Undecided is "unknown".
func (r Result) String() string {
	return [...]string{"pass", "fail", "unknown", "vacuous"}[r]
}

// Verdict is the result with its reason in words and, on failure, one witness.
type Verdict struct {
	Checker string
	Result  Result
	Count   int64 // violations found; a verdict is Fail when it is above zero
	Why     string
	Witness Witness
}

// Witness is one concrete violation: the fewest ops that show it.
type Witness struct {
	Key    sim.Key
	Ops    []sim.OpID // in the order in which the text speaks of them
	Nodes  []sim.NodeID
	Stamps []uint32 // where in the run: what a story is centred on, first the violation
	Text   string   // one or two sentences: who wrote, who read what, what was missed
	// Command is what the first of Ops does, where it is a command of the store's own.
	Command string
}

// Report is everything that one checker found in one run.
type Report struct {
	Verdict  Verdict
	Measures []Measure
}
