package checks

import (
	"fmt"
	"slices"
	"sort"

	"simrun/sim"
	"simrun/sim/record"
)

// losses is every acknowledged write that the end does not hold.
type losses struct {
	judged int64 // acknowledged writes of keys whose end is known
	count  int64
	blind  int64    // acknowledged writes of keys whose end is not known
	ops    []uint32 // in the order of keys; a counter names one write for all that it lacks
	lost   []bool   // by place
}

// looks are what was seen of a key in the end: by every final read that succeeded
// or, where none did, on every live replica. Replicas of a set that its clients write
// back whole do not tell what is in it.
func (v *view) looks(k *keyed) []sight {
	var looks []sight
	for _, read := range k.final {
		looks = append(looks, v.sight(read))
	}
	if len(looks) > 0 || len(v.run.Copies) == 0 || v.writtenBack(k) {
		return looks
	}
	end := sight{key: k.key, invoked: forever, returned: forever}
	for _, copy := range v.copiesOf(k.key) {
		look := end
		look.values = copy.Values
		looks = append(looks, look)
	}
	if len(looks) == 0 { // replicas were inspected, and none holds the key
		looks = append(looks, end)
	}
	return looks
}

// writtenBack tells whether a set or counter is kept in values of its clients' making:
// then additions and removals carry the versions that they were made from.
func (v *view) writtenBack(k *keyed) bool {
	return slices.ContainsFunc(k.writes, func(at uint32) bool {
		op := &v.ops[at]
		return (op.Code == sim.Add || op.Code == sim.Remove) && len(v.history.Parents(op)) > 0
	})
}

// copiesOf are what the live replicas hold of a key.
func (v *view) copiesOf(key sim.Key) []record.Copy {
	if v.copies == nil {
		v.copies = slices.Clone(v.run.Copies)
		slices.SortStableFunc(v.copies, func(a, b record.Copy) int { return int(int64(a.Key) - int64(b.Key)) })
	}
	first := sort.Search(len(v.copies), func(i int) bool { return v.copies[i].Key >= key })
	after := sort.Search(len(v.copies), func(i int) bool { return v.copies[i].Key > key })
	return v.copies[first:after]
}

// losses finds the lost writes, once.
func (v *view) losses() *losses {
	if v.lostOps != nil {
		return v.lostOps
	}
	v.lostOps = &losses{lost: make([]bool, len(v.ops))}
	for i := range v.keys() {
		v.lostOps.judge(v, &v.keys()[i])
	}
	return v.lostOps
}

func (l *losses) judge(v *view, k *keyed) {
	measured := int64(0)
	for _, at := range k.acked {
		if acknowledged(&v.ops[at]) {
			measured++
		}
	}
	looks := v.looks(k)
	if len(looks) == 0 || slices.ContainsFunc(looks, func(s sight) bool { return s.cut }) {
		l.blind += measured
		return
	}
	l.judged += measured
	switch k.shape {
	case shapeSingle:
		l.singles(v, k, looks)
	case shapeSiblings:
		l.versions(v, k, merged(looks))
	case shapeSet:
		newGathering(v, k).missed(merged(looks), func(at uint32) { l.add(v, at) })
	case shapeCounter:
		l.totals(v, k, looks, measured)
	}
}

// merged is everything that any look saw: a write is lost if no look holds it.
func merged(looks []sight) sight {
	all := looks[0]
	all.values = slices.Clone(all.values)
	for _, look := range looks[1:] {
		all.invoked, all.returned = min(all.invoked, look.invoked), max(all.returned, look.returned)
		all.values = append(all.values, look.values...)
	}
	return all
}

func (l *losses) add(v *view, at uint32) {
	if acknowledged(&v.ops[at]) {
		l.count++
		l.ops, l.lost[at] = append(l.ops, at), true
	}
}

// singles finds the writes than which every final value is older.
func (l *losses) singles(v *view, k *keyed, looks []sight) {
	gone, began := newVanishing(v, k), looks[0].invoked
	var values []uint32
	for _, look := range looks {
		values = v.alternatives(gone, look, values)
		began = min(began, look.invoked)
	}
	slices.Sort(values)
	values = slices.Compact(values)
	for _, at := range k.acked {
		older := func(value uint32) bool { return v.order().newer(at, value) }
		if v.ops[at].Returned < began && !slices.ContainsFunc(values, func(value uint32) bool { return !older(value) }) {
			l.add(v, at)
		}
	}
}

func (l *losses) versions(v *view, k *keyed, end sight) {
	family := v.lineage()
	family.remove(k)
	before := family.heads(k)
	for _, at := range k.acked {
		if v.ops[at].Returned < end.invoked {
			before.add(at)
		}
	}
	m := family.missed(end, before.list, func(at uint32) bool { return v.end(at) < end.invoked })
	if !m.certain {
		return
	}
	for _, at := range m.ops {
		l.add(v, at)
	}
}

// totals counts the increments that a counter lacks, in the look that lacks least.
// Those of the warm-up are taken to be lost last.
func (l *losses) totals(v *view, k *keyed, looks []sight, measured int64) {
	if len(k.deletes) > 0 {
		return
	}
	s, least, which := newSums(v, k), int64(-1), uint32(initial)
	for _, look := range looks {
		if count, oldest := s.short(look); least < 0 || count < least {
			least, which = count, oldest
		}
	}
	if least = min(least, measured); least > 0 {
		l.count += least
		l.ops, l.lost[which] = append(l.ops, which), true
	}
}

// LostWrites counts the acknowledged writes that the end does not hold. The end is
// what every final read that succeeded returned or, for a key without one, what
// the live replicas hold. A write of one value is lost when every final value is
// older; one among siblings or in a set when no look holds it or a descendant, nor
// can it have been removed; a counter has lost as many increments as it lacks at
// least. Unknown writes may not have happened and are never lost.
//
// Losses are split by the last thing that observations tell of the write: that a
// live replica still holds it (hidden), why its last copy was discarded, that its
// hint was given up, that a client left it out of what it made of the versions that
// had it, that at most one node ever held it.
func LostWrites(run *record.Run, o Options) Report { return newView(run, o).lostWrites() }

func (v *view) lostWrites() Report {
	l := v.losses()
	causes := v.causes(l.ops)
	verdict := Verdict{Checker: "lost_writes", Count: l.count}
	switch {
	case l.judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no acknowledged write of a key whose end is known"
	case l.count > 0:
		verdict.Result, verdict.Witness = Fail, v.lossWitness(l.ops[0])
		verdict.Why = fmt.Sprintf("%d of %s lost%s", l.count, plural(l.judged, "acknowledged write"), causes.words())
	default:
		verdict.Why = fmt.Sprintf("%s, none lost", plural(l.judged, "acknowledged write"))
	}
	if l.blind > 0 {
		verdict.Why += fmt.Sprintf("; the end of %s is not known", plural(l.blind, "more"))
	}
	measures := []Measure{{Name: "lost_writes", Kind: Count, Count: l.count, Undefined: l.judged == 0}}
	return Report{verdict, append(measures, causes.measures()...)}
}

func (v *view) lossWitness(at uint32) Witness {
	op := &v.ops[at]
	seen := v.keyOf(op.Key).final
	w := v.witness(append([]uint32{at}, seen...)...)
	w.Text = fmt.Sprintf("%s wrote %v, %v, acknowledged at %s", v.client(at), op.Key, op.ID(), moment(op.ReturnedAt))
	if len(seen) > 0 {
		w.Text += "; in the end " + v.tellRead(seen[0])
	}
	return w
}
