package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// ExactlyOnce judges that no op takes effect twice, however often it was sent and wherever it
// was logged (Ongaro's dissertation, section 6.3), nor one of which its client was told that it
// certainly did not happen. An op takes effect where a node applies it, unless it states that
// the op only came again (Why Repeated). A refused compare-and-set or command is an answer, and
// takes its place. Count is the number of ops. Not applicable where nobody states Decided:
// elsewhere what was applied may be taken back.
func ExactlyOnce(run *record.Run, o Options) Report { return newView(run, o).exactlyOnce() }

// appliedBy is an op at one node.
type appliedBy struct {
	op   sim.OpID
	node sim.NodeID
}

func (v *view) exactlyOnce() Report {
	f := finding{checker: "exactly_once"}
	if len(v.choices()) == 0 {
		return f.report(undecides, "", "", "")
	}
	slots, judged := map[appliedBy]uint64{}, map[sim.OpID]bool{}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Applied || seen.Op == 0 || seen.Why == sim.Repeated {
			continue
		}
		broken, known := judged[seen.Op]
		if !known {
			f.judged++
			judged[seen.Op] = false
		}
		name := appliedBy{seen.Op, seen.Node}
		before, again := slots[name]
		slots[name] = seen.A
		if wrong := again && before != seen.A || v.denied(seen.Op); wrong && !broken {
			judged[seen.Op] = true
			f.add(func() Witness { return v.onceWitness(seen, before) })
		}
	}
	return f.report("no node stated that it applied an op", "op", "took effect twice, or though it was said not to happen", "each once")
}

// denied tells whether a client was told that an op certainly did not happen.
func (v *view) denied(id sim.OpID) bool {
	at, found := v.place(id)
	if !found {
		return false
	}
	op := &v.ops[at]
	return op.Outcome == sim.Fail && op.Error != sim.Conflict && op.Error != sim.Aborted
}

func (v *view) onceWitness(seen *record.Observation, before uint64) Witness {
	w := Witness{Key: seen.Key, Ops: opsThere(seen.Op), Nodes: []sim.NodeID{seen.Node}, Stamps: []uint32{seen.Stamp}}
	w.Text = fmt.Sprintf("%s applied %v in slot %d at %s", v.run.Name(seen.Node), seen.Op, seen.A, moment(seen.At))
	if v.denied(seen.Op) {
		w.Text += ", whose client was told that it did not happen"
	} else {
		w.Text += fmt.Sprintf(", and had applied it in slot %d", before)
	}
	return w
}
