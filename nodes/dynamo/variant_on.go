//go:build mutants

package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// variant is one small wrong change, chosen by name. Only builds with the tag
// mutants have it: there the tests prove that judges notice.
type variant struct {
	Mutant string `yaml:"mutant" one:"|dy-no-writeback|dy-async-writeback|dy-dot-reuse|dy-hint-volatile|dy-hint-after-gc|2pc-prepare-volatile|2pc-decision-not-logged|dy-repair-resurrects|dy-ring-change-split|crdt-actor-reuse|crdt-delta-holes" doc:"the wrong change"`
}

// noWriteback: a read that promises to write back returns the newest version without doing so.
func (v variant) noWriteback() bool { return v.Mutant == "dy-no-writeback" }

// asyncWriteback: the write-back happens after the reply.
func (v variant) asyncWriteback() bool { return v.Mutant == "dy-async-writeback" }

// dotReuse: a node that coordinates is the same writer in every life, and goes on
// from what its replica still holds: where that lost a key, its dots begin anew.
func (v variant) dotReuse() bool { return v.Mutant == "dy-dot-reuse" }

// hintVolatile: hints that are said to be on disk are in memory only.
func (v variant) hintVolatile() bool { return v.Mutant == "dy-hint-volatile" }

// hintAfterGC: a hint lives on after the tombstones of its time were collected.
func (v variant) hintAfterGC() bool { return v.Mutant == "dy-hint-after-gc" }

// prepareVolatile: a home votes yes before its promise is on disk.
func (v variant) prepareVolatile() bool { return v.Mutant == "2pc-prepare-volatile" }

// decisionNotLogged: a coordinator tells homes to commit before that is on its disk.
func (v variant) decisionNotLogged() bool { return v.Mutant == "2pc-decision-not-logged" }

// repairResurrects: anti-entropy takes what was deleted, on either side, for what is
// missing, and copies the old value back.
func (v variant) repairResurrects() bool { return v.Mutant == "dy-repair-resurrects" }

// ringSplit: while the ring changes, reads go by the new one and writes still by the old.
func (v variant) ringSplit() bool { return v.Mutant == "dy-ring-change-split" }

// reusedDot is the next dot of such a node.
func (c *coordinator) reusedDot(key sim.Key, past kv.Context) kv.Dot {
	if place(c.layout.homes(key), c.self) < 0 {
		return c.writer.Next(key, past, 0)
	}
	const actors = 256
	first, end := uint32(c.self)*actors, uint32(c.self+1)*actors
	for _, d := range c.replica.store.held(key).set.Context() {
		if d.Actor < first || d.Actor >= end {
			continue
		}
		if versions.Covers(past, d) {
			return kv.Dot{Actor: d.Actor, Counter: d.Counter + 1}
		}
		first = d.Actor + 1
	}
	return kv.Dot{Actor: first, Counter: 1}
}

// actorReuse: a node that coordinates is the same actor in every life, and goes on from
// what its replica holds: where that lost a key, its counters begin anew.
func (v variant) actorReuse() bool { return v.Mutant == "crdt-actor-reuse" }

// deltaHoles: a replica that merges a delta takes all that its actor did before for
// seen. Where the delta comes out of order, the gap acts as a removal.
func (v variant) deltaHoles() bool { return v.Mutant == "crdt-delta-holes" }

// gapless is a delta whose context speaks for the gap before it.
func (*replica) gapless(held, brought versions.Set, record sim.Record) versions.Set {
	switch record.(type) {
	case *write, *spread, *hint, *replay:
	default:
		return brought
	}
	var gap []kv.Dot
	for _, v := range brought.Writes() {
		for d := (kv.Dot{Actor: v.Dot.Actor, Counter: 1}); d.Counter < v.Dot.Counter; d.Counter++ {
			if !versions.Seen(held.Covered(), d) {
				gap = append(gap, d)
			}
		}
	}
	return versions.Delta(versions.Union(brought.Covered(), versions.Exactly(gap...)), brought.Writes()...)
}

// usedDot is the next dot of a node that is one actor for all its lives.
func (c *coordinator) usedDot(key sim.Key) kv.Dot {
	if place(c.layout.homes(key), c.self) < 0 {
		return c.clerk.next(key, 0)
	}
	mine, held := c.clerk.of(key), c.own(key)
	for _, d := range held.Covered() {
		if d.Actor == uint32(c.self) && d.Counter > mine.last {
			mine.last = d.Counter
		}
	}
	for _, v := range held.Writes() {
		if v.Dot.Actor == uint32(c.self) && v.Dot.Counter == mine.last {
			mine.sum = v.Value.N // of a counter
		}
	}
	mine.last++
	return kv.Dot{Actor: uint32(c.self), Counter: mine.last}
}
