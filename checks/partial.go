package checks

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// PartialWrites counts the writes that did not end ok, and that some living replica
// holds in the end though fewer than the write needed have taken it. How many it
// needed is what its coordinator stated, or the most that any coordinator of a write
// did. A replica has taken a write when it ever stored it, when the write arrived there
// only to lose against another version, and when in the end it holds what is newer or
// descends from it.
func PartialWrites(run *record.Run, o Options) Report { return newView(run, o).partialWrites() }

func (v *view) partialWrites() Report {
	verdict := Verdict{Checker: "partial_writes"}
	judged, most, takers := int64(0), v.mostNeeded(), v.takers()
	for i := range v.ops {
		op, at := &v.ops[i], uint32(i)
		if !op.Code.Writes() || op.Outcome == sim.OK || op.Is(record.WarmUp) {
			continue
		}
		judged++
		need := v.ledger().entries[i].Need
		if need == 0 {
			need = most
		}
		nodes := v.took(at, takers[at])
		if len(nodes) >= need || !v.held(at) {
			continue
		}
		if verdict.Count == 0 {
			verdict.Witness = v.partialWitness(at, nodes, need)
		}
		verdict.Count++
	}
	measure := Measure{Name: "partial_writes", Kind: Count, Count: verdict.Count, Undefined: most == 0 || len(v.run.Copies) == 0}
	switch {
	case measure.Undefined:
		verdict.Result, verdict.Why = Vacuous, "nobody states how many replicas a write needs, or what they hold in the end"
	case verdict.Count > 0:
		verdict.Result = Fail
		verdict.Why = fmt.Sprintf("of %s not acknowledged, %d stayed at fewer replicas than it needed", plural(judged, "write"), verdict.Count)
	default:
		verdict.Why = fmt.Sprintf("%s not acknowledged, each taken by as many replicas as it needed or held by none", plural(judged, "write"))
	}
	return Report{verdict, []Measure{measure}}
}

// mostNeeded is the most acknowledgements that a write is stated to have waited for.
func (v *view) mostNeeded() (most int) {
	for i := range v.ledger().entries {
		if v.ops[i].Code.Writes() {
			most = max(most, v.ledger().entries[i].Need)
		}
	}
	return most
}

// takers are the nodes that stored a write that did not end ok, or to which it came
// only to lose, by its place.
func (v *view) takers() map[uint32][]sim.NodeID {
	takers := map[uint32][]sim.NodeID{}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Stored && (seen.Fact != sim.Discarded || seen.Why != sim.Resolved) {
			continue
		}
		at, found := v.place(seen.Op)
		if found && v.ops[at].Outcome != sim.OK && !slices.Contains(takers[at], seen.Node) {
			takers[at] = append(takers[at], seen.Node)
		}
	}
	return takers
}

// took adds the nodes that hold in the end what follows a write.
func (v *view) took(at uint32, nodes []sim.NodeID) []sim.NodeID {
	for _, copy := range v.copiesOf(v.ops[at].Key) {
		if !slices.Contains(nodes, copy.Node) && (holds(&copy.Copy, v.ops[at].ID()) || v.follows(&copy.Copy, at)) {
			nodes = append(nodes, copy.Node)
		}
	}
	return nodes
}

// follows tells whether a copy is newer than a write, or descends from it.
func (v *view) follows(copy *sim.Copy, at uint32) bool {
	heads := make([]uint32, 0, len(copy.Values)+len(copy.Deletes))
	for _, value := range copy.Values {
		heads = append(heads, v.write(value.ID, copy.Key))
	}
	for _, id := range copy.Deletes {
		heads = append(heads, v.write(id, copy.Key))
	}
	if slices.ContainsFunc(heads, func(head uint32) bool { return v.order().newer(head, at) }) {
		return true
	}
	covered := true
	v.lineage().uncovered(heads, []uint32{at}, func(missed uint32) { covered = covered && missed != at })
	return covered
}

func (v *view) partialWitness(at uint32, nodes []sim.NodeID, need int) Witness {
	w, op := v.witness(at), &v.ops[at]
	w.Nodes = slices.Clone(nodes)
	w.Text = fmt.Sprintf("%v of %v ended %v (%v), yet %s took it, of %d that it needed", op.ID(), op.Key, op.Outcome, op.Error,
		v.nodes(nodes), need)
	return w
}
