package checks

import (
	"fmt"

	"simrun/sim/record"
)

// Linearizable judges whether, on every key, the ops can be put into one order
// that respects real time and in which every read returns what the ops before it
// left (Herlihy and Wing 1990). Keys are judged one by one, which loses nothing:
// linearizability is local. What the values of a key are is inferred from its ops
// (see InferModel).
//
// Unknown and pending writes may have happened or not; a certain failure did not,
// so that reading what it wrote is a violation. Reads that did not end ok say
// nothing, except that a refused compare-and-set which returned what is current
// is judged as a read of that. Reads of the warm-up are not judged; its writes are.
// A read that returned several versions is judged only where Options.Siblings
// allows it, and then it must hold the current one.
//
// Count is the number of keys that are not linearizable. A key whose shape is
// beyond what may be searched is Undecided, in every run of the same record.
func Linearizable(run *record.Run, o Options) Report {
	return LinearizableAs(run, o, InferModel)
}

// LinearizableAs is Linearizable for histories whose model is known.
func LinearizableAs(run *record.Run, o Options, model Model) Report {
	h := &run.History
	j := linearJudge{history: h, options: o, model: model, keys: newKeyTable(h.Ops)}
	if model == NumberModel {
		j.keys.markShared(h)
	}
	j.zones = newZoneTable(h, j.keys)
	j.zones.fill()
	j.keys.settle(model)
	j.zones.sweep()
	j.count()
	for _, group := range j.keys.searched(h.Ops) {
		j.search(group)
	}
	return j.report()
}

// linearJudge gathers what the keys of one run came to.
type linearJudge struct {
	history *record.History
	options Options
	model   Model
	keys    *keyTable
	zones   *zoneTable

	ok, failed, unknown int64
	witness             Witness // of a key that failed
	undecided           string  // why the first undecided key is
}

// count takes what the zones found.
func (j *linearJudge) count() {
	for i := range j.keys.states {
		switch state := &j.keys.states[i]; {
		case !state.is(judged) || state.is(general):
		case state.is(violated):
			j.failed++
		default:
			j.ok++
		}
	}
	if j.failed > 0 {
		j.witness = j.zones.witness(j.zones.first())
	}
}

// search judges a key that zones cannot judge.
func (j *linearJudge) search(group keyGroup) {
	problem, why := newSearch(j.history, group, j.options)
	result := Undecided
	if why == "" {
		result, why = problem.judge()
	}
	switch result {
	case Pass:
		j.ok++
	case Fail:
		if j.failed == 0 {
			j.witness = problem.witness(group.key)
		}
		j.failed++
	default:
		if j.unknown == 0 {
			j.undecided = fmt.Sprintf("%v: %s", group.key, why)
		}
		j.unknown++
	}
}

func (j *linearJudge) report() Report {
	v := Verdict{Checker: "linearizable", Count: j.failed}
	switch {
	case j.failed > 0:
		v.Result, v.Witness = Fail, j.witness
		v.Why = fmt.Sprintf("%d of %d keys not linearizable", j.failed, j.ok+j.failed+j.unknown)
	case j.unknown > 0:
		v.Result = Undecided
		v.Why = fmt.Sprintf("%d of %d keys not decided; %s", j.unknown, j.ok+j.unknown, j.undecided)
	case j.ok == 0:
		v.Result, v.Why = Vacuous, "no read ended ok"
	default:
		v.Why = fmt.Sprintf("%d keys linearizable", j.ok)
	}
	return Report{Verdict: v, Measures: []Measure{
		{Name: "linearizability_keys_ok", Kind: Count, Count: j.ok},
		{Name: "linearizability_keys_failed", Kind: Count, Count: j.failed},
		{Name: "linearizability_keys_unknown", Kind: Count, Count: j.unknown},
	}}
}
