package results

import (
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim/record"
)

// newTestHistogram has one sample of each of 1..n milliseconds.
func newTestHistogram(n int) *hdrhistogram.Histogram {
	h := hdrhistogram.New(1000, int64(24*time.Hour), 2)
	for i := range n {
		_ = h.RecordValue(int64(i+1) * int64(time.Millisecond))
	}
	return h
}

func outcome(mode Mode, truth Truth) Cell {
	return Cell{Outcomes: []Outcome{{Mode: mode, Truth: truth, Claim: "stale_reads", Why: "2 reads were stale"}}}
}

func vacuous(c Cell) Cell {
	c.Unmet = []Unmet{{Requirement: "a >= 1"}}
	return c
}

func stopped(c Cell, why record.StopReason) Cell {
	c.Stop.Reason = why
	return c
}

func TestRunExits(t *testing.T) {
	for name, line := range map[string]struct {
		cells []Cell
		want  int
	}{
		"nothing expected":               {[]Cell{{}}, 0},
		"always true":                    {[]Cell{outcome(Always, True)}, 0},
		"always false":                   {[]Cell{outcome(Always, False)}, 1},
		"never true":                     {[]Cell{outcome(Never, True)}, 1},
		"never false":                    {[]Cell{outcome(Never, False)}, 0},
		"sometimes seen":                 {[]Cell{outcome(Sometimes, True)}, 0},
		"sometimes not seen":             {[]Cell{outcome(Sometimes, False)}, 0},
		"undecided":                      {[]Cell{outcome(Always, Undecided)}, 3},
		"sometimes seen elsewhere":       {[]Cell{outcome(Sometimes, Undecided), outcome(Sometimes, True)}, 0},
		"silent":                         {[]Cell{outcome(Always, Silent)}, 4},
		"vacuous hides a violation":      {[]Cell{vacuous(outcome(Never, True))}, 4},
		"one cell vacuous":               {[]Cell{outcome(Always, True), vacuous(outcome(Always, True))}, 4},
		"broken outweighs vacuous":       {[]Cell{outcome(Always, False), vacuous(Cell{})}, 1},
		"broken outweighs undecided":     {[]Cell{outcome(Always, Undecided), outcome(Always, False)}, 1},
		"undecided outweighs vacuous":    {[]Cell{outcome(Always, Undecided), vacuous(Cell{})}, 3},
		"panic":                          {[]Cell{stopped(outcome(Always, True), record.Panicked)}, 1},
		"out of events":                  {[]Cell{stopped(outcome(Always, False), record.OutOfEvents)}, 3},
		"out of memory, nothing to say":  {[]Cell{stopped(Cell{}, record.OutOfMemory)}, 3},
		"interrupted outweighs a broken": {[]Cell{stopped(Cell{}, record.Interrupted), outcome(Always, False)}, 130},
	} {
		r := &Run{Scenario: "s", Cells: line.cells}
		require.Equal(t, line.want, r.Exit(), name)
	}
}

func TestSweepExits(t *testing.T) {
	run := func(cells ...Cell) *Run { return &Run{Scenario: "s", Cells: cells} }
	for name, line := range map[string]struct {
		runs []*Run
		want int
	}{
		"no run":                          {nil, 4},
		"sometimes never seen":            {[]*Run{run(outcome(Sometimes, False)), run(outcome(Sometimes, False))}, 1},
		"sometimes seen once":             {[]*Run{run(outcome(Sometimes, False)), run(outcome(Sometimes, True))}, 0},
		"sometimes seen in another cell":  {[]*Run{run(outcome(Sometimes, False), outcome(Sometimes, True))}, 0},
		"sometimes perhaps seen":          {[]*Run{run(outcome(Sometimes, False)), run(outcome(Sometimes, Undecided))}, 3},
		"seen, and undecided":             {[]*Run{run(outcome(Sometimes, True)), run(outcome(Sometimes, Undecided))}, 0},
		"always false once":               {[]*Run{run(outcome(Always, True)), run(outcome(Always, False))}, 1},
		"always undecided once":           {[]*Run{run(outcome(Always, True)), run(outcome(Always, Undecided))}, 3},
		"a vacuous run among others":      {[]*Run{run(outcome(Always, True)), run(vacuous(outcome(Always, False)))}, 0},
		"all vacuous":                     {[]*Run{run(vacuous(outcome(Always, True)))}, 4},
		"one cell vacuous":                {[]*Run{run(outcome(Always, True), vacuous(Cell{}))}, 4},
		"silent throughout":               {[]*Run{run(outcome(Always, Silent)), run(outcome(Always, Silent))}, 4},
		"a panic":                         {[]*Run{run(outcome(Always, True)), run(stopped(Cell{}, record.Panicked))}, 1},
		"interrupted in the second":       {[]*Run{run(outcome(Always, False)), run(stopped(Cell{}, record.Interrupted))}, 130},
		"sometimes seen in a vacuous run": {[]*Run{run(outcome(Sometimes, False)), run(vacuous(outcome(Sometimes, True)))}, 1},
	} {
		require.Equal(t, line.want, sweepOf(line.runs).Exit(), name)
	}
}

