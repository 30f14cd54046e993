package statements

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// source is all that a command reads besides the table: the world in which it runs.
// Schneider, "Implementing Fault-Tolerant Services Using the State Machine Approach"
// (1990), demands that there be none.
type source interface {
	now() int64     // nanoseconds of a wall clock
	random() uint64 // any word
	nextID() uint32 // of an inserted row: the counter of auto-increment goes on
}

// auditOwner owns the rows that triggers insert, and ledgerRow counts them.
const (
	auditOwner = kv.MaxOther
	ledgerRow  = 1
)

// amounts is how many different amounts random() gives.
const amounts = 1000

// execution is one command at work on a table that it only reads: what it changes is
// in the list, and read from there.
type execution struct {
	table   *table
	world   source
	changes []change
}

// evaluate runs a command. It is a function of the table, the command and what the
// source tells; the changes are in the order in which they came about, one for each row. A
// command that is refused (ok is false) changes nothing, but what it took from the
// counter stays taken, as in every database that does not lock its counters.
func evaluate(t *table, c kv.Command, world source) (changes []change, ok bool) {
	x := execution{table: t, world: world}
	if !x.run(c) {
		return nil, false
	}
	return x.changes, true
}

func (x *execution) run(c kv.Command) bool {
	id, amount := uint32(c.Row), int64(c.Amount)
	switch c.Verb {
	case kv.SetNow:
		x.update(id, func(r *row) { r.Stamp = x.world.now() })
	case kv.SetRandom:
		x.update(id, func(r *row) { r.Amount = int64(x.world.random() % amounts) })
	case kv.InsertRow:
		return x.insert(row{Owner: c.Other, Amount: amount})
	case kv.UpdateOne:
		if first, found := x.firstOf(c.Other); found {
			x.update(first, func(r *row) { r.Amount += amount })
		}
	case kv.Transfer:
		x.transfer(id, c.Other, amount)
	case kv.UpdateAll:
		for _, owned := range x.allOf(c.Other) {
			x.update(owned, func(r *row) { r.Amount += amount })
		}
	case kv.DeleteRow:
		x.delete(id)
	case kv.Audited:
		if x.update(id, func(r *row) { r.Amount += amount }) {
			x.audit()
		}
	default:
		return false
	}
	return true
}

// find is a row as the command sees it.
func (x *execution) find(id uint32) row {
	for i := range x.changes {
		if x.changes[i].id() == id {
			return x.changes[i].after
		}
	}
	return x.table.find(id)
}

// put notes what became of a row.
func (x *execution) put(id uint32, after row) {
	for i := range x.changes {
		if x.changes[i].id() == id {
			x.changes[i].after = after
			return
		}
	}
	x.changes = append(x.changes, change{before: x.table.find(id), after: after})
}

// update changes a row that there is.
func (x *execution) update(id uint32, edit func(r *row)) bool {
	r := x.find(id)
	if r.ID == 0 {
		return false
	}
	edit(&r)
	x.put(id, r)
	return true
}

// insert adds a row under the next id, which is taken first and then checked: a
// refused insert has used it up. An id that is taken already is a duplicate key: it stays
// as it is.
func (x *execution) insert(r row) bool {
	r.ID = x.world.nextID()
	if r.Amount < 0 {
		return false
	}
	if x.find(r.ID).ID == 0 {
		x.put(r.ID, r)
	}
	return true
}

func (x *execution) delete(id uint32) {
	if x.find(id).ID != 0 {
		x.put(id, row{})
	}
}

// firstOf is the first row of an owner that a scan meets.
func (x *execution) firstOf(owner uint32) (id uint32, found bool) {
	x.table.rows(func(_ uint32, r row) bool {
		if r.Owner == owner {
			id, found = r.ID, true
		}
		return !found
	})
	return id, found
}

// allOf lists the rows of an owner as a scan meets them.
func (x *execution) allOf(owner uint32) (ids []uint32) {
	x.table.rows(func(_ uint32, r row) bool {
		if r.Owner == owner {
			ids = append(ids, r.ID)
		}
		return true
	})
	return ids
}

// transfer moves an amount that is covered: it reads, and what it reads decides.
func (x *execution) transfer(from, to uint32, amount int64) {
	if from == to || x.find(from).Amount < amount || x.find(to).ID == 0 {
		return
	}
	x.update(from, func(r *row) { r.Amount -= amount })
	x.update(to, func(r *row) { r.Amount += amount })
}

// audit is the trigger of an audited update: it inserts a row with the time and a random
// ticket, and the trigger on that insert counts it in the ledger's row.
func (x *execution) audit() {
	x.insert(row{Owner: auditOwner, Amount: int64(x.world.random() % amounts), Stamp: x.world.now()})
	x.update(ledgerRow, func(r *row) { r.Amount++ })
}

// live is the node's own world: its wall clock, its draws, its counter.
type live struct {
	env      *sim.Env
	op       sim.OpID
	tick     int64 // resolution of the clock, in nanoseconds
	drawn    uint8
	counter  *counter
	sequence int // which of the counter's sequences
}

func (l *live) now() int64 { return int64(l.env.Wall()) / l.tick * l.tick }

func (l *live) random() uint64 {
	l.drawn++
	return l.env.Draw(drawRandom, sim.OpSubject(l.op, l.drawn))
}

func (l *live) nextID() uint32 { return l.counter.take(l.sequence) }

// recorder is a world that remembers what it told, in order.
type recorder struct {
	world source
	tape  []uint64
}

func (r *recorder) tell(word uint64) uint64 {
	r.tape = append(r.tape, word)
	return word
}

func (r *recorder) now() int64     { return int64(r.tell(uint64(r.world.now()))) }
func (r *recorder) random() uint64 { return r.tell(r.world.random()) }
func (r *recorder) nextID() uint32 { return uint32(r.tell(uint64(r.world.nextID()))) }

// replayer is a world that tells again what was recorded elsewhere. A command that went
// another way here, and asks for more, gets it from the node's own world.
type replayer struct {
	world source
	tape  []uint64
}

func (r *replayer) told() (word uint64, ok bool) {
	if len(r.tape) == 0 {
		return 0, false
	}
	word, r.tape = r.tape[0], r.tape[1:]
	return word, true
}

func (r *replayer) now() int64 {
	if word, ok := r.told(); ok {
		return int64(word)
	}
	return r.world.now()
}

func (r *replayer) random() uint64 {
	if word, ok := r.told(); ok {
		return word
	}
	return r.world.random()
}

func (r *replayer) nextID() uint32 {
	if word, ok := r.told(); ok {
		return uint32(word)
	}
	return r.world.nextID()
}

// counter gives auto-increment ids. Where they are striped there is a sequence for each
// leader, and no two give the same id; else there is one for all.
type counter struct{ next []uint32 }

// newCounter begins behind the ids that are in use.
func newCounter(sequences int, used uint32) counter {
	c := counter{next: make([]uint32, sequences)}
	for i := range c.next {
		c.next[i] = uint32(i) + 1
		for c.next[i] <= used {
			c.next[i] += uint32(sequences)
		}
	}
	return c
}

func (c *counter) take(sequence int) uint32 {
	i := sequence % len(c.next)
	id := c.next[i]
	c.next[i] += uint32(len(c.next))
	return id
}

// pass makes sure that an id that was given elsewhere is not given here again.
func (c *counter) pass(id uint32) {
	i := int(id-1) % len(c.next)
	c.next[i] = max(c.next[i], id+uint32(len(c.next)))
}
