package raft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// A crash before a server's first sync loses nothing that anybody heard of: it is no lost disk.
func TestACrashBeforeTheFirstSyncIsNoLostDisk(t *testing.T) {
	b := newBench(t, 3, nil)
	for _, id := range b.members {
		b.crash(id)
	}
	for _, id := range b.members {
		b.restart(id)
		require.EqualValues(t, firstIdentity, b.nodes[id].identity)
	}
	b.now += time.Second // a restarted voter is loyal to whom it may have heard
	b.elect(1)
	op := b.put1(1, 1)
	b.settle()
	b.wantOK(op)
}

// removed has n3 leave while it hears nothing of it. n1 leads, which saw to it, or n2, which
// does not know that anybody has to be told.
func removed(t *testing.T, change string, leader sim.NodeID) *bench {
	b := newBench(t, 4, func(c *Config) { c.Members, c.PreVote, c.CheckQuorum, c.Change = 3, true, true, change })
	b.settle()
	b.elect(1)
	b.signal(3, sim.SignalLeave, 0)
	b.deliverThose(both(isKind("leave"), to(1)))
	b.settleIf(only(1, 2))
	require.False(t, b.nodes[1].configs.newest().names(3))
	require.LessOrEqual(t, b.nodes[1].configs.newest().index, b.nodes[1].commit)
	require.True(t, b.nodes[3].mayVote(), "it does not know yet")
	if leader != 1 {
		b.now += time.Second
		b.electIf(leader, only(1, 2))
		require.Equal(t, []sim.NodeID{leader}, b.leaders())
	}
	return b
}

// Section 4.2.3: a server that was removed and does not know asks for votes, until it is told.
func TestWhoMissedItsRemovalIsTold(t *testing.T) {
	for _, change := range []string{"single", "joint"} {
		b := removed(t, change, 2)
		b.nodes[3].wish = wish{}
		b.passIf(500*time.Millisecond, only(1, 2))
		b.pass(2 * time.Second)
		require.False(t, b.nodes[3].mayVote())
		require.EqualValues(t, sim.Spare, b.nodes[3].role)
		require.False(t, b.nodes[3].Keeps(1))
		asks := 0
		b.passIf(2*time.Second, func(l letter) bool {
			if l.from == 3 {
				asks++
			}
			return true
		})
		require.Zero(t, asks, "it asks no more")

		b.signal(3, sim.SignalJoin, 0)
		b.pass(2 * time.Second)
		require.True(t, b.nodes[3].mayVote(), "and may come back")
	}
}

// Who wishes to be a member, and believes that it is one, learns that it is none and joins.
func TestAWishGoesByWhatIsTrueNow(t *testing.T) {
	b := removed(t, "single", 2)
	b.signal(3, sim.SignalJoin, 0)
	b.passIf(time.Second, only(1, 2))
	_, pending := b.envs[3].Pending(b.nodes[3].wish.timer)
	require.False(t, pending, "by what it knows it is a member")
	b.pass(3 * time.Second)
	require.True(t, b.nodes[1].configs.newest().names(3))
	require.True(t, b.nodes[3].mayVote())
}

// Who leaves is told by whoever leads next, if the leader that removed it could not.
func TestALeaverIsToldByTheNextLeader(t *testing.T) {
	b := removed(t, "single", 2)
	require.True(t, b.nodes[3].isMember())
	b.passIf(time.Second, both(only(2, 3), isKindNot("ask")))
	require.False(t, b.nodes[3].isMember())
}

func isKindNot(name string) func(letter) bool {
	return func(l letter) bool { return !isKind(name)(l) }
}

// A disk that is lost after its server was removed has no place to come back to.
func TestWhoWasRemovedAndWipedStaysOut(t *testing.T) {
	b := removed(t, "single", 1)
	b.crash(3)
	b.disks[3].Wipe()
	b.now += time.Second
	b.restart(3)
	b.pass(2 * time.Second)
	require.False(t, b.nodes[b.leaders()[0]].configs.newest().names(3))
	require.False(t, b.nodes[3].isMember())
}

