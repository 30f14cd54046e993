package main

import (
	"github.com/spf13/cobra"

	"simrun/scenarios"
)

func schemaCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of scenario files, for editors",
		Args:  nothing,
		RunE: func(*cobra.Command, []string) error {
			schema, err := scenarios.Schema()
			if err != nil {
				return err
			}
			return c.print(string(schema))
		},
	}
}
