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
	claim   string
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
	fmt.Fprintf(s, "\nHow it came about: %s", about.claim)
	if set := run.Cells[about.cell].Set; len(set) > 0 {
		fmt.Fprintf(s, ", with %s", results.Label(set))
	}
	fmt.Fprintf(s, "\n\n%s", fence)
	if err := reports.Story(s, traced, about.witness, reports.StoryLines); err != nil {
		return err
	}
	s.WriteString(fence)
	return nil
}

// worstAnomaly is a broken expectation; else what was expected sometimes and seen;
// else the first checker that found something. Of several cells it is the one with
// most violations.
func worstAnomaly(run *results.Run) (anomaly, bool) {
	for _, f := range run.Failures() {
		if tellable(f.Witness) {
			return anomaly{f.Cell, f.Claim, f.Witness}, true
		}
	}
	for _, j := range run.Judgements() {
		if j.Mode == results.Sometimes {
			if a, found := worstOf(run, j.Claim); found {
				return a, true
			}
		}
	}
	for _, c := range checks.All() {
		if a, found := worstOf(run, c.Name); found {
			return a, true
		}
	}
	return anomaly{}, false
}

// worstOf finds the cell in which a checker found most.
func worstOf(run *results.Run, checker string) (worst anomaly, found bool) {
	most := int64(0)
	for i := range run.Cells {
		for _, v := range run.Cells[i].Reports {
			if v.Checker == checker && v.Result == checks.Fail && v.Count > most && tellable(v.Witness) {
				worst, found, most = anomaly{i, checker, v.Witness}, true, v.Count
			}
		}
	}
	return worst, found
}

// tellable tells whether a witness points into the run.
func tellable(w checks.Witness) bool { return len(w.Ops) > 0 || len(w.Stamps) > 0 }
