package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func witnessed(c *Config) { c.Detector = "witness" }

func TestWitnessStoresNothing(t *testing.T) {
	b := newBench(t, 3, witnessed)
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	b.wantOK(op)
	b.pass(time.Second)
	require.Empty(t, b.logOf(3))
	for _, f := range b.stated(sim.Stored, op) {
		require.NotEqual(t, sim.NodeID(3), f.node)
	}
	read := b.getAt(3, 1, kv.Token{})
	b.wantError(read, sim.NotLeader)
	require.Empty(t, b.pick(func(letter) bool { return true }))
}

// Two copies and a witness survive the loss of a copy.
func TestWitnessElectsTheSurvivor(t *testing.T) {
	b := newBench(t, 3, witnessed)
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	b.wantOK(op)
	b.crash(1)
	b.pass(2 * time.Second)
	require.Equal(t, []sim.NodeID{2}, b.leaders())
	require.Equal(t, op, b.shown(2, 1))
}

func TestWitnessNeverLeads(t *testing.T) {
	b := newBench(t, 3, witnessed)
	b.settle()
	b.hand(1, 3)
	b.do(3, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	b.settle()
	require.Equal(t, []sim.NodeID{1}, b.leaders())
	b.crash(1)
	b.crash(2)
	b.pass(3 * time.Second)
	require.Empty(t, b.leaders())
}

// Nobody is promoted without the witness, by however many.
func TestNobodyIsPromotedWithoutTheWitness(t *testing.T) {
	b := newBench(t, 5, witnessed)
	b.settle()
	b.passIf(3*time.Second, split(2, 3, 4))
	require.Equal(t, []sim.NodeID{1}, b.leaders(), "which sees the witness")
	b.pass(2 * time.Second)
	b.crash(5)
	b.crash(1)
	b.pass(3 * time.Second)
	require.Empty(t, b.leaders(), "no witness")
	b.restart(5)
	b.pass(2 * time.Second)
	require.Len(t, b.leaders(), 1)
}

func TestWhatAWitnessNeeds(t *testing.T) {
	config := Defaults()
	config.Detector = "witness"
	require.ErrorContains(t, config.Fits(2), "a witness needs two others")
	require.NoError(t, config.Fits(3))
	config.K = 2
	require.ErrorContains(t, config.Fits(3), "have only 1 that count")
	config.K, config.Replication = 1, "chain"
	require.ErrorContains(t, config.Fits(3), "no writes to pass on")
	config.Replication, config.Delayed.Followers = "direct", 1
	require.ErrorContains(t, config.Fits(4), "cannot be delayed")
}

func TestClientsReadNothingFromTheWitness(t *testing.T) {
	config := Defaults()
	config.Detector = "witness"
	holders, near := config.holders([]sim.NodeID{1, 2, 3}, 3)
	require.Equal(t, []sim.NodeID{1, 2}, holders)
	require.Equal(t, sim.Nobody, near)
	_, near = config.holders([]sim.NodeID{1, 2, 3}, 2)
	require.Equal(t, sim.NodeID(2), near)
}

func TestShortOfAnswers(t *testing.T) {
	alone := func(short string) *bench {
		b := newBench(t, 5, func(c *Config) { c.Answers, c.ShortOfAnswers = 4, short })
		b.settle()
		op := b.put1(1, 1)
		b.settleIf(func(l letter) bool { return l.to <= 2 })
		b.wantOK(op)
		b.crash(1)
		b.crash(2) // the only other copy
		b.pass(3 * time.Second)
		return b
	}
	require.Empty(t, alone("refuse").leaders(), "3 of 4 answers")
	promoted := alone("promote")
	require.Len(t, promoted.leaders(), 1)
	require.Zero(t, promoted.shown(promoted.leaders()[0], 1), "and the write is lost")
}
