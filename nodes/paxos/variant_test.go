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
