package vr

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// Section 4.1: what f + 1 have is committed, and the next prepare tells so.
func TestNormalOperation(t *testing.T) {
	b := newBench(t, 3, nil)
	op := b.put1(1, 1)
	b.settleIf(only(1, 2))
	b.wantOK(op)
	require.Zero(t, b.nodes[2].commit, "nobody has told")
	b.put1(1, 2)
	b.settleIf(only(1, 2))
	require.Equal(t, uint64(1), b.nodes[2].commit)
	b.beat(1)
	b.settle()
	require.Equal(t, uint64(2), b.nodes[2].commit, "a commit message tells")
	require.Equal(t, b.logOf(1), b.logOf(3), "who missed something asks for it")
}

// Section 4.1, step 2: an op that comes again is done once.
func TestTheClientTable(t *testing.T) {
	b := newBench(t, 3, nil)
	op := b.put1(1, 1)
	b.settle()
	b.ask(1, kv.Request{Op: op, Attempt: 2, Code: sim.Put, Key: 1})
	b.settle()
	b.wantOK(op)
	require.Len(t, b.logOf(1), 1)
	b.beat(1)
	b.settle()
	b.electIf(2, without(1))
	b.ask(2, kv.Request{Op: op, Attempt: 3, Code: sim.Put, Key: 1})
	b.settleIf(without(1))
	b.wantOK(op)
	require.Len(t, b.logOf(2), 1, "the next primary knows it, too")
}

// Section 4.2: a view change keeps what is committed, takes what may be, and drops the rest.
func TestAViewChangeKeepsWhatIsCommitted(t *testing.T) {
	b := newBench(t, 3, nil)
	kept := b.put1(1, 1)
	b.settleIf(only(1, 3))
	lost := b.put1(1, 2)
	b.settleIf(none)
	b.electIf(2, only(2, 3))
	require.Equal(t, []sim.OpID{kept}, b.logOf(2), "which had it from n3")
	require.Equal(t, []sim.NodeID{1, 2}, b.leaders(), "n1 has not heard")
	next := b.put1(2, 2)
	b.settle()
	b.beat(2)
	b.settle()
	require.Equal(t, []sim.OpID{kept, next}, b.logOf(1))
	require.Equal(t, []sim.NodeID{2}, b.leaders())
	b.wantError(lost, sim.Partial)
	require.Empty(t, b.broken())
}

// Section 5.3: where what wins begins behind what the new primary has, it fetches the rest first.
func TestANewPrimaryThatLacksACheckpoint(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.SnapshotEvery, c.Notice = 4, "prompt" })
	for range 10 {
		b.put1(1, 1)
		b.settleIf(only(1, 3))
	}
	require.Positive(t, b.nodes[3].log.Base().Index)
	b.electIf(2, only(2, 3))
	require.Contains(t, b.leaders(), sim.NodeID(2))
	require.Equal(t, b.nodes[1].log.Last(), b.nodes[2].log.Last())
	require.Equal(t, b.shown(1, 1), b.shown(2, 1))
	b.wantOK(b.put2(2))
	require.Empty(t, b.broken())
}

// put2 writes at a node, and lets n2 and n3 agree.
func (b *bench) put2(id sim.NodeID) sim.OpID {
	op := b.put1(id, 2)
	b.settleIf(only(2, 3))
	return op
}

// Section 5.2: a replica that was away is given a checkpoint and what follows, in a view that started
// without it.
func TestStateTransferAcrossViews(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.SnapshotEvery = 3 })
	b.put1(1, 1)
	b.settleIf(none)
	b.electIf(2, only(2, 3))
	for range 8 {
		b.put2(2)
	}
	b.beat(2)
	b.settle()
	b.beat(2)
	b.settle()
	require.Equal(t, b.nodes[2].log.Last(), b.nodes[1].log.Last())
	require.Equal(t, b.shown(2, 2), b.shown(1, 2))
	require.Zero(t, b.shown(1, 1), "what was n1's alone is gone")
	require.Empty(t, b.broken())
}

// Section 4.3: a replica without its log is back once f + 1 have answered, the primary among them.
func TestRecovery(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Durable, c.SnapshotEvery = "view", 3 })
	for range 7 {
		b.put1(1, 1)
		b.settle()
	}
	b.crash(2)
	b.restart(2)
	b.settleIf(without(1))
	require.Equal(t, recovering, b.nodes[2].status, "the primary has not answered")
	b.pass(b.config.Heartbeat)
	require.Equal(t, normal, b.nodes[2].status)
	require.Equal(t, b.nodes[1].log.Last(), b.nodes[2].log.Last())
	b.crash(1)
	b.restart(1)
	b.pass(4 * (b.config.Timeout + b.config.Spread))
	require.Equal(t, []sim.NodeID{2}, b.leaders(), "a primary that lost its log has to be replaced")
	require.Equal(t, normal, b.nodes[1].status)
	require.Equal(t, b.nodes[2].log.Last(), b.nodes[1].log.Last())
	require.Empty(t, b.broken())
}

