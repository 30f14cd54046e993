package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func TestTokenOfAWriteIsHonoured(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(without(3))
	tok := b.wantOK(op).Token
	require.Equal(t, kv.Token{Epoch: 1, Index: 1}, tok)
	require.Equal(t, op, b.wantOK(b.getAt(1, 1, tok)).Values[0].ID)
	require.Empty(t, b.wantOK(b.getAt(3, 1, kv.Token{})).Values, "without a token a replica may be stale")
	b.wantError(b.getAt(3, 1, tok), sim.TokenBehind)
	b.pass(time.Second)
	require.Equal(t, op, b.wantOK(b.getAt(3, 1, tok)).Values[0].ID)
}

func TestReadsGiveTokensOfWhatTheyShow(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	b.put1(1, 2)
	b.settle()
	require.Equal(t, kv.Token{Epoch: 1, Index: 2}, b.wantOK(b.getAt(3, 1, kv.Token{})).Token)
}

func TestReplicaWaitsForATokenUpToABound(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.Wait = 30 * time.Millisecond })
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(without(3))
	tok := b.wantOK(op).Token
	given := b.getAt(3, 1, tok)
	require.Nil(t, b.reply(given))
	b.passIf(31*time.Millisecond, without(3))
	b.wantError(given, sim.TokenBehind)

	patient := b.getAt(3, 1, tok)
	b.nodes[1].ruling.peers[2].progress = -time.Hour
	b.do(1, func(n *Node, env *sim.Env) { n.resend(env, 2) })
	b.settle()
	require.Equal(t, op, b.wantOK(patient).Values[0].ID)
	b.pass(time.Second)
	require.Equal(t, sim.OK, b.reply(patient).Outcome, "answered once only")
}

// lose makes a write at index 2 of epoch 1 that its leader answers and the store loses.
func lose(t *testing.T, b *bench) kv.Token {
	b.settle()
	b.put1(1, 1)
	b.settle()
	lost := b.put1(1, 1)
	b.passIf(2*time.Second, without(1))
	tok := b.wantOK(lost).Token
	require.Equal(t, kv.Token{Epoch: 1, Index: 2}, tok)
	b.pass(time.Second)
	require.Len(t, b.leaders(), 1)
	return tok
}

func TestTokenOfALostWriteFailsForGood(t *testing.T) {
	b := newBench(t, 3, mode("async"))
	tok := lose(t, b)
	for range 5 {
		b.put1(b.leaders()[0], 1)
		b.settle()
		for _, id := range b.members {
			b.wantError(b.getAt(id, 1, tok), sim.TokenLost)
		}
	}
	for _, id := range b.members {
		b.wantOK(b.getAt(id, 1, kv.Token{Epoch: 1, Index: 1}))
	}
}

func TestTokenBeyondTheEndOfAnEndedEpochIsLost(t *testing.T) {
	b := newBench(t, 3, mode("async"))
	lose(t, b)
	for _, id := range b.members {
		b.wantError(b.getAt(id, 1, kv.Token{Epoch: 1, Index: 50}), sim.TokenLost)
		b.wantError(b.getAt(id, 1, kv.Token{Epoch: 9, Index: 1}), sim.TokenBehind)
	}
}

// putWith asks for a write that must come behind what a token names.
func (b *bench) putWith(to sim.NodeID, t kv.Token) sim.OpID {
	return b.ask(to, kv.Request{Code: sim.Put, Key: 1, Token: t})
}

func TestWriteWithALostTokenFailsAndIsNotWritten(t *testing.T) {
	b := newBench(t, 3, mode("async"))
	tok := lose(t, b)
	leader := b.leaders()[0]
	for range 5 {
		before := b.logOf(leader)
		op := b.putWith(leader, tok)
		require.Equal(t, sim.Fail, b.wantError(op, sim.TokenLost).Outcome)
		b.settle()
		require.Equal(t, before, b.logOf(leader))
		b.put1(leader, 1)
		b.settle()
	}
	op := b.putWith(leader, kv.Token{Epoch: 1, Index: 1})
	b.settle()
	b.wantOK(op)
}

func TestWriteIsAnsweredWithATokenThatContainsItsOwn(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	first := b.put1(1, 1)
	b.settle()
	second := b.putWith(1, b.wantOK(first).Token)
	b.settle()
	require.Equal(t, kv.Token{Epoch: 1, Index: 2}, b.wantOK(second).Token)
	b.wantError(b.putWith(1, kv.Token{Epoch: 1, Index: 3}), sim.TokenBehind)
	require.EqualValues(t, 2, b.nodes[1].log.Last().Index)
}

// A deposed leader that has not heard of its successor cannot have what a session saw
// there, and must not name itself: the client would never go elsewhere.
func TestDeposedLeaderRefusesANewerToken(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.passIf(2*time.Second, without(1))
	require.Len(t, b.leaders(), 2)
	successor := b.leaders()[1]
	op := b.put1(successor, 1)
	b.settleIf(without(1))
	tok := b.wantOK(op).Token
	for _, refused := range []sim.OpID{b.putWith(1, tok), b.getAt(1, 1, tok)} {
		require.Equal(t, sim.Nobody, b.wantError(refused, sim.TokenBehind).Leader)
	}
	require.Empty(t, b.logOf(1))
	require.Equal(t, successor, b.wantError(b.putWith(successor, kv.Token{Epoch: tok.Epoch, Index: 99}), sim.TokenBehind).Leader)
}

func TestRetryOfAWriteInTheLogIsAnsweredBeforeItsTokenIsJudged(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	b.ask(1, kv.Request{Op: op, Attempt: 2, Code: sim.Put, Key: 1, Token: kv.Token{Epoch: 9, Index: 9}})
	require.EqualValues(t, 2, b.wantOK(op).Attempt)
}

func TestReadsAtTheLeaderRedirect(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	r := b.wantError(b.ask(2, kv.Request{Code: sim.Get, Read: kv.AtLeader}), sim.NotLeader)
	require.Equal(t, sim.NodeID(1), r.Leader)
}

// A leader that was cut off as soon as it was promoted has an entry of its epoch where
// the others commit an older one: it must not call that one lost.
func TestUncommittedEpochProvesNoLoss(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	b.settle()
	op := b.put1(1, 1)
	b.sync(1)
	b.drop(isKind("ship"))
	b.do(2, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	b.settleIf(without(1))
	// What matters is what 2 knows of commits: set by hand to before and after its own entry.
	require.Contains(t, b.leaders(), sim.NodeID(2))
	tok := kv.Token{Epoch: 1, Index: 2}
	b.nodes[2].commit = 1
	b.wantError(b.getAt(2, 1, tok), sim.TokenBehind)
	b.wantError(b.putWith(2, tok), sim.TokenBehind)
	b.nodes[2].commit = 2
	b.wantError(b.getAt(2, 1, tok), sim.TokenLost)
	b.wantError(b.putWith(2, tok), sim.TokenLost)
	require.Nil(t, b.reply(op))
}
