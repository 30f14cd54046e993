package results

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim/record"
)

func TestCutIsNotVacuous(t *testing.T) {
	c := Cell{Unmet: []Unmet{{Requirement: "crash.injected >= 1"}}}
	require.True(t, c.Vacuous())
	require.Equal(t, ExitVacuous, (&Run{Cells: []Cell{c}}).Exit())
	c.Stop.Reason = record.OutOfEvents
	require.False(t, c.Vacuous())
	require.Equal(t, ExitUndecided, (&Run{Cells: []Cell{c}}).Exit())
}

func TestName(t *testing.T) {
	c := Cell{Names: []string{"", "n1", "n2"}}
	require.Equal(t, []string{"n2", "node 3", "node 0"}, []string{c.Name(2), c.Name(3), c.Name(0)})
	require.Equal(t, "node 2", (&Cell{}).Name(2))
}

func TestFinding(t *testing.T) {
	require.Equal(t, "broken: linearizable", Finding("linearizable"))
	require.Equal(t, "found: stale_reads", Finding("stale_reads"))
}

func TestAccuses(t *testing.T) {
	for text, want := range map[string]bool{"stale_reads": true, "linearizable": false, "stale_reads > 0": false, "availability < 1": false} {
		claim, err := ParseClaim(text)
		require.NoError(t, err)
		require.Equal(t, want, claim.Accuses(), text)
	}
}
