package checks

import (
	"cmp"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// CatchUp is how replicas made up for what they had missed when the last fault healed:
// what some node had stored by then, and they had not, nor anything newer. Writes that
// came later are not of interest. A node is taken for a replica of a key where it ever
// stored a write of it, or answered for itself as a home of the key. Of sets and
// counters nothing is known: their writes do not replace each other.
type CatchUp struct {
	Healed time.Duration   // when the last fault healed
	Keys   []time.Duration // how long after it each key's last replica had caught up, ascending
	Never  int             // keys of which some replica never did before settling ended
	known  bool
}

// Missing is on how many keys some replica was still behind, a time after the heal.
func (c *CatchUp) Missing(after time.Duration) int {
	caught, _ := slices.BinarySearchFunc(c.Keys, after, func(key, after time.Duration) int {
		if key <= after {
			return -1
		}
		return 1
	})
	return len(c.Keys) - caught + c.Never
}

// CaughtUp works out how replicas caught up; false where nothing went wrong, where
// nothing is known of what replicas store, or where the run was stopped before it settled.
func CaughtUp(run *record.Run, o Options) (CatchUp, bool) {
	c := newView(run, o).catchUp()
	return c, c.known
}

func (v *view) catchUp() CatchUp {
	c := CatchUp{Healed: -1}
	if v.run.Stop.Reason != record.Finished {
		return c // who would have caught up is not known of a run that was broken off
	}
	for i := range v.run.Faults {
		if f := &v.run.Faults[i]; !f.Skipped {
			c.Healed = max(c.Healed, f.Healed)
		}
	}
	if c.Healed < 0 {
		return c
	}
	merged := func(k keyed) bool { return k.shape == shapeSet || k.shape == shapeCounter }
	if len(v.keys()) == 0 || slices.ContainsFunc(v.keys(), merged) {
		return c // what replaces what is not known of single writes, nor of commands
	}
	keys, stored := (&behind{view: v, healed: c.Healed}).keys()
	c.known = stored
	if !slices.Contains(keys, true) {
		return c
	}
	for _, took := range v.catching(c.Healed, keys) {
		if took == never {
			c.Never++
			continue
		}
		c.Keys = append(c.Keys, took)
	}
	slices.Sort(c.Keys)
	return c
}

// catching is how long after the heal the last replica of each key had caught up, of the
// keys that are to be followed and on which one was behind.
func (v *view) catching(healed time.Duration, keys []bool) map[sim.Key]time.Duration {
	w := &catching{view: v, healed: healed, behind: keys, held: map[holder][]uint32{}, target: map[sim.Key][]uint32{}}
	w.gather()
	late := map[sim.Key]time.Duration{}
	for _, at := range w.sorted() {
		if took := w.took(at); took > 0 {
			late[at.key] = max(late[at.key], took)
		}
	}
	return late
}

const never = time.Duration(1<<63 - 1)

// catching is what each replica held when the faults had healed, and what it stored
// since.
type catching struct {
	view   *view
	healed time.Duration
	held   map[holder][]uint32 // places of writes, at the heal
	since  []gain              // in the order of time
	target map[sim.Key][]uint32
	behind []bool // by number: keys that are to be followed
	ends   map[holder][]gain
	// holders are the nodes that are to hold something in the end, by key.
	holders []holder
}

// gain is a write that a replica stored after the heal.
type gain struct {
	at    holder
	write uint32
	when  time.Duration
}

func (w *catching) gather() {
	run := w.view.run
	for i := range run.Observations {
		seen := &run.Observations[i]
		switch {
		case seen.Fact != sim.Answered && seen.Fact != sim.Stored && seen.Fact != sim.Discarded || !w.follows(seen):
		case seen.Fact == sim.Answered && seen.A == seen.B:
			at, _ := w.view.place(seen.Op)
			w.know(holder{w.view.ops[at].Key, sim.NodeID(seen.B)})
		case seen.At > run.Phases.Settled:
		case seen.Fact == sim.Stored:
			w.store(seen)
		case seen.Fact == sim.Discarded:
			w.discard(seen)
		}
	}
	w.ends = map[holder][]gain{}
	for _, g := range w.since {
		w.ends[g.at] = append(w.ends[g.at], g)
	}
}

// follows tells whether a statement is about a key that is followed, or about all.
func (w *catching) follows(seen *record.Observation) bool {
	if seen.Op == 0 {
		return true
	}
	at, found := w.view.place(seen.Op)
	return found && w.behind[w.view.keyNumber(at)]
}

func (w *catching) store(seen *record.Observation) {
	at := w.view.write(seen.Op, seen.Key)
	h := holder{seen.Key, seen.Node}
	if at >= stranger || !w.know(h) {
		return
	}
	if seen.At > w.healed {
		w.since = append(w.since, gain{h, at, seen.At})
		return
	}
	w.held[h] = append(w.held[h], at)
	w.target[seen.Key] = append(w.target[seen.Key], at)
}

// know notes a replica of a key; false where it will never come back.
func (w *catching) know(h holder) bool {
	if slices.Contains(w.view.run.Dead, h.node) {
		return false
	}
	if _, known := w.held[h]; !known {
		w.held[h] = nil
	}
	return true
}

// discard notes that a replica holds a write no longer, before the heal. What it gave
// up for a newer one, or buried long enough, it does not miss.
func (w *catching) discard(seen *record.Observation) {
	if seen.At > w.healed || seen.Why != sim.Wiped && seen.Why != sim.Unsynced {
		return
	}
	if seen.Op == 0 {
		for h := range w.held {
			if h.node == seen.Node {
				w.held[h] = nil
			}
		}
		return
	}
	h, at := holder{seen.Key, seen.Node}, w.view.write(seen.Op, seen.Key)
	if held, known := w.held[h]; known {
		w.held[h] = slices.DeleteFunc(held, func(x uint32) bool { return x == at })
	}
}

func (w *catching) sorted() []holder {
	list := make([]holder, 0, len(w.held))
	for h := range w.held {
		list = append(list, h)
	}
	slices.SortFunc(list, holder.compare)
	return list
}

// took is how long after the heal a replica had caught up on a key: 0 where it was not
// behind, never where it did not.
func (w *catching) took(h holder) time.Duration {
	k := w.view.keyOf(h.key)
	if k == nil {
		return 0
	}
	missed := w.uncovered(k, w.held[h], w.target[h.key])
	for _, g := range w.ends[h] {
		if len(missed) == 0 {
			break
		}
		if missed = w.uncovered(k, []uint32{g.write}, missed); len(missed) == 0 {
			return max(g.when-w.healed, 1)
		}
	}
	if len(missed) == 0 {
		return 0
	}
	return w.agreed(h)
}

// agreed is how long after the heal a replica that seems to lack something changed last,
// if all hold the same in the end: histories do not tell that a write replaced a delete
// which its writer had seen, for whoever reads it sees nothing.
func (w *catching) agreed(h holder) time.Duration {
	if w.differs(h) {
		return never
	}
	if gains := w.ends[h]; len(gains) > 0 {
		return max(gains[len(gains)-1].when-w.healed, 1)
	}
	return 0
}

// differs tells whether the nodes that are to hold a key, of which this is to be one, do
// not hold the same of it in the end.
func (w *catching) differs(h holder) bool {
	v := w.view
	if w.holders == nil {
		w.holders = v.holdersByKey()
	}
	first, _ := slices.BinarySearchFunc(w.holders, h.key, func(h holder, key sim.Key) int { return cmp.Compare(h.key, key) })
	end := first
	for end < len(w.holders) && w.holders[end].key == h.key {
		end++
	}
	all := w.holders[first:end]
	return !slices.Contains(all, h) || v.differ(all)
}

// uncovered is which of some writes are neither among those that a replica stored nor
// replaced by one of them.
func (w *catching) uncovered(k *keyed, stored, writes []uint32) []uint32 {
	if len(writes) == 0 {
		return nil
	}
	v := w.view
	var left []uint32
	if k.shape == shapeSiblings {
		among := map[uint32]bool{}
		for _, at := range writes {
			among[at] = true
		}
		v.lineage().uncovered(stored, writes, func(at uint32) {
			if among[at] {
				left = append(left, at)
			}
		})
		return left
	}
	newest, held := newFrontier(), map[uint32]bool{}
	for _, at := range stored {
		newest.add(v.order(), at)
		held[at] = true
	}
	for _, at := range writes {
		if _, replaced := newest.newer(v.order(), at); !replaced && !held[at] {
			left = append(left, at)
		}
	}
	return left
}

// catchUpMeasures are of the making up for what replicas had missed.
func (v *view) catchUpMeasures() []Measure {
	c := v.catchUp()
	last := time.Duration(0)
	if n := len(c.Keys); n > 0 {
		last = c.Keys[n-1]
	}
	return []Measure{
		{Name: "missed_keys", Kind: Count, Count: int64(c.Missing(0)), Undefined: !c.known},
		{Name: "never_caught_up", Kind: Count, Count: int64(c.Never), Undefined: !c.known},
		{Name: "catch_up_ns", Kind: Mean, Count: int64(last), Total: 1, Undefined: !c.known || c.Never > 0 || len(c.Keys) == 0},
	}
}
