// Command simrun runs replicated stores in a simulated world, in which one seed
// fixes everything that happens, and tells what was stale, what was lost, and why.
package main

import (
	"os"

	"github.com/spf13/cobra"
)

func main() { os.Exit(execute(os.Args[1:])) }

// execute runs the command line and returns the code to exit with.
func execute(args []string) (code int) {
	defer func() {
		if fault := recover(); fault != nil {
			code = confess(os.Stderr, args, fault)
		}
	}()
	root := newRoot()
	root.SetArgs(args)
	return conclude(os.Stderr, root.Execute())
}

// greeting is what the program says when it is told nothing.
const greeting = `simrun runs replicated stores in a simulated world: one seed fixes everything
that happens.

Three things to type:
  simrun list                                  the scenarios that ship
  simrun run quorum-overlap                    what each choice of R and W costs
  simrun sweep quorum-overlap --seeds 1..100   the same in a hundred universes

All commands and flags: simrun --help
`

// newRoot makes the whole tree of commands.
func newRoot() *cobra.Command {
	c := &console{}
	root := &cobra.Command{
		Use:   "simrun",
		Short: "A deterministic laboratory for replication",
		Long: `simrun runs replicated stores in a simulated world, in which one seed fixes
everything that happens, and tells what was stale, what was lost, and why.

Exits: 0 as expected; 1 an expectation failed, or a node panicked; 2 bad usage
or scenario; 3 undecided; 4 vacuous: too little happened; 5 the engine broke its
promise; 130 interrupted.`,
		Version:           engine(),
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return c.open(os.Stdout, os.Stderr) },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return c.print(greeting)
		},
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(badFlag)
	root.SetUsageTemplate(narrow(root.UsageTemplate()))
	root.PersistentFlags().VarP(&c.color, "color", "", "colours: auto, always or never")
	complete(root, "color", colors)
	root.PersistentFlags().BoolVarP(&c.quiet, "quiet", "q", false, "no progress and no remarks on standard error")
	root.AddCommand(listCommand(c), showCommand(c), schemaCommand(c), runCommand(c), sweepCommand(c),
		quorumCommand(c), verifyCommand(c), checkCommand(c), digestsCommand(c), versionCommand(c))
	return root
}
