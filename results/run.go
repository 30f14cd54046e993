package results

import (
	"fmt"
	"strings"
	"time"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

// Run is one scenario run with one seed: every cell of its grid.
type Run struct {
	Scenario string
	Title    string // one line: what the scenario is about
	Sweep    string // the command that looks at more seeds; "" if there is none
	Seed     uint64
	Engine   string // version of the engine, on which digests depend
	Digest   uint64 // mix of the cells' digests, in file order
	Virtual  time.Duration
	Events   uint64
	Cells    []Cell
	Tables   []Table
	Words    []string // the failure mode in words, every number a metric of this run
	Columns  []string // the metrics that the scenario chose to show, by name; may be empty
	// Imported tells that a history that was recorded elsewhere was judged: there is
	// no seed, digest or virtual time to speak of.
	Imported bool
}

// Totals are the measures of all cells together.
func (r *Run) Totals() []checks.Measure {
	var all []checks.Measure
	for i := range r.Cells {
		all = MergeMeasures(all, r.Cells[i].Measures)
	}
	return all
}

// Setting is one field of the scenario that a cell sets.
type Setting struct {
	Path  string // protocol.r
	Value string
}

// Cell is one point of the grid, run with one seed.
type Cell struct {
	Set      []Setting
	Digest   uint64
	Virtual  time.Duration
	Events   uint64
	Measures []checks.Measure
	Reports  []checks.Verdict // what each checker says
	Outcomes []Outcome        // the expectations that apply to this cell
	Unmet    []Unmet          // requirements that the run did not meet: it is vacuous
	Counters []record.Counter
	Stop     record.Stop
	// Names are the nodes' and clients' by their numbers, as in record.Run; may be
	// empty. They belong to a cell since a grid may change how many nodes there are.
	Names []string
	// Tables are of this cell alone. Those of all cells that have the same name are
	// shown as one.
	Tables []Table
	// Replay is the command that runs this cell again.
	Replay string
}

// Vacuous tells whether a whole run had too little in it to say anything. A run that
// was cut is not: what it lacks might still have come.
func (c *Cell) Vacuous() bool { return !c.Cut() && len(c.Unmet) > 0 }

// Name is what a node is called: n2, or node 2 where no names are known.
func (c *Cell) Name(id sim.NodeID) string {
	if int(id) < len(c.Names) && c.Names[id] != "" {
		return c.Names[id]
	}
	return fmt.Sprintf("node %d", id)
}

// Cut tells whether the run stopped before its end, so that neither its metrics
// nor its verdicts are those of a whole run.
func (c *Cell) Cut() bool { return c.Stop.Reason != record.Finished }

// Label spells what the cell sets by the last parts of the paths: r=1 w=3.
func Label(set []Setting) string {
	words := make([]string, len(set))
	for i, s := range set {
		words[i] = s.Short(set) + "=" + s.Value
	}
	return strings.Join(words, " ")
}

// Short is the last part of the setting's path, or all of it where another setting
// of the same cell ends alike.
func (s Setting) Short(among []Setting) string {
	last := func(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
	for _, other := range among {
		if other.Path != s.Path && last(other.Path) == last(s.Path) {
			return s.Path
		}
	}
	return last(s.Path)
}

// Unmet is a requirement that a run did not meet.
type Unmet struct {
	Requirement string // "partition.crossed_quorum_ops >= 10"
	Count       int64
}

// Mode says how often an expectation's claim is to be true.
type Mode uint8

// The modes.
const (
	Always Mode = iota + 1
	Sometimes
	Never
)

// String spells the mode.
func (m Mode) String() string {
	return [...]string{"", "always", "sometimes", "never"}[m]
}

// Truth is what a run says of an expectation's claim.
type Truth uint8

// The truths. Undecided means that a checker reached a bound; Silent that the run
// had nothing to judge it by.
const (
	False Truth = iota
	True
	Undecided
	Silent
)

// String spells the truth.
func (t Truth) String() string {
	return [...]string{"false", "true", "undecided", "silent"}[t]
}

// Outcome is one expectation in one cell.
type Outcome struct {
	Expectation int // number in the file, from 0
	Mode        Mode
	Claim       string // a checker's name, or a comparison such as "availability >= 0.99"
	When        string
	Truth       Truth
	Checker     string
	Why         string
	Witness     checks.Witness
}

// Text spells the expectation: never stale_reads when r + w > n.
func (o *Outcome) Text() string { return expectation(o.Mode, o.Claim, o.When) }

func expectation(mode Mode, claim, when string) string {
	text := mode.String() + " " + claim
	if when != "" {
		text += " when " + when
	}
	return text
}

// Broken tells whether this run alone contradicts the expectation. An unmet
// Sometimes does not: it was not seen with this seed.
func (o *Outcome) Broken() bool {
	return o.Mode == Always && o.Truth == False || o.Mode == Never && o.Truth == True
}
