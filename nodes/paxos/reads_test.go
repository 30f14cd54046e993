package paxos

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
)

// shown is what a read was answered, 0 for nothing; false when it was not.
func (p *play) shown(op sim.OpID) (writer sim.OpID, answered bool) {
	r := p.reply(op)
	switch {
	case r == nil || r.Outcome != sim.OK:
		return 0, false
	case len(r.Values) == 0:
		return 0, true
	}
	return r.Values[0].ID, true
}

// replaced is a leader, 1, that has had one write chosen and was replaced by 2, which
// had another one chosen.
func replaced(t *testing.T, reads string) (p *play, old, newest sim.OpID) {
	p = newPlay(t, 3, func(c *Config) { c.Reads, c.Lease = reads, 300*time.Millisecond })
	p.flow(1, 2, 3)
	old = p.put(1)
	p.flow(1, 2, 3)
	p.Advance(350 * time.Millisecond)
	p.flow()
	p.elect(2, 3)
	newest = p.put(2)
	p.flow(2, 3)
	require.Equal(t, sim.OK, p.reply(newest).Outcome)
	require.True(t, p.leads(1))
	return p, old, newest
}

func TestOnlyWhoAsksNobodyIsWrongAboutLeading(t *testing.T) {
	for _, reads := range []string{"log", "read-index", "lease"} {
		p, _, newest := replaced(t, reads)
		late, now := p.get(1), p.get(2)
		p.flow(1, 2, 3)
		_, answered := p.shown(late)
		require.False(t, answered, reads)
		p.Run(time.Second)
		writer, answered := p.shown(now)
		require.True(t, answered, reads)
		require.Equal(t, newest, writer, reads)
	}
	p, old, _ := replaced(t, "leader")
	late := p.get(1)
	p.flow(1)
	writer, answered := p.shown(late)
	require.True(t, answered)
	require.Equal(t, old, writer)
}

func TestNobodyIsElectedWhileALeaseLasts(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Reads, c.Lease = "lease", 300*time.Millisecond })
	p.Run(100 * time.Millisecond)
	p.elect(2, 3)
	require.False(t, p.leads(2))
	p.Advance(400 * time.Millisecond)
	p.flow()
	p.elect(2, 3)
	require.True(t, p.leads(2))
}

func TestARestartedAcceptorWaitsForTheLeaseThatItMayHaveGiven(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Reads, c.Lease = "lease", 300*time.Millisecond })
	p.Run(100 * time.Millisecond)
	p.Crash(2, simtest.Kept)
	p.Crash(3, simtest.Kept)
	p.Restart(2)
	p.Restart(3)
	p.elect(2, 3)
	require.False(t, p.leads(2))
	p.Advance(400 * time.Millisecond)
	p.flow()
	p.elect(2, 3)
	require.True(t, p.leads(2))
}

// A value that one acceptor of three has accepted, and nobody knows to be chosen.
func TestAQuorumReadWaitsForWhatMayBeChosen(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Reads = "quorum" })
	p.flow(1, 2, 3)
	put := p.put(1)
	p.flowIf(func(l simtest.Letter) bool {
		return l.Message.Kind().Name == "accept" && l.To == 2 // its acceptance is lost
	})
	get := p.get(3)
	p.flow(2, 3)
	_, answered := p.shown(get)
	require.False(t, answered, "slot 1 may be chosen")
	p.Run(time.Second)
	writer, answered := p.shown(get)
	require.True(t, answered)
	require.Equal(t, put, writer)
}

func TestALearnerServesOnlyWhatIsChosen(t *testing.T) {
	for apply, dirty := range map[string]bool{"chosen": false, "accepted": true} {
		p := newPlay(t, 3, func(c *Config) { c.Reads, c.Learn, c.Apply = "learner", "acceptors", apply })
		p.flow(1, 2, 3)
		p.put(1)
		get := p.ask(1, kv.Request{Code: sim.Get, Key: 1, Read: kv.AtReplica})
		p.flow(1)
		writer, answered := p.shown(get)
		require.True(t, answered)
		require.Equal(t, dirty, writer != 0)
	}
}

// Acceptances of two ballots by two acceptors are no majority of either.
func TestALearnerCountsByBallot(t *testing.T) {
	p := newPlay(t, 5, func(c *Config) { apart(c); c.Learn = "acceptors" })
	p.flow(4, 1, 2)
	p.put(4)
	p.flow(4, 5, 1)
	p.elect(5, 2, 3)
	p.put(5)
	p.flowIf(func(l simtest.Letter) bool { return p.between(l, []sim.NodeID{4, 5, 2}) })
	require.Zero(t, p.decided())
	p.Run(time.Second)
	require.Positive(t, p.decided())
	require.True(t, p.agrees())
}

func TestATokenIsWaitedForOrRefused(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Reads, c.Wait = "learner", 50*time.Millisecond })
	p.flow(1, 2, 3)
	put := p.put(1)
	p.flow(1, 2)
	token := p.reply(put).Token
	refused := p.ask(3, kv.Request{Code: sim.Get, Key: 1, Read: kv.AtReplica, Token: token})
	p.Advance(60 * time.Millisecond)
	p.flow(3)
	require.Equal(t, sim.TokenBehind, p.reply(refused).Error)
	waits := p.ask(3, kv.Request{Code: sim.Get, Key: 1, Read: kv.AtReplica, Token: token})
	p.Run(200 * time.Millisecond)
	again := p.ask(3, kv.Request{Code: sim.Get, Key: 1, Read: kv.AtReplica, Token: token})
	p.flow(1, 2, 3)
	for _, op := range []sim.OpID{waits, again} {
		if writer, answered := p.shown(op); answered {
			require.Equal(t, put, writer)
		}
	}
	_, answered := p.shown(again)
	require.True(t, answered)
}

