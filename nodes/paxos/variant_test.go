//go:build mutants

package paxos

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSchedulesKill: each wrong change breaks agreement on the schedule made for it, which
// the right protocol survives (TestPaxosMadeSimple).
func TestSchedulesKill(t *testing.T) {
	for _, c := range plots() {
		t.Run(c.mutant, func(t *testing.T) {
			p := c.play(t, func(config *Config) { config.Mutant = c.mutant })
			require.False(t, p.agrees(), "nothing was noticed")
		})
	}
}

// TestReadsKill: each wrong change of a client that asks quorums shows something old on its schedule, which
// the right one survives (TestLinearizableQuorumReads).
func TestReadsKill(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.mutant, func(t *testing.T) {
			p, put, get := s.play(t, func(config *Config) { config.Mutant = s.mutant })
			writer, answered := p.shown(get)
			require.True(t, answered)
			require.NotEqual(t, put, writer, "nothing was noticed")
		})
	}
}
