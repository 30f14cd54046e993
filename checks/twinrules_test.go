package checks

import (
	"math"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

func (t *twin) register(op *record.Op) bool {
	s := t.shape(op.Key)
	return s == shapeSingle || s == shapeSiblings
}

func (t *twin) lostCount() int64 {
	sum := count(t.ops, t.lost)
	keys := map[sim.Key]bool{}
	for _, op := range t.ops {
		keys[op.Key] = true
	}
	for key := range keys {
		deleted := slices.ContainsFunc(t.writes(key), func(w *record.Op) bool { return w.Code == sim.Delete })
		if t.shape(key) != shapeCounter || deleted || len(t.ends(key)) == 0 {
			continue
		}
		least := int64(math.MaxInt64)
		for _, e := range t.ends(key) {
			got := int64(0)
			for _, value := range e.values {
				got += value.N
			}
			least = min(least, t.lacking(key, got, uint64(e.invoked), uint64(e.returned)))
		}
		sum += min(least, count(t.acked(key, math.MaxUint64), acknowledged))
	}
	return sum
}

// emptied is when the last copy of a write was discarded, and why; 0 if any is left.
func (t *twin) emptied(w *record.Op) (stamp uint32, why sim.Why) {
	held := map[sim.NodeID]bool{}
	stored := false
	for _, seen := range t.run.Observations {
		everything := seen.Op == 0 && seen.A == 0 && seen.Fact == sim.Discarded && held[seen.Node]
		if seen.Op != w.ID() && !everything {
			continue
		}
		switch seen.Fact {
		case sim.Stored:
			held[seen.Node], stored, stamp = true, true, 0
		case sim.Discarded:
			delete(held, seen.Node)
			why = seen.Why
			if len(held) == 0 && stored {
				stamp = seen.Stamp
			}
		}
	}
	return stamp, why
}

func (t *twin) child(b *record.Op, until uint32) bool {
	return slices.ContainsFunc(t.writes(b.Key), func(w *record.Op) bool {
		return w.Invoked < until && slices.ContainsFunc(t.h.Parents(w), func(p sim.Value) bool { return p.ID == b.ID() })
	})
}

func (t *twin) masked(b *record.Op) bool {
	gone, why := t.emptied(b)
	if !acknowledged(b) || !t.register(b) || gone == 0 || why == sim.Collected || t.lost(b) || t.child(b, gone) {
		return false
	}
	later := false
	for _, w := range t.writes(b.Key) {
		later = later || w.Invoked > gone
		if t.shape(b.Key) == shapeSingle && w != b && w.Invoked < gone && !t.newer(b, w) {
			return false
		}
	}
	return later && (t.shape(b.Key) == shapeSingle || !t.removed(b, uint64(gone)))
}

func (t *twin) discarded(b *record.Op) bool {
	gone, _ := t.emptied(b)
	resolved := uint32(0)
	for _, seen := range t.run.Observations {
		if seen.Op == b.ID() && seen.Fact == sim.Discarded && seen.Why == sim.Resolved && resolved == 0 {
			resolved = seen.Stamp
		}
	}
	if !acknowledged(b) || !t.register(b) || gone == 0 || resolved == 0 || t.lost(b) || t.child(b, resolved) {
		return false
	}
	overlapped := false
	for _, w := range t.writes(b.Key) {
		if w == b || w.Invoked >= resolved {
			continue
		}
		if t.before(b, w) {
			return false
		}
		overlapped = overlapped || !t.before(w, b)
	}
	return overlapped
}

// survives tells whether the end holds a write or a descendant.
func (t *twin) survives(b *record.Op) bool {
	if t.shape(b.Key) == shapeSiblings && b.Outcome == sim.OK && t.removed(b, forever) {
		return true
	}
	for _, e := range t.ends(b.Key) {
		for _, a := range t.alternatives(b.Key, e.values, uint64(e.returned)) {
			if a != nil && a != foreign && (a == b || t.ancestor(b, a)) {
				return true
			}
		}
	}
	return false
}

func (t *twin) builtOn(w *record.Op) (list []sim.OpID) {
	deleted := slices.ContainsFunc(t.writes(w.Key), func(w *record.Op) bool { return w.Code == sim.Delete })
	if w.Code == sim.CAS && len(t.h.Parents(w)) == 0 && !deleted {
		list = append(list, 0)
	}
	for _, p := range t.h.Parents(w) {
		if t.writer(p.ID, w.Key) != foreign {
			list = append(list, p.ID)
		}
	}
	return list
}

func (t *twin) updateLost(b *record.Op) bool {
	if !acknowledged(b) || b.Code == sim.Delete || !t.register(b) || len(t.ends(b.Key)) == 0 || t.survives(b) {
		return false
	}
	return slices.ContainsFunc(t.writes(b.Key), func(a *record.Op) bool {
		shared := slices.ContainsFunc(t.builtOn(a), func(id sim.OpID) bool { return slices.Contains(t.builtOn(b), id) })
		return a != b && acknowledged(a) && shared && t.survives(a) && !t.ancestor(a, b)
	})
}

func (t *twin) committed(w *record.Op) (stamp uint32) {
	for _, seen := range t.run.Observations {
		if seen.Fact == sim.Committed && seen.Op == w.ID() && stamp == 0 {
			stamp = seen.Stamp
		}
	}
	return stamp
}

func (t *twin) dirty(r *record.Op) bool {
	reply := r.Returned
	for _, seen := range t.run.Observations {
		if seen.Fact == sim.Closed && seen.Op == r.ID() && seen.Stamp <= r.Returned {
			reply = seen.Stamp
		}
	}
	return t.shape(r.Key) != shapeCounter && slices.ContainsFunc(t.seen(r.Key, t.h.Values(r)), func(w *record.Op) bool {
		return t.committed(w) == 0 || t.committed(w) > reply
	})
}

func (t *twin) aborted(r *record.Op) bool {
	return t.shape(r.Key) != shapeCounter && slices.ContainsFunc(t.seen(r.Key, t.h.Values(r)), func(w *record.Op) bool {
		return w.Outcome == sim.Fail || t.committed(w) == 0 && t.absent(w)
	})
}

func (t *twin) absent(w *record.Op) bool {
	if len(t.ends(w.Key)) == 0 || t.survives(w) {
		return false
	}
	for _, c := range t.run.Copies {
		if c.Key != w.Key {
			continue
		}
		for _, a := range t.alternatives(w.Key, c.Values, forever) {
			if a != nil && a != foreign && (a == w || t.ancestor(w, a)) {
				return false
			}
		}
	}
	return true
}

func (t *twin) jumped(b *record.Op) bool {
	return b.Code.Writes() && b.Outcome != sim.Fail && !b.Is(record.WarmUp) &&
		b.Outcome == sim.OK && slices.ContainsFunc(t.writes(b.Key), func(a *record.Op) bool { return t.inverted(a, b) })
}

func sameSession(a, b *record.Op) bool { return a.Client == b.Client && a.Session == b.Session }

// misses tells whether a read missed one of some writes, by the test for stale reads.
func (t *twin) misses(r *record.Op, writes []*record.Op) bool {
	values := t.h.Values(r)
	if t.shape(r.Key) == shapeSiblings {
		return len(t.missedVersions(r.Key, values, uint64(r.Invoked), uint64(r.Returned), writes)) > 0
	}
	if t.shape(r.Key) != shapeSingle {
		return false
	}
	for _, a := range t.alternatives(r.Key, values, uint64(r.Returned)) {
		if !slices.ContainsFunc(writes, func(b *record.Op) bool { return t.missedSingle(b, a) }) {
			return false
		}
	}
	return true
}

// holdsReplaced: some returned version is in the ancestry of another one.
func (t *twin) holdsReplaced(r *record.Op) bool {
	seen := t.seen(r.Key, t.h.Values(r))
	for _, a := range seen {
		for _, b := range seen {
			if a != b && t.ancestor(a, b) {
				return true
			}
		}
	}
	return false
}

func (t *twin) forgetsOwn(r *record.Op) bool {
	var own []*record.Op
	for _, w := range t.acked(r.Key, uint64(r.Invoked)) {
		if sameSession(w, r) {
			own = append(own, w)
		}
	}
	return t.misses(r, own)
}

func (t *twin) goesBack(r *record.Op) bool {
	var seen []*record.Op
	for _, earlier := range t.reads() {
		if sameSession(earlier, r) && earlier.Key == r.Key && earlier.Returned < r.Invoked {
			seen = append(seen, t.seen(r.Key, t.h.Values(earlier))...)
		}
	}
	return t.misses(r, seen)
}

// obliged visits the writes that a session had seen before a read began.
func (t *twin) obliged(r *record.Op, misses func(by *record.Op) bool) bool {
	for _, earlier := range t.reads() {
		if !t.register(earlier) || !sameSession(earlier, r) || earlier.Returned >= r.Invoked {
			continue
		}
		for _, by := range t.seen(earlier.Key, t.h.Values(earlier)) {
			if by.Invoked <= earlier.Returned && misses(by) {
				return true
			}
		}
	}
	return false
}

func (t *twin) missesEarlier(r *record.Op) bool {
	return t.obliged(r, func(by *record.Op) bool {
		var made []*record.Op
		for _, w := range t.acked(r.Key, uint64(by.Invoked)) {
			if sameSession(w, by) {
				made = append(made, w)
			}
		}
		return t.misses(r, made)
	})
}

func (t *twin) missesRead(r *record.Op) bool {
	return t.obliged(r, func(by *record.Op) bool {
		var read []*record.Op
		for _, earlier := range t.reads() {
			if sameSession(earlier, by) && earlier.Key == r.Key && earlier.Returned < by.Invoked {
				read = append(read, t.seen(r.Key, t.h.Values(earlier))...)
			}
		}
		if t.shape(r.Key) == shapeSiblings {
			read = slices.DeleteFunc(read, func(w *record.Op) bool { return t.end(w) >= uint64(r.Invoked) })
		}
		return t.misses(r, read)
	})
}

// apart tells whether a read and the newest acknowledged write share no replica.
func (t *twin) apart(r *record.Op) bool {
	var ranked, others, newest *record.Op
	for _, w := range t.acked(r.Key, uint64(r.Invoked)) {
		if t.believed(w) {
			if ranked == nil || t.placedAfter(w, ranked) {
				ranked = w
			}
		} else if others == nil || w.Invoked > others.Invoked {
			others = w
		}
	}
	newest = ranked
	if ranked == nil || others != nil && t.newer(others, ranked) {
		newest = others
	}
	if newest == nil {
		return false
	}
	asked, holders := t.replicas(r), t.replicas(newest)
	if len(asked) == 0 || len(holders) == 0 {
		return false
	}
	return !slices.ContainsFunc(asked, func(n uint64) bool { return slices.Contains(holders, n) })
}

func (t *twin) replicas(op *record.Op) (list []uint64) {
	for _, seen := range t.run.Observations {
		if seen.Fact == sim.Answered && seen.Why != sim.Late && seen.Op == op.ID() {
			list = append(list, seen.A)
		}
	}
	return list
}

// comebacks are the elements that reads, or the end, show after a removal: each once.
func (t *twin) comebacks() int64 {
	type element struct {
		key sim.Key
		n   int64
	}
	back := map[element]bool{}
	look := func(key sim.Key, values []sim.Value, from, until uint64) {
		for _, value := range values {
			n := value.N
			if w := t.writer(value.ID, key); n == 0 && w != nil && w != foreign {
				n = t.element(w)
			}
			if t.shape(key) == shapeSet && t.cameBack(key, n, from, until) {
				back[element{key, n}] = true
			}
		}
	}
	keys := map[sim.Key]bool{}
	for _, op := range t.ops {
		keys[op.Key] = true
	}
	for _, r := range t.reads() {
		look(r.Key, t.h.Values(r), uint64(r.Invoked), uint64(r.Returned))
	}
	for key := range keys {
		for _, e := range t.ends(key) {
			look(key, e.values, uint64(e.invoked), uint64(e.returned))
		}
	}
	return int64(len(back))
}

// cameBack tells whether an element that is shown had been removed, and never added again.
func (t *twin) cameBack(key sim.Key, n int64, from, until uint64) bool {
	var adds []*record.Op
	for _, w := range t.writes(key) {
		if w.Code == sim.Add && t.element(w) == n && uint64(w.Invoked) < until {
			adds = append(adds, w)
		}
	}
	for _, r := range t.acked(key, from) {
		if r.Is(record.WarmUp) || r.Code != sim.Delete && (r.Code != sim.Remove || t.element(r) != n) {
			continue
		}
		if len(adds) > 0 && !slices.ContainsFunc(adds, func(a *record.Op) bool { return !t.before(a, r) }) {
			return true
		}
	}
	return false
}
