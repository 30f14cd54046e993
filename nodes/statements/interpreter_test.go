package statements

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
)

// given is a world that tells what a test says.
type given struct {
	time    int64
	words   []uint64
	counter counter
}

func (g *given) now() int64 { return g.time }

func (g *given) random() uint64 {
	word := g.words[0]
	g.words = g.words[1:]
	return word
}

func (g *given) nextID() uint32 { return g.counter.take(0) }

// small is a table of four accounts of 100, of the owners 0 and 1 in turns, in pages of two.
func small() (*table, *given) {
	t := newTable(2)
	for id := uint32(1); id <= 4; id++ {
		t.write(t.lowest(), row{ID: id, Owner: (id - 1) % 2, Amount: 100})
	}
	return t, &given{time: 77, words: []uint64{1234, 5678}, counter: newCounter(1, 4)}
}

func TestCommands(t *testing.T) {
	has := func(id, owner uint32, amount, stamp int64) row { return row{id, owner, amount, stamp} }
	for _, c := range []struct {
		name    string
		command kv.Command
		after   []row // what the changed rows are, in order
		refused bool
	}{
		{"now", kv.Command{Verb: kv.SetNow, Row: 2}, []row{has(2, 1, 100, 77)}, false},
		{"random", kv.Command{Verb: kv.SetRandom, Row: 2}, []row{has(2, 1, 234, 0)}, false},
		{"insert", kv.Command{Verb: kv.InsertRow, Other: 9, Amount: 3}, []row{has(5, 9, 3, 0)}, false},
		{"a negative insert", kv.Command{Verb: kv.InsertRow, Other: 9, Amount: -3}, nil, true},
		{"the first of an owner", kv.Command{Verb: kv.UpdateOne, Other: 1, Amount: 3}, []row{has(2, 1, 103, 0)}, false},
		{"one of nobody", kv.Command{Verb: kv.UpdateOne, Other: 7, Amount: 3}, nil, false},
		{"a transfer", kv.Command{Verb: kv.Transfer, Row: 1, Other: 2, Amount: 30}, []row{has(1, 0, 70, 0), has(2, 1, 130, 0)}, false},
		{"an uncovered transfer", kv.Command{Verb: kv.Transfer, Row: 1, Other: 2, Amount: 101}, nil, false},
		{"a transfer to itself", kv.Command{Verb: kv.Transfer, Row: 1, Other: 1, Amount: 30}, nil, false},
		{"a transfer to nobody", kv.Command{Verb: kv.Transfer, Row: 1, Other: 9, Amount: 30}, nil, false},
		{"all of an owner", kv.Command{Verb: kv.UpdateAll, Other: 0, Amount: 5}, []row{has(1, 0, 105, 0), has(3, 0, 105, 0)}, false},
		{"a delete", kv.Command{Verb: kv.DeleteRow, Row: 3}, []row{{}}, false},
		{"a delete of nothing", kv.Command{Verb: kv.DeleteRow, Row: 9}, nil, false},
		{
			"triggers",
			kv.Command{Verb: kv.Audited, Row: 3, Amount: 2},
			[]row{has(3, 0, 102, 0), has(5, auditOwner, 234, 77), has(1, 0, 101, 0)},
			false,
		},
		{
			"triggers on the ledger's own row",
			kv.Command{Verb: kv.Audited, Row: ledgerRow, Amount: 2},
			[]row{has(1, 0, 103, 0), has(5, auditOwner, 234, 77)},
			false,
		},
		{"no trigger without a row", kv.Command{Verb: kv.Audited, Row: 9, Amount: 2}, nil, false},
		{"no command", kv.Command{Verb: 99, Row: 1}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, world := small()
			before := table.print
			changes, ok := evaluate(table, c.command, world)
			require.Equal(t, c.refused, !ok)
			var after []row
			for _, change := range changes {
				require.Equal(t, table.find(change.id()), change.before)
				after = append(after, change.after)
			}
			require.Equal(t, c.after, after)
			require.Equal(t, before, table.print, "an evaluation only reads")
		})
	}
}

// TestARefusedInsertHasUsedItsID: the gap that makes counters differ.
func TestARefusedInsertHasUsedItsID(t *testing.T) {
	table, world := small()
	_, ok := evaluate(table, kv.Command{Verb: kv.InsertRow, Amount: -1}, world)
	require.False(t, ok)
	changes, _ := evaluate(table, kv.Command{Verb: kv.InsertRow, Amount: 1}, world)
	require.EqualValues(t, 6, changes[0].after.ID)
}

// TestADuplicateKeyStays: an id that another leader's row has is not overwritten.
func TestADuplicateKeyStays(t *testing.T) {
	table, _ := small()
	changes, ok := evaluate(table, kv.Command{Verb: kv.InsertRow, Amount: 1}, &replayer{tape: []uint64{2}})
	require.True(t, ok)
	require.Empty(t, changes)
}

// TestATapeTellsTheSameAgain: with what was recorded, any world gives the same changes.
func TestATapeTellsTheSameAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, world := small()
		c := anyCommand(t)
		recorded := &recorder{world: world}
		first, ok := evaluate(table, c, recorded)
		again, too := evaluate(table, c, &replayer{tape: recorded.tape, world: nil})
		require.Equal(t, ok, too)
		require.Equal(t, first, again)
	})
}

// TestATapeThatEndsGoesOnWithTheOwnWorld: a command that went another way still runs.
func TestATapeThatEndsGoesOnWithTheOwnWorld(t *testing.T) {
	table, world := small()
	changes, ok := evaluate(table, kv.Command{Verb: kv.Audited, Row: 3, Amount: 2}, &replayer{tape: []uint64{40}, world: world})
	require.True(t, ok)
	require.EqualValues(t, 40, changes[1].after.Amount, "from the tape")
	require.EqualValues(t, 77, changes[1].after.Stamp, "from the own clock")
	require.EqualValues(t, 5, changes[1].after.ID)
}

func TestCounters(t *testing.T) {
	c := newCounter(2, 10)
	require.EqualValues(t, []uint32{11, 13}, []uint32{c.take(0), c.take(0)})
	require.EqualValues(t, 12, c.take(1))
	c.pass(21)
	require.EqualValues(t, 23, c.take(0))
	require.EqualValues(t, 14, c.take(1), "the other sequence is as it was")
	c.pass(3)
	require.EqualValues(t, 25, c.take(0))
}

func anyCommand(t *rapid.T) kv.Command {
	return kv.Command{
		Verb: kv.Verb(rapid.IntRange(1, len(kv.Verbs())).Draw(t, "verb")), Row: sim.Key(rapid.Uint32Range(0, 9).Draw(t, "row")),
		Other: rapid.Uint32Range(0, 5).Draw(t, "other"), Amount: rapid.Int32Range(-20, 60).Draw(t, "amount"),
	}
}
