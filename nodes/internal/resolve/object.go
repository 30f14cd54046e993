package resolve

import (
	"cmp"
	"slices"

	"simrun/nodes/internal/crdt"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Object is what one key holds at a replica, or what an op changes of it. It is a value:
// nothing here changes one in place. The zero Object is that of a key nobody wrote.
type Object struct {
	// Set is the version that won under a rule by stamp, or a set under versions.Dots.
	Set versions.Set
	// Heads are the writes that no known write has replaced, under versions.Causal; none
	// where conflicts are detected by stamps, or need not be.
	Heads versions.Set
	// Made says what the versions of Set and Heads made of a key that holds a set, in the
	// order of their writers.
	Made []Content
}

// Content is what one write made of a key that holds a set.
type Content struct {
	By    sim.OpID
	Items []Item // in the order of the ops that added them
	// Gone are the ops whose items were removed, where the rule remembers them (Cart), in order.
	Gone []sim.OpID
}

// Item is an element, the op that added it, and that op's stamp.
type Item struct {
	sim.Value
	Time uint64
}

// Zero tells whether nothing was ever written.
func (o *Object) Zero() bool { return len(o.Set) == 0 && len(o.Heads) == 0 }

// Stamp is the greatest stamp in the object: what a clock must see.
func (o *Object) Stamp() (stamp uint64) {
	for i := range o.Set {
		stamp = max(stamp, o.Set[i].Time)
	}
	for i := range o.Heads {
		stamp = max(stamp, o.Heads[i].Time)
	}
	return stamp
}

// Encode lists the object. The version that won is listed once.
func (o *Object) Encode(e *sim.Encoder) {
	o.Heads.Encode(e)
	if at := o.winner(); at >= 0 {
		e.Uint("set", uint64(at)<<1|1)
	} else {
		e.Uint("set", 0)
		o.Set.Encode(e)
	}
	if len(o.Made) > 0 {
		e.Uint("made", uint64(len(o.Made)))
	}
	for i := range o.Made {
		o.Made[i].encode(e)
	}
}

// winner is where among the heads the only version of the set stands, -1 if nowhere.
func (o *Object) winner() int {
	if len(o.Set) != 1 || o.Set[0].Value.ID == 0 {
		return -1
	}
	won := &o.Set[0]
	return slices.IndexFunc(o.Heads, func(v versions.Version) bool {
		return slices.Equal(v.Past, won.Past) && v.Value == won.Value && v.Dot == won.Dot && v.Time == won.Time && v.Size == won.Size && v.Deleted == won.Deleted
	})
}

func (c *Content) encode(e *sim.Encoder) {
	e.Op("by", c.By)
	e.Uint("items", uint64(len(c.Items)))
	for _, i := range c.Items {
		e.Value("item", i.Value)
		e.Uint("time", i.Time)
	}
	e.Ops("gone", c.Gone)
}

// shown are the versions that a reader is to see: what won, or the heads that nothing
// hides. Deletes are among them.
func (r *Resolver) shown(o *Object) versions.Set {
	switch {
	case !r.Rule.byHeads():
		return o.Set.Writes()
	case r.DeleteWins && len(o.Heads.Deletes()) > 0:
		return slices.DeleteFunc(slices.Clone(o.Heads), func(v versions.Version) bool { return !v.Deleted })
	case r.Rule == HighestNode:
		return highest(o.Heads)
	}
	return o.Heads
}

// highest is the head of the leader with the highest number, which its stamp is. One
// leader's concurrent heads, written in different lives, are told apart by their writers.
func highest(heads versions.Set) versions.Set {
	var won versions.Set
	for i := range heads {
		if won == nil || won[0].Before(&heads[i]) {
			won = heads[i : i+1]
		}
	}
	return won
}

// Values appends what a reader sees: a counter is its total, which nobody wrote alone.
func (r *Resolver) Values(o *Object, into []sim.Value) []sim.Value {
	switch {
	case r.Rule.byDots():
		return r.merged(o, into)
	case r.contents():
		for _, i := range r.content(o).Items {
			into = append(into, i.Value)
		}
		return into
	case r.Holds() == Counter:
		return append(into, sim.Value{N: r.total(o)})
	}
	return r.shown(o).Values(into)
}

// merged are the values of a data type that merges by itself.
func (r *Resolver) merged(o *Object, into []sim.Value) []sim.Value {
	switch r.Holds() {
	case Set:
		return crdt.Elements(o.Set, into)
	case Counter:
		return append(into, crdt.Total(o.Set))
	}
	return o.Set.Values(into)
}

// total is what a counter is that one write at a time sets.
func (r *Resolver) total(o *Object) int64 {
	for _, v := range r.shown(o) {
		if !v.Deleted {
			return v.Value.N
		}
	}
	return 0
}

// Deletes are the deletes that a reader's nothing stands for.
func (r *Resolver) Deletes(o *Object) []sim.OpID { return r.shown(o).Deletes() }

// Context is what a reader hands back with a write that replaces what it read, where the
// store goes by it.
func (r *Resolver) Context(o *Object) kv.Context {
	switch r.Rule {
	case Siblings:
		return o.Heads.Context()
	case MVRegister:
		return o.Set.Covered()
	}
	return nil
}

// After is what the writer of a delta has seen by it, where the store goes by it.
func (r *Resolver) After(delta *Object) kv.Context { return r.Context(delta) }

// Size is the length of what a reader sees, in bytes.
func (r *Resolver) Size(o *Object) (size uint32) {
	for _, v := range r.shown(o) {
		size += v.Size
	}
	return size
}

// Place is the place of a delta in its key's order, where stamps order what clients read.
func (r *Resolver) Place(delta *Object) (major, minor uint64, has bool) {
	if !r.Rule.byStamp() || r.Holds() != Register || len(delta.Set) == 0 {
		return 0, 0, false
	}
	major, minor = delta.Set[0].Place()
	return major, minor, true
}

// Writes visits the writes whose versions an object has.
func (o *Object) Writes(visit func(sim.OpID)) {
	for _, v := range o.Set.Writes() {
		visit(v.Value.ID)
	}
	for i := range o.Heads {
		if v := &o.Heads[i]; !o.Set.Has(v) {
			visit(v.Value.ID)
		}
	}
}

// IsDelete tells whether a delta is a delete that leaves a tombstone.
func (r *Resolver) IsDelete(delta *Object) bool { return !r.Rule.byDots() && len(delta.Deletes()) > 0 }

// Deletes are the writes whose tombstones the object has.
func (o *Object) Deletes() []sim.OpID { return append(o.Set.Deletes(), o.Heads.Deletes()...) }

// IsGrave tells whether nothing is held of a key but the tombstone of one delete, of which
// nothing is remembered besides.
func (r *Resolver) IsGrave(o *Object, op sim.OpID) bool {
	alone := func(s versions.Set) bool { return len(s) == 0 || len(s) == 1 && s[0].Deleted && s[0].Value.ID == op }
	return alone(o.Set) && alone(o.Heads) && !o.Zero() && !slices.ContainsFunc(o.Made, func(c Content) bool { return len(c.Items)+len(c.Gone) > 0 })
}

// Keeps tells whether a write is not given up: it is among what readers are shown; of data
// types that merge by themselves all is, as far as can be told from here.
func (r *Resolver) Keeps(o *Object, op sim.OpID) bool {
	return r.Rule.byDots() || slices.ContainsFunc(r.shown(o), func(v versions.Version) bool { return v.Value.ID == op })
}

// content is what the shown versions come to.
func (r *Resolver) content(o *Object) Content {
	var all Content
	for i, v := range r.shown(o) {
		at, found := o.content(v.Value.ID)
		switch {
		case !found:
		case i == 0:
			all = o.Made[at]
		default:
			all = all.and(&o.Made[at])
		}
	}
	if r.Rule == Append {
		all.Items = slices.Clone(all.Items)
		slices.SortStableFunc(all.Items, func(a, b Item) int { return cmp.Compare(a.Time, b.Time) })
	}
	return all
}

// content is where it is said what a write made.
func (o *Object) content(by sim.OpID) (int, bool) {
	return slices.BinarySearchFunc(o.Made, by, func(c Content, by sim.OpID) int { return cmp.Compare(c.By, by) })
}

// and holds what either has and neither knows to be gone.
func (c *Content) and(o *Content) Content {
	gone := joined(c.Gone, o.Gone, cmp.Compare[sim.OpID])
	items := joined(c.Items, o.Items, byAdder)
	return Content{Items: slices.DeleteFunc(items, func(i Item) bool {
		_, found := slices.BinarySearch(gone, i.ID)
		return found
	}), Gone: gone}
}

func byAdder(a, b Item) int { return cmp.Compare(a.ID, b.ID) }

// joined is two ordered lists as one, in which each is once.
func joined[T any](a, b []T, order func(x, y T) int) []T {
	all := slices.Concat(a, b)
	slices.SortFunc(all, order)
	return slices.CompactFunc(all, func(x, y T) bool { return order(x, y) == 0 })
}
