package leaderfollower

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

func keeps(n int) func(*Config) {
	return func(c *Config) { c.Retention, c.Batch = n, 4 }
}

// repaired counts the repairs by some means that nodes stated.
func (b *bench) repaired(why sim.Why) (n int) {
	for _, f := range b.facts {
		if f.Fact == sim.Repaired && f.Why == why {
			n++
		}
	}
	return n
}

// putMany writes keys in turns and lets everything settle after each.
func (b *bench) putMany(n int) (ops []sim.OpID) {
	for i := range n {
		ops = append(ops, b.put1(b.leaders()[0], sim.Key(i%20)))
		b.settle()
	}
	return ops
}

func (b *bench) requireSame(a, c sim.NodeID) {
	for key := range sim.Key(21) {
		require.Equal(b.t, b.shown(a, key), b.shown(c, key), key)
	}
	require.Equal(b.t, b.nodes[a].log.Last(), b.nodes[c].log.Last())
}

func TestLogIsCutBehindASnapshot(t *testing.T) {
	b := newBench(t, 3, keeps(10))
	b.settle()
	b.putMany(100)
	for _, id := range b.members {
		n := b.nodes[id]
		require.EqualValues(t, 100, n.log.Last().Index)
		require.GreaterOrEqual(t, n.log.Base().Index, uint64(75))
		require.LessOrEqual(t, b.disks[id].Len(fileLog), 25)
		require.Equal(t, 1, b.disks[id].Len(fileSnapshot))
	}
	require.Zero(t, b.repaired(sim.BySnapshot))
}

func TestFollowerPastTheHorizonGetsASnapshotAndTheTail(t *testing.T) {
	for _, ship := range []string{"push", "pull"} {
		b := newBench(t, 3, func(c *Config) { keeps(10)(c); c.Ship = ship })
		b.pass(time.Second)
		b.crash(3)
		for range 100 {
			b.put1(1, sim.Key(b.number%20))
		}
		b.pass(time.Second)
		for range 100 {
			b.put1(1, sim.Key(b.number%20))
		}
		b.pass(time.Second)
		b.restart(3)
		largest := 0
		b.watch = func(l letter) {
			if m, ok := l.m.(*chunk); ok {
				largest = max(largest, len(m.Part.Keys), len(m.Part.Clients))
			}
		}
		b.pass(2 * time.Second)
		require.Equal(t, 4, largest, "in bounded pieces")
		require.Equal(t, 1, b.repaired(sim.BySnapshot))
		b.requireSame(1, 3)
		op := b.put1(1, 1)
		b.pass(time.Second)
		require.Equal(t, op, b.shown(3, 1))
		b.crash(3)
		b.restart(3)
		require.Positive(t, b.nodes[3].log.Base().Index)
		b.pass(time.Second)
		b.requireSame(1, 3)
		require.Equal(t, 1, b.repaired(sim.BySnapshot), "what it had is on its disk")
	}
}

func TestFollowerWithinTheHorizonGetsTheTail(t *testing.T) {
	b := newBench(t, 3, keeps(10))
	b.settle()
	b.putMany(50)
	b.pass(time.Second)
	b.crash(3)
	b.putMany(8)
	b.restart(3)
	b.pass(time.Second)
	require.Zero(t, b.repaired(sim.BySnapshot))
	require.Positive(t, b.repaired(sim.ByLog))
	b.requireSame(1, 3)
}

func TestLostPieceIsSentAgainAndNotThoseBeforeIt(t *testing.T) {
	b := newBench(t, 3, keeps(10))
	b.settle()
	b.crash(3)
	b.putMany(60)
	b.restart(3)
	sent := map[uint64]int{}
	b.watch = func(l letter) {
		if m, ok := l.m.(*chunk); ok {
			sent[m.From]++
		}
	}
	lost := 0
	b.passIf(2*time.Second, func(l letter) bool {
		m, ok := l.m.(*chunk)
		drop := ok && m.From == 8 && lost < 3
		if drop {
			lost++
		}
		return !drop
	})
	require.Equal(t, 3, lost)
	require.Equal(t, 4, sent[8])
	require.Equal(t, 1, sent[0])
	require.Equal(t, 1, sent[4])
	b.requireSame(1, 3)
}

func TestSnapshotIsConfirmedOnceItIsOnDisk(t *testing.T) {
	b := newBench(t, 3, keeps(10))
	b.settle()
	b.crash(3)
	b.putMany(60)
	b.restart(3)
	for b.nodes[3].snapshot == nil || len(b.wire) > 0 {
		if len(b.wire) == 0 {
			require.True(t, b.fire(b.now+time.Second))
		} else {
			b.deliver(0)
		}
	}
	require.Zero(t, b.nodes[1].ruling.peers[2].match)
	require.Zero(t, b.repaired(sim.BySnapshot))
	b.crash(3)
	b.restart(3)
	require.Zero(t, b.nodes[3].log.Last().Index, "a crash before the sync leaves what was there before")
	b.pass(time.Second)
	b.requireSame(1, 3)
}

