package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"simrun/reports"
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

// The errors of the flag parser, as far as they are told apart here.
type (
	invalidValue interface {
		GetValue() string
		Unwrap() error
	}
	aboutFlag interface {
		GetSpecifiedName() string
		GetSpecifiedShortnames() string
	}
)

// badFlag words the errors of the flag parser.
func badFlag(cmd *cobra.Command, err error) error {
	var value invalidValue
	var about aboutFlag
	switch {
	case errors.As(err, &value):
		return badValue(cmd, err, value)
	case !errors.As(err, &about):
		return err
	case strings.HasPrefix(err.Error(), "flag needs an argument"):
		return fmt.Errorf("--%s needs a value", about.GetSpecifiedName())
	}
	return unknownFlag(cmd, about)
}

// badValue says what is wrong with the value of a flag.
func badValue(cmd *cobra.Command, err error, value invalidValue) error {
	_, rest, _ := strings.Cut(err.Error(), strconv.Quote(value.GetValue()))
	_, rest, _ = strings.Cut(rest, "--")
	name, _, _ := strings.Cut(rest, `"`)
	why := value.Unwrap()
	if flag := cmd.Flags().Lookup(name); flag != nil && flag.Value.Type() == "bool" {
		why = errors.New("is neither true nor false")
	}
	return fmt.Errorf("--%s: %q %w", name, value.GetValue(), why)
}

// unknownFlag names the nearest flag that there is.
func unknownFlag(cmd *cobra.Command, about aboutFlag) error {
	name := about.GetSpecifiedName()
	if args := cmd.Flags().Args(); !cmd.HasParent() && len(args) > 0 {
		return unknownCommand(cmd, args[0]) // its flags cannot be known
	}
	var names []string
	for _, match := range flagName.FindAllStringSubmatch(cmd.Flags().FlagUsages(), -1) {
		names = append(names, match[1])
	}
	all := cmd.CommandPath() + " --help lists them"
	if about.GetSpecifiedShortnames() != "" {
		return fmt.Errorf("there is no flag -%s; %s", name, all)
	}
	if near := results.Nearest(name, names); near != "" {
		return fmt.Errorf("there is no flag --%s; did you mean --%s?", name, near)
	}
	return fmt.Errorf("there is no flag --%s; %s", name, all)
}

// narrow makes a template for help wrap the flags at the width of a page.
func narrow(template string) string {
	return strings.ReplaceAll(template, ".FlagUsages |", fmt.Sprintf(".FlagUsagesWrapped %d |", reports.Width))
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

// some demands at least one argument.
func some(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s needs %s", cmd.CommandPath(), what)
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
