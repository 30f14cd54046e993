package statements

import (
	"slices"

	"simrun/sim"
)

// row is one account. The zero row is none.
type row struct {
	ID     uint32
	Owner  uint32
	Amount int64
	Stamp  int64 // nanoseconds of a wall clock
}

// rowWords is how many words a row takes in an entry, a record or a message.
const rowWords = 3

func (r row) pack(words []uint64) []uint64 {
	return append(words, uint64(r.ID)<<32|uint64(r.Owner), uint64(r.Amount), uint64(r.Stamp))
}

func unpack(words []uint64) row {
	return row{ID: uint32(words[0] >> 32), Owner: uint32(words[0]), Amount: int64(words[1]), Stamp: int64(words[2])}
}

// print is the fingerprint of a row's content, wherever it lies; that of none is 0.
func (r row) print() uint64 {
	if r.ID == 0 {
		return 0
	}
	word := stir(uint64(r.ID)<<32 | uint64(r.Owner))
	word = stir(word ^ uint64(r.Amount))
	return stir(word ^ uint64(r.Stamp))
}

// stir is the finalizer of splitmix64.
func stir(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// Encode lists the row.
func (r row) Encode(e *sim.Encoder) {
	e.Uint("id", uint64(r.ID))
	e.Uint("owner", uint64(r.Owner))
	e.Int("amount", r.Amount)
	e.Int("stamp", r.Stamp)
}

// table is a heap of rows: pages of cells, in which a row lies where there was room.
// A scan meets rows in the order of their places, which is the heap's own affair.
type table struct {
	perPage uint32
	cells   []row             // by place; the zero row is an empty cell
	where   map[uint32]uint32 // by id: the place; looked up only
	free    []uint32          // by page: empty cells
	print   uint64            // of all rows, in whatever order
	held    int
}

func newTable(perPage int) *table {
	return &table{perPage: uint32(perPage), where: map[uint32]uint32{}}
}

// find returns a row; the zero row where there is none.
func (t *table) find(id uint32) row {
	place, found := t.where[id]
	if !found {
		return row{}
	}
	return t.cells[place]
}

// write puts a row into a cell, or empties it. It returns the row that lay there.
func (t *table) write(place uint32, r row) (before row) {
	t.reach(place)
	before = t.cells[place]
	page := place / t.perPage
	if before.ID != 0 {
		t.print -= before.print()
		t.free[page]++
		t.held--
		if t.where[before.ID] == place {
			delete(t.where, before.ID)
		}
	}
	t.cells[place] = r
	if r.ID != 0 {
		t.print += r.print()
		t.free[page]--
		t.held++
		t.where[r.ID] = place
	}
	return before
}

// reach adds pages up to that of a place.
func (t *table) reach(place uint32) {
	for uint32(len(t.cells)) <= place {
		t.cells = append(t.cells, make([]row, t.perPage)...)
		t.free = append(t.free, t.perPage)
	}
}

// room makes sure that at least one page's worth of cells is empty.
func (t *table) room() {
	empty := uint32(len(t.cells) - t.held)
	if empty < t.perPage {
		t.reach(uint32(len(t.cells)))
	}
}

// pages with room are counted, and one of them picked by a word; the lowest empty cell in
// it is the place of the next row. Backends of PostgreSQL spread over the free space map
// in much the same way, so that two servers with the same rows keep them in another order.
func (t *table) place(word uint64) uint32 {
	t.room()
	open := uint64(0)
	for _, free := range t.free {
		if free > 0 {
			open++
		}
	}
	pick := sim.Below(word, open)
	for page, free := range t.free {
		if free == 0 {
			continue
		}
		if pick == 0 {
			return t.hole(uint32(page))
		}
		pick--
	}
	panic("a table without room")
}

// lowest is the first empty cell of all.
func (t *table) lowest() uint32 {
	t.room()
	for page, free := range t.free {
		if free > 0 {
			return t.hole(uint32(page))
		}
	}
	panic("a table without room")
}

// hole is the first empty cell of a page that has one.
func (t *table) hole(page uint32) uint32 {
	place := page * t.perPage
	for t.cells[place].ID != 0 {
		place++
	}
	return place
}

// rows yields every row with its place, in the order of places.
func (t *table) rows(yield func(place uint32, r row) bool) {
	for place, r := range t.cells {
		if r.ID != 0 && !yield(uint32(place), r) {
			return
		}
	}
}

// write is a change of one cell: the physical form of a change.
type write struct {
	Place  uint32
	Before row
	After  row
}

// apply performs writes of cells.
func (t *table) apply(writes []write) {
	for i := range writes {
		t.write(writes[i].Place, writes[i].After)
	}
}

// change is what a command did to one row, wherever it lies: the logical form. A zero
// row stands for none, before an insert and after a delete.
type change struct{ before, after row }

func (c *change) id() uint32 { return max(c.before.ID, c.after.ID) }

// settle performs logical changes, and returns which cells that took. A row that
// changes moves: its new version is written to an empty cell, the old one's cell is
// emptied, as in PostgreSQL's heap. Where is asked for a place for each.
func (t *table) settle(changes []change, where func() uint32) []write {
	var writes []write
	for i := range changes {
		after := changes[i].after
		old, held := t.where[changes[i].id()]
		if after.ID != 0 {
			place := where()
			writes = append(writes, write{place, t.write(place, after), after})
		}
		if held {
			writes = append(writes, write{old, t.write(old, row{}), row{}})
		}
	}
	return writes
}

// compact moves rows from the end into the empty cells before them, and returns the writes.
func (t *table) compact() []write {
	var writes []write
	to := uint32(0)
	for from := uint32(len(t.cells)); from > 0; {
		from--
		if t.cells[from].ID == 0 {
			continue
		}
		for to < from && t.cells[to].ID != 0 {
			to++
		}
		if to >= from {
			break
		}
		moved := t.cells[from]
		writes = append(writes, write{from, t.write(from, row{}), row{}}, write{to, t.write(to, moved), moved})
	}
	return writes
}

// ids lists the rows' ids in ascending order.
func (t *table) ids() []uint32 {
	var ids []uint32
	t.rows(func(_ uint32, r row) bool {
		ids = append(ids, r.ID)
		return true
	})
	slices.Sort(ids)
	return ids
}
