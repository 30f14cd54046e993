package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

func shape(name string) func(*Config) {
	return func(c *Config) { c.Replication = name }
}

// sends counts the messages of a kind that were sent, by their senders.
func (b *bench) sends(kind string, during func()) map[sim.NodeID]int {
	sent := map[sim.NodeID]int{}
	b.watch = func(l letter) {
		if l.m.Kind().Name == kind {
			sent[l.from]++
		}
	}
	during()
	b.watch = nil
	return sent
}

func TestWhoPassesAWriteOn(t *testing.T) {
	for name, want := range map[string]map[sim.NodeID]int{
		"chain":   {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1},
		"fan-out": {1: 2, 2: 2, 5: 2},
	} {
		b := newBench(t, 7, shape(name))
		b.settle()
		var op sim.OpID
		require.Equal(t, want, b.sends("relay", func() { op = b.put1(1, 1); b.settle() }), name)
		b.wantOK(op)
		for _, id := range b.members {
			require.Equal(t, []sim.OpID{op}, b.logOf(id))
		}
		require.Zero(t, repairs(b))
	}
}

func TestOnlyWhatIsOnAFollowersOwnDiskIsCounted(t *testing.T) {
	b := newBench(t, 4, func(c *Config) { shape("chain")(c); c.Mode = "sync" })
	b.settle()
	op := b.put1(1, 1)
	for len(b.wire) > 0 {
		b.deliver(0)
	}
	require.Len(t, b.logOf(4), 1, "passed on before any disk had it")
	for _, id := range []sim.NodeID{1, 4, 3} {
		b.sync(id)
		for len(b.wire) > 0 {
			b.deliver(0)
		}
		require.Nil(t, b.reply(op))
	}
	b.settle()
	b.wantOK(op)
}

// writeFor writes at a steady rate for a while, and lets messages pass that may.
func (b *bench) writeFor(d time.Duration, pass func(letter) bool) {
	for until := b.now + d; b.now < until; {
		b.put1(b.leaders()[0], 1)
		b.passIf(10*time.Millisecond, pass)
	}
}

func TestChainGoesRoundARelayThatIsDown(t *testing.T) {
	b := newBench(t, 5, func(c *Config) { shape("chain")(c); c.K = 2 })
	b.settle()
	b.crash(2)
	anyway := func(letter) bool { return true }
	b.writeFor(time.Second, anyway)
	for _, id := range []sim.NodeID{3, 4, 5} {
		require.Equal(t, b.logOf(1), b.logOf(id))
	}
	sent := b.sends("relay", func() { b.put1(1, 2); b.settle() })
	require.Equal(t, map[sim.NodeID]int{1: 1, 3: 1, 4: 1}, sent, "a chain of those that are up")
	b.restart(2)
	b.writeFor(2*time.Second, anyway)
	sent = b.sends("relay", func() { b.put1(1, 2); b.settle() })
	require.Equal(t, map[sim.NodeID]int{1: 1, 3: 1, 4: 1, 5: 1}, sent, "n2 is the last of it now")
	require.Equal(t, b.logOf(1), b.logOf(2))
}

func TestChainGoesRoundALinkThatIsCut(t *testing.T) {
	b := newBench(t, 4, func(c *Config) { shape("chain")(c); c.Mode = "sync" })
	b.settle()
	cut := func(l letter) bool { return !(l.from == 2 && l.to == 3 || l.from == 3 && l.to == 2) }
	b.writeFor(2*time.Second, cut)
	before := len(b.replies)
	b.writeFor(time.Second, cut)
	require.GreaterOrEqual(t, len(b.replies)-before, 80, "sync writes of all followers go on")
	require.Equal(t, b.logOf(1), b.logOf(4))
}

