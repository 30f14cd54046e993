package statements

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestTableAgainstAModel settles any changes, compacts, and compares with a map.
func TestTableAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, model := newTable(rapid.IntRange(1, 5).Draw(t, "page")), map[uint32]row{}
		twin := newTable(int(table.perPage))
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			var writes []write
			if rapid.IntRange(0, 9).Draw(t, "compact") == 0 {
				writes = table.compact()
				requireCompact(t, table)
			} else {
				writes = table.settle([]change{anyChange(t, model)}, func() uint32 { return table.place(rapid.Uint64().Draw(t, "word")) })
			}
			twin.apply(writes)
			requireSame(t, table, model)
			requireSame(t, twin, model)
		}
		require.Equal(t, trimmed(table), trimmed(twin), "what was written says where everything lies")
	})
}

func anyChange(t *rapid.T, model map[uint32]row) change {
	id := rapid.Uint32Range(1, 12).Draw(t, "id")
	c := change{before: model[id]}
	if rapid.Bool().Draw(t, "delete") {
		delete(model, id)
		c.before.ID = id
		return c
	}
	c.after = row{ID: id, Owner: rapid.Uint32Range(0, 2).Draw(t, "owner"), Amount: rapid.Int64().Draw(t, "amount")}
	model[id] = c.after
	return c
}

func requireSame(t require.TestingT, table *table, model map[uint32]row) {
	print, held := uint64(0), 0
	for place, r := range table.rows {
		require.Equal(t, model[r.ID], r)
		require.Equal(t, place, table.where[r.ID])
		print += r.print()
		held++
	}
	require.Len(t, model, held)
	require.Len(t, table.where, held)
	require.Equal(t, held, table.held)
	require.Equal(t, print, table.print)
	empty := 0
	for _, free := range table.free {
		empty += int(free)
	}
	require.Equal(t, len(table.cells)-held, empty)
}

func requireCompact(t require.TestingT, table *table) {
	for place := range table.rows {
		require.Less(t, int(place), table.held)
	}
}

func trimmed(t *table) []row {
	cells := t.cells
	for len(cells) > 0 && cells[len(cells)-1].ID == 0 {
		cells = cells[:len(cells)-1]
	}
	return cells
}

func TestAPackedRowIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := row{rapid.Uint32().Draw(t, "id"), rapid.Uint32().Draw(t, "owner"), rapid.Int64().Draw(t, "amount"), rapid.Int64().Draw(t, "stamp")}
		require.Equal(t, r, unpack(r.pack(nil)))
		require.Len(t, r.pack(nil), rowWords)
	})
}

// TestPrintsTellRowsApart: every field counts, and the place does not.
func TestPrintsTellRowsApart(t *testing.T) {
	seen := map[uint64]bool{0: true}
	for _, r := range []row{{ID: 1}, {ID: 2}, {ID: 1, Owner: 1}, {ID: 1, Amount: 1}, {ID: 1, Stamp: 1}, {ID: 1, Amount: -1}} {
		require.False(t, seen[r.print()], r)
		seen[r.print()] = true
	}
}
