package scenarios_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
)

func tableOf(t *testing.T, run *results.Run, name string) results.Table {
	at := slices.IndexFunc(run.Tables, func(t results.Table) bool { return t.Name == name })
	require.GreaterOrEqual(t, at, 0, "no table %s", name)
	require.NoError(t, run.Tables[at].Check())
	return run.Tables[at]
}

// The table of capacity lays what was measured beside what the cost of a remote update
// says, and where there is no gain the words say so.
func TestCapacityTable(t *testing.T) {
	run := scenarios.Run(shipped(t, "multi-leader-throughput"), 2, scenarios.Tape{})
	table := tableOf(t, run, "capacity")
	require.Len(t, table.Rows, 12)
	n := len(table.Columns)
	for _, row := range table.Rows {
		predicted, measured := row[n-2].Number, row[n-1].Number
		require.InEpsilon(t, predicted, measured, 0.05, "%v", row)
	}
	words := strings.Join(run.Words, "\n")
	require.Contains(t, words, "There is no gain")
	require.Equal(t, 1, strings.Count(words, "There is no gain"))
}

// The table of datacentres has each of them in every cell, and no column without a value.
func TestDatacentresTable(t *testing.T) {
	run := scenarios.Run(shipped(t, "multi-leader-write-latency"), 2, scenarios.Tape{})
	table := tableOf(t, run, "datacentres")
	require.Len(t, table.Rows, 6)
	for i, c := range table.Columns {
		require.NotContains(t, c.Name, "in_faults", "no fault, no column")
		require.True(t, slices.ContainsFunc(table.Rows, func(row []results.Datum) bool { return row[i].Kind != results.Missing }))
	}
}

// The table of growth has an exponent for each way of spreading, and none where nothing
// tells one.
func TestGrowthTable(t *testing.T) {
	shorter := scenarios.Edit{Path: "duration", Value: "5s"}
	table := tableOf(t, scenarios.Run(shipped(t, "dangers-of-replication", shorter), 3, scenarios.Tape{}), "growth")
	require.Len(t, table.Rows, 2)
	require.Equal(t, "spread=one_after_another", table.Rows[0][0].Text)
	for _, row := range table.Rows {
		exponent, low, high := row[2].Number, row[3].Number, row[4].Number
		require.Less(t, low, exponent)
		require.Less(t, exponent, high)
	}
	alone := scenarios.Run(shipped(t, "dangers-of-replication", shorter, scenarios.Edit{Path: "case.leaders", Value: "n4"}), 3, scenarios.Tape{})
	require.False(t, slices.ContainsFunc(alone.Tables, func(t results.Table) bool { return t.Name == "growth" }))
}
