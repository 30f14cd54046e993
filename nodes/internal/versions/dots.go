package versions

import (
	"slices"

	"simrun/nodes/kv"
)

// This file is the rule Dots: the join of dot stores of Almeida, Shoker and Baquero,
// "Delta State Replicated Data Types" (JPDC 2018, section 7.3). A dot that a context
// has seen, and whose version its set does not hold, was replaced or removed; one that
// it has not seen is news. A delta is a set like any other: the versions that are new,
// and a context that has seen them and what they replace, and nothing else. So it may
// come late, twice, out of order or not at all, and then a whole set makes up for it.

// syncDots is the join of two sets with their contexts.
func syncDots(held, brought Set) (Set, bool) {
	if includesDots(held, brought) {
		return held, false
	}
	if len(held) == 0 {
		return brought, true
	}
	a, b := held.Covered(), brought.Covered()
	x, y := held.Writes(), brought.Writes()
	merged := make(Set, 1, 1+len(x)+len(y))
	merged[0] = head(Union(a, b))
	for len(x) > 0 || len(y) > 0 {
		switch side := sideOf(x, y); {
		case side < 0:
			if !Seen(b, x[0].Dot) || brought.dotted(x[0].Dot) {
				merged = append(merged, x[0])
			}
			x = x[1:]
		case side > 0:
			if !Seen(a, y[0].Dot) {
				merged = append(merged, y[0])
			}
			y = y[1:]
		default:
			merged = append(merged, x[0])
			x, y = x[1:], y[1:]
		}
	}
	return merged, true
}

// sideOf tells which of two sets has the version that comes next: below 0 the first,
// above 0 the second, 0 both. At most one of them is empty.
func sideOf(x, y Set) int {
	switch {
	case len(y) == 0:
		return -1
	case len(x) == 0:
		return 1
	}
	return order(&x[0], &y[0])
}

// includesDots tells whether a set has seen all that another one has, and holds
// nothing that the other one has seen go.
func includesDots(held, brought Set) bool {
	if !SeesAll(held.Covered(), brought.Covered()) {
		return false
	}
	b, y := brought.Covered(), brought.Writes()
	for _, v := range held.Writes() {
		if Seen(b, v.Dot) {
			if _, both := y.find(&v); !both && !y.dotted(v.Dot) {
				return false
			}
		}
	}
	return true
}

// dotted tells whether a set holds a dot, under whatever writer: one dot is one
// version, though a damaged disk may say otherwise.
func (s Set) dotted(d kv.Dot) bool {
	return slices.ContainsFunc(s, func(v Version) bool { return v.Dot == d })
}

// Delta is a set that brings some versions, in the order of sets, and has seen what a
// context has seen. One that says nothing is empty.
func Delta(context kv.Context, fresh ...Version) Set {
	if len(context) == 0 {
		return nil
	}
	delta := make(Set, 1, 1+len(fresh))
	delta[0] = head(context)
	return append(delta, fresh...)
}
