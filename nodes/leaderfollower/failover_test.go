package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

func automatic(n int) func(*Config) {
	return func(c *Config) { c.K = n }
}

func TestFailoverKeepsWhatWasAcknowledged(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(without(2))
	b.wantOK(op)
	b.crash(1)
	b.pass(2 * time.Second)
	require.Equal(t, []sim.NodeID{3}, b.leaders(), "only 3 has the write")
	require.Equal(t, op, b.shown(3, 1))
	require.Equal(t, op, b.shown(2, 1))
}

func TestMostAdvancedIsPromotedWhoeverAsks(t *testing.T) {
	for _, asks := range []sim.NodeID{2, 3} {
		b := newBench(t, 3, nil)
		b.settle()
		op := b.put1(1, 1)
		b.settleIf(without(2))
		b.crash(1)
		b.do(asks, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
		b.settle()
		require.Equal(t, []sim.NodeID{3}, b.leaders())
		require.Equal(t, op, b.shown(3, 1))
		require.Zero(t, b.nodes[3].promised.Epoch%3-uint64(asks)%3, "the epoch is the asker's")
	}
}

func TestPromoteByOtherRules(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Mode, c.Promote = "async", "first" })
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(without(2))
	b.wantOK(op)
	b.crash(1)
	b.pass(2 * time.Second)
	require.Equal(t, []sim.NodeID{2}, b.leaders())
	require.Zero(t, b.shown(2, 1), "the write is lost")
	require.Zero(t, b.shown(3, 1))
	require.Len(t, b.stated(sim.Discarded, op), 1, "3 had to give it up")

	b = newBench(t, 3, func(c *Config) { c.Promote = "random" })
	b.crash(1)
	b.pass(2 * time.Second)
	require.Len(t, b.leaders(), 1)
}

func TestAnswersOptionWaitsForMore(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Answers = 3 })
	b.settle()
	b.crash(1)
	b.pass(2 * time.Second)
	require.Empty(t, b.leaders())
	b.restart(1)
	b.pass(2 * time.Second)
	require.Len(t, b.leaders(), 1)
}

func TestReturningLeaderStepsDownAndTruncates(t *testing.T) {
	b := newBench(t, 3, mode("async"))
	b.settle()
	kept := b.put1(1, 1)
	b.settle()
	lost := b.put1(1, 1)
	b.passIf(2*time.Second, without(1))
	require.Len(t, b.leaders(), 2, "the old leader has not heard yet")
	b.wantOK(lost)
	require.Equal(t, lost, b.shown(1, 1))
	b.pass(time.Second)
	require.Len(t, b.leaders(), 1)
	require.Equal(t, kept, b.shown(1, 1))
	discarded := b.stated(sim.Discarded, lost)
	require.Len(t, discarded, 1)
	require.Equal(t, sim.Truncated, discarded[0].Why)
	require.EqualValues(t, 2, discarded[0].A)
	require.Equal(t, b.logOf(b.leaders()[0]), b.logOf(1))
}

func TestReturningLeaderAfterCrashTruncates(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	b.settle()
	lost := b.put1(1, 1)
	b.sync(1)
	b.drop(isKind("ship"))
	b.crash(1)
	b.pass(2 * time.Second)
	b.restart(1)
	require.Contains(t, b.logOf(1), lost)
	b.pass(2 * time.Second)
	require.NotContains(t, b.logOf(1), lost)
	require.Nil(t, b.reply(lost))
	again := b.ask(b.leaders()[0], kv.Request{Op: lost, Attempt: 2, Code: sim.Put, Key: 1})
	b.settle()
	b.wantOK(again)
	require.Len(t, b.stated(sim.Placed, lost), 2, "placed again")
}

func TestMinorityElectsNobody(t *testing.T) {
	b := newBench(t, 5, nil)
	b.settle()
	b.passIf(3*time.Second, split(4, 5))
	require.Equal(t, []sim.NodeID{1}, b.leaders())
	epoch := b.nodes[4].promised.Epoch
	require.EqualValues(t, 1, epoch, "suspecting alone opens no epoch")
}

func TestNaiveDetectorSplitsTheBrain(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Mode, c.Detector = "async", "naive" })
	b.settle()
	b.passIf(2*time.Second, split(3))
	require.Equal(t, []sim.NodeID{1, 3}, b.leaders())
	require.NotEqual(t, b.nodes[1].promised.Epoch, b.nodes[3].promised.Epoch)
	b.wantOK(sync1(b, 3))
	b.pass(2 * time.Second)
	require.Len(t, b.leaders(), 1, "heals under the newer epoch")
}

