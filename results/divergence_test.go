package results

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim"
)

func TestDivergenceTable(t *testing.T) {
	apart := checks.Verdict{Checker: "replicas_agree", Result: checks.Fail, Count: 3, Witness: checks.Witness{
		Key: 7, Nodes: []sim.NodeID{1, 3}, Ops: []sim.OpID{sim.NewOpID(2, 5)}, Command: "delete k7",
	}}
	unnamed := apart
	unnamed.Witness = checks.Witness{Nodes: []sim.NodeID{1, 2}}
	first := []checks.Measure{{Name: "first_divergence", Kind: checks.Mean, Count: 12, Total: 1}}
	cell := func(value string, v checks.Verdict) Cell {
		return Cell{
			Set: []Setting{{Path: "protocol.ship", Value: value}}, Names: []string{"", "n1", "n2", "n3"},
			Reports: []checks.Verdict{v}, Measures: first,
		}
	}
	table, differ := DivergenceTable([]Cell{
		cell("rows", checks.Verdict{Checker: "replicas_agree"}), cell("command", apart), cell("captured", unnamed),
	})
	require.True(t, differ)
	require.NoError(t, table.Check())
	require.Len(t, table.Rows, 2, "rows agree")
	require.Equal(t, []Datum{word("command"), {Kind: Integer, Integer: 12}, word("k7"), word("n1, n3"), word("c2/5"), word("delete k7")}, table.Rows[0])
	require.Equal(t, Missing, table.Rows[1][5].Kind)
	_, differ = DivergenceTable([]Cell{cell("rows", checks.Verdict{Checker: "replicas_agree"})})
	require.False(t, differ)
}
