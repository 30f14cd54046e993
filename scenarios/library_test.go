package scenarios_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
)

func shipped(t testing.TB, name string, edits ...scenarios.Edit) *scenarios.Plan {
	text, ok := scenarios.Shipped(name)
	require.True(t, ok, name)
	plan, err := scenarios.Load(name, text, edits...)
	require.NoError(t, err)
	return plan
}

func TestEveryShippedScenarioExplainsItself(t *testing.T) {
	require.NotEmpty(t, scenarios.Names())
	for _, name := range scenarios.Names() {
		s := shipped(t, name).Scenario
		require.Equal(t, name, s.Name, "a scenario is called as its file")
		require.NotEmpty(t, s.About, name)
		require.NotEmpty(t, s.Look, name)
		require.NotEmpty(t, s.Expect, name)
		require.NotEmpty(t, s.Requires, name)
	}
}

func TestEveryShippedScenarioIsAsExpected(t *testing.T) {
	for _, name := range scenarios.Names() {
		run := scenarios.Run(shipped(t, name), 1, scenarios.Tape{})
		require.Zero(t, run.Exit(), "%s: %v", name, run.Failures())
		for _, cell := range run.Cells {
			require.False(t, cell.Vacuous(), "%s: %v", name, cell.Unmet)
		}
	}
}

func TestTimeoutsAreShorterThanFaults(t *testing.T) {
	for _, name := range scenarios.Names() {
		for _, cell := range shipped(t, name).Cells {
			timeout, ok := cell.Scenario.Value("workload.timeout")
			require.True(t, ok)
			limit, err := time.ParseDuration(timeout)
			require.NoError(t, err)
			for _, f := range cell.Scenario.Faults {
				if entry := scenarios.EntryOf(f); entry.For > 0 {
					require.Less(t, limit, entry.For, "%s: ops must not outlast the %s", name, entry.Fault.Name())
				}
			}
		}
	}
}