func sync1(b *bench, at sim.NodeID) sim.OpID {
	op := b.put1(at, 5)
	b.settleIf(split(at))
	return op
}

func TestFencingStopsTheOldLeader(t *testing.T) {
	for _, fencing := range []bool{true, false} {
		b := newBench(t, 3, func(c *Config) { c.Fencing = fencing })
		b.settle()
		b.passIf(2*time.Second, without(1))
		require.Len(t, b.leaders(), 2)
		op := b.put1(1, 1)
		b.settle()
		if fencing {
			require.NotEqual(t, sim.OK, b.reply(op).Outcome)
			require.Len(t, b.leaders(), 1)
			continue
		}
		require.Contains(t, b.leaders(), sim.NodeID(1))
	}
}

func TestOldLeaderWithoutFencingIsObeyed(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Fencing = false })
	b.settle()
	b.passIf(time.Second, without(1))
	require.Len(t, b.leaders(), 2)
	acked := 0
	for i := range 20 {
		op := b.put1(1, sim.Key(i))
		b.pass(200 * time.Millisecond)
		if r := b.reply(op); r != nil && r.Outcome == sim.OK {
			acked++
		}
	}
	require.Positive(t, acked, "followers still confirm the old leader's writes")
	require.Contains(t, b.leaders(), sim.NodeID(1))
}

func TestPromiseIsDurableBeforeItIsTold(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.crash(1)
	b.do(2, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	for len(b.wire) > 0 {
		b.deliver(0)
	}
	require.Zero(t, b.drop(isKind("answer")))
	b.sync(3)
	require.Equal(t, 1, b.drop(isKind("answer")))
	voted := b.stated(sim.Voted, 0)
	require.Len(t, voted, 1)
	require.EqualValues(t, 3, voted[0].node)
	b.crash(3)
	b.restart(3)
	require.EqualValues(t, 2, b.nodes[3].promised.Epoch)
	b.do(3, func(n *Node, env *sim.Env) {
		n.Receive(env, 1, &ship{carriage{Epoch: 1, Entries: []replog.Entry{{Epoch: 1, Op: 9}}}})
	})
	require.Empty(t, b.logOf(3))
	require.Equal(t, 1, b.drop(isKind("behind")))
}

func TestNobodyLeadsByBirthrightTwice(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.pass(time.Second)
	b.wantOK(op)
	b.crash(1)
	b.disks[1].Wipe()
	b.restart(1)
	require.Empty(t, b.leaders())
	b.pass(3 * time.Second)
	require.Len(t, b.leaders(), 1)
	for _, id := range b.members {
		require.Equal(t, op, b.shown(id, 1))
	}
}

func TestWithoutFailoverTheLeaderResumes(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Failover = "none" })
	b.settle()
	op := b.put1(1, 1)
	b.pass(time.Second)
	b.crash(1)
	b.pass(10 * time.Second)
	require.Empty(t, b.leaders())
	b.restart(1)
	b.pass(time.Second)
	require.Equal(t, []sim.NodeID{1}, b.leaders())
	require.EqualValues(t, 4, b.nodes[1].promised.Epoch, "its own next epoch")
	next := b.put1(1, 2)
	b.settle()
	b.wantOK(next)
	require.Equal(t, op, b.shown(2, 1))
}

func TestWipedLeaderWithoutFailoverTakesNothingAway(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Failover = "none" })
	b.settle()
	op := b.put1(1, 1)
	b.pass(time.Second)
	b.crash(1)
	b.disks[1].Wipe()
	b.restart(1)
	b.pass(20 * time.Second)
	for _, id := range b.members {
		if n := b.nodes[id]; n.log.Last().Index > 0 {
			require.Contains(t, b.logOf(id), op)
		}
	}
	require.Contains(t, b.logOf(2), op)
}

func TestLateCopyOfAPromotionIsIgnored(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Mode, c.Ack = "async", "leader-memory" })
	b.settle()
	b.put1(1, 1)
	b.settleIf(without(2))
	b.crash(1)
	b.do(2, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	var copies []letter
	b.settleIf(func(l letter) bool {
		if isKind("promote")(l) {
			copies = append(copies, l)
		}
		return true
	})
	require.Len(t, copies, 1)
	require.Equal(t, []sim.NodeID{3}, b.leaders())
	b.wantOK(b.put1(3, 2))
	b.crash(3)
	b.restart(3)
	b.put(copies...)
	b.settle()
	require.Empty(t, b.leaders(), "led epoch 2 a second time")
}

