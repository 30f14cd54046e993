package raft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// Section 6.4.1: a lease counts on voters that elect nobody else for a while. One of them may be told of a higher
// term by an answer to its own poll; it is no freer to vote in that term than in the next.
func TestAVoterThatHearsOfATermIsLoyalInIt(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Reads, c.PreVote = "lease", true })
	b.elect(1)
	b.now += 400 * time.Millisecond
	b.signal(3, sim.SignalElect, 0)
	b.syncAll()
	late := b.pick(both(isKind("ask"), to(2)))
	require.Len(t, late, 1)
	b.do(2, func(n *Node, env *sim.Env) { n.missed(env) })
	b.drop(to(1))
	b.deliverThose(both(isKind("ask"), to(3)))
	answer := b.pick(both(isKind("vote"), to(2)))
	require.Len(t, answer, 1)
	b.drop(all)
	b.beat(1)
	b.settleIf(only(1, 2))
	b.put(answer...)
	b.settleIf(all)
	require.Equal(t, uint64(2), b.nodes[2].hard.Term)
	b.put(late...)
	b.settleIf(only(2, 3))
	require.Equal(t, []sim.NodeID{1}, b.leaders(), "n1 has a lease from n2")
	b.now += 160 * time.Millisecond
	b.put(late...)
	b.settleIf(only(2, 3))
	require.Contains(t, b.leaders(), sim.NodeID(3))
	old := b.put1(3, 1)
	b.settleIf(only(2, 3))
	b.wantOK(old)
	read := b.get(1, 1)
	b.settleIf(none)
	_, answered := b.read(read)
	require.False(t, answered, "the lease is over")
}

// A transfer ends the lease, and says so, for the next leader may commit before the lease would have ended.
func TestATransferStatesThatTheLeaseIsOver(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Reads = "lease" })
	b.elect(1)
	b.beat(1)
	b.settle()
	b.now += time.Millisecond
	b.signal(1, sim.SignalHandover, 3)
	last := sim.Observation{}
	for _, f := range b.facts {
		if f.Fact == sim.Lease && f.node == 1 {
			last = f.Observation
		}
	}
	require.Equal(t, uint64(b.now), last.B)
	read := b.ask(1, kv.Request{Code: sim.Get, Key: 1})
	b.drop(all)
	_, answered := b.read(read)
	require.False(t, answered, "but by a round")
}

// Section 4.2.1: who is to have a vote once it has caught up asks for it again after a restart; the
// leader that knew of it may be none any more.
func TestANewcomerThatRestartsStillGetsItsVote(t *testing.T) {
	b := newBench(t, 4, func(c *Config) { c.Members = 3 })
	b.elect(1)
	b.signal(4, sim.SignalJoin, 0)
	isMember := func() bool { return b.nodes[4].configs.newest().find(4, b.nodes[4].identity) != nil }
	for !isMember() && len(b.wire) > 0 {
		b.syncAll()
		b.drop(func(l letter) bool { return l.to == 1 && l.from == 4 && isKind("appended")(l) && isMember() })
		b.deliver(0)
	}
	require.True(t, isMember())
	b.syncAll()
	b.drop(all)
	b.crash(4)
	b.electIf(2, without(4, 1))
	b.now += 400 * time.Millisecond
	b.electIf(2, without(4))
	require.Contains(t, b.leaders(), sim.NodeID(2))
	b.restart(4)
	b.pass(2 * time.Second)
	require.True(t, b.nodes[4].configs.newest().canVote(4, b.nodes[4].identity))
}
