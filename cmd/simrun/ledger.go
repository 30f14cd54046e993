package main

import (
	"simrun/checks"
	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// list runs every cell again and writes its ledger.
func (f *runFlags) list(s *sheet, plan *scenarios.Plan, stop *stopper) error {
	r := plan.NewRunner(f.bounds.limits(stop), scenarios.Tape{})
	for i := range plan.Cells {
		cell := &plan.Cells[i]
		title := "Ledger"
		if label := results.Label(cell.Set); label != "" {
			title += ", with " + label
		}
		run := r.Record(i, f.seed)
		entries := checks.Ledger(run, checks.Options{Siblings: cell.Scenario.Protocol.Siblings()})
		if err := reports.Ledger(s, title, run, entries, s.options()); err != nil {
			return err
		}
	}
	return nil
}
