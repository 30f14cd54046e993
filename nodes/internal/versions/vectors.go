package versions

import (
	"slices"

	"simrun/nodes/kv"
)

// Put is what a home holds after a put that it coordinates, under Vectors. The put
// has the context that its writer read, and is the home's event by. It replaces what
// the home holds if the context covers the home's whole vector, and else nothing. What
// the vector lists besides that event may be limited.
func (s Set) Put(v Version, read kv.Context, by kv.Dot, limited func(kv.Context) kv.Context) Set {
	had := s.Covered()
	seen := Join(limited(Join(had, read)), kv.Context{by})
	if Includes(read, had) {
		return Set{head(seen), v}
	}
	return united(seen, s.Writes(), Set{v})
}

// syncVectors merges the sets of two homes: the one whose vector covers the other's
// has seen all that the other did, and else both are kept. What comes of several
// merges depends on their order, and two homes may have kept different versions under
// one vector: then, too, both keep all, so that they agree in the end.
func syncVectors(held, brought Set) (Set, bool) {
	if includesVectors(held, brought) {
		return held, false
	}
	a, b := held.Covered(), brought.Covered()
	if Includes(b, a) && !Includes(a, b) {
		return brought, true
	}
	return united(Join(a, b), held.Writes(), brought.Writes()), true
}

// includesVectors tells whether a home knows all that another one would bring.
func includesVectors(held, brought Set) bool {
	a, b := held.Covered(), brought.Covered()
	return Includes(a, b) && (!Includes(b, a) || contains(held, brought.Writes()))
}

// contains tells whether a set has all versions of another one.
func contains(s, other Set) bool {
	for i := range other {
		if !s.Has(&other[i]) {
			return false
		}
	}
	return true
}

// united is a set of all the writes of two, each once.
func united(seen kv.Context, a, b Set) Set {
	all := make(Set, 1, 1+len(a)+len(b))
	all[0] = head(seen)
	all = append(append(all, a...), b...)
	slices.SortFunc(all[1:], func(x, y Version) int { return order(&x, &y) })
	return slices.CompactFunc(all, func(x, y Version) bool { return x.same(&y) })
}
