package statements

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
)

var ways = []string{"log", "tail", "snapshot", "merkle"}

// behind is a lab in which n3 was down for a while, and is back.
func behind(t testing.TB, ship, way string) *lab {
	l := newLab(t, func(c *Config) { c.Ship, c.CatchUp = ship, way })
	l.mixed(1, 1)
	l.Crash(3, simtest.Lost)
	l.mixed(1, 3)
	l.Restart(3)
	return l
}

// TestEveryWayCatchesUp: afterwards the follower has executed what the leader has, and
// goes on with it.
func TestEveryWayCatchesUp(t *testing.T) {
	for _, ship := range []string{"command", "captured", "rows", "cells", "pages"} {
		for _, way := range ways {
			t.Run(ship+" "+way, func(t *testing.T) {
				l := behind(t, ship, way)
				l.Run(1e9)
				agrees := l.agree(1, 3)
				copied := way == "snapshot" || way == "merkle"
				exact := ship != "command" && ship != "captured"
				switch {
				case copied || exact:
					require.True(t, agrees, "what was copied or replicated exactly is the same")
				case ship == "command":
					require.False(t, agrees, "it was told to run now() and random() again")
				}
				l.mixed(1, 1)
				l.Run(1e9)
				if exact {
					require.True(t, l.agree(1, 3))
				}
				if l.config.physical() {
					require.Equal(t, trimmed(l.node(1).table), trimmed(l.node(3).table))
				}
			})
		}
	}
}

// TestWhatCatchingUpStates: each way says how, and how much.
func TestWhatCatchingUpStates(t *testing.T) {
	for way, why := range map[string]sim.Why{"log": sim.ByLog, "tail": sim.ByLog, "snapshot": sim.BySnapshot, "merkle": sim.ByTree} {
		l := behind(t, "rows", way)
		l.Run(1e9)
		repaired := l.facts(sim.Repaired, why)
		require.NotEmpty(t, repaired, way)
		bytes := uint64(0)
		for _, f := range repaired {
			bytes += f.A
		}
		require.Positive(t, bytes, way)
		streamed := l.facts(sim.Streamed, why)
		require.Equal(t, why != sim.ByLog, len(streamed) == 1, way)
		require.Equal(t, way == "merkle", len(l.facts(sim.Compared, sim.NoReason)) > 0, way)
		if way == "snapshot" {
			require.Positive(t, streamed[0].B, "some rows were held already")
		}
	}
}

// TestATreeEndsDivergence that no lack of commands would explain: only rows that differ travel.
func TestATreeEndsDivergence(t *testing.T) {
	l := newLab(t, func(c *Config) { c.Ship, c.CatchUp, c.TailLimit = "command", "merkle", 0 })
	l.ask(1, kv.Command{Verb: kv.SetRandom, Row: 1})
	l.ask(1, kv.Command{Verb: kv.SetRandom, Row: 2})
	l.DeliverAll()
	require.False(t, l.agree(1, 3))
	l.ask(1, kv.Command{Verb: kv.Transfer, Row: 5, Other: 6, Amount: 1})
	l.Deliver(simtest.Match{To: 1})
	l.Drop(simtest.Match{To: 3, Kind: "ship"})
	l.Run(1e9)
	require.True(t, l.agree(1, 3))
	streamed := l.facts(sim.Streamed, sim.ByTree)[0]
	require.GreaterOrEqual(t, streamed.A, uint64(4), "the rows that were random, and those of the transfer")
	require.Less(t, streamed.A, uint64(12), "and few besides")
	require.False(t, l.agree(1, 2), "who lacks nothing never asks")
}

