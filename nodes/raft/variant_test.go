//go:build mutants

package raft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
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

// when is what a script says where something wrong is so.
func when(wrong bool, what string) string {
	if wrong {
		return what
	}
	return ""
}

// Figure 8 of the paper (3.7 of the dissertation), section 5.4.2: an entry of an old term on a majority is not yet
// committed.
func TestFigure8(t *testing.T) {
	kill(t, "r-fig8-commit-old-term", 5, func(c *Config) { c.Batch = 1 }, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settleIf(only(1, 2))
		b.electIf(5, both(only(3, 4, 5), not(isKind("append"))))
		b.crash(5)
		b.crash(1)
		b.restart(1)
		upToTwo := func(l letter) bool {
			m, ok := l.m.(*appendEntries)
			return only(1, 2, 3)(l) && (!ok || m.last() <= 2)
		}
		b.electIf(1, upToTwo)
		b.electIf(1, upToTwo)
		require.Equal(b.t, []sim.NodeID{1}, b.leaders())
		b.beat(1)
		b.settleIf(upToTwo)
		b.crash(1)
		b.restart(5)
		b.elect(5)
		b.elect(5)
		require.Equal(b.t, []sim.NodeID{5}, b.leaders())
		return b.broken()
	})
}

// votedOnce has n2 vote for n1 in term 1, and holds the vote back.
func voteHeldBack(b *bench) []letter {
	b.signal(1, sim.SignalElect, 0)
	b.syncAll()
	b.deliverThose(both(isKind("ask"), to(2)))
	b.drop(isKind("ask"))
	b.syncAll()
	return b.pick(isKind("vote"))
}

// Section 5.2: each server votes for at most one candidate in a term.
func TestElectionSafety(t *testing.T) {
	kill(t, "r-vote-volatile", 3, nil, func(b *bench) string {
		vote := voteHeldBack(b)
		b.crash(2)
		b.restart(2)
		b.electIf(3, only(2, 3))
		b.put(vote...)
		b.settle()
		return b.broken()
	})
	kill(t, "r-grant-any-candidate", 3, nil, func(b *bench) string {
		vote := voteHeldBack(b)
		b.electIf(3, only(2, 3))
		b.put(vote...)
		b.settle()
		return b.broken()
	})
	kill(t, "r-vote-reply-before-persist", 3, nil, func(b *bench) string {
		b.settle()
		b.frozen[2] = true
		vote := voteHeldBack(b)
		b.crash(2)
		b.frozen[2] = false
		b.restart(2)
		b.electIf(3, only(2, 3))
		b.put(vote...)
		b.settle()
		return b.broken()
	})
	kill(t, "r-stale-vote-counted", 3, nil, func(b *bench) string {
		vote := voteHeldBack(b)
		b.electIf(1, none)
		b.electIf(3, only(2, 3))
		b.electIf(3, only(2, 3))
		b.put(vote...)
		b.settle()
		return b.broken()
	})
}

// Section 5.4.1: only a candidate that holds all that is committed can win.
func TestElectionRestriction(t *testing.T) {
	kill(t, "r-no-uptodate-check", 3, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settleIf(only(1, 2))
		b.crash(1)
		b.elect(3)
		b.elect(3)
		return b.broken()
	})
}

// Figure 2: what an acknowledgement says is on disk.
func TestAcknowledgementsAreDurable(t *testing.T) {
	kill(t, "r-ack-before-fsync", 3, nil, func(b *bench) string {
		b.elect(1)
		b.frozen[1], b.frozen[2], b.frozen[3] = true, true, true
		op := b.put1(1, 1)
		b.settle()
		return when(b.wrote(op), "acknowledged, and on no disk")
	})
	kill(t, "r-fsync-done-by-index", 5, nil, func(b *bench) string {
		b.elect(1)
		b.frozen[2] = true
		b.put1(1, 1)
		b.settleIf(only(1, 2))
		b.electIf(3, only(3, 4, 5))
		b.beat(3)
		b.deliverThose(both(isKind("beat"), to(2)))
		b.drop(all)
		b.sync(2) // of n1's entry; that of the new term begins
		b.do(3, func(n *Node, env *sim.Env) { n.ship(env, 1, 0) })
		b.deliverThose(both(isKind("append"), to(2)))
		b.sync(2) // of the new term, and of nothing that came since
		acked := len(b.pick(func(l letter) bool { m, ok := l.m.(*appended); return ok && m.Match == 2 }))
		b.crash(2)
		b.restart(2)
		return when(acked > 0 && b.nodes[2].log.Epoch(2) != 2, "acknowledged, and not on disk")
	})
}

