package checks

import (
	"fmt"

	"simrun/sim/record"
)

// Conflicts counts the reads that returned several versions, and the pairs among
// those of which neither is in the ancestry of the other. The elements of a set are
// not versions.
func Conflicts(run *record.Run, o Options) Report { return newView(run, o).conflicts() }

func (v *view) conflicts() Report {
	var judged, several, pairs, most int64
	worst := uint32(initial)
	for i := range v.keys() {
		k := &v.keys()[i]
		if k.shape == shapeSet || k.shape == shapeCounter {
			continue
		}
		judged += int64(len(k.reads))
		for _, read := range k.reads {
			n := int64(len(v.history.Values(&v.ops[read])))
			if n < 2 {
				most = max(most, n)
				continue
			}
			several++
			pairs += v.concurrentPairs(v.returned(v.sight(read)))
			if n > most {
				most, worst = n, read
			}
		}
	}
	verdict := Verdict{Checker: "conflicts", Count: several}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no read ended ok"
	case several > 0:
		verdict.Result, verdict.Witness = Fail, v.witness(worst)
		verdict.Witness.Text = v.tellRead(worst)
		verdict.Why = fmt.Sprintf("%d of %s returned several versions, up to %d", several, plural(judged, "read"), most)
	default:
		verdict.Why = fmt.Sprintf("%s, none with several versions", plural(judged, "read"))
	}
	none := judged == 0
	return Report{verdict, []Measure{
		{Name: "conflicts", Kind: Count, Count: several, Undefined: none},
		{Name: "conflict_pairs", Kind: Count, Count: pairs, Undefined: none},
		{Name: "siblings_max", Kind: Max, Count: most, Undefined: none},
	}}
}

// concurrentPairs counts the pairs of writes of which neither descends from the other.
func (v *view) concurrentPairs(writes []uint32) (pairs int64) {
	l := v.lineage()
	for i, at := range writes {
		for _, other := range writes[i+1:] {
			if other != at && !l.descends(at, other) && !l.descends(other, at) {
				pairs++
			}
		}
	}
	return pairs
}

// descends tells whether one write has another in its ancestry.
func (l *lineage) descends(child, ancestor uint32) bool {
	apart := false
	l.uncovered([]uint32{child}, []uint32{ancestor}, func(at uint32) { apart = apart || at == ancestor })
	return !apart
}
