package replog

import "simrun/sim"

// Position is a place in the history: the epoch of the leader that filled it, and
// its number in the log. The zero Position is the beginning, before every entry.
type Position struct {
	Epoch uint64
	Index uint64
}

// Before tells whether p is less advanced than o: by epoch, then by index. Of two
// logs the one whose last position is more advanced holds all that a majority
// holds (Raft, section 5.4.1).
func (p Position) Before(o Position) bool {
	return p.Epoch < o.Epoch || p.Epoch == o.Epoch && p.Index < o.Index
}

// Encode lists the position.
func (p Position) Encode(e *sim.Encoder) {
	e.Uint("epoch", p.Epoch)
	e.Uint("index", p.Index)
}

// Entry is one write in the log. An entry whose Op is zero changes nothing; it
// marks where an epoch begins.
type Entry struct {
	Epoch   uint64
	Op      sim.OpID
	Code    sim.Code
	Refused bool // a compare-and-set that found another version: remembered, without effect
	Key     sim.Key
	Value   sim.Value
	Size    uint32 // of the payload, in bytes
	// Expect is the version that a compare-and-set needs, where it is decided as it is
	// applied. Where its leader decided, it left its finding in Refused and nothing here.
	Expect sim.OpID
	// Body is what is shipped beside the op, in a form of the protocol's own: what the
	// op read of its world, or what it changed. Empty where the op says it all.
	Body []uint64
}

// Changes tells whether the entry changes the store.
func (e *Entry) Changes() bool { return e.Op != 0 && !e.Refused }

// Bytes is the entry's size on the wire.
func (e *Entry) Bytes() int {
	n := 6*8 + 8*len(e.Body) + int(e.Size)
	if e.Expect != 0 {
		n += 8
	}
	return n
}

// Encode lists the entry.
func (e *Entry) Encode(to *sim.Encoder) {
	flags := uint64(0)
	if e.Refused {
		flags |= 1
	}
	if e.Expect != 0 {
		flags |= 2
	}
	to.Uint("epoch", e.Epoch)
	to.Op("op", e.Op)
	to.Uint("code", uint64(e.Code)|flags<<8|uint64(len(e.Body))<<16)
	if e.Expect != 0 {
		to.Op("expect", e.Expect)
	}
	to.Uint("key", uint64(e.Key))
	to.Value("value", e.Value)
	for _, word := range e.Body {
		to.Uint("body", word)
	}
	to.Pad(int(e.Size))
}

// EncodeAll lists entries, with their number.
func EncodeAll(to *sim.Encoder, entries []Entry) {
	to.Uint("entries", uint64(len(entries)))
	for i := range entries {
		entries[i].Encode(to)
	}
}

// Record is how an entry lies on disk: with its index, and with how far its
// writer knew the log to be committed, so that a restart need not ask.
type Record struct {
	Index  uint64
	Commit uint64
	Entry  Entry
}

// Encode implements sim.Record.
func (r *Record) Encode(e *sim.Encoder) {
	e.Uint("index", r.Index)
	e.Uint("commit", r.Commit)
	r.Entry.Encode(e)
}

// Damaged implements sim.Damager: the value of another write, or another number.
func (r *Record) Damaged(word uint64) sim.Record {
	damaged := *r
	damaged.Entry.Value.N ^= int64(word>>8 | 1)
	return &damaged
}