func TestForcedElectionOfAFollower(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	b.do(2, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	b.pass(time.Second)
	require.Equal(t, []sim.NodeID{2}, b.leaders())
	require.Equal(t, op, b.shown(1, 1))
	b.wantError(b.put1(1, 1), sim.NotLeader)
	require.Equal(t, sim.NodeID(2), b.replies[len(b.replies)-1].Leader)
}

func TestWritesCutShortAreAnsweredAsUnknown(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.drop(isKind("ship"))
	b.do(2, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	b.pass(time.Second)
	r := b.wantError(op, sim.Partial)
	require.Equal(t, sim.Unknown, r.Outcome)
}

func TestNewLeaderReadsNothingBeforeItsEpochIsCommitted(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Notice = "piggyback" })
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	b.wantOK(op)
	b.crash(1)
	b.do(2, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	for len(b.leaders()) == 0 {
		for len(b.wire) > 0 {
			b.deliver(0)
		}
		b.syncAny()
	}
	read := b.ask(2, kv.Request{Code: sim.Get, Key: 1})
	require.Nil(t, b.reply(read), "2 cannot know yet that the write was answered")
	b.settle()
	require.Equal(t, op, b.wantOK(read).Values[0].ID)
}

func TestRetryAfterFailoverIsNotAppliedTwice(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	other := b.put1(1, 1)
	b.settle()
	b.crash(1)
	b.pass(2 * time.Second)
	leader := b.leaders()[0]
	before := b.logOf(leader)
	b.ask(leader, kv.Request{Op: op, Attempt: 2, Code: sim.Put, Key: 1})
	b.settle()
	r := b.wantOK(op)
	require.EqualValues(t, 2, r.Attempt)
	require.Equal(t, kv.Token{Epoch: 1, Index: 1}, r.Token)
	require.Equal(t, before, b.logOf(leader))
	require.Equal(t, other, b.shown(leader, 1))
}

func TestOpTooOldToBeRememberedIsNotDoneAgain(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Remember = 2 })
	b.settle()
	first := b.put1(1, 1)
	for i := range 3 {
		b.put1(1, sim.Key(i))
	}
	b.settle()
	last := b.shown(1, 1)
	b.ask(1, kv.Request{Op: first, Attempt: 2, Code: sim.Put, Key: 1})
	b.settle()
	require.Equal(t, sim.Unknown, b.reply(first).Outcome)
	require.Equal(t, last, b.shown(1, 1))
}

func TestRestartRebuildsStateFromTheLog(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	var ops []sim.OpID
	for i := range 5 {
		ops = append(ops, b.put1(1, sim.Key(i)))
		b.settle()
	}
	b.crash(2)
	b.restart(2)
	require.Equal(t, ops, b.logOf(2))
	require.Equal(t, ops[3], b.shown(2, 3), "committed as far as its records tell")
	require.Zero(t, b.shown(2, 4))
	b.pass(100 * time.Millisecond)
	require.Equal(t, ops[4], b.shown(2, 4))
}

func TestUnsyncedTailIsFilledAfterACrash(t *testing.T) {
	b := newBench(t, 3, mode("sync"))
	b.settle()
	op := b.put1(1, 1)
	for len(b.wire) > 0 {
		b.deliver(0)
	}
	require.Len(t, b.logOf(2), 1)
	b.crash(2)
	b.restart(2)
	require.Empty(t, b.logOf(2))
	b.pass(time.Second)
	b.wantOK(op)
	require.Equal(t, b.logOf(1), b.logOf(2))
}

func TestPausedLeaderIsReplacedAndObeysItsSuccessor(t *testing.T) {
	b := newBench(t, 5, automatic(2))
	b.settle()
	b.passIf(2*time.Second, without(1))
	require.Len(t, b.leaders(), 2)
	successor := b.leaders()[1]
	b.put1(1, 1)
	b.pass(time.Second)
	require.Equal(t, []sim.NodeID{successor}, b.leaders())
	for _, id := range b.members {
		require.Equal(t, b.logOf(successor), b.logOf(id))
	}
	roles := map[sim.NodeID]uint64{}
	for _, f := range b.facts {
		if f.Fact == sim.Role && f.Why == sim.Held {
			roles[f.node] = f.B
		}
		if f.Fact == sim.Role && f.Why == sim.Left {
			require.Equal(t, roles[f.node], f.B, "left a role that it did not hold")
			roles[f.node] = 0
		}
	}
	require.Equal(t, sim.Leader, roles[successor])
	require.Equal(t, sim.Follower, roles[1])
}