// Section 5.3: logs that agree on an entry agree on all before it.
func TestLogMatching(t *testing.T) {
	kill(t, "r-truncate-on-any-append", 3, nil, func(b *bench) string {
		b.signal(1, sim.SignalElect, 0)
		b.settleIf(not(isKind("append")))
		b.beat(1)
		var old []letter
		for len(old) == 0 {
			b.syncAll()
			b.deliver(0)
			old = b.copies(both(isKind("append"), to(2)))
		}
		b.settle()
		b.put1(1, 1)
		b.settleIf(only(1, 2))
		b.put(old...)
		b.settleIf(to(2))
		b.crash(1)
		b.elect(3)
		b.elect(3)
		return b.broken()
	})
	kill(t, "r-no-prevterm-check", 5, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settleIf(only(1, 2))
		b.electIf(3, only(3, 4, 5))
		b.electIf(4, only(2, 3, 4, 5))
		return b.broken()
	})
	kill(t, "r-commit-past-match", 5, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settleIf(only(1, 2))
		b.electIf(3, only(3, 4, 5))
		b.beat(3)
		b.deliverThose(both(isKind("beat"), to(2)))
		return b.broken()
	})
}

// What a leader ships is in its log: n1 ships two entries in term 1, gives way to n2's, which are fewer, and
// leads again.
func TestWhatIsShippedIsInTheLog(t *testing.T) {
	kill(t, "r-entry-cache-stale", 5, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.put1(1, 1)
		b.settleIf(only(1))
		b.electIf(2, only(2, 3, 4, 5))
		b.beat(2)
		b.settle()
		require.EqualValues(b.t, 2, b.nodes[1].log.Last().Index)
		b.elect(1)
		b.electIf(2, without(1))
		b.electIf(2, without(1))
		return b.broken()
	})
}

// copies is a copy of what is on the wire now and picked.
func (b *bench) copies(which func(letter) bool) (picked []letter) {
	for _, l := range b.wire {
		if which(l) {
			picked = append(picked, l)
		}
	}
	return picked
}

// not turns a choice of letters round.
func not(which func(letter) bool) func(letter) bool {
	return func(l letter) bool { return !which(l) }
}

// wrote tells whether a write was acknowledged.
func (b *bench) wrote(op sim.OpID) bool {
	r := b.reply(op)
	return r != nil && r.Outcome == sim.OK
}

// Section 6.3: what is applied depends on the log alone.
func TestApplyingDependsOnTheLogAlone(t *testing.T) {
	expires := func(c *Config) { c.SessionExpiry = 100 * time.Millisecond }
	kill(t, "r-session-expiry-local", 3, expires, func(b *bench) string {
		b.elect(1)
		b.sessionOp(1, 1, 1)
		b.sessionOp(1, 1, 3)
		b.now += 150 * time.Millisecond
		b.behind[1], b.jump[1] = 150*time.Millisecond, 150*time.Millisecond
		b.sessionOp(1, 1, 2)
		b.beat(1)
		b.settle()
		return when(b.shown(1, 1) != b.shown(2, 1), "two states after the same log")
	})
	kill(t, "r-nondeterministic-apply", 3, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.behind[1] = -1
		b.settle()
		b.now++
		b.ask(1, kv.Request{Code: sim.CAS, Key: 1, Expect: 7})
		b.settle()
		return when(b.shown(1, 1) != b.shown(2, 1), "two states after the same log")
	})
}