// With a bound on its lag, a learner that nobody tells anything asks a quorum.
func TestABoundedLearnerIsNeverOlderThanItsBound(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Reads, c.MaxLag = "learner", 100*time.Millisecond })
	p.flow(1, 2, 3)
	first := p.get(3)
	p.flow(1, 2, 3)
	_, isServed := p.shown(first)
	require.True(t, isServed)
	put := p.put(1)
	p.flow(1, 2)
	soon := p.get(3)
	p.flow(3)
	writer, answered := p.shown(soon)
	require.True(t, answered)
	require.Zero(t, writer, "within the bound: stale")
	p.Advance(150 * time.Millisecond)
	p.flow()
	later := p.get(3)
	p.flow(3)
	_, answered = p.shown(later)
	require.False(t, answered)
	p.Run(time.Second)
	writer, answered = p.shown(later)
	require.True(t, answered)
	require.Equal(t, put, writer)
}

// A learner that was down while slots went behind a snapshot is given the snapshot.
func TestALateLearnerCatchesUp(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Snapshot, c.Batch = 8, 4 })
	p.flow(1, 2, 3)
	p.Crash(3, simtest.Kept)
	var last sim.OpID
	for range 30 {
		last = p.put(1)
		p.flow(1, 2)
	}
	require.LessOrEqual(t, len(p.server(1).acceptor.accepted), 8)
	require.LessOrEqual(t, len(p.server(1).acceptor.journal), 8)
	p.Restart(3)
	p.Run(2 * time.Second)
	require.Equal(t, p.server(1).learner.applied, p.server(3).learner.applied)
	require.Equal(t, last, p.server(3).learner.store.Writer(1, 30))
	// And so is a proposer that comes to lead without knowing them.
	p.Crash(1, simtest.Kept)
	p.elect(3, 2)
	put := p.put(3)
	p.flow(2, 3)
	require.Equal(t, sim.OK, p.reply(put).Outcome)
}

// An op that two leaders had chosen for two slots takes effect once.
func TestARetriedOpTakesEffectOnce(t *testing.T) {
	p := newPlay(t, 3, nil)
	p.flow(1, 2, 3)
	put := p.put(1)
	p.flowIf(func(l simtest.Letter) bool { return l.Message.Kind().Name == "accept" })
	p.elect(2, 3)
	p.Do(p.client, func(env *sim.Env) {
		env.Send(2, &kv.Request{Op: put, Attempt: 2, Code: sim.Put, Key: 1, Value: sim.Value{ID: put}})
	})
	p.flow(2, 3)
	require.Equal(t, sim.OK, p.reply(put).Outcome)
	committed := 0
	for i := range p.Facts {
		if f := &p.Facts[i]; f.Fact == sim.Committed && f.Op == put && f.Node == 2 {
			committed++
		}
	}
	require.Equal(t, 1, committed)
}

// Who is handed the lead need not wait for the lease to end: the leader has given it up.
func TestAHandoverRevokesTheLease(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Reads, c.Lease = "lease", 300*time.Millisecond })
	p.Run(100 * time.Millisecond)
	put := p.put(1)
	p.Signal(1, sim.SignalHandover)
	late := p.get(1) // before it hears of its successor
	_, answered := p.shown(late)
	require.False(t, answered)
	p.flow(1, 2, 3)
	require.True(t, p.leads(2))
	require.False(t, p.leads(1))
	p.Run(100 * time.Millisecond)
	now := p.get(2)
	p.Run(100 * time.Millisecond)
	writer, answered := p.shown(now)
	require.True(t, answered)
	require.Equal(t, put, writer)
}

// A leader that handed over to nobody leads again, in a ballot of its own.
func TestAHandoverThatIsLost(t *testing.T) {
	p := newPlay(t, 3, func(c *Config) { c.Timeout = 200 * time.Millisecond })
	p.Run(100 * time.Millisecond)
	ballot := p.server(1).proposer.ballot
	p.Signal(1, sim.SignalHandover)
	p.Drop(simtest.Match{Kind: "handover"})
	put := p.put(1)
	p.Run(time.Second)
	require.Greater(t, p.server(1).proposer.ballot+p.server(2).proposer.ballot+p.server(3).proposer.ballot, ballot)
	require.NotNil(t, p.reply(put))
}

// 5 comes to lead by the old acceptors, and learns of the new ones, by whom something was
// chosen: it answers nothing before it has asked them.
func TestALeaderAsksTheNewAcceptorsBeforeItAnswers(t *testing.T) {
	p := newPlay(t, 7, func(c *Config) { apart(c); c.Window, c.Reads = 2, "leader" })
	p.flow(4, 1, 2, 3)
	p.Do(4, func(env *sim.Env) { p.server(4).reconfigure(env, bit(0)|bit(5)|bit(6)) })
	p.flow(4, 1, 2, 3)
	p.put(4)
	p.flow(4, 1, 2, 3)
	put := p.put(4)
	p.flow(4, 6, 7)
	for range 5 {
		p.Advance(100 * time.Millisecond)
		p.flow(4, 6, 7)
	}
	require.Equal(t, sim.OK, p.reply(put).Outcome)
	p.elect(5, 1, 2, 3)
	require.True(t, p.leads(5))
	get := p.get(5)
	for range 3 {
		p.Advance(100 * time.Millisecond)
		p.flow(5, 1, 2, 3)
	}
	_, answered := p.shown(get)
	require.False(t, answered)
	p.Run(time.Second)
	writer, answered := p.shown(get)
	require.True(t, answered)
	require.Equal(t, put, writer)
}
