package versions

import (
	"cmp"
	"slices"

	"simrun/nodes/kv"
)

// This file is causal contexts with holes (Almeida, Shoker and Baquero, "Delta State
// Replicated Data Types", JPDC 2018, section 7.2): a version vector, and the dots
// beyond it that wait for those before them. A dot that continues the vector moves
// into it, so that a context without holes is no longer than its actors are many, and
// every set of dots has one spelling.

// Seen tells whether a context, which may have holes, has seen a dot.
func Seen(c kv.Context, d kv.Dot) bool {
	_, found := slices.BinarySearchFunc(c, d, compareDots)
	return found || d.Counter <= base(c, d.Actor)
}

func compareDots(a, b kv.Dot) int {
	return cmp.Or(cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.Counter, b.Counter))
}

// Exactly is the context that has seen some dots, and none besides. It sorts them.
func Exactly(dots ...kv.Dot) kv.Context {
	slices.SortFunc(dots, compareDots)
	var c kv.Context
	start := 0
	for i, d := range dots {
		if i == 0 || dots[i-1].Actor != d.Actor {
			start = len(c)
			c = append(c, kv.Dot{Actor: d.Actor})
		}
		c = extend(c, start, d)
	}
	return c
}

// extend appends a dot to a context whose last run begins at start, and has no dot
// that comes after it.
func extend(c kv.Context, start int, d kv.Dot) kv.Context {
	switch last := &c[len(c)-1]; {
	case d.Counter <= last.Counter:
	case len(c) == start+1 && d.Counter == last.Counter+1:
		last.Counter++ // the hole before it is filled
	default:
		return append(c, d)
	}
	return c
}

// SeesAll tells whether a context has seen all that another one has; both may have holes.
func SeesAll(c, other kv.Context) bool {
	for i, d := range other {
		beyond := i > 0 && other[i-1].Actor == d.Actor
		if beyond && !Seen(c, d) || !beyond && base(c, d.Actor) < d.Counter {
			return false
		}
	}
	return true
}

// base is up to where a context has seen an actor without a hole.
func base(c kv.Context, actor uint32) uint64 {
	at, _ := slices.BinarySearchFunc(c, kv.Dot{Actor: actor}, compareDots)
	if at < len(c) && c[at].Actor == actor {
		return c[at].Counter
	}
	return 0
}

// Union has seen what either of two contexts has; both may have holes.
func Union(a, b kv.Context) kv.Context {
	switch {
	case SeesAll(a, b):
		return a
	case SeesAll(b, a):
		return b
	}
	all := make(kv.Context, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		actor := first(a, b)
		x, y := run(a, actor), run(b, actor)
		all = joinRuns(all, actor, a[:x], b[:y])
		a, b = a[x:], b[y:]
	}
	return all
}

// first is the least actor of two contexts, of which at most one is empty.
func first(a, b kv.Context) uint32 {
	if len(b) == 0 || len(a) > 0 && a[0].Actor < b[0].Actor {
		return a[0].Actor
	}
	return b[0].Actor
}

// run is how many dots at the beginning of a context are of an actor.
func run(c kv.Context, actor uint32) int {
	n := 0
	for n < len(c) && c[n].Actor == actor {
		n++
	}
	return n
}

// joinRuns appends what two contexts have seen of one actor.
func joinRuns(all kv.Context, actor uint32, a, b kv.Context) kv.Context {
	start := len(all)
	all = append(all, kv.Dot{Actor: actor, Counter: max(counter(a), counter(b))})
	for len(a) > 1 || len(b) > 1 {
		var next kv.Dot
		if len(b) < 2 || len(a) > 1 && a[1].Counter <= b[1].Counter {
			next, a = a[1], a[1:]
		} else {
			next, b = b[1], b[1:]
		}
		all = extend(all, start, next)
	}
	return all
}

// counter is the first counter of a run, 0 if it is empty.
func counter(run kv.Context) uint64 {
	if len(run) == 0 {
		return 0
	}
	return run[0].Counter
}
