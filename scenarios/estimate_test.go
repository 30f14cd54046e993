package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
)

// What is said beforehand of a run is right to a factor of two, where clients keep to
// their rate and no timer works more than they do.
func TestTheEstimateIsNear(t *testing.T) {
	for _, name := range []string{"leader-lost", "read-paths", "quorum-overlap", "lease-and-slow-clock", "raft-minority-leader"} {
		text, ships := scenarios.Shipped(name)
		require.True(t, ships)
		plan, err := scenarios.Load(name, text)
		require.NoError(t, err)
		runner, last := plan.NewRunner(scenarios.Limits{}, scenarios.Tape{}), len(plan.Cells)-1
		actual := float64(runner.Record(last, 1).Events)
		require.InDelta(t, 1.25, float64(plan.Cells[last].Scenario.Estimate().Events)/actual, 0.75, name)
	}
}
