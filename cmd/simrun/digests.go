package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"simrun/results"
	"simrun/scenarios"
)

// digestsFlags say which runs to digest.
type digestsFlags struct {
	duration time.Duration
	seed     uint64
}

func digestsCommand(c *console) *cobra.Command {
	var f digestsFlags
	cmd := &cobra.Command{
		Use:   "digests [SCENARIO...]",
		Short: "Print digests of scenarios, to compare machines",
		RunE:  func(_ *cobra.Command, args []string) error { return f.digests(c, args) },
	}
	cmd.Flags().Var((*span)(&f.duration), "duration", "cut the scenarios' work to so much virtual time; 0s is all of it")
	seedFlag(cmd, &f.seed, "the seed")
	return cmd
}

// digests prints the digest of a run of each scenario, as soon as it has run.
func (f *digestsFlags) digests(c *console, patterns []string) error {
	if len(patterns) == 0 {
		patterns = []string{"*"}
	}
	every, err := findEvery(patterns)
	if err != nil {
		return err
	}
	code := results.ExitExpected
	for _, one := range every {
		run, err := f.run(one)
		if err != nil {
			return err
		}
		if run.Panicked() {
			fmt.Fprintf(c.err, "%s: a node panicked\n", one.name)
			code = results.ExitBroken
		}
		if err := c.print(fmt.Sprintf("%s %016x\n", one.name, run.Digest)); err != nil {
			return err
		}
	}
	return ended(code)
}

func (f *digestsFlags) run(one source) (*results.Run, error) {
	plan, err := one.load(nil)
	if err != nil {
		return nil, err
	}
	if f.duration > 0 {
		plan.Shorten(f.duration)
	}
	return scenarios.Run(plan, f.seed, scenarios.Tape{}), nil
}
