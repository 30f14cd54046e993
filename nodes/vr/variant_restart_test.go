//go:build mutants

package vr

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

func memory(c *Config) { c.Durable = "view" }

// back restarts a replica without its log, and lets only some answer it.
func (b *bench) back(id sim.NodeID, ids ...sim.NodeID) {
	b.crash(id)
	b.restart(id)
	recovers := func(l letter) bool { return isKind("recovery")(l) || isKind("recovery-response")(l) }
	held := b.pick(func(l letter) bool { return !recovers(l) })
	b.settleIf(both(recovers, only(append(ids, id)...)))
	b.put(held...)
}

// holdFrom keeps what a replica sends for later, and loses the rest.
func (b *bench) holdFrom(id sim.NodeID, kind string) []letter {
	held := b.pick(both(isKind(kind), func(l letter) bool { return l.from == id }))
	b.drop(all)
	return held
}

// Section 4.3, step 3: f + 1 have to answer. (A judge has nothing to say: what came back is behind at worst.)
func TestRecoveryWaitsForItsAnswers(t *testing.T) {
	kill(t, "vr-recovery-quorum-short", 5, memory, func(b *bench) string {
		b.settle()
		b.back(5, 1, 2)
		wrong := when(b.nodes[5].status == normal, "back with two answers of five")
		b.back(5, 1, 2, 3)
		require.Equal(b.t, normal, b.nodes[5].status)
		return wrong
	})
}

// Section 4.3 as Michael et al. (DISC 2017) mend it: n3 and n5 each join view 2 and forget it in turn, so that all whom
// they ask are of view 1. Their votes start view 2 while they work on in view 1.
func TestRecoveryKeepsToThePromise(t *testing.T) {
	kill(t, "vr-recovery-below-promise", 5, memory, func(b *bench) string {
		b.settle()
		said, voted := isKind("start-view-change"), isKind("do-view-change")
		b.signal(2, sim.SignalElect, 0)
		b.syncAll()
		opened := b.holdFrom(2, "start-view-change")
		join := func(id sim.NodeID, held ...letter) {
			b.put(held...)
			b.deliverThose(both(said, to(id)))
			b.syncAll()
		}
		join(5, opened...)
		joined := b.holdFrom(5, "start-view-change")
		b.back(5, 1, 3, 4)
		join(3, append(joined, opened...)...)
		b.drop(func(l letter) bool { return l.from != 3 })
		votes := b.pick(voted)
		joined = b.holdFrom(3, "start-view-change")
		b.back(3, 1, 4, 5)
		join(5, append(joined, opened...)...)
		votes = append(votes, b.holdFrom(5, "do-view-change")...)
		b.back(5, 1, 3, 4)
		b.drop(all)
		b.put1(1, 1)
		b.settleIf(only(1, 3, 5))
		b.put(votes...)
		b.settleIf(voted)
		for range 2 { // n3 and n4 fetch the log of the view first
			b.put1(2, 1)
			b.settleIf(only(2, 3, 4))
		}
		return b.broken()
	})
}

// Section 4.2: a replica that has joined a view and not had its log is no backup in it, restart or not: its own log may
// go on otherwise.
func TestARestartBeforeStartView(t *testing.T) {
	kill(t, "vr-restarted-backup-resumes", 3, nil, func(b *bench) string {
		b.put1(1, 1)
		b.settleIf(none)
		b.signal(2, sim.SignalElect, 0)
		b.syncAll()
		b.deliverThose(both(isKind("start-view-change"), to(1)))
		b.syncAll()
		b.crash(1)
		b.settleIf(only(2, 3))
		require.Equal(b.t, []sim.NodeID{2}, b.leaders())
		b.restart(1)
		b.drop(all)
		op := b.put1(2, 1)
		b.settleIf(only(1, 2))
		b.beat(2)
		b.settleIf(only(1, 2))
		require.True(b.t, b.wrote(op))
		return b.broken()
	})
}