func TestRequireRuns(t *testing.T) {
	s := sweepOf([]*Run{{Scenario: "s", Cells: []Cell{outcome(Always, True)}}, {Scenario: "s", Cells: []Cell{vacuous(outcome(Always, True))}}})
	require.Equal(t, 0, s.Exit())
	s.RequireRuns = 2
	require.Equal(t, []int{0}, s.Thin())
	require.Equal(t, 4, s.Exit())
}

func TestWorst(t *testing.T) {
	require.Equal(t, 0, Worst())
	order := []int{5, 130, 1, 3, 4, 0}
	for i := range order {
		require.Equal(t, order[i], Worst(order[i:]...))
	}
}

// TestVacuousStaysInMetrics: a vacuous run counts in the metrics, a cut one does not.
func TestVacuousStaysInMetrics(t *testing.T) {
	with := func(c Cell) *Run {
		c.Measures = []checks.Measure{{Name: "stale_reads", Kind: checks.Count, Count: 5}}
		return &Run{Scenario: "s", Cells: []Cell{c}}
	}
	s := sweepOf([]*Run{with(Cell{}), with(vacuous(Cell{})), with(stopped(Cell{}, record.Panicked))})
	c := &s.Cells[0]
	require.Equal(t, int64(10), c.Measures[0].Count)
	require.Equal(t, []int{3, 1, 1, 1}, []int{c.Runs, c.Cut, c.Vacuous, c.Meaningful()})
}

func TestGroups(t *testing.T) {
	s := &Sweep{}
	for seed, text := range []string{"c1 read k2 at 2.104 s and got c3/4", "c9 read k17 at 0.1 s and got c30/41", "c1 read k2 and got nothing"} {
		c := outcome(Never, True)
		c.Outcomes[0].Witness.Text = text
		c.Replay = "replay " + text
		s.Add(&Run{Scenario: "s", Seed: 7 - uint64(seed), Cells: []Cell{c}})
	}
	groups := s.Groups()
	require.Len(t, groups, 2)
	require.Equal(t, 2, groups[0].Count)
	require.Equal(t, uint64(6), groups[0].First.Seed, "the lowest seed")
	require.Equal(t, "never stale_reads: c# read k# at # s and got c#/#", groups[0].Signature)
	require.Contains(t, groups[0].First.Replay, "c9 read")
}

func TestPanicIsAFailure(t *testing.T) {
	c := stopped(Cell{Replay: "again"}, record.Panicked)
	c.Stop.Panic = "index out of range [3] with length 2\nstack"
	r := &Run{Scenario: "s", Seed: 4, Cells: []Cell{c}}
	require.Equal(t, "panic: index out of range [#] with length #", r.Failures()[0].Signature)
	require.Equal(t, "again", r.Groups()[0].First.Replay)
}

func TestLabels(t *testing.T) {
	require.Equal(t, "r=1 w=2", Label([]Setting{{"protocol.r", "1"}, {"protocol.w", "2"}}))
	require.Equal(t, "a.kind=1 b.kind=2 n=3", Label([]Setting{{"a.kind", "1"}, {"b.kind", "2"}, {"n", "3"}}))
}

func TestCellTable(t *testing.T) {
	cells := []Cell{{Set: []Setting{{"p.r", "1"}}, Measures: []checks.Measure{{Name: "stale_share", Kind: checks.Share, Count: 1, Total: 4}}}}
	table := CellTable("t", "T", cells, "stale_share", "latency_read_p999_ns")
	require.Equal(t, []Datum{{Kind: Text, Text: "1"}, {Kind: Fraction, Number: 0.25}, {}}, table.Rows[0])
	require.Equal(t, Column{Name: "latency_read_p999_ns", Title: "read p99.9", Unit: "ns"}, table.Columns[2])
	require.NoError(t, table.Check())
	table.Rows[0] = append(table.Rows[0], Datum{})
	require.ErrorContains(t, table.Check(), "row 1 has 4 fields for 3 columns")
}
