package versions

import (
	"slices"

	"simrun/nodes/kv"
)

// Rule says which versions of a key stay.
type Rule uint8

// The rules.
const (
	// Causal keeps every version that no other one replaces.
	Causal Rule = iota
	// LastWrite keeps the version with the greatest place.
	LastWrite
	// Vectors keeps, for each key, one version vector and all versions that no put
	// replaced whose context covered that whole vector.
	Vectors
	// Dots keeps, for each key, a context that may have holes and the versions that no
	// context has seen go: data types that merge by themselves (package crdt).
	Dots
)

// Merge adds what a set brings to what is held. It tells whether that changed
// anything; if not, held itself is returned. Apart from that the order of the
// operands does not matter, nor how often or, but for Vectors, in what groups sets
// are merged.
func (r Rule) Merge(held, brought Set) (merged Set, changed bool) {
	if len(brought) == 0 {
		return held, false
	}
	if r == Dots {
		return syncDots(held, brought)
	}
	if len(held) == 0 {
		return brought, true
	}
	switch r {
	case LastWrite:
		if held[0].Before(&brought[0]) {
			return brought, true
		}
		return held, false
	case Vectors:
		return syncVectors(held, brought)
	}
	return sync(held, brought)
}

// Includes tells whether a set knows all that another one would bring.
func (r Rule) Includes(held, brought Set) bool {
	if len(brought) == 0 {
		return true
	}
	switch r {
	case LastWrite:
		return len(held) > 0 && !held[0].Before(&brought[0])
	case Vectors:
		return includesVectors(held, brought)
	case Dots:
		return includesDots(held, brought)
	}
	for i := range brought {
		if !known(held, &brought[i]) {
			return false
		}
	}
	return true
}

// Context is what a reader of a set hands back with a write that replaces what it
// read. Last-write-wins needs none.
func (r Rule) Context(s Set) kv.Context {
	switch r {
	case LastWrite:
		return nil
	case Vectors, Dots:
		return s.Covered()
	}
	return s.Context()
}

// Place is the position of a version under last-write-wins: by time, and where
// times are equal deletes after values, then by writer. It never depends on
// which arrived first.
func (v *Version) Place() (major, minor uint64) {
	minor = uint64(v.Value.ID)
	if v.Deleted {
		minor |= deleteLast
	}
	return v.Time, minor
}

// deleteLast is above every OpID, which has 48 bits.
const deleteLast = 1 << 63

// Before tells whether v loses against o under last-write-wins.
func (v *Version) Before(o *Version) bool {
	if v.Time != o.Time {
		return v.Time < o.Time
	}
	_, a := v.Place()
	_, b := o.Place()
	return a < b
}

// sync is the paper's sync of two sets: every version of one that the other does
// not know to be replaced. Both operands are in order, so is the outcome.
func sync(held, brought Set) (Set, bool) {
	fresh := 0
	for i := range brought {
		if !known(held, &brought[i]) {
			fresh++
		}
	}
	if fresh == 0 {
		return held, false
	}
	merged := make(Set, 0, len(held)+fresh)
	for i := range held {
		if !replaced(&held[i], brought) {
			merged = append(merged, held[i])
		}
	}
	if len(merged) == 0 && fresh == len(brought) {
		return brought, true
	}
	for i := range brought {
		if !known(held, &brought[i]) {
			merged = append(merged, brought[i])
		}
	}
	slices.SortFunc(merged, func(a, b Version) int { return order(&a, &b) })
	return merged, true
}

// known tells whether a set holds a version or one that replaced it.
func known(s Set, v *Version) bool {
	for i := range s {
		if s[i].Dot == v.Dot || Covers(s[i].Past, v.Dot) {
			return true
		}
	}
	return false
}

// replaced tells whether some version of a set replaces v.
func replaced(v *Version, s Set) bool {
	for i := range s {
		if Covers(s[i].Past, v.Dot) {
			return true
		}
	}
	return false
}