// Michael et al., DISC 2017: a replica that had left a view does not recover into it.
func TestRecoveryKeepsToTheViewOnDisk(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Durable = "view" })
	b.signal(3, sim.SignalElect, 0)
	b.settleIf(none)
	b.crash(3)
	b.restart(3)
	require.Equal(t, uint64(3), b.nodes[3].views.View)
	b.settle()
	require.Equal(t, recovering, b.nodes[3].status)
	require.Equal(t, uint64(3), b.nodes[1].views.View, "which leaves it, too")
	b.pass(4 * (b.config.Timeout + b.config.Spread))
	require.Equal(t, normal, b.nodes[3].status)
	require.GreaterOrEqual(t, b.nodes[3].views.View, uint64(4))
}

// A read that a round confirms waits for what the view started with: its primary does not know
// what of that is committed.
func TestReadsWaitForWhatTheViewStartedWith(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Reads = "read-index" })
	op := b.put1(1, 1)
	b.settle()
	b.wantOK(op)
	b.electIf(2, both(only(2, 3), func(l letter) bool { return !isKind("prepare-ok")(l) }))
	read := b.get(2, 1)
	require.Nil(t, b.reply(read))
	b.beat(2)
	b.settleIf(only(2, 3))
	b.settle()
	shown, answered := b.read(read)
	if !answered {
		b.pass(3 * b.config.Heartbeat)
		shown, answered = b.read(read)
	}
	require.True(t, answered)
	require.Equal(t, op, shown)
}

// A primary that is cut off is asked in vain, unless it asks nobody.
func TestReadsAtAPrimaryThatIsNone(t *testing.T) {
	for _, reads := range []string{"log", "read-index", "leader"} {
		b := newBench(t, 3, func(c *Config) { c.Reads = reads })
		b.electIf(2, only(2, 3))
		b.put2(2)
		request := kv.Request{Code: sim.Get, Key: 2}
		if reads == "leader" {
			request.Read = kv.AtLeader
		}
		read := b.ask(1, request)
		b.settleIf(without(1))
		_, answered := b.read(read)
		require.Equal(t, reads == "leader", answered, reads)
	}
}

// A replica's own read waits for what its session has seen, for as long as is configured.
func TestReadsAtAReplicaWaitForTheirToken(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Reads, c.Wait = "replica", 5*c.Heartbeat })
	write := b.put1(1, 1)
	b.settle()
	token := b.wantOK(write).Token
	early := b.ask(2, kv.Request{Code: sim.Get, Key: 1, Read: kv.AtReplica, Token: token})
	require.Nil(t, b.reply(early), "n2 has it, and does not know that it is committed")
	b.pass(b.config.Heartbeat)
	shown, answered := b.read(early)
	require.True(t, answered)
	require.Equal(t, write, shown)
	token.Index++
	late := b.ask(2, kv.Request{Code: sim.Get, Key: 1, Read: kv.AtReplica, Token: token})
	b.pass(b.config.Wait)
	b.wantError(late, sim.TokenBehind)
}

// A question whether the primary still is may be lost. Where nobody writes, it is asked again with the next
// heartbeat, and once it is answered no more.
func TestALostRoundIsAskedAgain(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Reads = "read-index" })
	op := b.put1(1, 1)
	b.settle()
	b.pass(3 * b.config.Heartbeat)
	for _, lost := range []string{"confirm", "prepare-ok"} {
		read := b.get(1, 1)
		b.settleIf(func(l letter) bool { return !isKind(lost)(l) })
		require.Nil(t, b.reply(read), lost)
		b.pass(2 * b.config.Heartbeat)
		shown, answered := b.read(read)
		require.True(t, answered, lost)
		require.Equal(t, op, shown)
	}
	b.beat(1)
	require.Empty(t, b.pick(isKind("confirm")), "nothing is under way")
}

// A replica whose log goes on otherwise than a checkpoint loses what follows there, and says so: the
// judges would count on it for ever.
func TestWhatACheckpointDoesNotStandForIsDiscarded(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.SnapshotEvery = 4 })
	for range 9 {
		b.put1(1, 1)
	}
	b.settleIf(none)
	b.electIf(2, only(2, 3))
	for range 5 {
		b.put2(2)
	}
	require.EqualValues(t, 4, b.nodes[2].log.Base().Index)
	for range 3 {
		b.beat(2)
		b.settle()
	}
	require.Equal(t, b.nodes[2].log.Last(), b.nodes[1].log.Last())
	var slots []uint64
	for _, f := range b.facts {
		if f.node == 1 && f.Fact == sim.Discarded {
			require.Equal(t, sim.Truncated, f.Why)
			slots = append(slots, f.A)
		}
	}
	require.Equal(t, []uint64{5, 6, 7, 8, 9}, slots)
}

// Who answers in a view says that it is in that view for good: not before its disk says so, too, even
// where it had all of the log before.
func TestNothingIsAcknowledgedInAViewThatIsNotOnDisk(t *testing.T) {
	b := newBench(t, 5, func(c *Config) { c.Reads = "read-index" })
	b.put1(1, 1)
	b.settle()
	b.electIf(2, only(2, 3, 4))
	b.frozen[5] = true
	b.pass(b.config.Heartbeat)
	require.Equal(t, normal, b.nodes[5].status)
	require.EqualValues(t, 2, b.nodes[5].views.View)
	b.get(2, 1)
	b.settleIf(only(2, 5))
	require.Zero(t, b.nodes[2].ruling.peers[4].match)
	b.frozen[5] = false
	b.settleIf(only(2, 5))
	require.EqualValues(t, 1, b.nodes[2].ruling.peers[4].match)
}
