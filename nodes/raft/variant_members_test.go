//go:build mutants

package raft

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// Chapter 5: a snapshot stands for what is applied, and never takes anything back.
func TestSnapshots(t *testing.T) {
	kill(t, "r-prev0-after-compaction", 3, nil, func(b *bench) string {
		b.elect(1)
		old := letter{1, 2, &appendEntries{Term: 1, Entries: b.nodes[1].log.Slice(0, 1)}}
		b.everyOne(2)
		op := b.put1(1, 1)
		b.settleIf(only(1, 2))
		require.True(b.t, b.wrote(op))
		require.Positive(b.t, b.nodes[2].log.Base().Index)
		b.put(old)
		b.settleIf(to(2))
		b.crash(1)
		b.elect(3)
		b.elect(3)
		return b.broken()
	})
	kill(t, "r-snapshot-drops-suffix", 3, nil, func(b *bench) string {
		b.elect(1)
		b.everyOne(1)
		b.put1(1, 1)
		b.syncAll()
		b.deliverThose(both(isKind("append"), to(2)))
		b.syncAll()
		first := b.pick(isKind("appended"))
		op := b.put1(1, 1)
		b.deliverThose(both(isKind("append"), to(2)))
		b.drop(all)
		b.put(first...)
		b.deliverThose(isKind("appended"))
		b.drop(all)
		b.syncAll()
		require.EqualValues(b.t, 2, b.nodes[1].snapshot.Image.At.Index)
		b.lateChunk(1, 2)
		b.deliverThose(isKind("chunk"))
		b.drop(all)
		return when(b.nodes[2].log.Last().Index < 3, op.String()+" was acknowledged here and dropped")
	})
	kill(t, "r-snapshot-regress", 3, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settle()
		b.everyOne(1)
		b.do(1, func(n *Node, env *sim.Env) { n.compact(env) })
		b.syncAll()
		b.lateChunk(1, 2)
		late := b.pick(isKind("chunk"))
		op := b.put1(1, 1)
		b.settle()
		require.Equal(b.t, op, b.shown(2, 1))
		b.put(late...)
		b.settleIf(to(2))
		return when(b.shown(2, 1) != op, "the state went back")
	})
	kill(t, "r-snapshot-of-unapplied", 3, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settle()
		op := b.put1(1, 1)
		b.settleIf(only(1))
		b.everyOne(1)
		b.do(1, func(n *Node, env *sim.Env) { n.compact(env) })
		b.syncAll()
		b.beat(1)
		b.settle()
		b.beat(1)
		b.settle()
		return when(b.shown(1, 1) != op, "a write that the snapshot claims is not in it")
	})
	kill(t, "r-term-regress-from-snapshot", 3, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settleIf(only(1, 3))
		b.everyOne(1)
		b.do(1, func(n *Node, env *sim.Env) { n.compact(env) })
		b.syncAll()
		b.signal(3, sim.SignalElect, 0)
		b.syncAll()
		asks := b.pick(both(isKind("ask"), to(2)))
		require.Len(b.t, asks, 1)
		b.drop(all)
		b.crash(1)
		b.restart(1)
		b.electIf(1, both(only(1, 2), not(isKind("append"))))
		require.Equal(b.t, []sim.NodeID{1}, b.leaders())
		b.lateChunk(1, 2)
		b.settleIf(isKind("chunk"))
		b.put(asks...)
		b.settleIf(only(2, 3))
		return b.broken()
	})
}

// everyOne has a node take snapshots as soon as it can.
func (b *bench) everyOne(id sim.NodeID) {
	n := b.nodes[id]
	shared := *n.cluster
	shared.config.SnapshotEvery = 1
	n.cluster = &shared
}

// lateChunk has a leader send its snapshot to a node that may not need it any more.
func (b *bench) lateChunk(leader, id sim.NodeID) {
	b.do(leader, func(n *Node, env *sim.Env) {
		n.ruling.peers[n.rank(id)].sending = sending{of: n.snapshot}
		n.sendChunk(env, n.rank(id))
	})
}

