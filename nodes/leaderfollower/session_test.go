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
	b.nodes[2].commit = 2
	b.wantError(b.getAt(2, 1, tok), sim.TokenLost)
	require.Nil(t, b.reply(op))
}
