package checks

import (
	"fmt"
	"slices"

	"simrun/sim/record"
)

// FalseSiblings counts the reads that returned a version together with one that it
// replaced: the writer of the one had read the other, or what follows it. Version
// vectors without dots, or with entries cut off, take such writes for concurrent
// (Preguiça and others, "Dotted Version Vectors", 2010, section 3; Dynamo, section
// 4.4). The elements of a set are not versions.
func FalseSiblings(run *record.Run, o Options) Report { return newView(run, o).falseSiblings() }

func (v *view) falseSiblings() Report {
	var judged, found int64
	verdict := Verdict{Checker: "false_siblings"}
	for i := range v.keys() {
		k := &v.keys()[i]
		if k.shape == shapeSet || k.shape == shapeCounter {
			continue
		}
		judged += int64(len(k.reads))
		for _, read := range k.reads {
			later, earlier, both := v.replacedAmong(v.returned(v.sight(read)))
			if !both {
				continue
			}
			if found++; found == 1 {
				verdict.Witness = v.witness(read, later, earlier)
				verdict.Witness.Text = fmt.Sprintf("%s; %v was written over %v", v.tellRead(read), v.ops[later].ID(), v.ops[earlier].ID())
			}
		}
	}
	verdict.Count = found
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no read ended ok"
	case found > 0:
		verdict.Result = Fail
		verdict.Why = fmt.Sprintf("%d of %s returned a version together with one that it replaced", found, plural(judged, "read"))
	default:
		verdict.Why = fmt.Sprintf("%s, none with a version and what it replaced", plural(judged, "read"))
	}
	return Report{verdict, []Measure{{Name: "false_siblings", Kind: Count, Count: found, Undefined: judged == 0}}}
}

// replacedAmong finds a write among some that has another one of them in its ancestry.
func (v *view) replacedAmong(writes []uint32) (later, earlier uint32, found bool) {
	if len(writes) < 2 {
		return 0, 0, false
	}
	first := uint32(forever)
	for _, at := range writes {
		first = min(first, v.ops[at].Invoked)
	}
	l := v.lineage()
	l.walks++
	for _, at := range writes {
		l.descend(at, func(p uint32) bool {
			if found || l.marks[p].walk == l.walks || v.ops[p].Invoked < first {
				return false // been there, or older than all of them
			}
			l.marks[p].walk = l.walks
			if slices.Contains(writes, p) {
				later, earlier, found = at, p, true
			}
			return true
		})
	}
	return later, earlier, found
}
