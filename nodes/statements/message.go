package statements

import (
	"simrun/nodes/internal/merkle"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The codes of the messages between servers.
const (
	codeShip = kv.FirstCode + iota
	codeBeat
	codeFetch
	codeTail
	codeCompare
	codeHashes
	codeWant
	codePart
	codeGone
)

// ship carries entries of the sender's log as soon as they are on its disk.
type ship struct {
	Prev    uint64 // index before the first
	Entries []replog.Entry
}

// Kind implements sim.Message.
func (*ship) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeShip, Name: "ship"} }

// Subject implements sim.Message.
func (m *ship) Subject() sim.Subject { return sim.NumberSubject(m.Prev) }

// Encode implements sim.Message.
func (m *ship) Encode(e *sim.Encoder) {
	e.Uint("prev", m.Prev)
	replog.EncodeAll(e, m.Entries)
}

// beat says how long the sender's log is on its disk.
type beat struct{ Last uint64 }

// Kind implements sim.Message.
func (*beat) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeBeat, Name: "beat"} }

// Subject implements sim.Message.
func (*beat) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *beat) Encode(e *sim.Encoder) { e.Uint("last", m.Last) }

// exchange is what the messages of one catching up have in common: the time at which
// the follower began it, by its own clock, which tells it from earlier ones.
type exchange struct{ Begun uint64 }

// Subject implements sim.Message.
func (x exchange) Subject() sim.Subject { return sim.NumberSubject(x.Begun) }

func repair(code uint8, name string) sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: code, Name: name}
}

// fetch asks for the log behind an index.
type fetch struct {
	exchange
	After uint64
}

// Kind implements sim.Message.
func (*fetch) Kind() sim.Kind { return repair(codeFetch, "fetch") }

// Encode implements sim.Message.
func (m *fetch) Encode(e *sim.Encoder) {
	e.Uint("begun", m.Begun)
	e.Uint("after", m.After)
}

// tail answers a fetch.
type tail struct {
	exchange
	Prev    uint64
	Last    uint64 // of the whole log
	Entries []replog.Entry
}

// Kind implements sim.Message.
func (*tail) Kind() sim.Kind { return repair(codeTail, "tail") }

// Encode implements sim.Message.
func (m *tail) Encode(e *sim.Encoder) {
	e.Uint("begun", m.Begun)
	e.Uint("prev", m.Prev)
	e.Uint("last", m.Last)
	replog.EncodeAll(e, m.Entries)
}

// compare asks for hashes of the leader's tree.
type compare struct {
	exchange
	Query merkle.Query
}

// Kind implements sim.Message.
func (*compare) Kind() sim.Kind { return repair(codeCompare, "compare") }

// Encode implements sim.Message.
func (m *compare) Encode(e *sim.Encoder) {
	e.Uint("begun", m.Begun)
	m.Query.Encode(e)
}

// hashes answers a compare.
type hashes struct {
	exchange
	Answer merkle.Answer
}

// Kind implements sim.Message.
func (*hashes) Kind() sim.Kind { return repair(codeHashes, "hashes") }

// Encode implements sim.Message.
func (m *hashes) Encode(e *sim.Encoder) {
	e.Uint("begun", m.Begun)
	m.Answer.Encode(e)
}

// want asks for rows of the leader's table as of one slot: all, or those under some
// leaves of its tree; from the From-th on.
type want struct {
	exchange
	Whole  bool
	Leaves []uint32
	From   int
}

// Kind implements sim.Message.
func (*want) Kind() sim.Kind { return repair(codeWant, "want") }

// Encode implements sim.Message.
func (m *want) Encode(e *sim.Encoder) {
	e.Uint("begun", m.Begun)
	e.Bool("whole", m.Whole)
	encodeIDs(e, m.Leaves)
	e.Int("from", int64(m.From))
}

// part answers a want.
type part struct {
	exchange
	At    uint64 // the slot that the table is of
	From  int
	Total int
	Next  []uint32 // the counter
	Cells []cell
	Bytes int // filler of the rows
}

// cell is a row with its place.
type cell struct {
	Place uint32
	Row   row
}

// Kind implements sim.Message.
func (*part) Kind() sim.Kind { return repair(codePart, "part") }

// Encode implements sim.Message.
func (m *part) Encode(e *sim.Encoder) {
	e.Uint("begun", m.Begun)
	e.Uint("at", m.At)
	e.Int("from", int64(m.From))
	e.Int("total", int64(m.Total))
	encodeIDs(e, m.Next)
	e.Uint("cells", uint64(len(m.Cells)))
	for _, c := range m.Cells {
		e.Uint("place", uint64(c.Place))
		for _, word := range c.Row.pack(nil) {
			e.Uint("row", word)
		}
	}
	e.Pad(m.Bytes)
}

// gone says that the sender no longer has what an exchange was about.
type gone struct{ exchange }

// Kind implements sim.Message.
func (*gone) Kind() sim.Kind { return repair(codeGone, "gone") }

// Encode implements sim.Message.
func (m *gone) Encode(e *sim.Encoder) { e.Uint("begun", m.Begun) }
