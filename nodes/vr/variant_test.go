//go:build mutants

package vr

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// kill plays a script with the right protocol, which it must not accuse, and with the wrong one,
// which it must.
func kill(t *testing.T, slug string, servers int, change func(*Config), script func(b *bench) string) {
	t.Helper()
	t.Run(slug, func(t *testing.T) {
		for _, mutant := range []string{"", slug} {
			b := newBench(t, servers, func(c *Config) {
				if change != nil {
					change(c)
				}
				c.Mutant = mutant
			})
			wrong := script(b)
			if mutant == "" {
				require.Empty(t, wrong, "the right one")
			} else {
				require.NotEmpty(t, wrong, "the mutant lives")
			}
		}
	})
}

// wrote tells whether a client was told that its write is done.
func (b *bench) wrote(op sim.OpID) bool {
	r := b.reply(op)
	return r != nil && r.Outcome == sim.OK
}

// when is what a script says where something wrong is so.
func when(wrong bool, what string) string {
	if wrong {
		return what
	}
	return ""
}

// leave has n2 open view 2 and n3 join it, and returns n3's DoViewChange, which has not arrived.
func (b *bench) leave() []letter {
	b.signal(2, sim.SignalElect, 0)
	b.syncAll()
	b.deliverThose(both(isKind("start-view-change"), to(3)))
	b.syncAll()
	held := b.pick(isKind("do-view-change"))
	require.NotEmpty(b.t, held)
	b.drop(all)
	return held
}

// Section 4.1, steps 4 and 5: f + 1 replicas have what is committed, and have it for good.
func TestWhatIsCommittedIsHeld(t *testing.T) {
	kill(t, "vr-commits-early", 3, nil, func(b *bench) string {
		op := b.put1(1, 1)
		b.settleIf(none)
		return when(b.wrote(op), "acknowledged by one of three")
	})
	kill(t, "vr-ack-before-fsync", 3, nil, func(b *bench) string {
		b.frozen[1], b.frozen[2], b.frozen[3] = true, true, true
		op := b.put1(1, 1)
		b.settle()
		return when(b.wrote(op), "acknowledged, and on no disk")
	})
	kill(t, "vr-restarted-primary-resumes", 3, nil, func(b *bench) string {
		b.frozen[1] = true
		require.False(b.t, b.wrote(b.put1(1, 1)))
		b.settle()
		b.crash(1)
		b.frozen[1] = false
		b.restart(1)
		b.settle()
		b.put1(1, 1)
		b.settle()
		return b.broken()
	})
}

// Section 4.2, step 3: of f + 1 logs the one of the latest normal view wins.
func TestViewChange(t *testing.T) {
	kill(t, "vr-longest-log-wins", 3, nil, func(b *bench) string {
		b.put1(1, 1)
		b.put1(1, 1)
		b.settleIf(none)
		b.electIf(2, only(2, 3))
		b.put1(2, 1)
		b.settleIf(only(2, 3))
		b.crash(2)
		b.electIf(3, only(1, 3))
		require.Equal(b.t, []sim.NodeID{3}, b.leaders())
		return b.broken()
	})
	kill(t, "vr-startview-quorum-short", 3, nil, func(b *bench) string {
		op := b.put1(1, 1)
		b.settleIf(only(1, 3))
		require.True(b.t, b.wrote(op))
		vote := isKind("do-view-change")
		b.electIf(2, both(only(2, 3), func(l letter) bool { return !vote(l) }))
		b.put1(2, 1)
		b.settleIf(only(2, 3))
		return b.broken()
	})
}

// Section 4.2: who takes part in a view change takes part in no earlier view any more, crash or not.
func TestViewsThatWereLeft(t *testing.T) {
	kill(t, "vr-view-volatile", 3, nil, func(b *bench) string {
		held := b.leave()
		b.crash(3)
		b.restart(3)
		b.drop(all)
		b.put1(1, 1)
		b.settleIf(both(only(1, 3), func(l letter) bool { return !isKind("start-view-change")(l) }))
		b.put(held...)
		b.settleIf(only(2, 3))
		b.put1(2, 1)
		b.settleIf(only(2, 3))
		require.Contains(b.t, b.leaders(), sim.NodeID(2))
		return b.broken()
	})
	kill(t, "vr-accepts-old-view", 3, nil, func(b *bench) string {
		held := b.leave()
		b.put1(1, 1)
		b.settleIf(only(1, 3))
		b.put(held...)
		b.settleIf(only(2, 3))
		b.put1(2, 1)
		b.settleIf(only(2, 3))
		require.Contains(b.t, b.leaders(), sim.NodeID(2))
		return b.broken()
	})
	kill(t, "vr-commit-from-old-view", 3, nil, func(b *bench) string {
		b.put1(1, 1)
		b.settleIf(none)
		b.electIf(2, only(2, 3))
		b.put1(2, 1)
		b.settleIf(only(2, 3))
		b.do(1, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: timerBeat}) })
		b.drop(all)
		b.do(1, func(n *Node, env *sim.Env) { n.enter(env, 4, changing) })
		b.settleIf(none)
		b.beat(2)
		b.deliverThose(both(isKind("commit"), to(1)))
		return b.broken()
	})
}

