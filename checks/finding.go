package checks

import (
	"fmt"

	"simrun/sim"
)

// finding gathers what a judge of replicated logs finds.
type finding struct {
	checker string
	judged  int64 // how many things were judged
	count   int64 // how many of them are wrong
	witness Witness
}

// add adds a violation; the first one is told.
func (f *finding) add(tell func() Witness) {
	if f.count == 0 {
		f.witness = tell()
	}
	f.count++
}

// report is the verdict: silent says why there was nothing to judge, noun what was
// judged, broken what the wrong ones are, and whole what all of them are.
func (f *finding) report(silent, noun, broken, whole string) Report {
	verdict := Verdict{Checker: f.checker, Count: f.count}
	switch {
	case f.count > 0:
		verdict.Result, verdict.Witness = Fail, f.witness
		verdict.Why = fmt.Sprintf("%d of %s %s", f.count, plural(f.judged, noun), broken)
	case f.judged == 0:
		verdict.Result, verdict.Why = Vacuous, silent
	default:
		verdict.Why = fmt.Sprintf("%s, %s", plural(f.judged, noun), whole)
	}
	return Report{verdict, []Measure{{Name: f.checker, Kind: Count, Count: f.count, Undefined: f.judged == 0}}}
}

// undecides is why nothing is said of a log about whose slots nobody decides.
const undecides = "no node stated that a slot was decided"

// states tells whether any node stated a fact of the kind.
func (v *view) states(fact sim.Fact) bool {
	if v.told == 0 {
		v.told = 1
		for i := range v.run.Observations {
			v.told |= 1 << v.run.Observations[i].Fact
		}
	}
	return v.told>>fact&1 == 1
}