// Chapter 4: any two configurations that may rule at one time share a server in every two majorities.
func TestMembership(t *testing.T) {
	kill(t, "r-learner-counted", 5, func(c *Config) { c.Learners = 2 }, func(b *bench) string {
		b.elect(1)
		op := b.put1(1, 1)
		b.settleIf(only(1, 4, 5))
		return when(b.wrote(op), "acknowledged by learners")
	})
	kill(t, "r-single-change-before-noop", 4, nil, func(b *bench) string {
		b.electIf(1, not(isKind("append")))
		b.signal(4, sim.SignalLeave, 0)
		b.deliverThose(both(isKind("leave"), to(1)))
		b.settleIf(none)
		b.electIf(3, both(only(2, 3, 4), not(isKind("append"))))
		b.electIf(3, both(only(2, 3, 4), not(isKind("append"))))
		b.signal(1, sim.SignalLeave, 0)
		b.deliverThose(both(isKind("leave"), to(3)))
		b.beat(3)
		b.settleIf(only(3, 4))
		b.crash(1)
		b.restart(1)
		b.electIf(1, only(1, 2))
		b.electIf(1, only(1, 2))
		return b.broken()
	})
	kill(t, "r-two-servers-at-once", 5, func(c *Config) { c.Members = 3 }, func(b *bench) string {
		b.elect(1)
		b.readyToJoin(4, 5)
		b.beat(1)
		b.settleIf(only(1, 4, 5))
		b.electIf(2, only(2, 3))
		b.electIf(2, only(2, 3))
		return b.broken()
	})
	kill(t, "r-joint-union-quorum", 6, func(c *Config) { c.Members, c.Change = 3, "joint" }, func(b *bench) string {
		b.elect(1)
		b.readyToJoin(4, 5, 6)
		b.beat(1)
		b.settleIf(only(1, 4, 5, 6))
		b.electIf(2, only(2, 3))
		b.electIf(2, only(2, 3))
		return b.broken()
	})
	kill(t, "r-config-not-rolled-back", 4, nil, func(b *bench) string {
		b.elect(1)
		b.signal(4, sim.SignalLeave, 0)
		b.deliverThose(both(isKind("leave"), to(1)))
		b.settleIf(none)
		b.electIf(3, only(2, 3, 4))
		b.beat(3)
		b.settle()
		b.signal(1, sim.SignalLeave, 0)
		b.deliverThose(both(isKind("leave"), to(3)))
		b.settleIf(only(3, 4))
		b.electIf(1, only(1, 2))
		b.electIf(1, only(1, 2))
		return b.broken()
	})
	kill(t, "r-joint-lost-in-snapshot", 4, func(c *Config) { c.Members, c.Change = 3, "joint" }, func(b *bench) string {
		b.elect(1)
		b.readyToJoin(4)
		b.beat(1)
		joint := func(l letter) bool { m, ok := l.m.(*appendEntries); return !ok || m.last() <= b.jointIndex(1) }
		b.settleIf(joint)
		b.everyOne(2)
		b.do(2, func(n *Node, env *sim.Env) { n.compact(env) })
		b.syncAll()
		before := b.nodes[2].configs.newest().joint
		require.True(b.t, before)
		b.crash(2)
		b.restart(2)
		return when(!b.nodes[2].configs.newest().joint, "a configuration changed by a restart")
	})
	kill(t, "r-wiped-node-same-id", 3, nil, func(b *bench) string {
		b.elect(1)
		b.put1(1, 1)
		b.settleIf(only(1, 2))
		b.crash(2)
		b.disks[2].Wipe()
		b.now += time.Second
		b.restart(2)
		b.settleIf(without(1))
		b.electIf(3, only(2, 3))
		b.electIf(3, only(2, 3))
		return b.broken()
	})
}

// readyToJoin has servers become learners one after another. In the moment in which the last one's
// joining is committed, by n1 and n2, the leader n1 knows that they all have everything.
func (b *bench) readyToJoin(ids ...sim.NodeID) {
	b.now++
	for i, id := range ids {
		b.signal(id, sim.SignalJoin, 0)
		b.deliverThose(both(isKind("join"), to(1)))
		if i < len(ids)-1 {
			b.settleIf(only(1, 2, 3))
		}
	}
	last := b.nodes[1].log.Last().Index
	b.beat(1)
	b.settleIf(without(2, 3))
	b.beat(1)
	b.settleIf(func(l letter) bool {
		m, ok := l.m.(*appendEntries)
		return only(1, 2)(l) && (!ok || m.last() <= last)
	})
}

// jointIndex is where a node's newest joint configuration is.
func (b *bench) jointIndex(id sim.NodeID) uint64 {
	for i := len(b.nodes[id].configs) - 1; i >= 0; i-- {
		if b.nodes[id].configs[i].joint {
			return b.nodes[id].configs[i].index
		}
	}
	return 0
}
