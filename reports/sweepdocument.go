package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"simrun/results"
)

// sweepDocument is the report of a sweep.
func sweepDocument(s *results.Sweep) (document, error) {
	d := document{title: s.Scenario, about: s.Title, facts: sweepFacts(s)}
	d.list("", notices(s))
	if len(s.Cells) > 0 {
		d.blocks = append(d.blocks, block{heading: meansTitle(s), grid: sweepGrid(s)})
	}
	d.list("Expectations", sweepExpectations(s))
	d.list("Failures", failureItems(s))
	d.list("Too little happened to judge by", thinItems(s))
	return d, nil
}

func sweepFacts(s *results.Sweep) []string {
	facts := []string{plural(s.Runs, "run")}
	if s.Asked > 0 {
		facts = append([]string{"seeds " + spellSeeds(s)}, facts...)
	}
	if partial(s) {
		facts[1] = "of which " + spellCount(int64(s.Runs)) + " ran"
	}
	facts = append(facts, engineFacts(s.Engine, s.Digest)...)
	return append(facts, spellDuration(virtualTime(s))+" of virtual time", spellCount(int64(s.Events))+" events", vacuousFact(s))
}

// partial tells whether some of the seeds that were asked for did not run.
func partial(s *results.Sweep) bool { return uint64(s.Runs) < s.Asked }

// meansTitle heads the table of means. It says over how many seeds they are where
// that is fewer than were asked for.
func meansTitle(s *results.Sweep) string {
	seeds := "seeds"
	if partial(s) {
		seeds = spellCount(int64(s.Runs)) + " of " + plural(int(s.Asked), "seed")
	}
	return "Means over " + seeds + ", with 95 % intervals"
}

// virtualTime is the virtual time of all runs, at most the longest duration.
func virtualTime(s *results.Sweep) time.Duration {
	if v := s.Virtual.Big(); v.IsInt64() {
		return time.Duration(v.Int64())
	}
	return math.MaxInt64
}

// spellSeeds spells the range of seeds as the flag does.
func spellSeeds(s *results.Sweep) string {
	return strconv.FormatUint(s.From, 10) + ".." + strconv.FormatUint(s.To, 10)
}

// vacuousFact is the share of vacuous runs, which is always printed.
func vacuousFact(s *results.Sweep) string {
	vacuous, whole := vacuousRuns(s)
	if whole == 0 {
		return "no whole run"
	}
	return spellShare(float64(vacuous)/float64(whole)) + " of the runs vacuous"
}

func vacuousRuns(s *results.Sweep) (vacuous, whole int) {
	for i := range s.Cells {
		vacuous += s.Cells[i].Vacuous
		whole += s.Cells[i].Runs - s.Cells[i].Cut
	}
	return vacuous, whole
}

func notices(s *results.Sweep) []item {
	var items []item
	if s.Interrupted {
		items = append(items, item{text: "Interrupted: this report is partial."})
	}
	if s.Budget {
		items = append(items, item{text: "Stopped when the time budget was spent: this report is partial."})
	}
	if s.Panics > 0 {
		items = append(items, item{text: "A node panicked in " + plural(s.Panics, "run") + "."})
	}
	if s.Undecided > 0 {
		items = append(items, item{text: plural(s.Undecided, "run") + " could not be judged wholly: a checker or the run reached a bound."})
	}
	return items
}

// sweepColumns are the metrics that a sweep shows.
func sweepColumns(s *results.Sweep) []string {
	if len(s.Columns) > 0 {
		return s.Columns
	}
	defined := func(name string) bool {
		return slices.ContainsFunc(s.Cells, func(c results.SweepCell) bool { return c.Estimate(name).Defined })
	}
	return withClaims(defined, s.Judgements())
}

func sweepGrid(s *results.Sweep) *grid {
	g := &grid{}
	for _, c := range results.SettingColumns(s.Cells[0].Set) {
		g.columns = append(g.columns, column{title: clean(c.Title), key: true})
	}
	g.columns = append(g.columns, column{title: "runs", right: true}, column{title: "vacuous", right: true})
	metrics := sweepColumns(s)
	for _, name := range metrics {
		g.columns = append(g.columns, column{title: results.ColumnOf(name).Title, right: true})
	}
	for i := range s.Cells {
		g.rows = append(g.rows, sweepRow(&s.Cells[i], metrics))
	}
	return g
}

func sweepRow(c *results.SweepCell, metrics []string) []string {
	var row []string
	for _, set := range c.Set {
		row = append(row, clean(set.Value))
	}
	vacuous := ""
	if whole := c.Runs - c.Cut; whole > 0 {
		vacuous = spellShare(float64(c.Vacuous) / float64(whole))
	}
	row = append(row, spellCount(int64(c.Runs)), vacuous)
	for _, name := range metrics {
		row = append(row, spellEstimate(name, c.Estimate(name)))
	}
	return row
}

