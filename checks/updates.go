package checks

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// built is a write with one of the versions that it built on.
type built struct {
	on, write uint32
}

// LostUpdates counts the acknowledged writes that were built on the same version
// as another acknowledged write, and of which only the other survived: the end
// holds the other, or a descendant of it, and does not hold them. A compare-and-set
// that expected nothing is built on the initial value, where no delete can have
// brought that back. Writes without a context are built on nothing, and a delete
// leaves nothing that could be lost.
func LostUpdates(run *record.Run, o Options) Report { return newView(run, o).lostUpdates() }

func (v *view) lostUpdates() Report {
	judged := int64(0)
	var found []built // the lost write, and one that survived instead
	for i := range v.keys() {
		k := &v.keys()[i]
		looks := v.looks(k)
		pairs := v.builtOn(k)
		if k.shape == shapeSet || k.shape == shapeCounter || len(looks) == 0 || len(pairs) == 0 {
			continue
		}
		judged += int64(len(pairs))
		found = v.lostAmong(pairs, v.survivors(k, looks), found)
	}
	verdict := Verdict{Checker: "lost_updates", Count: int64(len(found))}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no acknowledged write that built on a version"
	case len(found) > 0:
		verdict.Result, verdict.Witness = Fail, v.updateWitness(found[0])
		verdict.Why = fmt.Sprintf("%s lost to another built on the same version", plural(verdict.Count, "update"))
	default:
		verdict.Why = fmt.Sprintf("%s, none lost to another", plural(judged, "update"))
	}
	return Report{verdict, []Measure{{Name: "lost_updates", Kind: Count, Count: verdict.Count, Undefined: judged == 0}}}
}

// builtOn lists the acknowledged writes of a key with what they built on, sorted
// by that.
func (v *view) builtOn(k *keyed) []built {
	var pairs []built
	for _, at := range k.acked {
		op := &v.ops[at]
		if !acknowledged(op) {
			continue
		}
		parents := v.history.Parents(op)
		if op.Code == sim.CAS && len(parents) == 0 && len(k.deletes) == 0 {
			pairs = append(pairs, built{initial, at})
		}
		for _, parent := range parents {
			if on := v.write(parent.ID, op.Key); on != stranger && (on != initial || len(k.deletes) == 0) {
				pairs = append(pairs, built{on, at})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b built) int { return cmp.Compare(a.on, b.on) })
	return pairs
}

// survivors tells which writes the end holds, themselves or as ancestors. A
// sibling that a delete may have removed was not lost to another.
func (v *view) survivors(k *keyed, looks []sight) map[uint32]bool {
	alive := map[uint32]bool{}
	gone := newVanishing(v, k)
	var values []uint32
	for _, look := range looks {
		values = v.alternatives(gone, look, values)
	}
	for _, at := range values {
		if at >= stranger {
			continue
		}
		alive[at] = true
		v.lineage().descend(at, func(p uint32) bool {
			first := !alive[p]
			alive[p] = true
			return first
		})
	}
	if k.shape != shapeSiblings {
		return alive
	}
	v.lineage().remove(k)
	for _, at := range k.acked {
		if v.lineage().removedBefore(at, forever) {
			alive[at] = true
		}
	}
	return alive
}

// lostAmong appends the writes that did not survive where another did that was
// built on the same version and is not their ancestor.
func (v *view) lostAmong(pairs []built, alive map[uint32]bool, found []built) []built {
	counted := map[uint32]bool{}
	for first := 0; first < len(pairs); {
		end := first + 1
		for end < len(pairs) && pairs[end].on == pairs[first].on {
			end++
		}
		group := pairs[first:end]
		first = end
		var living []uint32
		for _, pair := range group {
			if alive[pair.write] {
				living = append(living, pair.write)
			}
		}
		for _, pair := range group {
			if len(living) == 0 || alive[pair.write] || counted[pair.write] || v.ops[pair.write].Code == sim.Delete {
				continue
			}
			if instead, lost := v.besideOneOf(pair.write, living); lost {
				counted[pair.write] = true
				found = append(found, built{on: instead, write: pair.write})
			}
		}
	}
	return found
}

// besideOneOf finds one of the living that a write does not descend from.
func (v *view) besideOneOf(write uint32, living []uint32) (instead uint32, found bool) {
	v.lineage().uncovered([]uint32{write}, living, func(at uint32) {
		if !found && slices.Contains(living, at) {
			instead, found = at, true
		}
	})
	return instead, found
}

func (v *view) updateWitness(b built) Witness {
	w := v.witness(b.write, b.on)
	w.Text = fmt.Sprintf("%v and %v of %v were both acknowledged and built on the same version; only %v survived",
		v.ops[b.write].ID(), v.ops[b.on].ID(), w.Key, v.ops[b.on].ID())
	return w
}
