package kv_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
)

func TestCommandsSurvivePacking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := kv.Command{
			Verb: kv.Verb(rapid.IntRange(1, len(kv.Verbs())).Draw(t, "verb")), Row: sim.Key(rapid.Uint32().Draw(t, "row")),
			Other: rapid.Uint32Range(0, kv.MaxOther).Draw(t, "other"), Amount: rapid.Int32().Draw(t, "amount"),
		}
		require.Positive(t, c.Pack())
		require.Equal(t, c, kv.Unpack(c.Row, c.Pack()))
	})
}

func TestCommandsSpellThemselves(t *testing.T) {
	seen := map[string]bool{}
	for v := range len(kv.Verbs()) + 2 {
		c := kv.Command{Verb: kv.Verb(v), Row: 3, Other: 4, Amount: 5}
		if v > 0 && v <= len(kv.Verbs()) {
			require.Equal(t, kv.Verbs()[v-1], c.Verb.String())
			require.False(t, seen[c.String()], c)
			seen[c.String()] = true
			continue
		}
		require.Equal(t, "none", c.Verb.String())
		require.Equal(t, "no command", c.String())
	}
	require.Equal(t, "transfer 5 from k3 to k4", kv.Command{Verb: kv.Transfer, Row: 3, Other: 4, Amount: 5}.String())
}
