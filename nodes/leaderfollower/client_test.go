package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// driven drives one client by hand.
type driven struct {
	t      *testing.T
	host   *bench
	env    *sim.Env
	client kv.Client
	now    time.Duration
	sent   []letter
	op     sim.OpID
}

func newDriven(t *testing.T, near sim.NodeID, change func(*Config)) *driven {
	config := Defaults()
	if change != nil {
		change(&config)
	}
	host := &bench{t: t}
	members := []sim.NodeID{1, 2, 3}
	return &driven{t: t, host: host, env: sim.NewEnv(client, host), client: NewClient(config, members, near)}
}

func (c *driven) do(handler func()) {
	c.env.Enter(c.now, c.now)
	handler()
	for _, e := range c.env.Effects() {
		if e.Do == sim.DoSend {
			c.sent = append(c.sent, letter{client, e.To, e.Message})
		}
	}
}

func (c *driven) call(code sim.Code, read kv.ReadPath) {
	c.op++
	c.do(func() { c.client.Call(c.env, kv.Request{Op: c.op, Code: code, Read: read}) })
}

func (c *driven) answer(from sim.NodeID, r kv.Reply) (reply kv.Reply, done bool) {
	r.Op = c.op
	c.do(func() { reply, done = c.client.Receive(c.env, from, &r) })
	return reply, done
}

// wants checks the newest request sent.
func (c *driven) wants(number int, to sim.NodeID, attempt uint8, read kv.ReadPath) {
	c.t.Helper()
	require.Len(c.t, c.sent, number)
	last := c.sent[number-1]
	r := last.m.(*kv.Request)
	require.Equal(c.t, to, last.to)
	require.Equal(c.t, attempt, r.Attempt)
	require.Equal(c.t, read, r.Read)
}

// fire fires the timers due after a time.
func (c *driven) fire(d time.Duration) {
	c.now += d
	var due []sim.TimerID
	c.env.Timers(func(id sim.TimerID, at time.Duration) {
		if at <= c.now {
			due = append(due, id)
		}
	})
	for _, id := range due {
		t, _ := c.env.Fire(id)
		c.do(func() { c.client.Timeout(c.env, t) })
	}
}

func TestClientFollowsRedirectsAndRemembersThem(t *testing.T) {
	c := newDriven(t, sim.Nobody, nil)
	c.call(sim.Put, kv.Strongest)
	c.wants(1, 1, 1, kv.Strongest)
	_, done := c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.Fail, Error: sim.NotLeader, Leader: 3})
	require.False(t, done)
	c.wants(2, 3, 2, kv.Strongest)
	r, done := c.answer(3, kv.Reply{Attempt: 2, Outcome: sim.OK, Leader: 3})
	require.True(t, done)
	require.Equal(t, sim.OK, r.Outcome)
	c.call(sim.Put, kv.Strongest)
	c.wants(3, 3, 1, kv.Strongest)
}

func TestClientBacksOffWhenNobodyLeads(t *testing.T) {
	c := newDriven(t, sim.Nobody, nil)
	c.call(sim.Put, kv.Strongest)
	wait := Defaults().Backoff
	for i := range 4 {
		c.answer(c.sent[i].to, kv.Reply{Attempt: uint8(i + 1), Outcome: sim.Fail, Error: sim.NotLeader})
		require.Len(t, c.sent, i+1)
		c.fire(wait - 1)
		require.Len(t, c.sent, i+1)
		c.fire(1)
		require.Len(t, c.sent, i+2)
		wait *= 2
	}
	require.Equal(t, []sim.NodeID{1, 2, 3, 1, 2}, targets(c))
}

func targets(c *driven) (ids []sim.NodeID) {
	for _, l := range c.sent {
		ids = append(ids, l.to)
	}
	return ids
}

func TestClientDoesNotPingPongBetweenTwoThatPointAtEachOther(t *testing.T) {
	c := newDriven(t, sim.Nobody, nil)
	c.call(sim.Put, kv.Strongest)
	for range 20 {
		last := c.sent[len(c.sent)-1]
		other := 3 - last.to
		c.answer(last.to, kv.Reply{Attempt: last.m.(*kv.Request).Attempt, Outcome: sim.Fail, Error: sim.NotLeader, Leader: other})
	}
	require.Len(t, c.sent, 4)
	c.fire(time.Second)
	require.Len(t, c.sent, 5)
}

