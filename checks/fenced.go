package checks

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// Fenced judges what locks guard: keys 2i+1, of which each write says under which token of
// the lock, key 2i, it was made, where tokens grow from one acquisition to the next. Count is
// the writes that took effect after one under a newer token: their clients had lost the
// lock, and nothing kept them off (Kleppmann, "How to do distributed locking", 2016). A
// write took effect if it was acknowledged, or if some read returned it; after means newer,
// as for all writes. That two clients believed to hold a lock at once is no fault of the
// resource, and no lease prevents it: it is measured apart.
func Fenced(run *record.Run, o Options) Report { return newView(run, o).fenced() }

func (v *view) fenced() Report {
	var judged, broken int64
	var first, before uint32 = initial, initial
	for _, k := range v.guarded() {
		writes := v.effective(k)
		judged += int64(len(writes))
		v.overtaken(writes, func(at, newer uint32) {
			if broken == 0 {
				first, before = at, newer
			}
			broken++
		})
	}
	verdict := Verdict{Checker: "fenced", Count: broken}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "nothing was written under a lock"
	case broken > 0:
		verdict.Result, verdict.Witness = Fail, v.witness(first, before)
		verdict.Witness.Text = fmt.Sprintf("%s wrote %v under token %d, %v, and it took effect after %v, which %s had written under token %d",
			v.client(first), v.ops[first].Key, v.token(first), v.ops[first].ID(), v.ops[before].ID(), v.client(before), v.token(before))
		verdict.Why = fmt.Sprintf("%d of %s under locks took effect after one under a newer token", broken, plural(judged, "write"))
	default:
		verdict.Why = fmt.Sprintf("%s under locks, in the order of their tokens", plural(judged, "write"))
	}
	measures := v.lockMeasures()
	return Report{verdict, append(measures, Measure{Name: "fenced", Kind: Count, Count: broken, Undefined: judged == 0})}
}

// guarded are the keys that locks guard; none where keys are no locks.
func (v *view) guarded() (all []*keyed) {
	if !v.options.Guarded {
		return nil
	}
	for i := range v.keys() {
		if k := &v.keys()[i]; k.key&1 == 1 {
			all = append(all, k)
		}
	}
	return all
}

// token is the integer of a write to what a lock guards.
func (v *view) token(at uint32) int64 { return v.history.Written(&v.ops[at]).N }

// effective are the writes of a key that took effect, newest tokens first.
func (v *view) effective(k *keyed) []uint32 {
	shown := map[uint32]bool{}
	for _, read := range slices.Concat(k.reads, k.final) {
		for _, value := range v.history.Values(&v.ops[read]) {
			shown[v.write(value.ID, k.key)] = true
		}
	}
	var all []uint32
	for _, at := range k.writes {
		if !v.ops[at].Is(record.WarmUp) && (v.ops[at].Outcome == sim.OK || shown[at]) {
			all = append(all, at)
		}
	}
	slices.SortStableFunc(all, func(a, b uint32) int { return cmp.Compare(v.token(b), v.token(a)) })
	return all
}

// overtaken tells of each write, of some that are sorted by falling token, that is newer than
// one under a newer token, and of which.
func (v *view) overtaken(writes []uint32, tell func(at, newer uint32)) {
	seen := oldest{ranked: initial, unruled: initial, all: initial}
	for i := 0; i < len(writes); {
		same := i
		for ; same < len(writes) && v.token(writes[same]) == v.token(writes[i]); same++ {
			if other, found := seen.before(v.order(), writes[same]); found {
				tell(writes[same], other)
			}
		}
		for ; i < same; i++ {
			seen.add(v.order(), writes[i])
		}
	}
}

// oldest is what must be known of a set of writes of one key to tell whether a given write
// is newer than any of them: a frontier looks the other way.
type oldest struct {
	ranked  uint32 // the write with the lowest rank, initial if none
	unruled uint32 // of those without a rank, the one that ended first, initial if none
	all     uint32 // the one that ended first of all, initial if none
}

func (s *oldest) add(o *order, at uint32) {
	ended := func(w uint32) bool { return w == initial || o.view.end(at) < o.view.end(w) }
	if ended(s.all) {
		s.all = at
	}
	switch {
	case o.rank[at] == 0 && ended(s.unruled):
		s.unruled = at
	case o.rank[at] > 0 && (s.ranked == initial || o.rank[at] < o.rank[s.ranked]):
		s.ranked = at
	}
}

// before returns a write of the set that a write is newer than, and whether there is one.
func (s *oldest) before(o *order, at uint32) (uint32, bool) {
	for _, other := range [...]uint32{s.ranked, s.unruled, s.all} {
		if other != initial && o.newer(at, other) {
			return other, true
		}
	}
	return 0, false
}
