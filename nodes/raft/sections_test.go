package raft

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

func TestBenchStartsWithoutALeaderAndElectsOne(t *testing.T) {
	b := newBench(t, 3, nil)
	require.Empty(t, b.leaders())
	b.pass(time.Second)
	require.Len(t, b.leaders(), 1)
	op := b.put1(b.leaders()[0], 7)
	require.Nil(t, b.reply(op), "nothing is on disk yet")
	b.settle()
	b.wantOK(op)
	for _, id := range b.members {
		require.Equal(t, op, b.shown(id, 7))
	}
}

// log makes a node's log have entries of some terms.
func (b *bench) giveLog(id sim.NodeID, terms ...uint64) {
	b.do(id, func(n *Node, env *sim.Env) {
		for i, term := range terms {
			n.append(env, replog.Entry{Epoch: term, Op: sim.NewOpID(2, uint32(i+1)), Code: sim.Put, Key: sim.Key(term)})
		}
		n.pledge(env, hardState{Term: terms[len(terms)-1]})
	})
	b.syncAll()
}

// Figure 7 of the paper: when the leader at the top comes to power, any of (a) to (f) may occur, and each is brought to the
// leader's log. With its whole terms' way back, in few messages (end of section 5.3).
func TestFigure7(t *testing.T) {
	leader := []uint64{1, 1, 1, 4, 4, 5, 5, 6, 6, 6}
	for name, follower := range map[string][]uint64{
		"a": {1, 1, 1, 4, 4, 5, 5, 6, 6},
		"b": {1, 1, 1, 4},
		"c": {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
		"d": {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
		"e": {1, 1, 1, 4, 4, 4, 4},
		"f": {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 3, nil)
			b.syncAll()
			b.giveLog(1, leader...)
			b.giveLog(2, follower...)
			b.giveLog(3, 1)
			// n1 is elected for term 8, with n3's vote; then n2 hears of it.
			b.do(1, func(n *Node, env *sim.Env) { n.pledge(env, hardState{Term: 7}) })
			b.electIf(1, only(1, 3))
			require.Equal(t, []sim.NodeID{1}, b.leaders())
			b.beat(1)
			rejections := 0
			b.settleIf(func(l letter) bool {
				if m, ok := l.m.(*appended); ok && m.Reject > 0 {
					rejections++
				}
				return true
			})
			require.Equal(t, b.terms(1), b.terms(2))
			require.Equal(t, b.logOf(1)[:3], b.logOf(2)[:3])
			require.LessOrEqual(t, rejections, 6)
			require.Equal(t, b.nodes[1].commit, b.nodes[2].commit)
			require.Empty(t, b.broken())
		})
	}
}

// terms are those of a node's log.
func (b *bench) terms(id sim.NodeID) (terms []uint64) {
	for _, e := range b.nodes[id].log.Slice(0, 1<<30) {
		terms = append(terms, e.Epoch)
	}
	return terms
}

// Section 5.1: a message of an older term is answered with the newer one, and its sender gives up.
func TestOlderTermsGiveWay(t *testing.T) {
	b := newBench(t, 3, nil)
	b.elect(1)
	b.electIf(3, only(2, 3))
	require.Equal(t, []sim.NodeID{1, 3}, b.leaders())
	b.beat(1)
	b.settle()
	require.Equal(t, []sim.NodeID{3}, b.leaders())
}

// Section 4.2.3: who hears a leader votes for no other, and does not even take up its term.
func TestLoyalServersIgnoreDisruption(t *testing.T) {
	for _, loyal := range []bool{false, true} {
		b := newBench(t, 3, func(c *Config) { c.CheckQuorum = loyal })
		b.elect(1)
		for range 2 {
			b.now += 80 * time.Millisecond // n3 hears nothing for so long
			b.beat(1)
			b.settleIf(only(1, 2))
		}
		term := b.nodes[2].hard.Term
		b.electIf(3, only(2, 3))
		require.Equal(t, loyal, b.nodes[2].hard.Term == term)
		require.Equal(t, loyal, len(b.leaders()) == 1)
	}
}

// Section 9.6: with a poll first, a server that was cut off does not come back with a higher term.
func TestPreVoteKeepsTheTerm(t *testing.T) {
	for _, polls := range []bool{false, true} {
		b := newBench(t, 3, func(c *Config) { c.PreVote = polls })
		b.pass(time.Second)
		leader := b.leaders()[0]
		term := b.nodes[leader].hard.Term
		other := b.members[0]
		if other == leader {
			other = b.members[1]
		}
		b.passIf(2*time.Second, without(other))
		b.pass(time.Second)
		require.Len(t, b.leaders(), 1)
		require.Equal(t, polls, b.nodes[b.leaders()[0]].hard.Term == term)
	}
}

