package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// UniqueGrants counts what was granted to one although another one had it: acknowledged
// compare-and-sets that expected nothing to be there, of one key, beside one that was
// acknowledged before, where no delete can have come between the two in either order. The
// first grant of a key is nobody's fault. How many of them the store took back later,
// because it found out, is a measure of its own.
func UniqueGrants(run *record.Run, o Options) Report { return newView(run, o).uniqueGrants() }

func (v *view) uniqueGrants() Report {
	var judged, broken, taken int64
	var first, beside uint32 = initial, initial
	back := v.compensated()
	for i := range v.keys() {
		k := &v.keys()[i]
		var grants []uint32
		for _, at := range k.acked {
			if !v.grants(at) {
				continue
			}
			judged++
			if other, found := v.grantedBeside(k, grants, at); found {
				if broken == 0 {
					first, beside = at, other
				}
				broken++
				if back[v.ops[at].ID()] || back[v.ops[other].ID()] {
					taken++
				}
			}
			grants = append(grants, at)
		}
	}
	verdict := Verdict{Checker: "unique_grants", Count: broken}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "nobody was granted a key that nobody had"
	case broken > 0:
		verdict.Result, verdict.Witness = Fail, v.witness(first, beside)
		verdict.Witness.Text = fmt.Sprintf("%v was granted to %s, %v, and to %s, %v; nobody gave it back between them",
			v.ops[first].Key, v.client(beside), v.ops[beside].ID(), v.client(first), v.ops[first].ID())
		verdict.Why = fmt.Sprintf("%d of %s were of what another one had", broken, plural(judged, "grant"))
	default:
		verdict.Why = fmt.Sprintf("%s, each to one alone", plural(judged, "grant"))
	}
	return Report{verdict, []Measure{
		{Name: "duplicate_grants", Kind: Count, Count: broken, Undefined: judged == 0},
		{Name: "duplicates_taken_back", Kind: Count, Count: taken, Undefined: judged == 0 || back == nil},
	}}
}

// grants tells whether an acknowledged write took what it expected nobody to have.
func (v *view) grants(at uint32) bool {
	op := &v.ops[at]
	return acknowledged(op) && op.Code == sim.CAS && len(v.history.Parents(op)) == 0
}

// grantedBeside finds, among earlier grants, one that nobody can have given back before, or
// after which the new one can have been given back.
func (v *view) grantedBeside(k *keyed, grants []uint32, at uint32) (uint32, bool) {
	for _, other := range grants {
		if !v.givenBack(k, other, at) && !v.givenBack(k, at, other) {
			return other, true
		}
	}
	return 0, false
}

// givenBack tells whether a delete can have come after one write and before another.
func (v *view) givenBack(k *keyed, a, b uint32) bool {
	if v.precedes(b, a) {
		return false
	}
	for _, d := range k.deletes {
		if !v.precedes(d, a) && !v.precedes(b, d) {
			return true
		}
	}
	return false
}

// compensated are the writes of which the store said that it made good what they did; nil
// where it says nothing of the kind.
func (v *view) compensated() map[sim.OpID]bool {
	var all map[sim.OpID]bool
	for i := range v.run.Observations {
		if seen := &v.run.Observations[i]; seen.Fact == sim.Compensated {
			if all == nil {
				all = map[sim.OpID]bool{}
			}
			if seen.Why != sim.Kept {
				all[seen.Op] = true
			}
		}
	}
	return all
}
