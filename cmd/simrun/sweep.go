package main

import (
	"bytes"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// sweepFlags say what to sweep, and how.
type sweepFlags struct {
	edits  edits
	bounds bounds
	output output
	seeds  seedRange
	jobs   positive
}

func sweepCommand(c *console) *cobra.Command {
	f := sweepFlags{seeds: seedRange{1, 100}, jobs: positive(runtime.GOMAXPROCS(0))}
	cmd := &cobra.Command{
		Use:   "sweep NAME|FILE|'PATTERN'...",
		Short: "Run every cell of a scenario, or of several, with many seeds",
		Example: `  simrun sweep quorum-overlap --seeds 1..200
  simrun sweep 'quorum-*' ours.yaml --budget 5m --format junit`,
		Args:              some("a scenario's name, a file or a pattern in quotes"),
		ValidArgsFunction: completeScenario,
		RunE:              func(_ *cobra.Command, args []string) error { return f.sweep(c, args) },
	}
	cmd.Flags().Var(&f.seeds, "seeds", "the seeds, both ends included")
	cmd.Flags().Var(&f.jobs, "jobs", "how many runs at a time; the report does not depend on it")
	f.edits.flags(cmd)
	f.output.flags(cmd)
	f.bounds.flags(cmd)
	return cmd
}

func (f *sweepFlags) sweep(c *console, patterns []string) error {
	plans, err := f.plans(patterns)
	if err != nil {
		return err
	}
	stop := f.bounds.start()
	defer stop.release()
	return f.output.report(c, func(sheet *sheet) (int, error) {
		done, code := f.all(c, plans, stop)
		return code, f.write(sheet, done, len(plans) > 1)
	})
}

// all sweeps over one scenario after another, as far as it is let.
func (f *sweepFlags) all(c *console, plans []*scenarios.Plan, stop *stopper) (done []*results.Sweep, code int) {
	var codes []int
	for _, plan := range plans {
		if stop.interrupted() {
			codes = append(codes, results.ExitInterrupted)
			break
		}
		sweep := f.perform(c, plan, stop)
		done, codes = append(done, sweep), append(codes, c.sweepCode(sweep))
	}
	return done, results.Worst(codes...)
}

// plans loads every scenario before the first one runs.
func (f *sweepFlags) plans(patterns []string) ([]*scenarios.Plan, error) {
	changes, err := f.edits.read()
	if err != nil {
		return nil, err
	}
	sources, err := findEvery(patterns)
	if err != nil {
		return nil, err
	}
	var plans []*scenarios.Plan
	for _, s := range sources {
		plan, err := s.load(changes)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

func (f *sweepFlags) perform(c *console, plan *scenarios.Plan, stop *stopper) *results.Sweep {
	total := f.seeds.to - f.seeds.from + 1
	c.announce(plan, total)
	var done atomic.Uint64
	quiet := c.follow(func(elapsed time.Duration) string {
		return status("sweep "+plan.Scenario.Name, done.Load(), total, "runs", elapsed)
	})
	defer quiet()
	sweep := plan.Sweep(stop, f.seeds.from, f.seeds.to, scenarios.SweepOptions{
		Jobs: int(min(f.jobs, maxJobs)), Limits: f.bounds.limits(stop),
		Progress: func(uint64) { done.Add(1) },
	})
	partial := uint64(sweep.Runs) < total
	sweep.Interrupted, sweep.Budget = partial && stop.interrupted(), partial && stop.spent()
	return sweep
}

// status is a line of progress: how much is done of what.
func status(what string, done, total uint64, noun string, elapsed time.Duration) string {
	line := fmt.Sprintf("%s: %d of %d %s, %v", what, done, total, noun, elapsed)
	if done > 0 && done < total {
		left := time.Duration(float64(elapsed) / float64(done) * float64(total-done))
		line += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	return line
}

// write writes the reports. Those of several scenarios make one document.
func (f *sweepFlags) write(s *sheet, done []*results.Sweep, several bool) error {
	var parts [][]byte
	for _, sweep := range done {
		var part bytes.Buffer
		if err := reports.WriteSweep(&part, sweep, f.output.form(), s.options()); err != nil {
			return err
		}
		parts = append(parts, part.Bytes())
	}
	if several {
		return combine(s, f.output.form(), parts)
	}
	_, err := s.Write(bytes.Join(parts, nil))
	return err
}

// maxJobs bounds how many runs there are at a time.
const maxJobs = 1024
