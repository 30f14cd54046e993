package checks

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// order is which of two writes of one key is newer: b is newer than a if a
// returned before b was invoked or, where they overlap, the store's declared order
// places b after a. A place that contradicts real time (a clock lied) is not
// believed, neither that of the write which jumped nor that of the one jumped
// over: which of them lied, nobody can tell. So is the place of a write that was
// given two different ones, or that shares it with another write.
type order struct {
	view *view
	// rank is, by place of the op, its position among the believed places of its
	// key, from 1; 0 is none.
	rank     []uint32
	stated   bool  // some write was given a place
	inverted int64 // acknowledged writes placed before a write that had returned
	// jumped and over are the first inversion: jumped began after over had returned,
	// and is placed before it.
	jumped, over uint32
}

// declared is a place in a key's order as the store stated it.
type declared struct {
	major, minor uint64
	state        uint8
}

const (
	unplaced uint8 = iota
	placed
	placedTwice
)

// order is made once.
func (v *view) order() *order {
	if v.ordered == nil {
		v.ordered = newOrder(v)
	}
	return v.ordered
}

func newOrder(v *view) *order {
	o := &order{view: v, rank: make([]uint32, len(v.ops))}
	stated := o.statements()
	if !o.stated {
		return o
	}
	for i := range v.keys() {
		o.rankKey(&v.keys()[i], stated)
	}
	return o
}

// statements gathers the places that the store stated.
func (o *order) statements() []declared {
	var places []declared
	for i := range o.view.run.Observations {
		seen := &o.view.run.Observations[i]
		if seen.Fact != sim.Placed {
			continue
		}
		if places == nil {
			places, o.stated = make([]declared, len(o.view.ops)), true
		}
		if at := o.view.write(seen.Op, seen.Key); at < stranger {
			places[at].enter(seen)
		}
	}
	return places
}

func (d *declared) enter(seen *record.Observation) {
	switch {
	case d.state == unplaced:
		*d = declared{major: seen.A, minor: seen.B, state: placed}
	case d.major != seen.A || d.minor != seen.B:
		d.state = placedTwice
	}
}

// rankKey ranks the writes of a key by their places, then takes back the ranks
// that contradict real time.
func (o *order) rankKey(k *keyed, stated []declared) {
	var ranked []uint32
	for _, at := range k.writes {
		if stated[at].state == placed {
			ranked = append(ranked, at)
		}
	}
	slices.SortFunc(ranked, func(a, b uint32) int { return stated[a].compare(&stated[b]) })
	for i, at := range ranked {
		shared := i > 0 && stated[at].compare(&stated[ranked[i-1]]) == 0 ||
			i+1 < len(ranked) && stated[at].compare(&stated[ranked[i+1]]) == 0
		if !shared {
			o.rank[at] = uint32(i) + 1
		}
	}
	o.disbelieve(k)
}

func (d *declared) compare(e *declared) int {
	return cmp.Or(cmp.Compare(d.major, e.major), cmp.Compare(d.minor, e.minor))
}

// disbelieve takes the rank from both sides of every inversion.
func (o *order) disbelieve(k *keyed) {
	liars := o.jumpers(k, nil)
	liars = o.jumpedOver(k, liars)
	for _, at := range liars {
		o.rank[at] = 0
	}
}

// jumpers appends the writes placed before one that had returned.
func (o *order) jumpers(k *keyed, liars []uint32) []uint32 {
	highest, next := uint32(initial), 0
	for _, at := range k.writes {
		if o.rank[at] == 0 {
			continue
		}
		for ; next < len(k.acked) && o.view.ops[k.acked[next]].Returned < o.view.ops[at].Invoked; next++ {
			if a := k.acked[next]; o.rank[a] > 0 && (highest == initial || o.rank[a] > o.rank[highest]) {
				highest = a
			}
		}
		if highest != initial && o.rank[highest] > o.rank[at] {
			liars = append(liars, at)
			o.countInversion(at, highest)
		}
	}
	return liars
}