// What lies behind the snapshot is known as before: retries are answered, not done again,
// and tokens are contained or lost.
func TestWhatIsBehindTheSnapshotIsStillKnown(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { keeps(5)(c); c.Mode = "async" })
	b.settle()
	first := b.put1(1, 1)
	b.settle()
	at := b.wantOK(first).Token
	refused := b.ask(1, kv.Request{Code: sim.CAS, Key: 1, Expect: 77})
	b.settle()
	b.putMany(60)
	b.crash(1)
	b.pass(2 * time.Second)
	leader := b.leaders()[0]
	b.putMany(20)
	require.Greater(t, b.nodes[leader].log.Base().Index, uint64(60))
	b.crash(leader)
	b.restart(leader)
	b.restart(1)
	b.pass(2 * time.Second)
	leader = b.leaders()[0]
	b.ask(leader, kv.Request{Op: first, Attempt: 2, Code: sim.Put, Key: 1})
	b.settle()
	require.Equal(t, at, b.wantOK(first).Token)
	require.NotEqual(t, first, b.shown(leader, 1))
	b.ask(leader, kv.Request{Op: refused, Attempt: 2, Code: sim.CAS, Key: 1, Expect: 77})
	require.Len(t, b.wantError(refused, sim.Conflict).Values, 1)
	for _, c := range []struct {
		token kv.Token
		want  sim.Error
	}{
		{at, sim.NoError},
		{kv.Token{Epoch: 1, Index: 70}, sim.TokenLost},
		{kv.Token{Epoch: 2, Index: 3}, sim.TokenLost},
		{kv.Token{Epoch: 9, Index: 3}, sim.TokenBehind},
	} {
		b.wantError(b.getAt(leader, 1, c.token), c.want)
	}
}

// An asynchronous leader that was cut off has a snapshot of a history that the others
// have not: it cannot take it back entry by entry.
func TestSnapshotOfALostHistoryIsReplaced(t *testing.T) {
	for _, ship := range []string{"push", "pull"} {
		b := newBench(t, 3, func(c *Config) { keeps(5)(c); c.Mode, c.Ship = "async", ship })
		b.pass(time.Second)
		b.put1(1, 1)
		b.pass(time.Second)
		for range 20 {
			b.put1(1, 1)
			b.settleIf(without(1))
		}
		require.Positive(t, b.nodes[1].floor())
		lost := b.shown(1, 1)
		b.passIf(2*time.Second, without(1))
		b.pass(3 * time.Second)
		require.Len(t, b.leaders(), 1)
		require.Equal(t, 1, b.repaired(sim.BySnapshot))
		b.requireSame(b.leaders()[0], 1)
		require.NotEqual(t, lost, b.shown(1, 1))
		require.NotEmpty(t, b.stated(sim.Discarded, lost))
	}
}

func TestDamagedSnapshotIsALostDisk(t *testing.T) {
	b := newBench(t, 3, keeps(10))
	b.settle()
	b.putMany(60)
	b.pass(time.Second)
	b.crash(3)
	b.disks[3].Corrupt(fileSnapshot, 1<<63-1, func(string, int) uint64 { return 0 })
	b.restart(3)
	require.Zero(t, b.nodes[3].log.Last())
	discarded := 0
	for _, f := range b.facts {
		if f.Fact == sim.Discarded && f.node == 3 && f.Op == 0 {
			discarded++
		}
	}
	require.Positive(t, discarded)
	b.pass(time.Second)
	require.Equal(t, 1, b.repaired(sim.BySnapshot))
	b.requireSame(1, 3)
}

func TestDamagedLogBehindASnapshotBeginsAtIt(t *testing.T) {
	b := newBench(t, 3, keeps(10))
	b.settle()
	b.putMany(60)
	b.pass(time.Second)
	b.crash(3)
	b.disks[3].Corrupt(fileLog, 1<<63-1, func(_ string, i int) uint64 { return uint64(i) })
	b.restart(3)
	n := b.nodes[3]
	require.Equal(t, n.snapshot.Image.At, n.log.Last())
	require.Equal(t, replog.Position{Epoch: 1, Index: n.floor()}, n.log.Base())
	b.pass(time.Second)
	require.Zero(t, b.repaired(sim.BySnapshot))
	b.requireSame(1, 3)
}

// Whatever happens in async mode, members end with one history, snapshots of lost ones
// included.
func TestMembersWithSnapshotsConverge(t *testing.T) {
	snapshots := 0
	for _, ship := range []string{"push", "pull"} {
		for seed := range 150 {
			w := wander(t, seed, 3, kv.AtLeader, func(c *Config) {
				safe(c)
				c.Mode, c.Retention, c.Ship, c.Period, c.Remember = "async", 1, ship, 30*time.Millisecond, 1000
			})
			require.Empty(t, w.logsDiffer(), "%s, schedule %d", ship, seed)
			require.Len(t, w.leaders(), 1)
			for _, id := range w.members {
				require.Equal(t, w.nodes[1].log.Last(), w.nodes[id].log.Last(), "%s, schedule %d", ship, seed)
				require.Equal(t, w.shown(1, 0), w.shown(id, 0), "%s, schedule %d", ship, seed)
				require.Equal(t, w.shown(1, 1), w.shown(id, 1), "%s, schedule %d", ship, seed)
			}
			snapshots += w.repaired(sim.BySnapshot)
		}
	}
	t.Logf("%d snapshots", snapshots)
	require.Greater(t, snapshots, 100)
}
