//go:build mutants

package raft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// Section 6.4: a read index needs an entry of the own term, a round, and a state that has reached it.
func TestReadIndex(t *testing.T) {
	kill(t, "r-readindex-no-own-commit", 3, nil, func(b *bench) string {
		b.elect(1)
		op := b.put1(1, 1)
		b.settleIf(not(isKind("notice")))
		require.True(b.t, b.wrote(op))
		b.crash(1)
		b.electIf(2, not(isKind("append")))
		read := b.get(2, 1)
		b.settleIf(not(isKind("append")))
		seen, ok := b.read(read)
		return when(ok && seen != op, "an older value than one acknowledged")
	})
	kill(t, "r-readindex-no-round", 3, nil, func(b *bench) string {
		b.elect(1)
		b.electIf(3, only(2, 3))
		op := b.put1(3, 1)
		b.settleIf(only(2, 3))
		require.True(b.t, b.wrote(op))
		read := b.get(1, 1)
		b.settleIf(without(1))
		seen, ok := b.read(read)
		return when(ok && seen != op, "an older value than one acknowledged")
	})
	kill(t, "r-read-before-apply", 3, func(c *Config) { c.Reads = "forwarded" }, func(b *bench) string {
		b.elect(1)
		op := b.put1(1, 1)
		b.settleIf(only(1, 2))
		require.True(b.t, b.wrote(op))
		read := b.get(3, 1)
		b.settleIf(func(l letter) bool { return l.to != 3 || isKind("read-index")(l) })
		seen, ok := b.read(read)
		return when(ok && seen != op, "an older value than one acknowledged")
	})
	kill(t, "r-follower-local-read", 3, nil, func(b *bench) string {
		b.elect(1)
		op := b.put1(1, 1)
		b.settleIf(only(1, 2))
		read := b.get(3, 1)
		b.settle()
		seen, ok := b.read(read)
		return when(ok && seen != op, "an older value than one acknowledged")
	})
}

// stale reads at n1, which was cut off from the leader n3.
func staleAtTheOldLeader(b *bench) string {
	op := b.put1(3, 1)
	b.settleIf(only(2, 3))
	if !b.wrote(op) {
		return ""
	}
	read := b.get(1, 1)
	b.settleIf(without(1))
	seen, ok := b.read(read)
	return when(ok && seen != op, "an older value than one acknowledged")
}

func leased(c *Config) { c.Reads = "lease" }

// Section 6.4.1: a lease counts from when its round was sent, by a clock that never jumps, for less
// than the shortest timeout, and ends with a transfer.
func TestLease(t *testing.T) {
	round := func(b *bench) {
		b.elect(1)
		b.now += 160 * time.Millisecond
		b.beat(1)
		b.settle()
	}
	rival := func(b *bench, after time.Duration) string {
		b.now += after
		b.electIf(3, only(2, 3))
		return staleAtTheOldLeader(b)
	}
	kill(t, "r-lease-from-ack-time", 3, leased, func(b *bench) string {
		b.elect(1)
		b.now += 160 * time.Millisecond
		b.beat(1)
		b.deliverThose(isKind("beat"))
		answers := b.pick(isKind("appended"))
		b.now += 140 * time.Millisecond
		b.put(answers...)
		b.settle()
		return rival(b, 15*time.Millisecond)
	})
	kill(t, "r-lease-clock", 3, leased, func(b *bench) string {
		round(b)
		b.jump[1] = time.Second
		return rival(b, 155*time.Millisecond)
	})
	kill(t, "r-lease-no-margin", 3, leased, func(b *bench) string {
		round(b)
		b.behind[1] = 1500 * time.Microsecond // a hundredth: what drift allows
		return rival(b, 151*time.Millisecond)
	})
	kill(t, "r-lease-vs-transfer", 3, leased, func(b *bench) string {
		round(b)
		b.signal(1, sim.SignalHandover, 3)
		late := b.pick(isKind("timeout-now"))
		require.Len(b.t, late, 1)
		b.now += 400 * time.Millisecond
		b.do(1, func(n *Node, env *sim.Env) { n.abortHanding(n.hard.Term) })
		b.beat(1)
		b.settle()
		b.put(late...)
		b.deliverThose(isKind("timeout-now"))
		b.settleIf(only(2, 3))
		return staleAtTheOldLeader(b)
	})
	kill(t, "r-restarted-voter", 3, leased, func(b *bench) string {
		b.elect(1)
		b.now += 400 * time.Millisecond
		b.beat(1)
		b.settleIf(only(1, 2))
		b.crash(2)
		b.now += 20 * time.Millisecond
		b.restart(2)
		return rival(b, 10*time.Millisecond)
	})
}

// Section 6.3: an op that comes again takes effect once.
func TestSessions(t *testing.T) {
	kill(t, "r-no-dedup", 3, nil, func(b *bench) string {
		b.elect(1)
		first := b.put1(1, 1)
		b.settle()
		second := b.put1(1, 1)
		b.settle()
		b.ask(1, kv.Request{Op: first, Attempt: 2, Code: sim.Put, Key: 1})
		b.settle()
		return when(b.shown(1, 1) != second, "an op took effect twice")
	})
	kill(t, "r-ack-client-after-deposed", 3, nil, func(b *bench) string {
		b.elect(1)
		op := b.put1(1, 1)
		b.settleIf(without(1))
		b.electIf(3, only(2, 3))
		b.beat(3)
		b.settle()
		return when(b.wrote(op), "acknowledged, and cut")
	})
}