// sweepExpectations says what became of every expectation, and how often its claim
// was true in the cells that matter.
func sweepExpectations(s *results.Sweep) []item {
	var items []item
	for _, j := range s.Judgements() {
		i := item{state: j.State, text: j.Text()}
		for _, at := range j.Cells {
			if j.State == results.AsExpected && len(s.Cells) > 1 {
				break
			}
			i.details = append(i.details, tallyLine(&s.Cells[at], j.Expectation))
		}
		if len(i.details) == 0 {
			i.details = []string{overallLine(s, &j)}
		}
		items = append(items, i)
	}
	return items
}

func tallyLine(c *results.SweepCell, expectation int) string {
	t := tallyOf(c, expectation)
	text := trueIn(t)
	if t.Mode == results.Always && t.False > 0 {
		text += fmt.Sprintf(", first false with seed %d", t.FirstFalse)
	}
	if t.Mode != results.Always && t.True > 0 {
		text += fmt.Sprintf(", first true with seed %d", t.FirstTrue)
	}
	return cellName(c.Set, text)
}

func tallyOf(c *results.SweepCell, expectation int) *results.Tally {
	at := slices.IndexFunc(c.Expectations, func(t results.Tally) bool { return t.Expectation == expectation })
	if at < 0 {
		return nil
	}
	return &c.Expectations[at]
}

// overallLine sums an expectation up over its cells.
func overallLine(s *results.Sweep, j *results.Judgement) string {
	all := overallTally(s, j.Expectation)
	return trueIn(&all) + " of " + plural(j.Applies, "cell")
}

func overallTally(s *results.Sweep, expectation int) results.Tally {
	var all results.Tally
	for i := range s.Cells {
		if t := tallyOf(&s.Cells[i], expectation); t != nil {
			all.True, all.False = all.True+t.True, all.False+t.False
			all.Undecided, all.Silent = all.Undecided+t.Undecided, all.Silent+t.Silent
		}
	}
	return all
}

// trueIn says how often a claim was true, with the interval of that share.
func trueIn(t *results.Tally) string {
	text := fmt.Sprintf("true in %s of %s", spellCount(int64(t.True)), plural(t.Judged(), "run"))
	if t.Judged() == 0 {
		text = "true or false in no run"
	}
	if e := t.Share(); e.Bounded {
		text += " (" + spellProportion(e) + ")"
	}
	if t.Undecided > 0 {
		text += ", undecided in " + spellCount(int64(t.Undecided))
	}
	if t.Silent > 0 {
		text += ", nothing to judge by in " + spellCount(int64(t.Silent))
	}
	return text
}

func spellProportion(e results.Estimate) string {
	switch e.Mean {
	case 0:
		return "at most " + spellShare(e.High)
	case 1:
		return "at least " + spellShare(e.Low)
	}
	return spellShare(e.Mean) + " [" + spellPercent(e.Low) + ", " + spellPercent(e.High) + "]"
}

// failureItems lists the groups of failures that are alike.
func failureItems(s *results.Sweep) []item {
	var items []item
	for _, g := range s.Groups() {
		f := &g.First
		i := item{text: spellCount(int64(g.Count)) + " × " + f.Claim, command: f.Replay}
		first := fmt.Sprintf("first with seed %d", f.Seed)
		if label := results.Label(f.Set); label != "" {
			first += ", " + label
		}
		i.details = append([]string{first + ": " + f.Why}, witnessLines(f.Why, f.Witness.Text)...)
		items = append(items, i)
	}
	return items
}

// thinItems lists the cells with too few meaningful runs, and what those lacked.
func thinItems(s *results.Sweep) []item {
	var items []item
	for _, at := range s.Thin() {
		c := &s.Cells[at]
		text := fmt.Sprintf("%s of %s meaningful, %s required", spellCount(int64(c.Meaningful())),
			plural(c.Runs, "run"), spellCount(int64(max(1, s.RequireRuns))))
		i := item{text: cellName(c.Set, text)}
		for _, u := range unmetOf(c) {
			i.details = append(i.details, u.Requirement+" was not met in "+plural(int(u.Count), "run"))
		}
		if c.Cut > 0 {
			i.details = append(i.details, plural(c.Cut, "run")+" stopped early")
		}
		items = append(items, i)
	}
	return items
}

// unmetOf lists the requirements that runs of a cell did not meet, by their texts.
func unmetOf(c *results.SweepCell) []results.Unmet {
	var list []results.Unmet
	for requirement, runs := range c.Unmet {
		list = append(list, results.Unmet{Requirement: requirement, Count: int64(runs)})
	}
	slices.SortFunc(list, func(a, b results.Unmet) int {
		switch {
		case a.Requirement < b.Requirement:
			return -1
		case a.Requirement > b.Requirement:
			return 1
		}
		return 0
	})
	return list
}
