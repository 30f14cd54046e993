package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"simrun/reports"
	"simrun/results"
	"simrun/scenarios"
)

// defaultSeed is the seed where none is given: the same for everybody.
const defaultSeed = 1

// seedFlag adds the flag for a seed, and sets it to its default.
func seedFlag(cmd *cobra.Command, seed *uint64, usage string) {
	*seed = defaultSeed
	cmd.Flags().Var((*whole)(seed), "seed", usage)
}

// runFlags say what to run, and how.
type runFlags struct {
	edits  edits
	bounds bounds
	output output
	seed   uint64
	versus []string
	story  bool
	ledger bool
}

func runCommand(c *console) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run NAME|FILE",
		Short: "Run every cell of a scenario with one seed",
		Example: `  simrun run quorum-overlap
  simrun run quorum-overlap --seed 7 --set protocol.r=2 --story
  simrun run quorum-overlap --grid protocol.w=1,2,3 --format markdown
  simrun run follower-reads-lag --versus topology.link.latency=5ms`,
		Args:              oneOf("a scenario's name or a file"),
		ValidArgsFunction: completeScenario,
		RunE:              func(_ *cobra.Command, args []string) error { return f.run(c, args[0]) },
	}
	seedFlag(cmd, &f.seed, "the seed that fixes the run")
	cmd.Flags().StringArrayVar(&f.versus, "versus", nil, "run it with this change too, `path=value`, and compare op by op (may be repeated)")
	cmd.Flags().BoolVar(&f.story, "story", false, "tell how the worst anomaly came about")
	cmd.Flags().BoolVar(&f.ledger, "ledger", false, "list every op with its quorum: who answered, who stood in, and whether a read met the last write")
	f.edits.flags(cmd)
	f.output.flags(cmd)
	f.bounds.flags(cmd)
	return cmd
}

// planOf finds and loads a scenario with changes.
func planOf(name string, e *edits) (*scenarios.Plan, error) {
	all, err := e.read()
	if err != nil {
		return nil, err
	}
	found, err := find(name)
	if err != nil {
		return nil, err
	}
	return found.load(all)
}

func (f *runFlags) run(c *console, name string) error {
	if err := f.agree(); err != nil {
		return err
	}
	plan, err := planOf(name, &f.edits)
	if err != nil {
		return err
	}
	if len(f.versus) > 0 {
		return f.compare(c, name, plan)
	}
	stop := f.bounds.start()
	defer stop.release()
	return f.output.report(c, func(sheet *sheet) (int, error) {
		c.announce(plan, 1)
		run := f.perform(c, plan, stop)
		return c.runCode(run, stop), f.report(sheet, plan, run, stop)
	})
}

// agree refuses flags that do not go together.
func (f *runFlags) agree() error {
	form := f.output.form()
	switch {
	case f.story && len(f.versus) > 0:
		return errors.New("--story and --versus do not go together")
	case f.story && form != reports.Table && form != reports.Markdown:
		return fmt.Errorf("--story goes with --format table or markdown, not with %s", form)
	case f.ledger && (len(f.versus) > 0 || form != reports.Table):
		return errors.New("--ledger goes with --format table, and without --versus")
	case len(f.versus) > 0 && form != reports.Table:
		return fmt.Errorf("--versus goes with --format table, not with %s", form)
	}
	return nil
}

func (f *runFlags) perform(c *console, plan *scenarios.Plan, stop *stopper) *results.Run {
	quiet := c.follow(func(elapsed time.Duration) string {
		return fmt.Sprintf("run %s, seed %d: %v", plan.Scenario.Name, f.seed, elapsed)
	})
	defer quiet()
	return plan.NewRunner(f.bounds.limits(stop), scenarios.Tape{}).Run(f.seed)
}

// report writes what the flags ask for.
func (f *runFlags) report(s *sheet, plan *scenarios.Plan, run *results.Run, stop *stopper) error {
	if err := reports.WriteRun(s, run, f.output.form(), s.options()); err != nil {
		return err
	}
	if f.ledger && !stop.stopped.Load() {
		if err := f.list(s, plan, stop); err != nil {
			return err
		}
	}
	if f.story && !stop.stopped.Load() {
		return f.tell(s, plan, run, stop)
	}
	return nil
}
