package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"simrun/results"
	"simrun/scenarios"
)

// verifyFlags say what to verify.
type verifyFlags struct {
	edits  edits
	bounds bounds
	seed   uint64
}

func verifyCommand(c *console) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify NAME|FILE",
		Short: "Run a scenario many times with one seed, and compare the digests",
		Long: `Run every cell of a scenario many times with one seed: again in the same world,
after other seeds, side by side with others, with every check on. All digests
must agree; where they do not, the first event that differs is named.`,
		Args:              oneOf("a scenario's name or a file"),
		ValidArgsFunction: completeScenario,
		RunE:              func(_ *cobra.Command, args []string) error { return f.verify(c, args[0]) },
	}
	seedFlag(cmd, &f.seed, "the seed")
	cmd.Flags().Var(&f.bounds.maxEvents, "max-events", "stop each run after so many events")
	f.edits.flags(cmd)
	return cmd
}

func (f *verifyFlags) verify(c *console, name string) error {
	plan, err := planOf(name, &f.edits)
	if err != nil {
		return err
	}
	stop := f.bounds.start()
	defer stop.release()
	quiet := c.follow(func(elapsed time.Duration) string { return fmt.Sprintf("verify %s: %v", name, elapsed) })
	digests, differences := plan.Verify(f.seed, f.bounds.limits(stop))
	quiet()
	if stop.interrupted() {
		c.complain("interrupted before anything was verified")
		return ended(results.ExitInterrupted)
	}
	if err := c.align(digestRows(plan, f.seed, digests)); err != nil {
		return err
	}
	if len(differences) == 0 {
		return c.print("every run of each cell gave the same digest\n")
	}
	for _, d := range differences {
		if err := c.print(d.String() + "\n"); err != nil {
			return err
		}
	}
	c.complain("the engine broke its promise: digests of one run differ (engine %s); it happens again with: %s",
		scenarios.Engine, commandLine(os.Args[1:]))
	return ended(results.ExitEngine)
}

func digestRows(plan *scenarios.Plan, seed uint64, digests []uint64) [][]string {
	rows := [][]string{{"CELL", "SEED", "DIGEST"}}
	for i, digest := range digests {
		rows = append(rows, []string{
			cellName(plan.Cells[i].Set), fmt.Sprint(seed), fmt.Sprintf("%016x", digest),
		})
	}
	return rows
}

// cellName is how a cell is spoken of.
func cellName(set []results.Setting) string {
	if len(set) == 0 {
		return "the only one"
	}
	return results.Label(set)
}
