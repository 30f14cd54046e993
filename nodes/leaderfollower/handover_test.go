package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// hand asks a node to hand its lead over.
func (b *bench) hand(from, to sim.NodeID) {
	b.do(from, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalHandover, A: uint64(to)}) })
}

func TestHandoverWaitsForTheWholeLog(t *testing.T) {
	b := newBench(t, 3, mode("async"))
	b.settle()
	before := b.put1(1, 1)
	b.sync(1)
	b.wantOK(before) // by the leader alone
	late := b.pick(isKind("ship"))
	b.hand(1, 3)
	b.settle()
	require.Equal(t, []sim.NodeID{1}, b.leaders(), "3 lacks a write")
	held := b.put1(1, 2)
	b.settle()
	require.Nil(t, b.reply(held), "no write is taken any more")
	b.put(late...)
	b.settle()
	require.Equal(t, []sim.NodeID{3}, b.leaders())
	require.Equal(t, before, b.shown(3, 1))
	require.Equal(t, sim.NodeID(3), b.wantError(held, sim.NotLeader).Leader, "redirected once 3 leads")
	again := b.ask(3, kv.Request{Op: held, Attempt: 2, Code: sim.Put, Key: 2})
	b.settle()
	b.wantOK(again)
	require.Empty(t, b.stated(sim.Discarded, before))
	require.Empty(t, b.stated(sim.Discarded, held))
}

func TestHandoverChoosesTheReadiest(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	b.settleIf(without(2))
	b.hand(1, sim.Nobody)
	b.settle()
	require.Equal(t, []sim.NodeID{3}, b.leaders())
	require.EqualValues(t, 3, b.nodes[3].promised.Epoch, "3's own epoch")
}

// Nobody leads between the two; who led is fenced, durably, before the other is told.
func TestHandoverNeverHasTwoLeaders(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.hand(1, 2)
	require.Empty(t, b.leaders(), "nothing was missing")
	require.Empty(t, b.pick(isKind("take-over")), "not durable yet")
	b.sync(1)
	b.crash(1)
	b.restart(1)
	require.EqualValues(t, 2, b.nodes[1].promised.Epoch, "fenced, whatever happens")
	b.pass(50 * time.Millisecond)
	require.Equal(t, []sim.NodeID{2}, b.leaders())
}

func TestHandoverToWhoIsAwayIsGivenUp(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	b.settleIf(without(3))
	b.hand(1, 3)
	held := b.put1(1, 2)
	b.passIf(190*time.Millisecond, without(3))
	require.Nil(t, b.reply(held))
	b.passIf(20*time.Millisecond, without(3))
	require.Equal(t, []sim.NodeID{1}, b.leaders())
	b.wantOK(held)
}

func TestLeadGivenInVainIsTakenBack(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.hand(1, 3)
	b.settleIf(func(l letter) bool { return !isKind("take-over")(l) })
	require.Empty(t, b.leaders())
	held := b.put1(1, 1)
	b.passIf(205*time.Millisecond, without(3))
	require.Equal(t, []sim.NodeID{1}, b.leaders(), "campaigned at once")
	b.wantError(held, sim.NotLeader)
	again := b.ask(1, kv.Request{Op: held, Attempt: 2, Code: sim.Put, Key: 1})
	b.settle()
	b.wantOK(again)
}

func TestLateTakeOverIsIgnored(t *testing.T) {
	b := newBench(t, 3, mode("async"))
	b.settle()
	b.hand(1, 3)
	b.sync(1)
	late := b.pick(isKind("take-over"))
	b.pass(time.Second)
	leaders, epoch := b.leaders(), b.nodes[3].promised.Epoch
	require.Len(t, leaders, 1)
	op := sync1(b, leaders[0])
	b.put(late...)
	b.settle()
	require.Equal(t, leaders, b.leaders())
	require.Equal(t, epoch, b.nodes[3].promised.Epoch)
	require.Equal(t, op, b.shown(leaders[0], 5))
}

func TestCarelessHandoverLosesWhatIsUnderWay(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Mode, c.Switchover = "async", "careless" })
	b.settle()
	op := b.put1(1, 1)
	b.sync(1)
	b.wantOK(op)
	b.drop(isKind("ship"))
	b.hand(1, 3)
	b.settle()
	require.Equal(t, []sim.NodeID{3}, b.leaders())
	require.Zero(t, b.shown(3, 1))
	require.Len(t, b.stated(sim.Discarded, op), 1)
}

func TestHandoverThatCannotBe(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.hand(2, 3) // does not lead
	b.hand(1, 1)
	b.hand(1, client)
	b.settle()
	require.Equal(t, []sim.NodeID{1}, b.leaders())
	op := b.put1(1, 1)
	b.settle()
	b.wantOK(op)
	alone := newBench(t, 1, mode("async"))
	alone.settle()
	alone.hand(1, sim.Nobody)
	alone.settle()
	require.Equal(t, []sim.NodeID{1}, alone.leaders())
}

// Without failover the lead is handed over all the same, and who took it comes back to it.
func TestHandoverWithoutFailover(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Failover = "none" })
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	b.hand(1, 2)
	b.settle()
	require.Equal(t, []sim.NodeID{2}, b.leaders())
	b.crash(2)
	b.pass(time.Second)
	require.Empty(t, b.leaders())
	b.restart(2)
	b.pass(time.Second)
	require.Equal(t, []sim.NodeID{2}, b.leaders())
	require.Equal(t, op, b.shown(2, 1))
}

func TestHandoverWithoutFencing(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Fencing = false })
	b.settle()
	op := b.put1(1, 1)
	b.hand(1, 2)
	b.settle()
	require.Equal(t, []sim.NodeID{2}, b.leaders())
	require.Equal(t, op, b.shown(2, 1))
}
