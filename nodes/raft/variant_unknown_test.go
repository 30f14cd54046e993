//go:build mutants

package raft

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// These wrong changes are of no catalogue: they were made up to see what random runs find, and
// were not found, for too much has to come together.

// Figure 2: what is said in one term means nothing in another. n1 leads twice, and n2's word of the first
// time comes in the second.
func TestAcknowledgementsAreOfTheirTerm(t *testing.T) {
	kill(t, "r-old-ack-counted", 5, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.put1(1, 1)
		b.syncAll()
		b.deliverThose(both(isKind("append"), to(2)))
		b.drop(all)
		b.syncAll()
		old := b.pick(both(isKind("appended"), to(1)))
		require.NotEmpty(b.t, old)
		b.electIf(3, only(3, 4, 5))
		b.beat(3)
		b.settle()
		b.electIf(1, not(isKind("append")))
		require.Equal(b.t, []sim.NodeID{1}, b.leaders())
		b.beat(1)
		b.settleIf(only(1, 4))
		b.put(old...)
		b.settleIf(both(only(1, 2), not(isKind("append"))))
		b.electIf(5, only(2, 3, 5))
		b.electIf(5, only(2, 3, 5))
		return b.broken()
	})
}

// Section 6.4, step 2: the round that confirms a read begins after the read came.
func TestRoundsBeginAfterTheirReads(t *testing.T) {
	kill(t, "r-round-joined-late", 3, nil, func(b *bench) string {
		b.elect(1)
		b.settle()
		b.get(1, 1)
		b.deliverThose(both(isKind("confirm"), to(2)))
		b.drop(isKind("confirm"))
		answer := b.pick(isKind("appended"))
		require.NotEmpty(b.t, answer)
		b.electIf(3, only(2, 3))
		op := b.put1(3, 1)
		b.settleIf(only(2, 3))
		require.True(b.t, b.wrote(op))
		read := b.get(1, 1)
		b.put(answer...)
		b.settleIf(both(to(1), isKind("appended")))
		seen, ok := b.read(read)
		return when(ok && seen != op, "an older value than one acknowledged")
	})
}

// Section 6.4, forwarded reads: a read index says what is committed, not that it is what is in this log. n2 asks n1, which
// leads again, two terms later, as it answers.
func TestReadIndexesSayNothingOfOtherTermsLogs(t *testing.T) {
	kill(t, "r-learns-from-other-term", 5, func(c *Config) { c.Reads = "forwarded" }, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settleIf(both(only(1, 2), isKind("append")))
		b.get(2, 1)
		asked := b.pick(isKind("read-ask"))
		require.NotEmpty(b.t, asked)
		b.electIf(3, only(3, 4, 5))
		b.beat(3)
		b.settleIf(without(2))
		b.electIf(1, without(2))
		require.Equal(b.t, []sim.NodeID{1}, b.leaders())
		b.put(asked...)
		b.settleIf(func(l letter) bool { return without(2)(l) || isKind("read-ask")(l) || isKind("read-index")(l) })
		return b.broken()
	})
}
