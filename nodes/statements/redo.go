package statements

import "simrun/sim"

// The files of a server's disk: each leader's log, the table as of the last
// checkpoint, and what was written to cells since. A database that replicates commands
// keeps its table like any other: it never runs them again to get it back.
const (
	fileTable = "table"
	fileRedo  = "redo"
)

func fileLog(stream int) string { return []string{"log1", "log2"}[stream] }

// redo is the record of what one entry, or a compaction, wrote to cells.
type redo struct {
	Number  uint64 // of the record, from 1: later ones of a checkpoint's number are news
	Stream  int
	Applied uint64 // of the stream, with this
	Next    []uint32
	Writes  []write
}

// Encode implements sim.Record.
func (r *redo) Encode(e *sim.Encoder) {
	e.Uint("number", r.Number)
	e.Int("stream", int64(r.Stream))
	e.Uint("applied", r.Applied)
	encodeIDs(e, r.Next)
	e.Uint("writes", uint64(len(r.Writes)))
	for i := range r.Writes {
		w := &r.Writes[i]
		e.Uint("place", uint64(w.Place))
		w.Before.Encode(e)
		w.After.Encode(e)
	}
}

func encodeIDs(e *sim.Encoder, ids []uint32) {
	e.Uint("ids", uint64(len(ids)))
	for _, id := range ids {
		e.Uint("id", uint64(id))
	}
}

// checkpoint is the record of the whole table.
type checkpoint struct {
	Number  uint64 // of the last redo record in it
	Applied []uint64
	Next    []uint32
	Cells   []row
}

// Encode implements sim.Record.
func (c *checkpoint) Encode(e *sim.Encoder) {
	e.Uint("number", c.Number)
	e.Uint("streams", uint64(len(c.Applied)))
	for _, applied := range c.Applied {
		e.Uint("applied", applied)
	}
	encodeIDs(e, c.Next)
	e.Uint("cells", uint64(len(c.Cells)))
	for _, r := range c.Cells {
		r.Encode(e)
	}
}

// keep makes an effect part of what a restart finds: as a record of redo, or, from time to
// time, with the whole table.
func (n *Node) keep(env *sim.Env, stream int, writes []write) {
	n.number++
	env.Disk().Append(fileRedo, &redo{
		Number: n.number, Stream: stream, Applied: n.streams[stream].applied,
		Next: append([]uint32(nil), n.counter.next...), Writes: writes,
	})
	if n.number%uint64(n.config.Checkpoint) == 0 {
		n.checkpoint(env)
	}
}

// checkpoint writes the whole table. What a crash in between leaves of the redo is told
// by its numbers to be in it.
func (n *Node) checkpoint(env *sim.Env) {
	c := &checkpoint{Number: n.number, Next: append([]uint32(nil), n.counter.next...)}
	for i := range n.streams {
		c.Applied = append(c.Applied, n.streams[i].applied)
	}
	c.Cells = append(c.Cells, n.table.cells...)
	env.Disk().Replace(fileTable, c)
	env.Disk().Cut(fileRedo, 0)
}

// initial is the table and the counter of the beginning, which all servers share.
func (n *Node) initial() {
	c := n.config
	n.table = newTable(c.PageRows)
	for id := uint32(1); id <= uint32(c.Rows); id++ {
		n.table.room()
		n.table.write(n.table.lowest(), row{ID: id, Owner: (id - 1) % uint32(c.Owners), Amount: firstAmount})
	}
	n.counter = newCounter(c.sequences(), uint32(c.Rows))
}

// firstAmount is the amount of every row of the beginning.
const firstAmount = 100

// recoverTable reads the table: the checkpoint, and what the redo can be read of behind it.
func (n *Node) recoverTable(env *sim.Env) {
	n.initial()
	if record, err := env.Disk().Read(fileTable, 0); err == nil {
		if c, ok := record.(*checkpoint); ok {
			n.restore(c)
		}
	}
	for i := range env.Disk().Len(fileRedo) {
		record, err := env.Disk().Read(fileRedo, i)
		r, ok := record.(*redo)
		if err != nil || !ok || r.Number > n.number+1 {
			env.Disk().Cut(fileRedo, i)
			return
		}
		if r.Number == n.number+1 {
			n.redo(r)
		}
	}
}

func (n *Node) restore(c *checkpoint) {
	n.number = c.Number
	n.table = newTable(n.config.PageRows)
	for place, r := range c.Cells {
		n.table.write(uint32(place), r)
	}
	copy(n.counter.next, c.Next)
	for i := range n.streams {
		n.streams[i].applied = c.Applied[i]
	}
}

func (n *Node) redo(r *redo) {
	n.number = r.Number
	n.table.apply(r.Writes)
	copy(n.counter.next, r.Next)
	n.streams[r.Stream].applied = r.Applied
}