func TestClientTriesElsewhereWithoutAnswer(t *testing.T) {
	c := newDriven(t, sim.Nobody, nil)
	c.call(sim.Put, kv.Strongest)
	c.fire(250 * time.Millisecond)
	c.wants(2, 2, 2, kv.Strongest)
	_, done := c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.Fail, Error: sim.NotLeader, Leader: 1})
	require.False(t, done)
	require.Len(t, c.sent, 2, "an answer to an attempt given up starts no other")
	_, done = c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 1})
	require.True(t, done, "but a final one counts")

	c = newDriven(t, sim.Nobody, func(c *Config) { c.AttemptTimeout = 0 })
	c.call(sim.Put, kv.Strongest)
	c.fire(time.Hour)
	require.Len(t, c.sent, 1)
}

func TestClientRetriesWhatWasCutShort(t *testing.T) {
	c := newDriven(t, sim.Nobody, nil)
	c.call(sim.Put, kv.Strongest)
	_, done := c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.Unknown, Error: sim.Partial, Leader: 2})
	require.False(t, done)
	c.wants(2, 2, 2, kv.Strongest)
}

func TestFinalAnswers(t *testing.T) {
	for _, e := range []sim.Error{sim.Conflict, sim.TokenLost, sim.TimedOut, sim.Unavailable} {
		c := newDriven(t, sim.Nobody, nil)
		c.call(sim.CAS, kv.Strongest)
		r, done := c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.Fail, Error: e})
		require.True(t, done)
		require.Equal(t, e, r.Error)
		c.fire(time.Hour)
		require.Len(t, c.sent, 1)
	}
}

// Where an attempt may have been carried out by another leader, a write that is refused
// for its token has not certainly failed. A read has.
func TestLostTokenLeavesAWriteInDoubtWhereAnAttemptMayHaveHappened(t *testing.T) {
	lost := kv.Reply{Attempt: 2, Outcome: sim.Fail, Error: sim.TokenLost}
	unanswered := func(c *driven) { c.fire(250 * time.Millisecond) }
	tests := []struct {
		code   sim.Code
		before func(*driven)
		want   sim.Outcome
	}{
		{sim.Put, unanswered, sim.Unknown},
		{sim.Get, unanswered, sim.Fail},
		{sim.Put, func(c *driven) {
			c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.Unknown, Error: sim.Partial, Leader: 2})
		}, sim.Unknown},
		{sim.Put, func(c *driven) {
			c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.Fail, Error: sim.NotLeader, Leader: 2})
		}, sim.Fail},
	}
	for _, test := range tests {
		c := newDriven(t, sim.Nobody, nil)
		c.call(sim.Put, kv.Strongest)
		unanswered(c)
		c.answer(2, kv.Reply{Attempt: 2, Outcome: sim.OK, Leader: 1}) // is no doubt about the next op
		c.sent = nil
		c.call(test.code, kv.Strongest)
		test.before(c)
		require.Len(t, c.sent, 2)
		r, done := c.answer(2, lost)
		require.True(t, done)
		require.Equal(t, test.want, r.Outcome)
		require.Equal(t, sim.TokenLost, r.Error)
	}
}

func TestAbandonedOpIsForgotten(t *testing.T) {
	c := newDriven(t, sim.Nobody, nil)
	c.call(sim.Put, kv.Strongest)
	c.client.Abandon(c.env, c.op)
	c.fire(time.Hour)
	require.Len(t, c.sent, 1)
	_, done := c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.OK})
	require.False(t, done)
}

func TestWhereReadsGo(t *testing.T) {
	reads := func(where string) func(*Config) { return func(c *Config) { c.Reads = where } }
	c := newDriven(t, 3, reads("leader"))
	c.call(sim.Get, kv.Strongest)
	c.wants(1, 1, 1, kv.AtLeader)

	c = newDriven(t, 3, reads("nearest"))
	c.call(sim.Get, kv.Strongest)
	c.wants(1, 3, 1, kv.AtReplica)
	c.answer(3, kv.Reply{Attempt: 1, Outcome: sim.Fail, Error: sim.TokenBehind, Leader: 1})
	c.wants(2, 1, 2, kv.AtLeader)

	c = newDriven(t, 3, reads("any"))
	seen := map[sim.NodeID]int{}
	for range 60 {
		c.call(sim.Get, kv.Strongest)
		seen[c.sent[len(c.sent)-1].to]++
		c.client.Abandon(c.env, c.op)
	}
	require.Len(t, seen, 3)
	c.call(sim.Get, kv.AtLeader)
	require.Equal(t, sim.NodeID(1), c.sent[len(c.sent)-1].to)
}

func TestSlowReplicaDoesNotChangeWhoIsBelievedToLead(t *testing.T) {
	c := newDriven(t, 3, func(c *Config) { c.Reads = "nearest" })
	c.call(sim.Get, kv.Strongest)
	c.fire(250 * time.Millisecond)
	c.wants(2, 1, 2, kv.AtReplica)
}