// Section 3.10: a transfer brings the other up, has it campaign at once, and takes no write meanwhile; it ends after an
// election timeout.
func TestTransferOfLeadership(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.CheckQuorum, c.PreVote = true, true })
	b.elect(1)
	b.put1(1, 1)
	b.settleIf(without(3))
	b.signal(1, sim.SignalHandover, 3)
	b.wantError(b.put1(1, 2), sim.Overloaded)
	b.beat(1)
	b.settle()
	require.Equal(t, []sim.NodeID{3}, b.leaders())
	require.Equal(t, b.shown(1, 1), b.shown(3, 1))

	b.signal(3, sim.SignalHandover, 1)
	b.drop(all)
	b.passIf(400*time.Millisecond, without(1))
	require.Equal(t, []sim.NodeID{3}, b.leaders())
	op := b.put1(3, 3)
	b.settle()
	b.wantOK(op)
}

// Section 6.3: what is remembered of clients is in the snapshot, too.
func TestSnapshotsRememberSessions(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.SnapshotEvery, c.Chunk = 2, 1 })
	b.elect(1)
	first := b.put1(1, 1)
	b.settleIf(only(1, 2))
	for range 5 {
		b.put1(1, 1)
		b.settleIf(only(1, 2))
	}
	last := b.shown(1, 1)
	require.Positive(t, b.nodes[1].log.Base().Index)
	b.beat(1)
	b.settle()
	b.beat(1)
	b.settle()
	require.Equal(t, last, b.shown(3, 1), "from a snapshot in chunks")
	b.crash(1)
	b.elect(3)
	b.ask(3, kv.Request{Op: first, Attempt: 2, Code: sim.Put, Key: 1})
	b.settle()
	b.wantOK(first)
	require.Equal(t, last, b.shown(3, 1))
}

// Section 7: a snapshot takes the place of a log that differs from the leader's, and of what stood
// behind it there: that is on this disk no more.
func TestWhatASnapshotDoesNotStandForIsDiscarded(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.SnapshotEvery, c.Keep = 4, 0 })
	b.elect(1)
	for range 9 {
		b.put1(1, 1)
	}
	b.settleIf(none)
	cut := b.nodes[1].log.Last().Index
	b.electIf(2, only(2, 3))
	for range 5 {
		b.put1(2, 2)
		b.settleIf(only(2, 3))
	}
	at := b.nodes[2].log.Base().Index
	require.Positive(t, at)
	require.Less(t, at, cut)
	for range 4 {
		b.beat(2)
		b.settle()
	}
	require.Equal(t, b.nodes[2].log.Last(), b.nodes[1].log.Last())
	last := uint64(0)
	for _, f := range b.facts {
		if f.node == 1 && f.Fact == sim.Discarded {
			require.Equal(t, sim.Truncated, f.Why)
			last = max(last, f.A)
		}
	}
	require.Equal(t, cut, last)
}

// A server whose disk was lost is another one: it learns, and is given a vote again.
func TestALostDiskComesBackAsALearner(t *testing.T) {
	for _, change := range []string{"single", "joint"} {
		b := newBench(t, 3, func(c *Config) { c.Change = change })
		b.elect(1)
		b.put1(1, 1)
		b.settle()
		b.crash(2)
		b.disks[2].Wipe()
		b.now += time.Second
		b.restart(2)
		require.NotEqual(t, uint64(firstIdentity), b.nodes[2].identity)
		require.False(t, b.nodes[2].canCampaign(b.envs[2]))
		b.settle()
		b.beat(1)
		b.settle()
		b.beat(1)
		b.settle()
		require.True(t, b.nodes[2].configs.newest().canVote(2, b.nodes[2].identity), change)
		require.False(t, b.nodes[1].configs.newest().canVote(2, firstIdentity))
		require.Equal(t, b.shown(1, 1), b.shown(2, 1))
	}
}

// A server that writes its vote blocks, where that is asked for: what comes meanwhile waits, in order.
func TestBlockingServersAreUnresponsiveWhileTheyPersistAVote(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		b := newBench(t, 3, func(c *Config) { c.Blocking = blocking })
		b.settle()
		b.frozen[2] = true
		b.signal(1, sim.SignalElect, 0)
		b.syncAll()
		b.deliverThose(both(isKind("ask"), to(2)))
		op := b.put1(2, 1)
		require.Equal(t, blocking, b.reply(op) == nil)
		b.frozen[2] = false
		b.settle()
		require.NotNil(t, b.reply(op))
		require.Equal(t, []sim.NodeID{1}, b.leaders())
	}
}

