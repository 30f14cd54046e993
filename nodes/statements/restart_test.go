package statements

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/disk"
	"simrun/sim/simtest"
)

// TestARestartFindsTheTable, be it in the checkpoint, in the redo behind it, or in the log.
func TestARestartFindsTheTable(t *testing.T) {
	for _, ship := range []string{"command", "captured", "rows", "cells", "pages"} {
		rapid.Check(t, func(r *rapid.T) {
			l := newLab(t, shipping(ship))
			for range rapid.IntRange(1, 30).Draw(r, "commands") {
				l.ask(1, anyCommand(r))
				l.DeliverAll()
			}
			victim := rapid.SampledFrom([]sim.NodeID{1, 3}).Draw(r, "victim")
			before, applied := l.node(victim).table.print, l.node(victim).streams[0].applied
			l.Crash(victim, rapid.SampledFrom([]simtest.Unsynced{simtest.Lost, simtest.Kept}).Draw(r, "unsynced"))
			l.Restart(victim)
			require.Equal(r, applied, l.node(victim).streams[0].applied)
			require.Equal(r, before, l.node(victim).table.print, "%s: nothing is executed a second time", ship)
		})
	}
}

// TestACrashInTheMiddle keeps any prefix of what was written: a follower of rows comes to
// agree with its leader, whatever it kept.
func TestACrashInTheMiddle(t *testing.T) {
	for _, way := range ways {
		rapid.Check(t, func(r *rapid.T) {
			l := newLab(t, func(c *Config) { c.CatchUp, c.Checkpoint = way, 3 })
			l.mixed(1, 1)
			l.Lag = true
			for i := range rapid.IntRange(1, 12).Draw(r, "commands") {
				l.ask(1, anyCommand(r))
				l.ask(1, kv.Command{Verb: kv.SetNow, Row: 1})
				l.DeliverAll()
				if i%2 == 0 {
					l.Sync(1, false)
				}
			}
			l.DeliverAll()
			kept := simtest.Unsynced(rapid.Uint64().Draw(r, "kept"))
			for _, victim := range rapid.SampledFrom([][]sim.NodeID{{1}, {3}, {1, 3}}).Draw(r, "victims") {
				l.Crash(victim, kept)
				l.Lag = false
				l.Restart(victim)
			}
			l.Lag = false
			l.Run(1e9)
			l.mixed(1, 1)
			l.Run(1e9)
			require.True(r, l.agree(1, 3), way)
			require.True(r, l.agree(1, 2), way)
		})
	}
}

// TestARepeatedCommandIsExecutedOnce, before and after a restart of its leader.
func TestARepeatedCommandIsExecutedOnce(t *testing.T) {
	l := newLab(t, shipping("command"))
	raise := kv.Command{Verb: kv.UpdateAll, Other: 1, Amount: 5}
	again := &kv.Request{Op: sim.NewOpID(1, 9), Attempt: 1, Code: sim.Execute, Value: sim.Value{ID: sim.NewOpID(1, 9), N: raise.Pack()}}
	for attempt := range uint8(3) {
		r := *again
		r.Attempt = attempt + 1
		l.repeat(1, &r)
		l.DeliverAll()
		if attempt == 1 {
			l.Crash(1, simtest.Lost)
			l.Restart(1)
		}
	}
	require.EqualValues(t, 1, l.node(1).streams[0].applied)
	require.Len(t, l.client.replies, 3)
	for _, reply := range l.client.replies {
		require.Equal(t, sim.OK, reply.Outcome)
	}
}

// TestALeaderThatLostItsDiskServesNobody: its followers may hold more than it does.
func TestALeaderThatLostItsDiskServesNobody(t *testing.T) {
	l := newLab(t, func(*Config) {})
	l.mixed(1, 1)
	l.Run(1e6)
	held := l.node(2).table.print
	l.Crash(1, simtest.Lost)
	l.Wipe(1)
	l.Restart(1)
	l.ask(1, kv.Command{Verb: kv.SetNow, Row: 1})
	l.Run(1e9)
	require.Equal(t, sim.Unavailable, l.client.replies[len(l.client.replies)-1].Error)
	require.Equal(t, held, l.node(2).table.print)
	require.Empty(t, l.facts(sim.Repaired, sim.ByLog))
}

// TestAFollowerThatLostItsDiskComesBack by every way.
func TestAFollowerThatLostItsDiskComesBack(t *testing.T) {
	for _, way := range ways {
		l := newLab(t, func(c *Config) { c.CatchUp = way })
		l.mixed(1, 2)
		l.Crash(3, simtest.Lost)
		l.Wipe(3)
		l.Restart(3)
		l.Run(1e9)
		require.True(t, l.agree(1, 3), way)
	}
}

// TestDamageToARecord of any file of a follower is repaired from the leader's log; a
// leader's log that is damaged stands still.
func TestDamageToARecord(t *testing.T) {
	for _, file := range []string{"log1", fileRedo, fileTable} {
		for record := range 3 {
			t.Run(fmt.Sprint(file, record), func(t *testing.T) {
				l := newLab(t, func(c *Config) { c.Checkpoint = 7 })
				l.mixed(1, 2)
				l.Crash(3, simtest.Lost)
				l.spoil(3, file, record)
				l.Restart(3)
				l.Run(1e9)
				require.True(t, l.agree(1, 3))
			})
		}
	}
	l := newLab(t, func(*Config) {})
	l.mixed(1, 1)
	l.Crash(1, simtest.Lost)
	l.spoil(1, "log1", 2)
	l.Restart(1)
	require.True(t, l.node(1).broken)
}

// spoil damages one record of a server that is down.
func (l *lab) spoil(id sim.NodeID, file string, record int) {
	l.Disk(id).(*disk.Disk).Corrupt(file, 1<<63, func(_ string, i int) uint64 {
		if i == record {
			return 0
		}
		return ^uint64(0)
	})
}

// TestALeaderSpeaksOfASlotOnceItIsDurable: a crash may give the slot to another command.
func TestALeaderSpeaksOfASlotOnceItIsDurable(t *testing.T) {
	l := newLab(t, func(*Config) {})
	l.Lag = true
	l.ask(1, kv.Command{Verb: kv.SetRandom, Row: 1})
	l.Deliver(simtest.Match{To: 1})
	said := func() (slots []uint64) {
		for _, f := range l.facts(sim.Replica, sim.NoReason) {
			slots = append(slots, f.A)
		}
		return slots
	}
	require.NotContains(t, said(), uint64(1))
	l.Crash(1, simtest.Lost)
	l.Restart(1)
	l.Sync(1, false)
	l.ask(1, kv.Command{Verb: kv.SetRandom, Row: 2})
	l.Deliver(simtest.Match{To: 1})
	l.Sync(1, false)
	require.Contains(t, said(), uint64(1))
	l.Lag = false
	l.Run(1e9)
	require.True(t, l.agree(1, 2))
}
