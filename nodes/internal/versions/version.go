package versions

import (
	"cmp"
	"slices"

	"simrun/nodes/kv"
	"simrun/sim"
)

// Version is one write as replicas hold it.
type Version struct {
	Value sim.Value
	// Dot is the identity of the version under the causal rule; zero otherwise.
	Dot kv.Dot
	// Past is what the write replaced. Under the causal rule it is a version
	// vector. Under last-write-wins nothing depends on it: it lists the writes
	// that the writer had read, each as the dot of its client and number.
	Past kv.Context
	// Time orders versions under last-write-wins, in nanoseconds; zero otherwise.
	Time uint64
	// Size is the length of the payload in bytes.
	Size    uint32
	Deleted bool // a tombstone
}

// Set is the versions of one key, none of which replaces another, in the order of
// their writers, then dots. Where the rule keeps a context for the key as a whole, the
// set begins with its head, which is no write.
type Set []Version

// head is what a set says of its key as a whole: the writes that it has seen.
func head(seen kv.Context) Version { return Version{Past: seen} }

// Covered is the context in the head of a set.
func (s Set) Covered() kv.Context {
	if len(s) > 0 && s[0].Value.ID == 0 {
		return s[0].Past
	}
	return nil
}

// Writes are the versions of a set, without its head.
func (s Set) Writes() Set {
	if len(s) > 0 && s[0].Value.ID == 0 {
		return s[1:]
	}
	return s
}

// Encode lists the version.
func (v *Version) Encode(e *sim.Encoder) {
	e.Value("value", v.Value)
	e.Uint("time", v.Time)
	actor := uint64(v.Dot.Actor)
	if v.Deleted {
		actor |= deletedBit
	}
	e.Uint("actor", actor)
	e.Uint("counter", v.Dot.Counter)
	v.Past.Encode(e)
	e.Pad(int(v.Size))
}

// deletedBit marks a tombstone beside the actor, which has 32 bits.
const deletedBit = 1 << 32

// Encode lists the versions, with their number.
func (s Set) Encode(e *sim.Encoder) {
	e.Uint("versions", uint64(len(s)))
	for i := range s {
		s[i].Encode(e)
	}
}

// Values are what a reader sees: the versions that are not deletes.
func (s Set) Values(into []sim.Value) []sim.Value {
	for i := range s {
		if !s[i].Deleted && s[i].Value.ID != 0 {
			into = append(into, s[i].Value)
		}
	}
	return into
}

// Deletes are the writes whose tombstones the set holds.
func (s Set) Deletes() []sim.OpID {
	var deletes []sim.OpID
	for i := range s {
		if s[i].Deleted {
			deletes = append(deletes, s[i].Value.ID)
		}
	}
	return deletes
}

// Newest is the last writer in the set's order, or zero.
func (s Set) Newest() sim.OpID {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].Value.ID
}

// After is the context that covers a version and all that it replaced.
func (v *Version) After() kv.Context { return Join(v.Past, kv.Context{v.Dot}) }

// Has tells whether the set holds exactly this version.
func (s Set) Has(v *Version) bool {
	if len(s) > many {
		at, found := s.find(v)
		return found && s[at].same(v)
	}
	for i := range s {
		if s[i].same(v) {
			return true
		}
	}
	return false
}

// many is how many versions are better searched by halves.
const many = 16

// find is where in a set a version with the writer and dot of another one is, or would be.
func (s Set) find(v *Version) (int, bool) {
	return slices.BinarySearchFunc(s, v, func(x Version, y *Version) int { return order(&x, y) })
}

func (v *Version) same(o *Version) bool {
	return v.Value.ID == o.Value.ID && v.Dot == o.Dot && v.Time == o.Time
}

// order is the order of versions in a set.
func order(a, b *Version) int {
	if a.Value.ID != b.Value.ID {
		return cmp.Compare(a.Value.ID, b.Value.ID)
	}
	if a.Dot.Actor != b.Dot.Actor {
		return cmp.Compare(a.Dot.Actor, b.Dot.Actor)
	}
	return cmp.Compare(a.Dot.Counter, b.Dot.Counter)
}
