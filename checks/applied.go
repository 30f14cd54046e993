package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// AppliedInOrder judges that every node applies the slots in order and leaves none out
// (Ongaro and Ousterhout 2014, section 5.3). Slots decided to hold no op need not be stated.
// A new life goes on after any slot that a former one had reached, or begins anew; a
// snapshot stands for all slots up to its own. Count is the number of statements out of
// order or after a gap. Not applicable where nobody states Decided.
func AppliedInOrder(run *record.Run, o Options) Report { return newView(run, o).appliedInOrder() }

// progress is how far one node has applied.
type progress struct {
	life    uint32
	last    uint64 // in this life, 0 if nothing
	op      sim.OpID
	reached uint64 // in any life, or by a snapshot
}

func (v *view) appliedInOrder() Report {
	f := finding{checker: "applied_in_order"}
	if len(v.choices()) == 0 {
		return f.report(undecides, "", "", "")
	}
	nodes := make([]progress, 1+v.lastNode())
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		p := &nodes[seen.Node]
		if seen.Life != p.life {
			p.life, p.last, p.op = seen.Life, 0, 0
		}
		switch {
		case losesAll(seen):
			p.reached = 0
		case seen.Fact == sim.Repaired && seen.Why == sim.BySnapshot:
			p.last, p.reached = max(p.last, seen.B), max(p.reached, seen.B)
		case seen.Fact == sim.Applied:
			f.judged++
			if missing, wrong := v.misapplied(p, seen); wrong {
				before := *p
				f.add(func() Witness { return v.applyWitness(&before, seen, missing) })
			}
			p.last, p.op, p.reached = seen.A, seen.Op, max(p.reached, seen.A)
		}
	}
	return f.report("no node stated that it applied a slot", "applied entry", "came out of order", "in order")
}

// misapplied tells whether a slot is applied out of order, with the slot that is left out
// or 0.
func (v *view) misapplied(p *progress, seen *record.Observation) (missing uint64, wrong bool) {
	before := p.last
	switch {
	case before == 0:
		before = min(p.reached, seen.A-min(seen.A, 1))
	case seen.A == p.last:
		return 0, seen.Op != p.op // one op may change several keys
	case seen.A < p.last:
		return 0, true
	}
	for slot := before + 1; slot < seen.A; slot++ {
		if c, decided := v.choice(slot); !decided || c.op != 0 {
			return slot, true
		}
	}
	return 0, false
}

func (v *view) applyWitness(p *progress, seen *record.Observation, missing uint64) Witness {
	w := Witness{Key: seen.Key, Ops: opsThere(seen.Op), Nodes: []sim.NodeID{seen.Node}, Stamps: []uint32{seen.Stamp}}
	what := fmt.Sprintf("after slot %d", p.last)
	if missing > 0 {
		what = fmt.Sprintf("without slot %d", missing)
	}
	w.Text = fmt.Sprintf("%s applied %s in slot %d at %s %s", v.run.Name(seen.Node), entryName(seen.Op, seen.C), seen.A,
		moment(seen.At), what)
	return w
}
