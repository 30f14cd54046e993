package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
)

// The table of ways to read has a row for each, with what a read costs in messages where nothing
// goes wrong, and what it comes to over all faults.
func TestReadsTable(t *testing.T) {
	only := scenarios.Edit{Path: "grid", Value: "{case.path: [raft_leader, raft_read_index, raft_lease]}"}
	run := scenarios.Run(shipped(t, "read-paths", only), 1, scenarios.Tape{})
	table := tableOf(t, run, "reads")
	require.Len(t, run.Tables, 1, "instead of a row for each cell")
	require.Len(t, table.Rows, 3)
	believes, asks, leases := table.Rows[0], table.Rows[1], table.Rows[2]
	column := func(name string) int {
		for i, c := range table.Columns {
			if c.Name == name {
				return i
			}
		}
		require.Fail(t, "no column "+name)
		return 0
	}
	messages, stale, margin := column("messages_per_read"), column("stale_reads"), column("lease_margin_min_ns")
	require.InDelta(t, 2, believes[messages].Number, 0.2)
	require.InDelta(t, 2, leases[messages].Number, 0.2)
	require.Greater(t, asks[messages].Number, 5.0)
	require.Less(t, asks[messages].Number, 10.5)
	require.Zero(t, asks[stale].Integer)
	require.Equal(t, results.Missing, asks[margin].Kind, "no lease, no margin")
	require.NotEqual(t, results.Missing, leases[margin].Kind)
	var sum int64
	for i := range run.Cells {
		fault, path := run.Cells[i].Set[0].Value, run.Cells[i].Set[1].Value
		if path == "raft_leader" && fault != "none" {
			sum += results.Find(run.Cells[i].Measures, "stale_reads").Count
		}
	}
	require.Positive(t, sum)
	require.Equal(t, sum, believes[stale].Integer)
	column("answered_cut_off")
}

// Where nothing tells apart what goes wrong there is the ordinary table.
func TestReadsTableNeedsFaults(t *testing.T) {
	run := scenarios.Run(shipped(t, "read-paths", scenarios.Edit{Path: "case", Value: "{path: raft_lease, fault: none}"}), 1, scenarios.Tape{})
	require.Equal(t, "read-paths", run.Tables[0].Name)
}
