package crdt

import (
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Add is the delta of an addition to a set: the element with a dot of its own, in the
// place of what the actor holds of the same element, and of earlier dots that it gave
// to the same element itself, which it need not hold (Bieniusa, Zawirski, Preguiça,
// Shapiro, Baquero, Balegas and Duarte, "An Optimized Conflict-free Replicated Set",
// 2012): else a set would grow with every addition of what it contains. Besides those the
// context has the new dot alone: it must not speak for other earlier dots of the actor,
// which may arrive later (akka #22188).
func Add(v versions.Version, held versions.Set, earlier ...kv.Dot) versions.Set {
	return versions.Delta(versions.Exactly(append(append(dots(held, v.Value.N), earlier...), v.Dot)...), v)
}

// Remove is the delta of the removal of an element: what is held of it is gone, and an
// addition at the same time elsewhere, which is not seen here, stays.
func Remove(held versions.Set, element int64) versions.Set {
	return versions.Delta(versions.Exactly(dots(held, element)...))
}

// Without is the removal of an element by who was only told what there is, by some
// replicas. An earlier removal may have reached those and not others, so that dots of
// the element are seen and no longer held: only the whole context still speaks for
// them, and it must come with what it has seen and is still there.
func Without(held versions.Set, element int64) versions.Set {
	return slices.DeleteFunc(slices.Clone(held), func(v versions.Version) bool {
		return v.Value.ID != 0 && v.Value.N == element
	})
}

// Clear is the delta of the removal of all elements: of all that was ever seen.
func Clear(held versions.Set) versions.Set { return versions.Delta(held.Covered()) }

// dots are those of what is held of an element.
func dots(held versions.Set, element int64) []kv.Dot {
	var of []kv.Dot
	for _, v := range held.Writes() {
		if v.Value.N == element {
			of = append(of, v.Dot)
		}
	}
	return of
}

// Count is the delta of a change to a counter. The version's integer is the sum of all
// that its actor ever added, less what it took: that replaces what the actor said
// before, so that the context covers all its earlier dots, arrived or not.
func Count(v versions.Version) versions.Set { return versions.Delta(kv.Context{v.Dot}, v) }

// Assign is the delta of a write to a register of several values: it replaces those
// that its writer had read.
func Assign(v versions.Version, read kv.Context) versions.Set {
	return versions.Delta(versions.Union(read, versions.Exactly(v.Dot)), v)
}

// Unassign is the delta of a delete of what its writer had read.
func Unassign(read kv.Context) versions.Set { return versions.Delta(read) }

// Elements appends what a set contains, in the order of the writers: each element once,
// as its last writer in that order added it.
func Elements(held versions.Set, into []sim.Value) []sim.Value {
	written := held.Writes()
	last := make(map[int64]int, len(written))
	for i := range written {
		last[written[i].Value.N] = i
	}
	for i := range written {
		if last[written[i].Value.N] == i {
			into = append(into, written[i].Value)
		}
	}
	return into
}

// Total is the value of a counter, which has no single writer.
func Total(held versions.Set) sim.Value {
	var total sim.Value
	for _, v := range held.Writes() {
		total.N += v.Value.N
	}
	return total
}
