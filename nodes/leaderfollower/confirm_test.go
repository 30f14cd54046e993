package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func confirmed(b *bench, at sim.NodeID, key sim.Key) sim.OpID {
	return b.ask(at, kv.Request{Code: sim.Get, Read: kv.Strongest, Key: key})
}

func TestConfirmedReadWaitsForFollowers(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	op := b.put1(1, 1)
	b.settle()
	read := confirmed(b, 1, 1)
	require.Nil(t, b.reply(read))
	b.settleIf(without(2))
	require.Equal(t, op, b.wantOK(read).Values[0].ID)
}

func TestDeposedLeaderConfirmsNothing(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	b.put1(1, 1)
	b.passIf(2*time.Second, without(1))
	newer := b.put1(b.leaders()[1], 1)
	b.settleIf(without(1))
	b.wantOK(newer)
	read := confirmed(b, 1, 1)
	b.passIf(time.Second, without(1))
	require.Nil(t, b.reply(read))
	local := b.ask(1, kv.Request{Code: sim.Get, Read: kv.AtLeader, Key: 1})
	require.NotEqual(t, []sim.Value{{ID: newer}}, b.wantOK(local).Values, "an ordinary read is stale")
	b.pass(time.Second)
	b.wantError(read, sim.NotLeader)
}

func TestConfirmedReadsShareHeartbeats(t *testing.T) {
	b := newBench(t, 3, nil)
	b.settle()
	before := b.nodes[1].ruling.round
	var reads []sim.OpID
	for range 10 {
		reads = append(reads, confirmed(b, 1, 1))
	}
	b.settle()
	for _, op := range reads {
		b.wantOK(op)
	}
	require.Equal(t, before+2, b.nodes[1].ruling.round, "one for the first, one for all the others")
}

func TestOneAloneConfirmsItself(t *testing.T) {
	b := newBench(t, 1, mode("sync"))
	b.wantOK(confirmed(b, 1, 1))
}

func TestConfirmationsMeetEveryPromotion(t *testing.T) {
	for n := 1; n <= 7; n++ {
		for answers := 0; answers <= n; answers++ {
			b := newBench(t, n, func(c *Config) { c.Mode, c.Answers = "sync", answers })
			node := b.nodes[1]
			require.Greater(t, node.confirmationsNeeded()+1+node.config.answers(n), n)
		}
	}
}

func TestConfirmedReadsAreNeverStale(t *testing.T) {
	strong := func(c *Config) { safe(c); c.Reads = "confirmed" }
	wrong, seed := hunt(t, 3, 150, strong)
	require.Empty(t, wrong, "schedule %d", seed)
}

func TestOrdinaryReadsAtTheLeaderCanBeStale(t *testing.T) {
	wrong, seed := huntReads(t, 6000, kv.AtLeader)
	require.Contains(t, wrong, "stale")
	t.Log(seed, wrong)
}
