package statements

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// effect is what one entry did to a node's table.
type effect struct {
	changes []change // by row; none for a physical entry that only moves rows
	writes  []write  // by cell
}

// commandOf is the command that an entry stands for.
func commandOf(e *replog.Entry) kv.Command { return kv.Unpack(e.Key, e.Value.N) }

// lead executes a command at its leader: it changes the leader's table, and makes the
// entry that is shipped. It is false where the command is refused.
func (n *Node) lead(env *sim.Env, r *kv.Request) (replog.Entry, effect, bool) {
	e := replog.Entry{Epoch: epoch, Op: r.Op, Code: r.Code, Key: r.Key, Value: r.Value}
	world := &recorder{world: n.live(env, r.Op, n.own)}
	changes, ok := evaluate(n.table, kv.Unpack(r.Key, r.Value.N), world)
	if !ok {
		return e, effect{}, false
	}
	did := effect{changes, n.table.settle(changes, n.placing(env, r.Op))}
	switch n.config.Ship {
	case "command":
		e.Size = r.Size
	case "captured":
		e.Size, e.Body = r.Size, world.tape
	case "rows":
		n.packRows(&e, changes)
	case "cells", "pages":
		n.packCells(&e, did.writes)
	}
	return e, did, true
}

// follow executes an entry of another leader's log, or one's own again.
func (n *Node) follow(env *sim.Env, e *replog.Entry, from int) effect {
	switch n.config.Ship {
	case "rows":
		return n.settleRows(env, e)
	case "cells", "pages":
		return n.applyCells(e)
	}
	world := source(n.live(env, e.Op, from))
	if n.config.Ship == "captured" {
		world = &replayer{world: world, tape: e.Body}
	}
	changes, _ := evaluate(n.table, commandOf(e), world)
	n.passed(changes)
	return effect{changes, n.table.settle(changes, n.placing(env, e.Op))}
}

// live is the world that a command of a leader runs in at this node.
func (n *Node) live(env *sim.Env, op sim.OpID, from int) *live {
	return &live{env: env, op: op, tick: int64(n.config.Tick), counter: &n.counter, sequence: from}
}

// placing says where the rows that an op changes go.
func (n *Node) placing(env *sim.Env, op sim.OpID) func() uint32 {
	if n.config.Placement == "lowest" {
		return n.table.lowest
	}
	drawn := uint8(0)
	return func() uint32 {
		drawn++
		return n.table.place(env.Draw(drawPlace, sim.OpSubject(op, drawn)))
	}
}

// passed keeps the counter behind ids that came from elsewhere.
func (n *Node) passed(changes []change) {
	for i := range changes {
		if c := &changes[i]; c.before.ID == 0 && c.after.ID != 0 {
			n.counter.pass(c.after.ID)
		}
	}
}

// A row's form: the id and which images follow, then the images.
const (
	hasAfter  = 1 << 32
	hasBefore = 1 << 33
)

// packRows makes an entry of row images.
func (n *Node) packRows(e *replog.Entry, changes []change) {
	for _, c := range changes {
		head := uint64(c.id())
		if c.after.ID != 0 {
			head |= hasAfter
		}
		if n.config.Before && c.before.ID != 0 {
			head |= hasBefore
		}
		e.Body = append(e.Body, head)
		n.packImages(e, head, c.before, c.after)
	}
}

// packImages appends the images that a head tells of, and their filler.
func (n *Node) packImages(e *replog.Entry, head uint64, before, after row) {
	if head&hasBefore != 0 {
		e.Body = before.pack(e.Body)
		e.Size += uint32(n.config.filler())
	}
	if head&hasAfter != 0 {
		e.Body = after.pack(e.Body)
		e.Size += uint32(n.config.filler())
	}
}

// unpackImages takes the head and the after image off a body.
func unpackImages(body []uint64) (head uint64, after row, rest []uint64) {
	head, rest = body[0], body[1:]
	if head&hasBefore != 0 {
		rest = rest[rowWords:]
	}
	if head&hasAfter != 0 {
		after, rest = unpack(rest), rest[rowWords:]
	}
	return head, after, rest
}

// settleRows gives the rows of an entry the content that they had at the leader.
func (n *Node) settleRows(env *sim.Env, e *replog.Entry) effect {
	var changes []change
	for body := e.Body; len(body) > 0; {
		var head uint64
		var after row
		head, after, body = unpackImages(body)
		changes = append(changes, change{n.table.find(uint32(head)), after})
	}
	n.passed(changes)
	return effect{changes, n.table.settle(changes, n.placing(env, e.Op))}
}

// packCells makes an entry of cells, or of the pages around them.
func (n *Node) packCells(e *replog.Entry, writes []write) {
	if n.config.Ship == "pages" {
		writes = n.around(writes)
	}
	for _, w := range writes {
		head := uint64(w.Place) | hasAfter
		if n.config.Before {
			head |= hasBefore
		}
		e.Body = append(e.Body, head)
		n.packImages(e, head, w.Before, w.After)
	}
}

// around turns changed cells into every cell of the pages that they lie in, as they are
// now, in the order in which pages were touched first.
func (n *Node) around(writes []write) []write {
	before := func(place uint32) row {
		for _, w := range writes {
			if w.Place == place {
				return w.Before
			}
		}
		return n.table.cells[place]
	}
	var pages []uint32
	var all []write
	for _, w := range writes {
		page := w.Place / n.table.perPage
		if slices.Contains(pages, page) {
			continue
		}
		pages = append(pages, page)
		for place := page * n.table.perPage; place < (page+1)*n.table.perPage; place++ {
			all = append(all, write{place, before(place), n.table.cells[place]})
		}
	}
	return all
}

// applyCells gives cells the content that they had at the leader.
func (n *Node) applyCells(e *replog.Entry) effect {
	var did effect
	for body := e.Body; len(body) > 0; {
		var head uint64
		var after row
		head, after, body = unpackImages(body)
		place := uint32(head)
		n.table.reach(place)
		if n.table.cells[place] != after {
			did.writes = append(did.writes, write{place, n.table.write(place, after), after})
		}
	}
	did.changes = rowsChanged(did.writes)
	n.passed(did.changes)
	return did
}

// rowsChanged is what writes of cells mean for rows: one that only moved did not change.
func rowsChanged(writes []write) []change {
	var changes []change
	at := func(id uint32) *change {
		for i := range changes {
			if changes[i].id() == id {
				return &changes[i]
			}
		}
		changes = append(changes, change{})
		return &changes[len(changes)-1]
	}
	for _, w := range writes {
		if w.Before.ID != 0 {
			at(w.Before.ID).before = w.Before
		}
		if w.After.ID != 0 {
			at(w.After.ID).after = w.After
		}
	}
	return slices.DeleteFunc(changes, func(c change) bool { return c.before == c.after })
}
