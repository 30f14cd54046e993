package reports

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

func TestLedger(t *testing.T) {
	run := &record.Run{Names: []string{"", "n1", "n2", "n3", "c1"}}
	for i, code := range []sim.Code{sim.Put, sim.Get, sim.Get, sim.Get} {
		require.True(t, run.History.Begin(&sim.Call{Op: sim.NewOpID(1, uint32(i+1)), Code: code}, uint32(i+1), 0))
	}
	id := func(i int) sim.OpID { return run.History.Ops[i].ID() }
	entries := []checks.Entry{
		{Op: id(0), Need: 2, Got: 2, Late: 1, Outcome: "stand-ins", Answers: []checks.Answer{{Replica: 1, Home: 1}, {Replica: 3, Home: 2}}},
		{Op: id(1), Need: 1, Got: 1, Judged: true, Outcome: "stale", Answers: []checks.Answer{{Replica: 2, Home: 2}}},
		{Op: id(2), Need: 1, Got: 1, Judged: true, Met: true, ByStandIn: true, Outcome: "fresh", Answers: []checks.Answer{{Replica: 3, Home: 2}}},
		{Op: id(3), Need: 1, Got: 1, Judged: true, Met: true, Outcome: "fresh", Answers: []checks.Answer{{Replica: 1, Home: 1}}},
	}
	var out bytes.Buffer
	require.NoError(t, Ledger(&out, "Ledger", run, entries, Options{}))
	for _, line := range []string{
		"│ c1/1 │ put k0 │ 2/2 +1  │ n1, n3 for n2 │ stand-ins          │",
		"│ c1/2 │ get k0 │ 1/1     │ n2            │ stale, not met     │",
		"│ c1/3 │ get k0 │ 1/1     │ n3 for n2     │ fresh, by stand-in │",
		"│ c1/4 │ get k0 │ 1/1     │ n1            │ fresh              │",
	} {
		require.Contains(t, out.String(), line)
	}
}

// A store that counts no answers has no ledger, and that is said.
func TestLedgerWithoutQuorums(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, Ledger(&out, "Ledger, with w=1", &record.Run{}, nil, Options{}))
	require.Equal(t, "\nLedger, with w=1: this store states for no op whose answers it counted\n", out.String())
}
