package main

import (
	"fmt"

	"simrun/checks"
	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// anomaly is what a story is told about.
type anomaly struct {
	cell    int
	found   string // found: stale_reads
	witness checks.Witness
}

// tell runs the cell with the worst anomaly again, this time with a trace, and
// tells how the anomaly came about.
func (f *runFlags) tell(s *sheet, plan *scenarios.Plan, run *results.Run, stop *stopper) error {
	about, found := worstAnomaly(run)
	if !found {
		s.WriteString("\nNothing went wrong that a story could be told of.\n")
		return nil
	}
	limits := f.bounds.limits(stop)
	limits.Trace = true
	traced := plan.NewRunner(limits, scenarios.Tape{}).Record(about.cell, f.seed)
	fence := ""
	if f.output.form() == reports.Markdown {
		fence = "```\n"
	}
	what := about.found
	if set := run.Cells[about.cell].Set; len(set) > 0 {
		what += ", with " + results.Label(set)
	}
	fmt.Fprintf(s, "\n%s\n%s", reports.Wrap("How it came about ("+what+")", "", "", reports.Width), fence)
	if err := reports.Story(s, traced, about.witness, reports.StoryLines); err != nil {
		return err
	}
	s.WriteString(fence)
	return nil
}

// worstAnomaly is a broken expectation; else what was expected sometimes, and seen;
// else an anomaly that was expected always, or a guarantee that was expected never, as
// far as it came so; else the first checker that found something. Of several cells it
// is the one with most violations.
func worstAnomaly(run *results.Run) (anomaly, bool) {
	for _, f := range run.Failures() {
		if tellable(f.Witness) {
			return anomaly{f.Cell, "broken: " + f.Claim, f.Witness}, true
		}
	}
	judged := run.Judgements()
	for _, wanted := range []func(*results.Judgement) bool{hoped, foretold} {
		for i := range judged {
			if j := &judged[i]; j.State == results.AsExpected && wanted(j) {
				if a, found := worstOf(run, checkerOf(j), j.Cells); found {
					return a, true
				}
			}
		}
	}
	for _, c := range checks.All() {
		if a, found := worstOf(run, c.Name, everyCell(run)); found {
			return a, true
		}
	}
	return anomaly{}, false
}

// hoped tells whether an expectation is of something that may or may not be seen.
func hoped(j *results.Judgement) bool { return j.Mode == results.Sometimes }

// foretold tells whether an expectation is that there is an anomaly, whatever the seed.
func foretold(j *results.Judgement) bool {
	claim, err := results.ParseClaim(j.Claim)
	if err != nil || claim.Comparison != "" {
		return false
	}
	return j.Mode == results.Always && claim.Accuses() || j.Mode == results.Never && claim.Guarantee()
}

// checkerOf is the checker that an expectation speaks of, or a metric's name.
func checkerOf(j *results.Judgement) string {
	claim, err := results.ParseClaim(j.Claim)
	if err != nil {
		return ""
	}
	return claim.Name
}

func everyCell(run *results.Run) []int {
	var cells []int
	for i := range run.Cells {
		cells = append(cells, i)
	}
	return cells
}

// worstOf finds, of some cells, the one in which a checker found most.
func worstOf(run *results.Run, checker string, cells []int) (worst anomaly, found bool) {
	most := int64(0)
	for _, i := range cells {
		for _, v := range run.Cells[i].Reports {
			if v.Checker == checker && v.Result == checks.Fail && v.Count > most && tellable(v.Witness) {
				worst, found, most = anomaly{i, results.Finding(checker), v.Witness}, true, v.Count
			}
		}
	}
	return worst, found
}

// tellable tells whether a witness points into the run.
func tellable(w checks.Witness) bool { return len(w.Ops) > 0 || len(w.Stamps) > 0 }