// Who writes down a vote has granted it once it is durable: from then on it waits for a leader, whatever
// its timer said meanwhile.
func TestABlockingVoterWaitsForALeaderFromWhenItsVoteIsDurable(t *testing.T) {
	for _, blocking := range []bool{false, true} {
		b := newBench(t, 3, func(c *Config) { c.Blocking = blocking })
		b.settle()
		b.frozen[2] = true
		b.signal(1, sim.SignalElect, 0)
		b.syncAll()
		b.deliverThose(both(isKind("ask"), to(2)))
		b.drop(to(1))
		late := 2 * (b.config.Timeout + b.config.Spread)
		b.now += late
		b.do(2, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: timerMissed}) })
		b.frozen[2] = false
		b.syncAll()
		require.Equal(t, !blocking, b.nodes[2].election.tries > 0)
		if blocking {
			due, pending := b.envs[2].Pending(b.nodes[2].follower.timer)
			require.True(t, pending)
			require.GreaterOrEqual(t, due, b.now+b.config.Timeout)
		}
	}
}

// Election timeouts are drawn from the shortest to the longest, for each term anew.
func TestTimeoutsAreSpread(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Timeout, c.Spread = 150*time.Millisecond, 5*time.Millisecond })
	seen := map[time.Duration]bool{}
	b.do(1, func(n *Node, env *sim.Env) {
		for n.hard.Term < 100 {
			n.hard.Term++
			patience := n.patience(env)
			require.GreaterOrEqual(t, patience, 150*time.Millisecond)
			require.Less(t, patience, 155*time.Millisecond)
			seen[patience] = true
		}
	})
	require.Greater(t, len(seen), 90)
}

func TestConfigurationsSurviveTheirWords(t *testing.T) {
	c := configuration{joint: true, members: []member{{1, 1, votes | votedOnce}, {2, 77, wantsVote}, {3, 1, votedOnce}, {4, 1, 0}}}
	require.Equal(t, c, unwords(c.words()))
	settled := c.settled()
	require.Equal(t, configuration{members: []member{{1, 1, votes}, {2, 77, wantsVote}, {4, 1, 0}}}, settled)
}

func TestQuorums(t *testing.T) {
	for n := 1; n <= 7; n++ {
		var c configuration
		for id := range n {
			c.members = append(c.members, member{sim.NodeID(id + 1), 1, votes})
		}
		var scratch []uint64
		for have := range n + 1 {
			got := c.quorum(&scratch, byVoters, func(m *member) uint64 {
				if int(m.id) <= have {
					return 1
				}
				return 0
			})
			require.Equal(t, 2*have > n, got == 1, fmt.Sprint(have, " of ", n))
		}
	}
}

func TestSnapshotsAreAlike(t *testing.T) {
	s := snapshot{Image: machine.Image{At: replog.Position{Epoch: 2, Index: 5}}, Config: []uint64{0}}
	other := s
	other.ConfigAt = 3
	require.NotEqual(t, sim.Fingerprint(&s), sim.Fingerprint(&other))
}

// A disk may take longer for a vote than for a candidacy: records say which they are.
func TestVotesAndCandidaciesAreToldApart(t *testing.T) {
	b := newBench(t, 3, nil)
	name := func(id sim.NodeID) string {
		r, err := b.Disk(id).Read(fileTerm, 0)
		require.NoError(t, err)
		return r.(sim.Named).Name()
	}
	b.elect(2)
	require.Equal(t, "candidacy", name(2))
	require.Equal(t, "vote", name(1))
	b.giveLog(3, 2)
	require.Equal(t, "term", name(3), "it has voted for nobody in the new term")
	b.crash(2)
	b.restart(2)
	b.settle()
	b.signal(1, sim.SignalElect, 0)
	b.settle()
	require.Equal(t, "candidacy", name(1))
	require.NotEqual(t, "candidacy", name(2), "a record read from the disk is of a former term")
}

// Figure 7: what a log holds beyond what is committed may be cut. Who shows it all the same shows what never was.
func TestAReplicaShowsOnlyWhatIsCommitted(t *testing.T) {
	for _, apply := range []string{"committed", "appended"} {
		b := newBench(t, 3, func(c *Config) { c.Reads, c.Apply = "replica", apply })
		b.elect(1)
		b.settle()
		first := b.put1(1, 1)
		b.settle()
		second := b.put1(1, 1)
		b.frozen[2] = true
		b.deliverThose(both(isKind("append"), to(2)))
		local := func() sim.OpID { return b.ask(2, kv.Request{Code: sim.Get, Key: 1, Read: kv.AtReplica}) }
		shown, answered := b.read(local())
		require.True(t, answered)
		require.Equal(t, map[string]sim.OpID{"committed": first, "appended": second}[apply], shown)
		b.drop(all)
		b.crash(2)
		b.frozen[2] = false
		b.restart(2)
		b.now += time.Second
		b.electIf(3, only(2, 3))
		b.beat(3)
		b.settleIf(only(2, 3))
		shown, _ = b.read(local())
		require.Equal(t, first, shown, "the other was never committed")
	}
}
