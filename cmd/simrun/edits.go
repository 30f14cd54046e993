package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"simrun/scenarios"
)

// edits are the changes to a scenario that flags ask for.
type edits struct {
	sets  []string
	grids []string
}

// flags adds the flags to a command.
func (e *edits) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&e.sets, "set", nil, "change a field of the scenario by `path=value`, such as protocol.r=2 (may be repeated)")
	cmd.Flags().StringArrayVar(&e.grids, "grid", nil, "try several values of a field by `path=values`, such as protocol.r=1,2,3 (may be repeated)")
}

// read reads the changes, in the order of the command line.
func (e *edits) read() ([]scenarios.Edit, error) {
	all, err := changes("--set", e.sets)
	if err != nil {
		return nil, err
	}
	for _, text := range e.grids {
		path, values, err := assignment("--grid", text)
		if err != nil {
			return nil, err
		}
		all = append(all, scenarios.Edit{Path: path, Grid: splitValues(values)})
	}
	return all, nil
}

// changes reads the values of --set or --versus.
func changes(flag string, texts []string) ([]scenarios.Edit, error) {
	var all []scenarios.Edit
	for _, text := range texts {
		path, value, err := assignment(flag, text)
		if err != nil {
			return nil, err
		}
		all = append(all, scenarios.Edit{Path: path, Value: value, Flag: flag})
	}
	return all, nil
}

func assignment(flag, text string) (path, value string, err error) {
	path, value, ok := strings.Cut(text, "=")
	if !ok || path == "" || value == "" {
		return "", "", fmt.Errorf("%s %q is not path=value, such as %s protocol.r=2", flag, text, flag)
	}
	return path, value, nil
}

// splitValues splits a list at its commas, but not within brackets and quotes.
func splitValues(text string) []string {
	var values []string
	depth, start := 0, 0
	var quote byte
	for i := range len(text) {
		switch ch := text[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case ch == '[' || ch == '{' || ch == '(':
			depth++
		case ch == ']' || ch == '}' || ch == ')':
			depth--
		case ch == ',' && depth == 0:
			values = append(values, text[start:i])
			start = i + 1
		}
	}
	return append(values, text[start:])
}
