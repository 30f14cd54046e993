package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"simrun/results"
)

// unknownCommand is the error about a command that there is not.
func unknownCommand(root *cobra.Command, name string) error {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return fmt.Errorf("there is no command %q%s", name, hint(name, names, "simrun --help lists them"))
}

// flagName finds the flags in the text that explains them.
var flagName = regexp.MustCompile(`(?m)^\s+(?:-\w, )?--([a-z-]+)`)

// badFlag words the errors of the flag parser, with the nearest flag that there is.
func badFlag(cmd *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return err
	}
	if args := cmd.Flags().Args(); !cmd.HasParent() && len(args) > 0 {
		return unknownCommand(cmd, args[0]) // its flags cannot be known
	}
	var names []string
	for _, match := range flagName.FindAllStringSubmatch(cmd.Flags().FlagUsages(), -1) {
		names = append(names, match[1])
	}
	all := cmd.CommandPath() + " --help lists them"
	if near := results.Nearest(name, names); near != "" {
		return fmt.Errorf("there is no flag --%s; did you mean --%s?", name, near)
	}
	return fmt.Errorf("there is no flag --%s; %s", name, all)
}

// hint is what to add to an error about a name that is unknown.
func hint(name string, known []string, otherwise string) string {
	if near := results.Nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return "; " + otherwise
}

// oneOf demands exactly one argument, and says what it is.
func oneOf(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("%s needs %s", cmd.CommandPath(), what)
		case len(args) > 1:
			return fmt.Errorf("%s takes %s, and no %q besides", cmd.CommandPath(), what, args[1])
		}
		return nil
	}
}

// nothing refuses arguments.
func nothing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// complete completes the value of a flag with some words.
func complete(cmd *cobra.Command, flag string, words []string) {
	fixed := cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(flag, fixed); err != nil {
		panic(err) // there is no such flag: a mistake in this package
	}
}
