package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func mode(name string) func(*Config) { return func(c *Config) { c.Mode = name } }

func TestAnswersWhenTheRuleOfTheModeIsMet(t *testing.T) {
	tests := []struct {
		name             string
		change           func(*Config)
		leader, one, all bool // answered after the leader's sync, one follower's, all followers'
		atOnce           bool // answered before any sync
	}{
		{"async in memory", func(c *Config) { c.Mode, c.Ack = "async", "leader-memory" }, true, true, true, true},
		{"async on disk", mode("async"), true, true, true, false},
		{"semi-sync 1", mode("semi-sync"), false, true, true, false},
		{"semi-sync 2", func(c *Config) { c.K = 2 }, false, false, true, false},
		{"sync", mode("sync"), false, false, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, 3, test.change)
			b.settle()
			op := b.put1(1, 1)
			check := func(want bool) { t.Helper(); require.Equal(t, want, b.reply(op) != nil) }
			check(test.atOnce)
			b.sync(1)
			check(test.leader)
			b.settleIf(without(2))
			check(test.one)
			b.pass(time.Second)
			check(test.all)
			closed := b.stated(sim.Closed, op)
			require.Len(t, closed, 1)
			require.GreaterOrEqual(t, closed[0].B, closed[0].A, "answered with fewer copies than needed")
		})
	}
}

func TestFollowerAnswersOnlyWhatIsOnItsDisk(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.sync(1)
	for len(b.wire) > 0 {
		b.deliver(0)
	}
	require.Nil(t, b.reply(op))
	require.Empty(t, b.pick(isKind("ack")), "acknowledged before it was synced")
	b.sync(2)
	require.Len(t, b.pick(isKind("ack")), 1)
}

func TestEveryWriteIsShippedAtOnceInItsOwnMessage(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	for i := range 5 {
		op := b.put1(1, sim.Key(i))
		ships := b.pick(isKind("ship"))
		require.Len(t, ships, 2)
		require.Same(t, ships[0].m, ships[1].m, "one value serves the whole fan-out")
		require.Equal(t, sim.OpSubject(op, 1), ships[0].m.Subject())
	}
}

func TestWritesThatOvertakeEachOtherAreAppliedInOrder(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	var ops []sim.OpID
	for i := range 4 {
		ops = append(ops, b.put1(1, sim.Key(i)))
	}
	ships := b.pick(both(to(2), isKind("ship")))
	for i := len(ships) - 1; i > 0; i-- {
		b.put(ships[i])
		b.deliver(len(b.wire) - 1)
		require.Empty(t, b.logOf(2), "a gap was skipped")
	}
	b.put(ships[0])
	b.deliver(len(b.wire) - 1)
	require.Equal(t, ops, b.logOf(2))
	b.settle()
	for _, op := range ops {
		b.wantOK(op)
	}
	require.Zero(t, repairs(b), "reordering alone needs no repair")
}

func repairs(b *bench) (n int) {
	for _, f := range b.facts {
		if f.Fact == sim.Repaired {
			n++
		}
	}
	return n
}

func TestLostWriteIsSentAgain(t *testing.T) {
	b := newBench(t, 3, mode("sync"))
	b.settle()
	first := b.put1(1, 1)
	require.Equal(t, 1, b.drop(both(to(2), isKind("ship"))))
	second := b.put1(1, 2)
	b.settle()
	require.Nil(t, b.reply(first))
	require.Nil(t, b.reply(second), "the second cannot be confirmed before the first")
	require.Empty(t, b.logOf(2))
	b.pass(300 * time.Millisecond)
	b.wantOK(first)
	b.wantOK(second)
	require.Equal(t, []sim.OpID{first, second}, b.logOf(2))
	require.Equal(t, 1, repairs(b))
}

func TestLostAcknowledgementIsMadeUpFor(t *testing.T) {
	b := newBench(t, 2, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(func(l letter) bool { return l.m.Kind().Name != "ack" })
	require.Nil(t, b.reply(op))
	b.pass(300 * time.Millisecond)
	b.wantOK(op)
}

func TestHeartbeatsAloneAcknowledgeNothing(t *testing.T) {
	b := newBench(t, 2, func(c *Config) { c.Resend = time.Hour })
	b.settle()
	op := b.put1(1, 1)
	b.passIf(time.Second, func(l letter) bool { return l.m.Kind().Name != "ack" })
	require.Nil(t, b.reply(op))
}

func TestRestartedFollowerCatchesUpInBatches(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Batch = 4 })
	b.settle()
	b.crash(3)
	for i := range 30 {
		b.put1(1, sim.Key(i))
		b.settle()
	}
	b.restart(3)
	most := 0
	b.passIf(2*time.Second, func(l letter) bool {
		if m, ok := l.m.(*fill); ok {
			most = max(most, len(m.Entries))
		}
		return true
	})
	require.Equal(t, b.logOf(1), b.logOf(3))
	require.Equal(t, 4, most)
	last := b.put1(1, 99)
	require.Equal(t, 2, len(b.pick(isKind("ship"))), "caught up: shipped to again")
	_ = last
}

