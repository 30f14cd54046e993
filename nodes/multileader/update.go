package multileader

import (
	"simrun/nodes/internal/resolve"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// update is what a server's log is made of, and what is shipped: one write, or, where state is
// propagated, what another datacentre's message brought.
type update struct {
	// Dot is the identity of a write: which lead made it, and which it was there, from 1. Zero for
	// what a message brought.
	Dot kv.Dot
	// Deps is what must have been applied before: all that its leader had when it made the write.
	Deps kv.Context
	// Seen is what a message stood for, of which the cells are the state; a write stands for itself.
	Seen kv.Context
	// Cells is what the keys concerned get.
	Cells []cell
}

// cell is what one key gets or holds.
type cell struct {
	Key    sim.Key
	Op     sim.OpID   // the write that brings it; 0 where it is what another server held
	Writer sim.NodeID // who is to hear it if the write gives way, where that is told
	Object resolve.Object
}

// Encode lists the cell.
func (c *cell) Encode(e *sim.Encoder) {
	e.Uint("key", uint64(c.Key))
	e.Op("op", c.Op)
	e.Uint("writer", uint64(c.Writer))
	c.Object.Encode(e)
}

// Encode implements sim.Record.
func (u *update) Encode(e *sim.Encoder) {
	e.Uint("actor", uint64(u.Dot.Actor))
	e.Uint("counter", u.Dot.Counter)
	u.Deps.Encode(e)
	u.Seen.Encode(e)
	encodeCells(e, u.Cells)
}

func encodeCells(e *sim.Encoder, cells []cell) {
	e.Uint("cells", uint64(len(cells)))
	for i := range cells {
		cells[i].Encode(e)
	}
}

// stands is what an update stands for.
func (u *update) stands() kv.Context {
	if u.Dot.Actor != 0 {
		return versions.Exactly(u.Dot)
	}
	return u.Seen
}

// brings is the part of an update that brings a write, or brought it along with others.
func (u *update) brings(op sim.OpID) *cell {
	for i := range u.Cells {
		found := false
		u.Cells[i].writes(func(other sim.OpID) { found = found || other == op })
		if found {
			return &u.Cells[i]
		}
	}
	return &u.Cells[0]
}

// isIn tells whether who has applied a context has all that the update brings.
func (u *update) isIn(seen kv.Context) bool {
	if u.Dot.Actor != 0 {
		return versions.Seen(seen, u.Dot)
	}
	return versions.SeesAll(seen, u.Seen)
}

// after is what has been applied once the update is.
func (u *update) after(seen kv.Context) kv.Context {
	if u.Dot.Actor != 0 {
		return with(seen, u.Dot)
	}
	return versions.Union(seen, u.Seen)
}
