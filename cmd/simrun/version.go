package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"simrun/scenarios"
)

// engine names the version that digests depend on, and what it was built with.
func engine() string {
	return fmt.Sprintf("simrun, engine %s, %s %s/%s", scenarios.Engine, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionCommand(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the engine, on which digests depend",
		Args:  nothing,
		RunE:  func(*cobra.Command, []string) error { return c.print(engine() + "\n") },
	}
}