// TestSmallGapsComeFromTheLog whatever way is configured.
func TestSmallGapsComeFromTheLog(t *testing.T) {
	l := newLab(t, func(c *Config) { c.CatchUp = "snapshot" })
	l.ask(1, kv.Command{Verb: kv.SetNow, Row: 1})
	l.Deliver(simtest.Match{To: 1})
	l.Drop(simtest.Match{To: 3, Kind: "ship"})
	l.ask(1, kv.Command{Verb: kv.SetNow, Row: 2})
	l.DeliverAll()
	require.EqualValues(t, 0, l.node(3).streams[0].applied, "the second waits for the first")
	l.Run(1e9)
	require.True(t, l.agree(1, 3))
	require.Empty(t, l.facts(sim.Repaired, sim.BySnapshot))
	require.Len(t, l.facts(sim.Repaired, sim.ByLog), 1)
}

// TestALeaderThatForgotTheTable says so, and the follower begins anew.
func TestALeaderThatForgotTheTable(t *testing.T) {
	for _, way := range []string{"snapshot", "merkle"} {
		t.Run(way, func(t *testing.T) {
			l := behind(t, "rows", way)
			l.Advance(100e6)
			l.Deliver(simtest.Match{To: 3, Kind: "beat"})
			l.Advance(30e6)
			question := map[string]string{"snapshot": "want", "merkle": "compare"}[way]
			l.Deliver(simtest.Match{To: 1, Kind: question})
			l.Deliver(simtest.Match{From: 1, To: 3, Class: sim.Repair})
			l.Crash(1, simtest.Kept)
			l.Restart(1)
			l.Run(2e9)
			require.True(t, l.agree(1, 3))
			require.NotEmpty(t, l.facts(sim.Repaired, map[string]sim.Why{"snapshot": sim.BySnapshot, "merkle": sim.ByTree}[way]))
		})
	}
}

// TestATableIsShownOnceItIsDurable: a leader that crashes must not have handed out what
// its disk did not have.
func TestATableIsShownOnceItIsDurable(t *testing.T) {
	l := newLab(t, func(c *Config) { c.CatchUp, c.TailLimit = "snapshot", 0 })
	l.ask(1, kv.Command{Verb: kv.SetNow, Row: 1})
	l.Deliver(simtest.Match{To: 1})
	l.Drop(simtest.Match{To: 3, Kind: "ship"})
	l.Lag = true
	l.ask(1, kv.Command{Verb: kv.SetNow, Row: 2})
	l.Deliver(simtest.Match{To: 1, Kind: "request"})
	l.Advance(100e6)
	l.Deliver(simtest.Match{From: 1, To: 3, Kind: "beat"})
	l.Advance(30e6)
	l.Deliver(simtest.Match{To: 1, Kind: "want"})
	for _, letter := range l.Mail() {
		require.NotEqual(t, "part", letter.Message.Kind().Name)
	}
	l.Sync(1, false)
	for _, letter := range l.Mail() {
		if p, ok := letter.Message.(*part); ok {
			require.EqualValues(t, 2, p.At)
		}
	}
	l.Lag = false
	l.Deliver(simtest.Match{From: 1, To: 3, Kind: "part"})
	l.Run(1e9)
	require.True(t, l.agree(1, 3))
	require.EqualValues(t, 2, l.node(3).streams[0].log.Base().Index)
}

// TestLostMessagesOfCatchingUp are asked for again, and late ones do no harm.
func TestLostMessagesOfCatchingUp(t *testing.T) {
	for _, way := range ways {
		rapid.Check(t, func(r *rapid.T) {
			l := behind(t, "rows", way)
			for range 60 {
				l.Advance(20e6)
				for _, letter := range l.Mail() {
					m := simtest.Match{From: letter.From, To: letter.To, Kind: letter.Message.Kind().Name, First: 1}
					switch rapid.IntRange(0, 5).Draw(r, "fate") {
					case 0:
						l.Drop(m)
					case 1:
						l.Hold(m)
					default:
						l.Deliver(m)
					}
				}
			}
			l.Release()
			l.Run(3e9)
			require.True(r, l.agree(1, 3), way)
			require.True(r, l.agree(1, 2), way)
		})
	}
}
