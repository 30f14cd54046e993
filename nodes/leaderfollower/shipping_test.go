package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

func readOnly(n int) func(*Config) {
	return func(c *Config) { c.ReadOnly = n; c.K = 1 }
}

func TestReadOnlyFollowersAreCountedForNothing(t *testing.T) {
	b := newBench(t, 3, readOnly(1))
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(without(2))
	require.Nil(t, b.reply(op), "only n3 has the write, which does not count")
	require.Equal(t, []sim.OpID{op}, b.logOf(3))
	b.pass(time.Second)
	b.wantOK(op)
	require.Equal(t, op, b.shown(3, 1), "it serves what is committed")
}

func TestReadOnlyFollowersTakeNoPartInPromotions(t *testing.T) {
	b := newBench(t, 4, readOnly(1))
	b.settle()
	b.crash(1)
	b.crash(2)
	b.pass(3 * time.Second)
	require.Empty(t, b.leaders(), "n3 alone is no majority of the three that vote")
	require.Empty(t, b.pick(func(l letter) bool { return l.from == 4 && l.m.Kind().Name != "behind" }))
	b.do(4, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	b.pass(time.Second)
	require.Empty(t, b.leaders())
	b.restart(2)
	b.pass(3 * time.Second)
	require.Len(t, b.leaders(), 1)
	require.NotContains(t, b.leaders(), sim.NodeID(4))
	for _, f := range b.facts {
		if f.Fact == sim.Voted || f.Fact == sim.Elected {
			require.NotEqual(t, sim.NodeID(4), f.node)
		}
	}
}

func delayed(n int, by time.Duration) func(*Config) {
	return func(c *Config) { c.Delayed = Delay{Followers: n, By: by} }
}

func TestDelayedFollowerShowsWhatIsCommittedLater(t *testing.T) {
	b := newBench(t, 3, delayed(1, time.Second))
	b.settle()
	first := b.put1(1, 1)
	b.pass(600 * time.Millisecond)
	second := b.put1(1, 1)
	b.pass(600 * time.Millisecond)
	require.Equal(t, second, b.shown(2, 1))
	require.Equal(t, first, b.shown(3, 1), "the second is kept back")
	require.Equal(t, b.logOf(1), b.logOf(3), "but on disk")
	b.crash(3)
	b.restart(3)
	require.Zero(t, b.shown(3, 1), "no record of the log came after it had shown the first")
	b.put1(1, 2)
	b.pass(1100 * time.Millisecond)
	require.Equal(t, second, b.shown(3, 1))
	b.put1(1, 3)
	b.pass(100 * time.Millisecond)
	b.crash(3)
	b.restart(3)
	require.Equal(t, second, b.shown(3, 1), "what had been shown is shown again at once")
}

func TestDelayedFollowersAreNotWaitedFor(t *testing.T) {
	b := newBench(t, 3, delayed(1, time.Second))
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(without(2))
	require.Nil(t, b.reply(op))
	b.pass(time.Second)
	b.wantOK(op)
}

func TestDelayedFollowerIsPromotedOnlyWhereThereIsNoOther(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { delayed(1, time.Minute)(c); c.Mode = "async" })
	b.settle()
	op := b.put1(1, 1)
	b.settleIf(without(2))
	b.crash(1)
	b.pass(2 * time.Second)
	require.Equal(t, []sim.NodeID{2}, b.leaders(), "n3 votes, and has more, and is delayed")
	require.NotContains(t, b.logOf(2), op)

	b = newBench(t, 3, func(c *Config) { delayed(1, time.Minute)(c); c.Answers = 1 })
	b.settle()
	op = b.put1(1, 1)
	b.pass(time.Second)
	b.wantOK(op)
	require.Zero(t, b.shown(3, 1))
	b.crash(1)
	b.crash(2)
	b.do(3, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	b.settle()
	require.Equal(t, []sim.NodeID{3}, b.leaders())
	require.Equal(t, op, b.shown(3, 1), "it first applies all that it has")
}

func TestMembersThatCannotBe(t *testing.T) {
	for path, change := range map[string]func(*Config){
		"read_only":         readOnly(3),
		"delayed.followers": delayed(3, time.Second),
		"k":                 func(c *Config) { c.ReadOnly, c.Delayed.Followers = 1, 2 },
		"answers":           func(c *Config) { c.ReadOnly, c.Answers = 1, 3 },
	} {
		c := Defaults()
		change(&c)
		err := c.Fits(3)
		require.Error(t, err)
		require.Equal(t, path, err.(interface{ Path() string }).Path())
	}
	c := Defaults()
	c.ReadOnly, c.Delayed.Followers = 1, 1
	require.NoError(t, c.Fits(3))
}

func TestRegisterShowsTheNewestThatCame(t *testing.T) {
	for order, early := range map[string]bool{"log": false, "register": true} {
		b := newBench(t, 3, func(c *Config) { c.Apply, c.Order = "received", order })
		b.settle()
		b.put1(1, 1)
		lost := b.pick(both(to(2), isKind("ship")))
		newest := b.put1(1, 1)
		gone := b.ask(1, kv.Request{Code: sim.Delete, Key: 2})
		b.settle()
		seen := map[sim.Key]sim.Copy{}
		b.nodes[2].Inspect(func(c sim.Copy) { seen[c.Key] = c })
		values := b.wantOK(b.getAt(2, 1, kv.Token{})).Values
		if !early {
			require.Empty(t, values, "the first is missing")
			require.Empty(t, seen)
		} else {
			require.Equal(t, newest, values[0].ID)
			require.Equal(t, []sim.OpID{gone}, seen[2].Deletes)
			require.Equal(t, newest, seen[1].Values[0].ID)
		}
		b.put(lost...)
		b.settle()
		require.Equal(t, newest, b.wantOK(b.getAt(2, 1, kv.Token{})).Values[0].ID, "an older one takes nothing back")
	}
}