// Section 5.2: as published, who hears of a newer view first cuts its log to what it knows to be
// committed. If the transfer never ends, what was committed is in too few logs.
func TestStateTransfer(t *testing.T) {
	kill(t, "vr-statetransfer-truncates", 5, nil, func(b *bench) string {
		op := b.put1(1, 1)
		b.settleIf(only(1, 2, 3))
		require.True(b.t, b.wrote(op))
		b.electIf(4, both(only(3, 4, 5), func(l letter) bool { return !isKind("start-view")(l) }))
		require.Contains(b.t, b.leaders(), sim.NodeID(4))
		b.beat(4)
		b.settleIf(both(only(2, 3, 4), isKind("commit")))
		b.electIf(5, only(2, 3, 5))
		require.Contains(b.t, b.leaders(), sim.NodeID(5))
		b.put1(5, 1)
		b.settleIf(only(2, 3, 5))
		return b.broken()
	})
}

// Section 4.3: answers to the recovery of a former life tell what was, not what is.
func TestRecoveryNeedsANonce(t *testing.T) {
	kill(t, "vr-recovery-without-nonce", 3, func(c *Config) { c.Durable = "view" }, func(b *bench) string {
		b.settle()
		b.crash(2)
		b.restart(2)
		b.deliverThose(isKind("recovery"))
		old := b.pick(isKind("recovery-response"))
		require.Len(b.t, old, 2)
		b.put(old...)
		b.settle()
		op := b.put1(1, 1)
		b.settleIf(only(1, 2))
		require.True(b.t, b.wrote(op))
		b.crash(2)
		b.restart(2)
		b.drop(all)
		b.put(old...)
		b.settleIf(isKind("recovery-response"))
		b.crash(1)
		b.electIf(2, only(2, 3))
		if len(b.leaders()) > 0 {
			b.put1(2, 1)
			b.settleIf(only(2, 3))
		}
		return b.broken()
	})
}

// Section 4.1, step 5: a PrepareOK counts in its view. n3 had what n1 proposed in view 1, which came to nothing; n1
// leads view 6.
func TestPrepareOKOfAnotherView(t *testing.T) {
	kill(t, "vr-old-prepareok-counted", 5, nil, func(b *bench) string {
		b.put1(1, 1)
		b.deliverThose(both(isKind("prepare"), to(3)))
		b.syncAll()
		old := b.pick(isKind("prepare-ok"))
		require.Len(b.t, old, 1)
		b.electIf(2, only(2, 4, 5))
		b.beat(2)
		b.settleIf(only(1, 2))
		require.Empty(b.t, b.logOf(1))
		b.electIf(1, only(1, 4, 5))
		require.EqualValues(b.t, 6, b.nodes[1].views.View)
		b.put1(1, 1)
		b.settleIf(only(1, 4))
		b.put(old...)
		b.settleIf(to(1))
		b.electIf(5, only(2, 3, 5))
		last := b.put1(5, 1)
		b.settleIf(only(2, 3, 5))
		require.True(b.t, b.wrote(last))
		return b.broken()
	})
}

// Section 6.3's question, as rounds ask it: an answer tells of the time before it was given. A read that came later may have
// missed a view.
func TestAReadWaitsForARoundOfItsOwn(t *testing.T) {
	kill(t, "vr-read-joins-round", 3, func(c *Config) { c.Reads = "read-index" }, func(b *bench) string {
		b.put1(1, 1)
		b.settle()
		b.get(1, 1)
		b.deliverThose(both(isKind("confirm"), to(3)))
		b.syncAll()
		held := b.pick(isKind("prepare-ok"))
		require.Len(b.t, held, 1)
		b.electIf(2, only(2, 3))
		op := b.put1(2, 1)
		b.settleIf(only(2, 3))
		require.True(b.t, b.wrote(op))
		read := b.get(1, 1)
		b.put(held...)
		b.settleIf(both(isKind("prepare-ok"), to(1)))
		shown, answered := b.read(read)
		return when(answered && shown != op, "a read that came after a write shows what was before")
	})
}
