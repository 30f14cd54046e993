package main

import (
	"github.com/spf13/cobra"

	"simrun/reports"
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
	for _, name := range scenarios.Names() {
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