// What a server wished before it lost its disk does not take the place of what it is since.
func TestALateWishOfALostDiskMeansNothing(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.elect(1)
	b.crash(2)
	b.disks[2].Wipe()
	b.now += time.Second
	b.restart(2)
	for range 3 {
		b.settle()
		b.beat(1)
	}
	b.settle()
	now := b.nodes[2].identity
	require.True(t, b.nodes[1].configs.newest().canVote(2, now))
	b.put(letter{2, 1, &join{Identity: firstIdentity}}, letter{2, 1, &leave{Identity: firstIdentity}})
	b.settle()
	require.True(t, b.nodes[1].configs.newest().canVote(2, now))
}

// A newcomer that has its vote asks on until whom it replaces is gone, whoever leads.
func TestAReplacementGoesOnUnderTheNextLeader(t *testing.T) {
	b := newBench(t, 4, func(c *Config) { c.Members = 3 })
	b.settle()
	b.elect(1)
	b.signal(4, sim.SignalJoin, 3)
	for range 20 {
		if b.nodes[4].mayVote() {
			break
		}
		b.deliver(0)
		b.syncAll()
	}
	require.True(t, b.nodes[4].mayVote())
	require.True(t, b.nodes[1].configs.newest().names(3))
	b.drop(all)
	b.crash(1)
	b.pass(3 * time.Second)
	require.False(t, b.nodes[b.leaders()[0]].configs.newest().names(3))
}

// The last voter cannot leave, and holds up nobody else: once another votes it may.
func TestTheLastVoterCannotLeaveYet(t *testing.T) {
	for _, change := range []string{"single", "joint"} {
		b := newBench(t, 2, func(c *Config) { c.Members, c.Change = 1, change })
		b.settle()
		b.elect(1)
		b.signal(1, sim.SignalLeave, 0)
		b.settle()
		require.True(t, b.nodes[1].isMember())
		b.signal(2, sim.SignalJoin, 0)
		b.pass(3 * time.Second)
		require.True(t, b.nodes[2].mayVote(), change)
		require.Equal(t, []sim.NodeID{2}, b.leaders(), change)
		require.False(t, b.nodes[1].isMember(), change)
	}
}

// Section 4.1: a configuration is taken back with the entry that holds it. Whom it made a member
// asks, is told that it is none, and joins where it was to have a vote.
func TestWhoseConfigurationWasCutAsks(t *testing.T) {
	b := newBench(t, 4, func(c *Config) { c.Members = 3 })
	b.settle()
	b.elect(1)
	b.signal(4, sim.SignalJoin, 0)
	b.deliverThose(both(isKind("join"), to(1)))
	b.settleIf(only(1, 4))
	require.True(t, b.nodes[4].isMember(), "by what n1 alone wrote")
	b.crash(1)
	b.crash(4)
	b.restart(4)
	b.drop(all)
	b.now += time.Second
	b.electIf(2, only(2, 3))
	for range 4 {
		b.put1(2, 1)
		b.settleIf(only(2, 3))
	}
	require.False(t, b.nodes[2].configs.newest().names(4))

	b.do(2, func(n *Node, env *sim.Env) { n.tellGone(env, 4) })
	b.deliverThose(to(4))
	require.False(t, b.nodes[4].isMember(), "its configuration lies where others have committed something else")
	b.crash(4)
	b.restart(4)
	b.do(4, func(n *Node, env *sim.Env) { env.Cancel(n.wish.timer) }) // the configuration came after the start
	b.drop(all)
	b.pass(3 * time.Second)
	require.True(t, b.nodes[2].configs.newest().names(4))
	require.True(t, b.nodes[4].mayVote())
	require.Equal(t, b.shown(2, 1), b.shown(4, 1))
}
