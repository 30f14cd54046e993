package checks

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// Recovered judges liveness after heal: by the end of settling, every scope that anybody led
// has a leader of its highest epoch, and every final read is answered. Count is the number
// of scopes without a leader and of final reads without an answer. With it goes the time from
// heal until the last such leader had begun, 0 where it had before. Not applicable where
// nobody leads, or the run did not come so far.
func Recovered(run *record.Run, o Options) Report { return newView(run, o).recovered() }

func (v *view) recovered() Report {
	f := finding{checker: "recovered"}
	last, late := v.lastReigns(), time.Duration(0)
	if len(last) == 0 || v.run.Phases.Settled == 0 {
		r := f.report("no node stated that it leads, or the run ended before it healed", "", "", "")
		return Report{r.Verdict, append(r.Measures, Measure{Name: "leader_after_heal_ns", Kind: Mean, Undefined: true})}
	}
	missing := int64(0)
	for _, t := range last {
		f.judged++
		late = max(late, t.begin-v.run.Phases.Work)
		if t.end < v.run.Phases.Settled {
			missing++
			f.add(func() Witness { return v.orphanWitness(&t) })
		}
	}
	for i := range v.ops {
		op := &v.ops[i]
		if !op.Is(record.Final) {
			continue
		}
		f.judged++
		if op.Outcome != sim.OK {
			f.add(func() Witness { return v.refusedWitness(uint32(i)) })
		}
	}
	r := f.report("", "scope and final read", "had no leader or no answer", "all led and answered")
	r.Measures = append(r.Measures, Measure{
		Name: "leader_after_heal_ns", Kind: Mean, Count: int64(late), Total: 1, Undefined: missing > 0,
	})
	return r
}

// lastReigns lists for each scope the tenure of its highest epoch that ends last, of those that began
// before settling ended.
func (v *view) lastReigns() (last []tenure) {
	for _, t := range v.tenures() {
		if t.begin >= v.run.Phases.Settled {
			continue
		}
		at, found := slices.BinarySearchFunc(last, t, func(a, b tenure) int { return cmp.Compare(a.scope, b.scope) })
		switch {
		case !found:
			last = slices.Insert(last, at, t)
		case t.epoch > last[at].epoch, t.epoch == last[at].epoch && t.end > last[at].end:
			last[at] = t
		}
	}
	return last
}

func (v *view) orphanWitness(t *tenure) Witness {
	return Witness{Key: t.scope, Stamps: []uint32{t.to}, Text: fmt.Sprintf(
		"the last to lead was %s, with epoch %d, until %s; all was healed at %s, and nobody led when settling ended at %s",
		v.run.Name(t.node), t.epoch, moment(t.end), moment(v.run.Phases.Work), moment(v.run.Phases.Settled))}
}