func TestFollowerThatLostItsDiskIsFilledAgain(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	for i := range 10 {
		b.put1(1, sim.Key(i))
	}
	b.pass(time.Second)
	b.crash(2)
	b.disks[2].Wipe()
	b.restart(2)
	b.pass(time.Second)
	require.Equal(t, b.logOf(1), b.logOf(2), "noticed without any new write")
	require.Len(t, b.leaders(), 1)
}

func TestStaleAcknowledgementOfAWipedFollowerIsNoticed(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	b.settle()
	b.put1(1, 2)
	b.settleIf(func(l letter) bool { return !both(isKind("ack"), func(l letter) bool { return l.from == 2 })(l) })
	late := letter{2, 1, &ack{confirmation{Epoch: 1, Match: 2}}}
	b.crash(2)
	b.disks[2].Wipe()
	b.restart(2)
	b.do(1, func(n *Node, env *sim.Env) { n.Receive(env, late.from, late.m) })
	b.pass(time.Second)
	require.Equal(t, b.logOf(1), b.logOf(2))
}

func TestDamagedLogIsCutAndRefilled(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	for i := range 10 {
		b.put1(1, sim.Key(i))
	}
	b.pass(time.Second)
	b.crash(2)
	hit := 0
	b.disks[2].Corrupt(fileLog, 1<<63, func(_ string, i int) uint64 {
		if i == 4 {
			hit++
			return 0
		}
		return ^uint64(0)
	})
	require.Equal(t, 1, hit)
	b.restart(2)
	require.Len(t, b.logOf(2), 4)
	lost := 0
	for _, f := range b.facts {
		if f.Fact == sim.Discarded && f.Why == sim.Unsynced {
			lost++
		}
	}
	require.Equal(t, 6, lost)
	b.pass(time.Second)
	require.Equal(t, b.logOf(1), b.logOf(2))
}

func TestFailedSyncIsTriedAgain(t *testing.T) {
	b := newBench(t, 2, nil)
	b.settle()
	b.refuse[2] = true
	op := b.put1(1, 1)
	b.settle()
	require.Nil(t, b.reply(op))
	b.refuse[2] = false
	b.pass(time.Second)
	b.wantOK(op)
}

func TestSyncsAreGrouped(t *testing.T) {
	b := newBench(t, 2, nil)
	b.settle()
	for i := range 20 {
		b.put1(1, sim.Key(i))
	}
	require.Len(t, b.syncs[1], 1)
	b.sync(1)
	require.Len(t, b.syncs[1], 1, "one more for all that came meanwhile")
	b.sync(1)
	require.Empty(t, b.syncs[1])
}

func TestVisible(t *testing.T) {
	for _, visible := range []string{"after-ack", "before-ack"} {
		b := newBench(t, 2, func(c *Config) { c.Visible = visible })
		b.settle()
		op := b.put1(1, 1)
		read := b.ask(1, kv.Request{Code: sim.Get, Key: 1})
		require.Equal(t, visible == "before-ack", len(b.wantOK(read).Values) == 1)
		b.settle()
		b.wantOK(op)
		require.Equal(t, op, b.shown(1, 1))
	}
}

func TestFollowersApplyWhatIsCommittedOrReceived(t *testing.T) {
	for _, apply := range []string{"committed", "received"} {
		b := newBench(t, 3, func(c *Config) { c.Apply, c.K = apply, 2 })
		b.settle()
		op := b.put1(1, 1)
		b.settleIf(without(3))
		require.Equal(t, apply == "received", b.shown(2, 1) == op)
		require.Nil(t, b.reply(op))
	}
}

func TestNoticeTellsOfCommitsAtOnce(t *testing.T) {
	for _, notice := range []string{"prompt", "piggyback"} {
		b := newBench(t, 3, func(c *Config) { c.Notice = notice })
		b.settle()
		op := b.put1(1, 1)
		b.settle()
		require.Equal(t, notice == "prompt", b.shown(3, 1) == op)
		b.pass(60 * time.Millisecond)
		require.Equal(t, op, b.shown(3, 1), "the next heartbeat tells in any case")
	}
}

