package scenarios_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
	"simrun/sim/fault"
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
				if entry := scenarios.EntryOf(f); entry.For > 0 && isAwaited(entry.Fault) {
					if limit >= entry.For {
						t.Errorf("%s: ops of %v must not outlast the %s of %v", name, limit, entry.Fault.Name(), entry.For)
					}
				}
			}
		}
	}
}

// isAwaited tells whether ops that meet a fault wait for its end. A message that is delayed
// does not, and a client that is suspended asks nothing.
func isAwaited(f fault.Fault) bool {
	isClient := regexp.MustCompile(`^c[0-9]+$`)
	switch f := f.(type) {
	case *fault.Delay:
		return false
	case *fault.Pause:
		return slices.ContainsFunc(f.Targets, func(t fault.Target) bool { return !isClient.MatchString(string(t)) })
	}
	return true
}
