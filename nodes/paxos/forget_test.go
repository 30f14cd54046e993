package paxos

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
	"simrun/sim/simtest"
)

// count is how many facts of a kind a server has stated.
func (p *play) count(id sim.NodeID, fact sim.Fact) (n int) {
	for i := range p.Facts {
		if p.Facts[i].Node == id && p.Facts[i].Fact == fact {
			n++
		}
	}
	return n
}

// What an acceptor had accepted is gone once what takes its place is on disk, not before: a crash in
// between brings it back.
func TestWhatIsAcceptedStaysUntilTheNextIsOnDisk(t *testing.T) {
	p := newPlay(t, 5, apart)
	p.flow(4, 1, 2, 3)
	p.put(4)
	p.flow(4, 1)
	p.Lag = true
	second := replog.Entry{Epoch: p.server(5).nextBallot(p.server(4).seen, 4), Op: 77, Code: sim.Put, Key: 1}
	p.Do(1, func(env *sim.Env) {
		p.server(1).receiveAccept(env, 5, &accept{acceptance: acceptance{Slot: 1, Entry: second}})
	})
	p.Sync(1, false) // of the promise alone
	require.Zero(t, p.count(1, sim.Discarded))
	p.Crash(1, simtest.Lost)
	before := p.count(1, sim.Stored)
	p.Restart(1)
	require.Equal(t, before+1, p.count(1, sim.Stored), "it is there again")
	p.Do(1, func(env *sim.Env) {
		p.server(1).receiveAccept(env, 5, &accept{acceptance: acceptance{Slot: 1, Entry: second}})
	})
	p.Sync(1, false)
	require.Equal(t, 1, p.count(1, sim.Discarded))
}

// threeLearn has three servers that only accept, two that propose, and one that only learns.
func threeLearn(c *Config) {
	c.Acceptors, c.Proposers, c.Learners, c.Snapshot = []int{1, 2, 3}, []int{4, 5}, []int{4, 5, 6}, 4
}

// writes has some ops chosen, among some servers, and returns the last.
func (p *play) writes(n int, leader sim.NodeID, among ...sim.NodeID) (last sim.OpID) {
	for range n {
		last = p.put(leader)
		p.flow(among...)
		require.NotNil(p.t, p.reply(last))
	}
	return last
}

// Acceptors that do not learn give up what most of those that do have in their snapshots; a proposer
// that knows less is told, and learns it from who has it.
func TestWhoOnlyAcceptsForgetsWhatSnapshotsStandFor(t *testing.T) {
	p := newPlay(t, 6, threeLearn)
	p.flow(4, 1, 2, 3, 6)
	last := p.writes(9, 4, 1, 2, 3, 4, 6)
	for id := sim.NodeID(1); id <= 3; id++ {
		require.EqualValues(t, 8, p.server(id).acceptor.floor)
		require.Len(t, p.server(id).acceptor.journal, 1)
		p.Crash(id, simtest.Lost)
		p.Restart(id)
		require.EqualValues(t, 8, p.server(id).acceptor.floor, "it remembers that it forgot")
	}
	p.Crash(4, simtest.Lost)
	p.elect(5, 1, 2, 3)
	require.Zero(t, p.server(5).learner.applied)
	read := p.get(5)
	for range 8 {
		p.Advance(p.server(5).config.Resend)
		p.flow(1, 2, 3, 5, 6)
	}
	writer, answered := p.shown(read)
	require.True(t, answered)
	require.Equal(t, last, writer)
	require.True(t, p.agrees())
}

// What one of three learners alone has in its snapshot stays with the acceptors.
func TestOneSnapshotIsNotEnoughToForget(t *testing.T) {
	p := newPlay(t, 6, threeLearn)
	p.flow(4, 1, 2, 3)
	p.writes(9, 4, 1, 2, 3, 4)
	require.EqualValues(t, 8, p.server(4).learner.base)
	for id := sim.NodeID(1); id <= 3; id++ {
		require.Zero(t, p.server(id).acceptor.floor)
		require.Len(t, p.server(id).acceptor.accepted, 9)
	}
}

// Sizes of quorums that are given keep their share when there are more acceptors, or fewer, or others.
func TestQuorumsKeepTheirShare(t *testing.T) {
	config := Defaults()
	config.Phase1, config.Phase2 = 4, 2
	c := newCluster(config, []sim.NodeID{1, 2, 3, 4, 5, 6})
	c.acceptors = 0b11111
	sizes := func(set uint64) [2]int {
		of := configuration{Acceptors: set}
		return [2]int{c.phase1(of), c.phase2(of)}
	}
	require.Equal(t, [2]int{4, 2}, sizes(0b11111))
	require.Equal(t, [2]int{4, 2}, sizes(0b111110), "others, as many")
	require.Equal(t, [2]int{5, 3}, sizes(0b111111))
	require.Equal(t, [2]int{4, 2}, sizes(0b1111))
}

func TestQuorumsOfTheTwoPhasesAlwaysMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := Defaults()
		first := rapid.IntRange(1, 9).Draw(t, "first")
		config.Phase1, config.Phase2 = rapid.IntRange(0, first).Draw(t, "phase1"), rapid.IntRange(0, first).Draw(t, "phase2")
		if config.quorumsFit(first) != nil {
			return
		}
		later := rapid.IntRange(1, 12).Draw(t, "later")
		one, two := config.phase1(later, first), config.phase2(later, first)
		require.Greater(t, one+two, later)
		require.LessOrEqual(t, max(one, two), later)
		require.Positive(t, min(one, two))
	})
}

// A leader that is given a snapshot answers those whose ops it stands for, and proposes again
// what it cannot tell the end of.
func TestALeaderThatIsGivenASnapshotKeepsNobodyWaiting(t *testing.T) {
	p := newPlay(t, 3, nil)
	p.flow(1, 2, 3)
	done, open, read, decided := p.put(1), p.put(1), p.get(1), p.get(1)
	p.flow(1)
	l := &p.server(1).learner
	p.Do(1, func(env *sim.Env) {
		r := p.server(1).proposer.ruling
		chosenRead := *r.opened(l.applied + 4)
		require.Equal(t, decided, chosenRead.entry.Op)
		p.server(1).choose(env, chosenRead.slot, chosenRead.entry)
	})
	store := machine.New(256)
	store.Apply(3, &replog.Entry{Op: done, Code: sim.Put, Key: 1, Value: sim.Value{ID: done}})
	shot := snapshot{Image: *store.Image(replog.Position{Epoch: 1, Index: l.applied + 10}), Configurations: l.configurations}
	p.Do(1, func(env *sim.Env) { p.server(1).receiveImage(env, &image{snapshot: shot}) })
	p.flow(1)
	require.NotNil(t, p.reply(done))
	require.Equal(t, sim.OK, p.reply(done).Outcome)
	p.Advance(time.Second)
	p.flow(1, 2, 3)
	for _, op := range []sim.OpID{open, read, decided} {
		require.NotNil(t, p.reply(op), op)
		require.Equal(t, sim.OK, p.reply(op).Outcome)
	}
	require.Empty(t, p.server(1).proposer.ruling.waiting)
}
