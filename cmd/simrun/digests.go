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
		Use:   "digests",
		Short: "Print a digest of every scenario that ships, to compare machines",
		Args:  nothing,
		RunE:  func(*cobra.Command, []string) error { return f.digests(c) },
	}
	cmd.Flags().Var((*span)(&f.duration), "duration", "cut the scenarios' work to so much virtual time; 0s is all of it")
	seedFlag(cmd, &f.seed, "the seed")
	return cmd
}

func (f *digestsFlags) digests(c *console) error {
	code := results.ExitExpected
	for _, name := range scenarios.Names() {
		found, err := find(name)
		if err != nil {
			return err
		}
		plan, err := found.load(nil)
		if err != nil {
			return err
		}
		if f.duration > 0 {
			plan.Shorten(f.duration)
		}
		run := scenarios.Run(plan, f.seed, scenarios.Tape{})
		if run.Panicked() {
			fmt.Fprintf(c.err, "%s: a node panicked\n", name)
			code = results.ExitBroken
		}
		if err := c.print(fmt.Sprintf("%s %016x\n", name, run.Digest)); err != nil {
			return err
		}
	}
	return ended(code)
}
