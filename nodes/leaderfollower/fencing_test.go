package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func clientFencing(c *Config) { c.ClientFencing = true }

// A client that has heard of an epoch takes no answer of an older leader.
func TestClientIgnoresAnOlderLeader(t *testing.T) {
	c := newDriven(t, 3, clientFencing)
	c.call(sim.Get, kv.AtReplica)
	_, done := c.answer(3, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 2, Epoch: 5})
	require.True(t, done)
	c.call(sim.Put, kv.Strongest)
	c.wants(2, 1, 1, kv.Strongest)
	require.EqualValues(t, 5, c.sent[1].m.(*kv.Request).Epoch, "it says what it knows")
	_, done = c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 1, Epoch: 1})
	require.False(t, done, "of an older leader")
	c.fire(10 * time.Millisecond)
	c.wants(3, 2, 2, kv.Strongest)
	_, done = c.answer(2, kv.Reply{Attempt: 2, Outcome: sim.OK, Leader: 2, Epoch: 5})
	require.True(t, done)
}

// At a replica nothing depends on who leads: one that lags may answer.
func TestClientTakesAnOlderReplicasAnswer(t *testing.T) {
	c := newDriven(t, 3, clientFencing)
	c.call(sim.Get, kv.AtLeader)
	c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 1, Epoch: 5})
	c.call(sim.Get, kv.AtReplica)
	_, done := c.answer(3, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 2, Epoch: 2})
	require.True(t, done)
}

// What an older leader says that it did may have been done: a later refusal for good does
// not make it undone.
func TestOlderLeadersAnswerLeavesDoubt(t *testing.T) {
	c := newDriven(t, 3, clientFencing)
	c.call(sim.Get, kv.AtLeader)
	c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 1, Epoch: 5})
	c.call(sim.Put, kv.Strongest)
	c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 1, Epoch: 2})
	c.fire(10 * time.Millisecond)
	reply, done := c.answer(2, kv.Reply{Attempt: 2, Outcome: sim.Fail, Error: sim.TokenLost, Epoch: 5})
	require.True(t, done)
	require.Equal(t, sim.Unknown, reply.Outcome)
}

// Without the option nobody speaks of epochs, and an old leader is believed.
func TestWithoutClientFencingTheOldLeaderIsBelieved(t *testing.T) {
	c := newDriven(t, 3, nil)
	c.call(sim.Get, kv.AtReplica)
	c.answer(3, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 2})
	c.call(sim.Put, kv.Strongest)
	_, done := c.answer(1, kv.Reply{Attempt: 1, Outcome: sim.OK, Leader: 1})
	require.True(t, done)
}

// A leader that was replaced and has not heard takes no write of a client that has, and
// takes those of clients that have not: these are lost all the same.
func TestReplacedLeaderRefusesWhoKnowsBetter(t *testing.T) {
	for _, fences := range []bool{true, false} {
		b := newBench(t, 3, func(c *Config) { c.Mode, c.ClientFencing = "async", fences })
		b.settle()
		b.passIf(2*time.Second, without(1))
		require.Len(t, b.leaders(), 2)
		newer := b.nodes[3].promised.Epoch
		var heard uint64
		if read := b.getAt(3, 1, kv.Token{}); b.wantOK(read).Epoch > 0 {
			heard = b.reply(read).Epoch
			require.Equal(t, newer, heard)
		}
		knows := b.ask(1, kv.Request{Code: sim.Put, Key: 1, Epoch: heard})
		ignorant := b.ask(1, kv.Request{Code: sim.Put, Key: 2})
		b.settleIf(without(1))
		b.wantOK(ignorant)
		if !fences {
			b.wantOK(knows)
			continue
		}
		require.Equal(t, sim.Nobody, b.wantError(knows, sim.NotLeader).Leader)
		require.EqualValues(t, 1, b.reply(knows).Epoch)
	}
}