func TestFailoverBuildsAnotherTree(t *testing.T) {
	b := newBench(t, 5, func(c *Config) { shape("fan-out")(c); c.K = 2 })
	b.settle()
	b.crash(1)
	b.pass(2 * time.Second)
	leader := b.leaders()[0]
	b.writeFor(time.Second, func(letter) bool { return true })
	sent := b.sends("relay", func() { b.put1(leader, 2); b.settle() })
	require.Equal(t, 2, sent[leader])
	total := 0
	for _, n := range sent {
		total += n
	}
	require.Equal(t, 3, total, "each of the three others gets it once")
}

func TestRelayOfAnOldEpochIsNotPassedOn(t *testing.T) {
	b := newBench(t, 4, shape("chain"))
	b.settle()
	b.put1(1, 1)
	b.do(2, func(n *Node, env *sim.Env) { n.promise(env, 50) })
	b.deliver(0)
	require.Empty(t, b.pick(isKind("relay")))
	require.Len(t, b.pick(both(to(1), isKind("behind"))), 1, "its sender hears of the newer epoch")
}

func pulls(replication string) func(*Config) {
	return func(c *Config) {
		c.Replication, c.Ship, c.Period = replication, "pull", 100*time.Millisecond
	}
}

func TestFollowersAskOnceAPeriod(t *testing.T) {
	b := newBench(t, 3, pulls("direct"))
	b.pass(time.Second)
	sent := b.sends("pull", func() { b.pass(2 * time.Second) })
	require.Equal(t, map[sim.NodeID]int{2: 20, 3: 20}, sent)
	op := b.put1(1, 1)
	b.settle()
	require.Empty(t, b.logOf(2))
	require.Nil(t, b.reply(op))
	b.pass(100 * time.Millisecond)
	b.wantOK(op)
	require.Equal(t, []sim.OpID{op}, b.logOf(2))
}

func TestFullBatchIsFollowedAtOnce(t *testing.T) {
	b := newBench(t, 2, func(c *Config) { pulls("direct")(c); c.Batch = 4 })
	b.pass(time.Second)
	for i := range 10 {
		b.put1(1, sim.Key(i))
	}
	sent := b.sends("batch", func() { b.pass(100 * time.Millisecond) })
	require.Equal(t, 3, sent[1])
	require.Len(t, b.logOf(2), 10)
}

func TestWhomFollowersAsk(t *testing.T) {
	for name, want := range map[string]map[sim.NodeID]int{
		"direct":  {1: 50},
		"chain":   {1: 10, 2: 10, 3: 10, 4: 10, 5: 10},
		"fan-out": {1: 20, 2: 20, 3: 10},
	} {
		b := newBench(t, 6, pulls(name))
		b.pass(time.Second)
		require.Equal(t, want, b.sends("batch", func() { b.pass(time.Second) }), name)
	}
}

func TestFollowerGoesRoundAnUpstreamThatIsSilentOrCutOff(t *testing.T) {
	for name, pass := range map[string]func(letter) bool{
		"down":    without(2),
		"cut off": func(l letter) bool { return l.from != 1 || l.to != 2 },
	} {
		b := newBench(t, 4, func(c *Config) { pulls("chain")(c); c.Failover = "none" })
		b.pass(time.Second)
		b.writeFor(2*time.Second, pass)
		b.passIf(time.Second, pass)
		require.Equal(t, b.logOf(1), b.logOf(3), name)
		require.Equal(t, b.logOf(1), b.logOf(4), name)
	}
}

func TestFollowerThatAsksCutsWhatDiverges(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { pulls("direct")(c); c.Mode = "async" })
	b.pass(time.Second)
	b.put1(1, 1)
	b.pass(time.Second)
	for range 5 {
		b.put1(1, 1)
		b.settleIf(without(1))
	}
	b.passIf(3*time.Second, without(1))
	leader := b.leaders()[1]
	b.put1(leader, 2)
	b.pass(2 * time.Second)
	require.Equal(t, []sim.NodeID{leader}, b.leaders())
	require.Equal(t, b.logOf(leader), b.logOf(1))
	require.Len(t, b.logOf(1), 3)
}