func TestAsyncInMemoryNeedsNoNotice(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Mode, c.Ack = "async", "leader-memory" })
	b.settle()
	op := b.put1(1, 1)
	for _, l := range b.pick(isKind("ship")) {
		b.put(l)
		b.deliver(len(b.wire) - 1)
		require.Equal(t, op, b.shown(l.to, 1), "readable on arrival")
	}
	require.Zero(t, b.drop(isKind("notice")))
}

func TestDegradeAnswersAlone(t *testing.T) {
	b := newBench(t, 2, func(c *Config) { c.Degrade = 150 * time.Millisecond })
	b.settle()
	op := b.put1(1, 1)
	b.passIf(100*time.Millisecond, without(2))
	require.Nil(t, b.reply(op))
	b.passIf(100*time.Millisecond, without(2))
	b.wantOK(op)
	closed := b.stated(sim.Closed, op)[0]
	require.Less(t, closed.B, closed.A, "the ledger tells")
	b.pass(time.Second)
	next := b.put1(1, 2)
	b.settleIf(without(2))
	require.Nil(t, b.reply(next), "with its follower back the leader waits again")
}

func TestCompareAndSet(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	cas := func(expect sim.OpID) sim.OpID {
		op := b.ask(1, kv.Request{Code: sim.CAS, Key: 1, Expect: expect})
		b.settle()
		return op
	}
	first := cas(0)
	b.wantOK(first)
	refused := cas(0)
	r := b.wantError(refused, sim.Conflict)
	require.Equal(t, sim.Fail, r.Outcome)
	require.Equal(t, first, r.Values[0].ID)
	second := cas(first)
	b.wantOK(second)
	require.Equal(t, second, b.shown(2, 1))
	again := b.ask(1, kv.Request{Op: refused, Attempt: 2, Code: sim.CAS, Key: 1, Expect: second})
	b.settle()
	b.wantError(again, sim.Conflict)
	require.Equal(t, second, b.shown(1, 1), "a refused op stays refused")
	require.Empty(t, b.stated(sim.Placed, refused))
}

func TestRefusalWaitsForWhatItWasDecidedBy(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	refused := b.ask(1, kv.Request{Code: sim.CAS, Key: 1})
	require.Nil(t, b.reply(refused), "the version in its way is not committed")
	b.settle()
	b.wantError(refused, sim.Conflict)
}

func TestDelete(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	op := b.ask(1, kv.Request{Code: sim.Delete, Key: 1})
	b.settle()
	b.wantOK(op)
	require.Empty(t, b.wantOK(b.getAt(2, 1, kv.Token{})).Values)
	var copies []sim.Copy
	b.nodes[2].Inspect(func(c sim.Copy) { copies = append(copies, c) })
	require.Equal(t, []sim.Copy{{Key: 1, Deletes: []sim.OpID{op}}}, copies)
}

func TestUnknownCodesAreRefused(t *testing.T) {
	b := newBench(t, 1, func(c *Config) { c.Mode = "sync" })
	b.wantError(b.ask(1, kv.Request{Code: sim.Add, Key: 1}), sim.Unavailable)
}

func TestOneNodeAlone(t *testing.T) {
	b := newBench(t, 1, mode("sync"))
	op := b.put1(1, 1)
	b.settle()
	b.wantOK(op)
	b.crash(1)
	b.restart(1)
	b.pass(time.Second)
	require.Equal(t, []sim.NodeID{1}, b.leaders())
	require.Equal(t, op, b.shown(1, 1))
}

func TestAcknowledgementLedger(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	answers := b.stated(sim.Answered, op)
	require.Len(t, answers, 3, "the leader and both followers, each once")
	late := 0
	for _, a := range answers {
		if a.Why == sim.Late {
			late++
		}
	}
	require.Equal(t, 1, late, "one of two followers was enough")
	b.pass(time.Second)
	require.Len(t, b.stated(sim.Answered, op), 3)
	require.Len(t, b.stated(sim.Stored, op), 3)
	require.Len(t, b.stated(sim.Applied, op), 3)
	require.Len(t, b.stated(sim.Committed, op), 1)
	placed := b.stated(sim.Placed, op)
	require.Len(t, placed, 1)
	require.Equal(t, []uint64{1, 1}, []uint64{placed[0].A, placed[0].B})
}
