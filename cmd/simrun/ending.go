package main

import (
	"fmt"
	"slices"

	"simrun/results"
	"simrun/scenarios"
)

// largeRun is the estimate of events from which on a remark is made beforehand:
// some ten seconds.
const largeRun = 20_000_000

// announce says beforehand what a large run will take.
func (c *console) announce(plan *scenarios.Plan, seeds uint64) {
	var total scenarios.Cost
	for i := range plan.Cells {
		cost := plan.Cells[i].Scenario.Estimate()
		total.Servers, total.Clients = max(total.Servers, cost.Servers), max(total.Clients, cost.Clients)
		total.Ops += cost.Ops
		total.Events += cost.Events
	}
	if total.Events >= largeRun {
		c.remark("%s: %d cells of %d nodes and %d clients; about %d ops and %d events for each of %d seeds",
			plan.Scenario.Name, len(plan.Cells), total.Servers, total.Clients, total.Ops, total.Events, seeds)
	}
}

// runCode is the code to exit with after a run. What stopped it early is said.
func (c *console) runCode(run *results.Run, stop *stopper) int {
	code := run.Exit()
	switch {
	case stop.interrupted():
		c.complain("interrupted; the report is partial")
		return results.Worst(code, results.ExitInterrupted)
	case run.Interrupted():
		c.complain("the budget is spent; the report is partial")
		if len(run.Failures()) > 0 {
			return results.ExitBroken
		}
		return results.ExitUndecided
	}
	c.mourn(run)
	return code
}

// mourn says which cells a limit cut, by the first of them.
func (c *console) mourn(run *results.Run) {
	cut := slices.DeleteFunc(slices.Clone(run.Cells), func(cell results.Cell) bool { return !cell.Cut() })
	if len(cut) == 0 || run.Panicked() {
		return
	}
	what := cut[0].Stop.Reason.String()
	if len(run.Cells) > 1 {
		what = fmt.Sprintf("%s in %d of %d cells, the first %s", what, len(cut), len(run.Cells), cellName(cut[0].Set))
	}
	c.complain("stopped early: %s; nothing is decided there; see --max-events and --max-memory", what)
}

// sweepCode is the code to exit with after a sweep, likewise.
func (c *console) sweepCode(sweep *results.Sweep) int {
	switch {
	case sweep.Interrupted:
		c.complain("%s: interrupted after %d runs; the report is partial", sweep.Scenario, sweep.Runs)
	case sweep.Budget:
		c.complain("%s: the budget is spent after %d runs", sweep.Scenario, sweep.Runs)
	}
	cut := 0
	for i := range sweep.Cells {
		cut = max(cut, sweep.Cells[i].Cut)
	}
	if cut > 0 && sweep.Panics == 0 {
		c.complain("%s: runs were stopped early; see --max-events and --max-memory", sweep.Scenario)
		return results.Worst(sweep.Exit(), results.ExitUndecided)
	}
	return sweep.Exit()
}
