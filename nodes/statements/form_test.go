package statements

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim/simtest"
)

func shipping(ship string) func(c *Config) { return func(c *Config) { c.Ship = ship } }

// TestRowsAndPagesAlwaysAgree: with one leader, what was done is shipped, and nothing that a
// follower could do otherwise.
func TestRowsAndPagesAlwaysAgree(t *testing.T) {
	forms := map[string]func(c *Config){
		"rows": shipping("rows"), "cells": shipping("cells"), "pages": shipping("pages"),
		"rows with what was before":  func(c *Config) { c.Ship, c.Before = "rows", true },
		"cells with what was before": func(c *Config) { c.Ship, c.Before = "cells", true },
		"pages before and after":     func(c *Config) { c.Ship, c.Before = "pages", true },
		"compacted cells":            func(c *Config) { c.Ship, c.Compact = "cells", 30e6 },
		"compacted pages":            func(c *Config) { c.Ship, c.Compact = "pages", 30e6 },
		"compacted rows":             func(c *Config) { c.Ship, c.Compact = "rows", 30e6 },
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				l := newLab(t, form)
				for range rapid.IntRange(1, 25).Draw(r, "commands") {
					l.ask(1, anyCommand(r))
					l.Run(10e6)
				}
				require.True(r, l.agree(1, 2))
				require.True(r, l.agree(1, 3))
				if l.config.physical() {
					require.Equal(r, trimmed(l.node(1).table), trimmed(l.node(2).table), "a physical log copies places")
				}
			})
		})
	}
}

// TestWhatIsCapturedAgreesInOrder: where rows lie in the same order everywhere, and
// commands come in one order, a tape of what the leader was told is enough.
func TestWhatIsCapturedAgreesInOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := newLab(t, func(c *Config) { c.Ship, c.Placement = "captured", "lowest" })
		for range rapid.IntRange(1, 25).Draw(r, "commands") {
			l.ask(1, anyCommand(r))
			l.Run(10e6)
		}
		require.True(r, l.agree(1, 2))
		require.True(r, l.agree(1, 3))
	})
}

// TestEachCauseOfDivergence: nothing is scripted but the commands.
func TestEachCauseOfDivergence(t *testing.T) {
	insert := func(amount int32) kv.Command { return kv.Command{Verb: kv.InsertRow, Other: 1, Amount: amount} }
	for _, c := range []struct {
		name     string
		commands []kv.Command
		command  bool // whether commands agree
		captured bool // whether commands with a tape do
	}{
		{"now", []kv.Command{{Verb: kv.SetNow, Row: 1}}, false, true},
		{"random", []kv.Command{{Verb: kv.SetRandom, Row: 1}}, false, true},
		{"inserts", []kv.Command{insert(1), insert(2)}, true, true},
		{"a refused insert before another", []kv.Command{insert(-1), insert(2)}, false, true},
		{"a trigger", []kv.Command{{Verb: kv.Audited, Row: 3, Amount: 1}}, false, true},
		{"a transfer", []kv.Command{{Verb: kv.Transfer, Row: 1, Other: 2, Amount: 99}, {Verb: kv.Transfer, Row: 1, Other: 3, Amount: 99}}, true, true},
		{"the first of an owner", limits(12), false, false},
	} {
		for ship, agrees := range map[string]bool{"command": c.command, "captured": c.captured, "rows": true, "cells": true, "pages": true} {
			t.Run(c.name+" as "+ship, func(t *testing.T) {
				l := newLab(t, shipping(ship))
				for _, command := range c.commands {
					l.Advance(7e6) // so that the message takes time: clocks go on between
					l.ask(1, command)
					l.Deliver(simtest.Match{To: 1, Kind: "request"})
					l.Advance(3e6)
					l.DeliverAll()
				}
				require.Equal(t, agrees, l.agree(1, 2))
			})
		}
	}
}

func limits(n int) (commands []kv.Command) {
	for range n {
		commands = append(commands, kv.Command{Verb: kv.UpdateOne, Other: 1, Amount: 1})
	}
	return commands
}

// TestSizesOnTheWire: a command is as long as its text, and a page as long as its cells.
func TestSizesOnTheWire(t *testing.T) {
	const header, text, row, page = 48, 30, 100, 4
	for _, c := range []struct {
		name  string
		form  func(c *Config)
		bytes int
	}{
		{"command", shipping("command"), header + text},
		{"captured", shipping("captured"), header + text + 8},
		{"rows", shipping("rows"), header + 8 + row},
		{"rows with what was before", func(c *Config) { c.Before = true }, header + 8 + 2*row},
		{"cells", shipping("cells"), header + 2*(8+row)},
		{"cells with what was before", func(c *Config) { c.Ship, c.Before = "cells", true }, header + 4*row + 2*8},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t, c.form)
			l.ask(1, kv.Command{Verb: kv.SetNow, Row: 1})
			l.DeliverAll()
			require.Equal(t, c.bytes, l.node(1).streams[0].log.At(1).Bytes())
		})
	}
	l := newLab(t, func(c *Config) { c.Ship, c.PageRows = "pages", page })
	l.ask(1, kv.Command{Verb: kv.DeleteRow, Row: 1})
	l.DeliverAll()
	require.Equal(t, header+page*(8+row), l.node(1).streams[0].log.At(1).Bytes())
}
