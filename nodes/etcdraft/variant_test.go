//go:build mutants && !js

package etcdraft

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// kill plays a script with the right adapter, which it must not accuse, and with the wrong one,
// which it must.
func kill(t *testing.T, slug string, servers int, script func(b *bench) string) {
	t.Helper()
	for _, mutant := range []string{"", slug} {
		b := newBench(t, servers, func(c *Config) { c.Mutant = mutant })
		b.settle()
		wrong := script(b)
		if mutant == "" {
			require.Empty(t, wrong, "the right one")
		} else {
			require.NotEmpty(t, wrong, "the mutant lives")
		}
	}
}

// What an acknowledgement depends on is on disk before it leaves: else all that acknowledged
// a write may forget it.
func TestNothingDependentLeavesBeforeTheSync(t *testing.T) {
	kill(t, "er-send-before-sync", 3, func(b *bench) string {
		b.electIf(1, only(1, 2, 3))
		ids := b.members
		for _, id := range ids {
			b.frozen[id] = true
		}
		op := b.put1(1, 1)
		b.settle()
		acknowledged := b.wrote(op)
		for _, id := range ids {
			b.crash(id)
			b.frozen[id] = false
		}
		for _, id := range ids {
			b.restart(id)
		}
		b.electIf(2, only(1, 2, 3))
		if acknowledged && b.shown(2, 1) != op {
			return "acknowledged and lost"
		}
		return b.broken()
	})
}

// A candidate asks for votes only once its term is on disk. The library itself would let the
// asks go: a candidate that crashes then opens the same term again, is voted for again by
// those who did, and fills the same slots with something else.
func TestATermIsOnDiskBeforeVotesAreAskedFor(t *testing.T) {
	kill(t, "er-ask-before-sync", 5, func(b *bench) string {
		b.frozen[1] = true
		b.electIf(1, both(only(1, 2, 3, 4), not(isKind("append"))))
		b.put1(1, 1)
		b.drop(isKind("append"))
		b.beat(1)
		b.settleIf(only(1, 2))
		b.crash(1)
		b.frozen[1] = false
		b.restart(1)
		b.electIf(1, only(1, 3, 4, 5))
		b.put1(1, 2)
		b.settleIf(only(1, 3, 4, 5))
		for range 3 {
			b.beat(1)
			b.settle()
		}
		return b.broken()
	})
}
