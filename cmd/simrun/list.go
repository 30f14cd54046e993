package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simrun/reports"
	"simrun/scenarios"
)

func listCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "list [WORD|'PATTERN']...",
		Short: "List the scenarios that ship, or those of some names",
		Long:  "List the scenarios that ship, or those whose names hold a word or fit a pattern.",
		Example: `  simrun list
  simrun list raft
  simrun list 'quorum-*' '*-lost'`,
		ValidArgsFunction: cobra.FixedCompletions(scenarios.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE:              func(_ *cobra.Command, args []string) error { return list(c, args) },
	}
}

func list(c *console, patterns []string) error {
	names, err := listed(patterns)
	if err != nil {
		return err
	}
	for _, name := range names {
		found, err := find(name)
		if err != nil {
			return err
		}
		plan, err := found.load(nil)
		if err != nil {
			return err
		}
		if err := c.print(name + "\n" + reports.Wrap(plan.Scenario.About, "    ", "    ", reports.Width)); err != nil {
			return err
		}
	}
	return nil
}

// listed are the names that one of the patterns matches, in order; all without any. Each
// pattern must match something: one that does not is a slip.
func listed(patterns []string) ([]string, error) {
	all := scenarios.Names()
	if len(patterns) == 0 {
		return all, nil
	}
	var wanted []string
	for _, pattern := range patterns {
		matched, err := matching(pattern, all)
		if err != nil {
			return nil, err
		}
		if len(matched) == 0 {
			return nil, fmt.Errorf("no scenario's name %s%s", asked(pattern), hint(strings.Trim(pattern, "*?[]-"), wordsOf(all), "simrun list shows them all"))
		}
		wanted = append(wanted, matched...)
	}
	slices.Sort(wanted)
	return slices.Compact(wanted), nil
}

// matching are the names that a pattern matches as a whole, or that hold a bare word.
func matching(pattern string, names []string) ([]string, error) {
	if !isPattern(pattern) {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !strings.Contains(name, pattern) }), nil
	}
	var matched []string
	for _, name := range names {
		fits, err := path.Match(pattern, name)
		if err != nil {
			return nil, fmt.Errorf("%q is not a pattern", pattern)
		}
		if fits {
			matched = append(matched, name)
		}
	}
	return matched, nil
}

// isPattern tells a pattern from a name or a word.
func isPattern(text string) bool { return strings.ContainsAny(text, "*?[") }

func asked(pattern string) string {
	if isPattern(pattern) {
		return fmt.Sprintf("matches %q", pattern)
	}
	return fmt.Sprintf("holds %q", pattern)
}

// wordsOf are the names, and the words that they are made of: what may have been meant.
func wordsOf(names []string) []string {
	words := slices.Clone(names)
	for _, name := range names {
		words = append(words, strings.Split(name, "-")...)
	}
	return words
}