// countInversion counts a write that jumped, if its client was told of it: the place
// that a leader cut off gives to a write which is later undone is nobody's order.
func (o *order) countInversion(jumped, over uint32) {
	if op := &o.view.ops[jumped]; op.Is(record.WarmUp) || op.Outcome != sim.OK {
		return
	}
	if o.inverted == 0 {
		o.jumped, o.over = jumped, over
	}
	o.inverted++
}

// jumpedOver appends the writes before which a write is placed that began after
// they had returned.
func (o *order) jumpedOver(k *keyed, liars []uint32) []uint32 {
	lowest, next := uint32(forever), len(k.writes)-1
	for i := len(k.acked) - 1; i >= 0; i-- {
		at := k.acked[i]
		for ; next >= 0 && o.view.ops[k.writes[next]].Invoked > o.view.ops[at].Returned; next-- {
			if rank := o.rank[k.writes[next]]; rank > 0 {
				lowest = min(lowest, rank)
			}
		}
		if lowest < o.rank[at] {
			liars = append(liars, at)
		}
	}
	return liars
}

// newer tells whether write b is newer than write a, which may be the initial
// value. Nothing is newer than what nobody wrote.
func (o *order) newer(b, a uint32) bool {
	switch {
	case a == stranger || b >= stranger || a == b:
		return false
	case a == initial:
		return true
	case o.rank[a] > 0 && o.rank[b] > 0:
		return o.rank[b] > o.rank[a]
	}
	return o.view.precedes(a, b)
}

// frontier is what must be known of a set of writes of one key to tell whether
// any of them is newer than a given write, in constant time: believed places agree
// with real time, so that the highest rank stands for all that have one.
type frontier struct {
	highest uint32 // the write with the highest rank, initial if none
	unruled uint32 // of those without a rank, the one that began last, initial if none
	last    uint32 // the one that began last of all, initial if none
}

func newFrontier() frontier {
	return frontier{highest: initial, unruled: initial, last: initial}
}

// add puts a write into the set.
func (f *frontier) add(o *order, at uint32) {
	if at >= stranger {
		return
	}
	began := func(w uint32) bool { return w == initial || o.view.ops[at].Invoked > o.view.ops[w].Invoked }
	if began(f.last) {
		f.last = at
	}
	switch {
	case o.rank[at] == 0 && began(f.unruled):
		f.unruled = at
	case o.rank[at] > 0 && (f.highest == initial || o.rank[at] > o.rank[f.highest]):
		f.highest = at
	}
}

// newer returns a write of the set that is newer than a, and whether there is one.
func (f *frontier) newer(o *order, a uint32) (uint32, bool) {
	for _, b := range [...]uint32{f.highest, f.unruled, f.last} {
		if o.newer(b, a) {
			return b, true
		}
	}
	return 0, false
}

// OrderInversions counts the writes that the store placed before a write which
// had already returned to its client: a clock lied, or the order is not that of
// time. Each is counted once, however many it jumps before.
func OrderInversions(run *record.Run, o Options) Report {
	return newView(run, o).orderInversions()
}

func (v *view) orderInversions() Report {
	o := v.order()
	verdict := Verdict{Checker: "order_inversions", Count: o.inverted}
	switch {
	case !o.stated:
		verdict.Result, verdict.Why = Vacuous, "no write was given a place"
	case o.inverted > 0:
		verdict.Result, verdict.Witness = Fail, v.inversionWitness()
		verdict.Why = fmt.Sprintf("%s placed before a write that had returned", plural(o.inverted, "write"))
	default:
		verdict.Why = "the declared order agrees with real time"
	}
	return Report{verdict, []Measure{{Name: "order_inversions", Kind: Count, Undefined: !o.stated, Count: o.inverted}}}
}

func (v *view) inversionWitness() Witness {
	o := v.order()
	w := v.witness(o.jumped, o.over)
	w.Text = fmt.Sprintf("%s wrote %v at %s, and the store placed it before %v, which had returned %s before",
		v.client(o.jumped), v.ops[o.jumped].Key, moment(v.ops[o.jumped].InvokedAt), v.ops[o.over].ID(),
		span(v.ops[o.jumped].InvokedAt-v.ops[o.over].ReturnedAt))
	return w
}
