package raft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/disk"
)

// sessionOp has a client's op of some number written, and settles.
func (b *bench) sessionOp(leader sim.NodeID, client uint16, number uint32) sim.OpID {
	op := b.ask(leader, kv.Request{Op: sim.NewOpID(client, number), Code: sim.Put, Key: 1})
	b.settle()
	return op
}

// Section 6.3: a session ends when nothing came of its client for a while by the clock of the log, at all servers alike,
// whatever their own clocks say; a snapshot remembers when that will be. What comes late is not carried out, and the
// client goes on.
func TestSessionsExpireByTheClockOfTheLog(t *testing.T) {
	b := newBench(t, 3, func(c *Config) { c.SessionExpiry, c.SnapshotEvery, c.Chunk = 100*time.Millisecond, 2, 1 })
	b.elect(1)
	b.wantOK(b.sessionOp(1, 1, 1))
	b.wantOK(b.sessionOp(1, 1, 3))
	b.crash(3)
	b.now += 150 * time.Millisecond
	b.behind[2], b.jump[2] = 140*time.Millisecond, 140*time.Millisecond
	last := b.sessionOp(1, 2, 1)
	b.wantOK(last)
	b.restart(3)
	b.beat(1)
	b.settle()
	late := b.sessionOp(1, 1, 2)
	require.Equal(t, sim.Unknown, b.reply(late).Outcome)
	for _, id := range b.members {
		require.Equal(t, last, b.shown(id, 1))
		require.True(t, b.nodes[id].store.Find(late).TooOld, "n%d", id)
	}
	b.wantOK(b.sessionOp(1, 1, 4))
}

// What the cache finds is what the log has, whatever was cut and dropped in between.
func TestTheCacheIsTheLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := disk.New()
		n := Node{cluster: &cluster{}}
		n.log, _ = replog.Open(files, fileLog)
		epoch := uint64(1)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			base, last := n.log.Base().Index, n.log.Last().Index
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				n.log.Append(files, 0, replog.Entry{Epoch: epoch})
			case 2:
				after := rapid.Uint64Range(base, last).Draw(t, "after")
				n.log.Cut(files, after)
				n.uncache(after)
				epoch++
			case 3:
				n.log.Drop(files, rapid.Uint64Range(base, last).Draw(t, "upto"))
			case 4:
				after, limit := rapid.Uint64Range(base, last).Draw(t, "from"), rapid.IntRange(1, 4).Draw(t, "limit")
				require.Equal(t, len(n.log.Slice(after, limit)), len(n.fetch(after, limit)))
				for i, e := range n.fetch(after, limit) {
					require.Equal(t, *n.log.At(after + uint64(i) + 1), e)
				}
			}
		}
	})
}
