package checks

import (
	"math"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// twin judges by the definitions, word by word and without any cleverness: every
// rule is a loop over all ops. It is what the judges are compared with.
type twin struct {
	run *record.Run
	h   *record.History
	o   Options
	ops []*record.Op
}

func newTwin(run *record.Run, o Options) *twin {
	t := &twin{run: run, h: &run.History, o: o}
	for i := range run.History.Ops {
		t.ops = append(t.ops, &run.History.Ops[i])
	}
	return t
}

func (t *twin) end(w *record.Op) uint64 {
	if w.Outcome == sim.OK {
		return uint64(w.Returned)
	}
	return math.MaxUint64
}

func (t *twin) before(a, b *record.Op) bool { return t.end(a) < uint64(b.Invoked) }

func (t *twin) writes(key sim.Key) (list []*record.Op) {
	for _, op := range t.ops {
		if op.Key == key && op.Code.Writes() && op.Outcome != sim.Fail {
			list = append(list, op)
		}
	}
	return list
}

func (t *twin) acked(key sim.Key, before uint64) (list []*record.Op) {
	for _, w := range t.writes(key) {
		if w.Outcome == sim.OK && uint64(w.Returned) < before {
			list = append(list, w)
		}
	}
	return list
}

// placeOf is the one place that a write was given and shares with no other.
func (t *twin) placeOf(w *record.Op) (place [2]uint64, known bool) {
	if w.Outcome == sim.Fail {
		return place, false
	}
	for _, seen := range t.run.Observations {
		if seen.Fact != sim.Placed || seen.Op != w.ID() || seen.Key != w.Key {
			continue
		}
		if known && place != [2]uint64{seen.A, seen.B} {
			return place, false
		}
		place, known = [2]uint64{seen.A, seen.B}, true
	}
	return place, known
}

func (t *twin) ownPlace(w *record.Op) (place [2]uint64, known bool) {
	place, known = t.placeOf(w)
	for _, other := range t.writes(w.Key) {
		if p, k := t.placeOf(other); known && other != w && k && p == place {
			return place, false
		}
	}
	return place, known
}

func (t *twin) placedAfter(b, a *record.Op) bool {
	pa, ka := t.ownPlace(a)
	pb, kb := t.ownPlace(b)
	return ka && kb && slices.Compare(pb[:], pa[:]) > 0
}

// inverted tells whether b began after a returned and is placed before it.
func (t *twin) inverted(a, b *record.Op) bool { return t.before(a, b) && t.placedAfter(a, b) }

func (t *twin) believed(w *record.Op) bool {
	if _, known := t.ownPlace(w); !known {
		return false
	}
	for _, other := range t.writes(w.Key) {
		if t.inverted(w, other) || t.inverted(other, w) {
			return false
		}
	}
	return true
}

// newer: a is nil for the initial value.
func (t *twin) newer(b, a *record.Op) bool {
	switch {
	case a == nil:
		return true
	case a == b:
		return false
	case t.before(a, b):
		return true
	}
	return !t.before(b, a) && t.believed(a) && t.believed(b) && t.placedAfter(b, a)
}

var foreign = &record.Op{}

func (t *twin) writer(id sim.OpID, key sim.Key) *record.Op {
	if id == 0 {
		return nil
	}
	op := t.h.Find(id)
	if op == nil || op.Key != key || !op.Code.Writes() {
		return foreign
	}
	return op
}

// alternatives are what values may stand for.
func (t *twin) alternatives(key sim.Key, values []sim.Value, until uint64) (list []*record.Op) {
	if len(values) > 0 && !(len(values) == 1 && values[0] == sim.Value{}) {
		for _, value := range values {
			list = append(list, t.writer(value.ID, key))
		}
		return list
	}
	var highest, longest *record.Op
	any := false
	for _, d := range t.writes(key) {
		if d.Code != sim.Delete || uint64(d.Invoked) >= until {
			continue
		}
		any = true
		if t.believed(d) {
			if highest == nil || t.placedAfter(d, highest) {
				highest = d
			}
		} else if longest == nil || t.end(d) > t.end(longest) {
			longest = d
		}
	}
	if !any {
		return []*record.Op{nil}
	}
	for _, d := range []*record.Op{highest, longest} {
		if d != nil {
			list = append(list, d)
		}
	}
	return list
}

func (t *twin) missedSingle(b *record.Op, a *record.Op) bool { return a != foreign && t.newer(b, a) }

// parents are the contexts that are believed.
func (t *twin) parents(w *record.Op) (list []*record.Op) {
	for _, p := range t.h.Parents(w) {
		if op := t.writer(p.ID, w.Key); op != nil && op != foreign && op.Invoked < w.Invoked {
			list = append(list, op)
		}
	}
	return list
}

func (t *twin) ancestor(a, of *record.Op) bool {
	for _, p := range t.parents(of) {
		if p == a || t.ancestor(a, p) {
			return true
		}
	}
	return false
}

func (t *twin) within(a *record.Op, versions []*record.Op) bool {
	return slices.ContainsFunc(versions, func(v *record.Op) bool { return v == a || t.ancestor(a, v) })
}

func (t *twin) removed(b *record.Op, until uint64) bool {
	for _, d := range t.writes(b.Key) {
		if d.Code != sim.Delete || uint64(d.Invoked) >= until {
			continue
		}
		if t.ancestor(b, d) || len(t.h.Parents(d)) == 0 && t.end(d) >= uint64(b.Invoked) {
			return true
		}
	}
	return false
}

// seen are the writes that values name.
func (t *twin) seen(key sim.Key, values []sim.Value) (list []*record.Op) {
	for _, value := range values {
		if op := t.writer(value.ID, key); op != nil && op != foreign {
			list = append(list, op)
		}
	}
	return list
}

// missedVersions are which of the wanted writes are neither seen nor removed.
func (t *twin) missedVersions(key sim.Key, values []sim.Value, from, until uint64, wanted []*record.Op) (list []*record.Op) {
	seen := t.seen(key, values)
	for _, b := range wanted {
		if b.Code != sim.Delete && !t.within(b, seen) && !t.removed(b, until) {
			list = append(list, b)
		}
	}
	for _, v := range seen {
		var first *record.Op
		for _, d := range t.acked(key, math.MaxUint64) {
			if d.Code == sim.Delete && t.ancestor(v, d) && (first == nil || d.Returned < first.Returned) {
				first = d
			}
		}
		if first != nil && uint64(first.Returned) < from && slices.Contains(wanted, first) &&
			!t.within(first, seen) && !slices.Contains(list, first) {
			list = append(list, first)
		}
	}
	return list
}

func (t *twin) element(w *record.Op) int64 { return t.h.Written(w).N }

func (t *twin) missedElements(key sim.Key, values []sim.Value, from, until uint64) (list []*record.Op) {
	for _, b := range t.acked(key, from) {
		if b.Code != sim.Add {
			continue
		}
		there := slices.ContainsFunc(values, func(v sim.Value) bool { return v.N == t.element(b) })
		for _, r := range t.writes(key) {
			if uint64(r.Invoked) < until && t.end(r) >= uint64(b.Invoked) &&
				(r.Code == sim.Delete || r.Code == sim.Remove && t.element(r) == t.element(b)) {
				there = true
			}
		}
		if !there {
			list = append(list, b)
		}
	}
	return list
}

func (t *twin) lacking(key sim.Key, got int64, from, until uint64) int64 {
	sum, largest, added := int64(0), int64(0), int64(0)
	for _, w := range t.acked(key, from) {
		if w.Code == sim.Add {
			sum += t.element(w)
			largest, added = max(largest, t.element(w)), added+1
		}
	}
	for _, w := range t.writes(key) {
		if w.Code == sim.Remove && uint64(w.Invoked) < until {
			sum -= t.element(w)
		}
	}
	if sum <= got || added == 0 {
		return 0
	}
	return min((sum-got+largest-1)/largest, added)
}

func (t *twin) shape(key sim.Key) shape {
	additive, totals := false, true
	for _, op := range t.ops {
		if op.Key != key {
			continue
		}
		if (op.Code == sim.Add || op.Code == sim.Remove) && op.Outcome != sim.Fail {
			additive = true
		}
		if op.Code == sim.Get && op.Outcome == sim.OK && !op.Is(record.WarmUp) {
			values := t.h.Values(op)
			totals = totals && len(values) == 1 && values[0].ID == 0
		}
	}
	switch {
	case additive && totals:
		return shapeCounter
	case additive:
		return shapeSet
	case t.o.Siblings:
		return shapeSiblings
	}
	return shapeSingle
}

// reads are the measured reads that ended ok.
func (t *twin) reads() (list []*record.Op) {
	for _, op := range t.ops {
		if measuredRead(op) && op.Outcome == sim.OK {
			list = append(list, op)
		}
	}
	return list
}

// staleness is k for one read, 0 where it is fresh.
func (t *twin) staleness(r *record.Op) int64 {
	from, until := uint64(r.Invoked), uint64(r.Returned)
	values := t.h.Values(r)
	switch t.shape(r.Key) {
	case shapeSingle:
		least := int64(math.MaxInt64)
		for _, a := range t.alternatives(r.Key, values, until) {
			missed := int64(0)
			for _, b := range t.acked(r.Key, from) {
				if t.missedSingle(b, a) {
					missed++
				}
			}
			least = min(least, missed)
		}
		return least
	case shapeSiblings:
		return int64(len(t.missedVersions(r.Key, values, from, until, t.acked(r.Key, from))))
	case shapeSet:
		return int64(len(t.missedElements(r.Key, values, from, until)))
	}
	if slices.ContainsFunc(t.writes(r.Key), func(w *record.Op) bool { return w.Code == sim.Delete }) {
		return 0
	}
	return t.lacking(r.Key, values[0].N, from, until)
}

// ends are what was seen of a key in the end.
func (t *twin) ends(key sim.Key) (list []sight) {
	for _, op := range t.ops {
		if op.Key == key && op.Code == sim.Get && op.Is(record.Final) && op.Outcome == sim.OK {
			list = append(list, sight{invoked: op.Invoked, returned: op.Returned, values: t.h.Values(op)})
		}
	}
	if len(list) > 0 || len(t.run.Copies) == 0 {
		return list
	}
	for _, w := range t.writes(key) {
		if (w.Code == sim.Add || w.Code == sim.Remove) && len(t.h.Parents(w)) > 0 {
			return nil
		}
	}
	for _, c := range t.run.Copies {
		if c.Key == key {
			list = append(list, sight{invoked: forever, returned: forever, values: c.Values})
		}
	}
	if len(list) == 0 {
		list = append(list, sight{invoked: forever, returned: forever})
	}
	return list
}

// lost tells whether the end does not hold a write; counters apart.
func (t *twin) lost(b *record.Op) bool {
	ends := t.ends(b.Key)
	if len(ends) == 0 || !acknowledged(b) {
		return false
	}
	var values []sim.Value
	from, until := uint64(math.MaxUint64), uint64(0)
	for _, e := range ends {
		from, until = min(from, uint64(e.invoked)), max(until, uint64(e.returned))
		values = append(values, e.values...)
	}
	if uint64(b.Returned) >= from {
		return false
	}
	switch t.shape(b.Key) {
	case shapeSingle:
		for _, e := range ends {
			for _, a := range t.alternatives(b.Key, e.values, uint64(e.returned)) {
				if !t.missedSingle(b, a) {
					return false
				}
			}
		}
		return true
	case shapeSiblings:
		return slices.Contains(t.missedVersions(b.Key, values, from, until, t.acked(b.Key, from)), b)
	case shapeSet:
		return slices.Contains(t.missedElements(b.Key, values, from, until), b)
	}
	return false
}
