package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"simrun/scenarios"
)

func listCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the scenarios that ship",
		Args:  nothing,
		RunE:  func(*cobra.Command, []string) error { return list(c) },
	}
}

func list(c *console) error {
	var rows [][]string
	for _, name := range scenarios.Names() {
		found, err := find(name)
		if err != nil {
			return err
		}
		plan, err := found.load(nil)
		if err != nil {
			return err
		}
		rows = append(rows, []string{name, plan.Scenario.About})
	}
	return c.align(rows)
}

// align prints rows with aligned columns.
func (c *console) align(rows [][]string) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for _, field := range row[:len(row)-1] {
			fmt.Fprint(w, field, "\t")
		}
		fmt.Fprintln(w, row[len(row)-1])
	}
	return w.Flush()
}
