package checks

import (
	"fmt"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// transaction is what nodes state of one attempt to write to several of them as one.
// An op may be tried as several transactions, told apart by their numbers.
type transaction struct {
	op       uint32 // its place
	agreed   uint32 // stamp of the first statement that it is committed, 0 if none
	undone   uint32 // stamp of the first statement that it is aborted, 0 if none
	yes, no  sim.NodeID
	promises []held
}

// held is a node's promise to let the coordinator decide.
type held struct {
	node, coordinator sim.NodeID
	from              time.Duration
	asked             bool // it had to ask for the outcome
	over              bool // it learnt the outcome
	took              time.Duration
}

// transactions are gathered by the ops' places and their numbers.
type transactions struct {
	list  []transaction
	index map[transactionName]int
	byOp  map[uint32][]int
}

type transactionName struct {
	op     uint32
	number uint64
}

// transactions is gathered once.
func (v *view) transactions() *transactions {
	if v.atomic != nil {
		return v.atomic
	}
	v.atomic = &transactions{index: map[transactionName]int{}, byOp: map[uint32][]int{}}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Prepared && seen.Fact != sim.Ended {
			continue
		}
		if at, found := v.place(seen.Op); found {
			v.atomic.find(at, seen.B).enter(seen)
		}
	}
	return v.atomic
}

func (all *transactions) find(op uint32, number uint64) *transaction {
	name := transactionName{op, number}
	i, known := all.index[name]
	if !known {
		i = len(all.list)
		all.index[name], all.byOp[op] = i, append(all.byOp[op], i)
		all.list = append(all.list, transaction{op: op})
	}
	return &all.list[i]
}

func (t *transaction) enter(seen *record.Observation) {
	switch {
	case seen.Fact == sim.Prepared:
		h := t.held(seen.Node)
		if h == nil {
			t.promises = append(t.promises, held{node: seen.Node, coordinator: sim.NodeID(seen.A), from: seen.At})
			h = &t.promises[len(t.promises)-1]
		}
		h.asked = h.asked || seen.Why == sim.Late
		return
	case seen.Why == sim.Agreed && t.agreed == 0:
		t.agreed, t.yes = seen.Stamp, seen.Node
	case seen.Why == sim.Undone && t.undone == 0:
		t.undone, t.no = seen.Stamp, seen.Node
	}
	if h := t.held(seen.Node); h != nil && !h.over {
		h.over, h.took = true, seen.At-h.from
	}
}

func (t *transaction) held(node sim.NodeID) *held {
	for i := range t.promises {
		if t.promises[i].node == node {
			return &t.promises[i]
		}
	}
	return nil
}

// AtomicCommit judges writes that a store makes at several nodes as one: all take it or
// none does. No transaction is both committed and aborted; no node ever stored, or
// holds in the end, what was aborted and nothing else; a write that ended ok was
// committed, and every living node that had promised it has learnt so, unless its
// coordinator never came back; a write that certainly failed was never committed. Count
// is the number of writes that broke this. Vacuous where no transaction is stated.
//
// Blocked times are those from a node's promise until it learns the outcome. A living
// node that never does is blocked until the end of the run; what nodes promised that
// never came back is not measured.
func AtomicCommit(run *record.Run, o Options) Report { return newView(run, o).atomicCommit() }

func (v *view) atomicCommit() Report {
	all := v.transactions()
	verdict := Verdict{Checker: "atomic_commit"}
	if len(all.list) == 0 {
		verdict.Result, verdict.Why = Vacuous, "no transaction"
		return Report{verdict, append(v.blockedMeasures(), undefine([]Measure{{Name: "atomic_commit", Kind: Count}})...)}
	}
	judged := int64(0)
	for i := range v.ops {
		op := &v.ops[i]
		if !op.Code.Writes() || len(all.byOp[uint32(i)]) == 0 && op.Outcome != sim.OK {
			continue
		}
		judged++
		w, broken := v.splits(uint32(i))
		if !broken {
			continue
		}
		if verdict.Count == 0 {
			verdict.Witness = w
		}
		verdict.Count++
	}
	if verdict.Why = fmt.Sprintf("%s, each committed everywhere or nowhere", plural(judged, "write")); verdict.Count > 0 {
		verdict.Result, verdict.Why = Fail, fmt.Sprintf("%d of %s not committed everywhere or nowhere", verdict.Count, plural(judged, "write"))
	}
	return Report{verdict, append(v.blockedMeasures(), Measure{Name: "atomic_commit", Kind: Count, Count: verdict.Count})}
}

// splits tells whether a write was neither committed everywhere nor nowhere, and how.
func (v *view) splits(at uint32) (Witness, bool) {
	agreed, undone := v.outcomes(at)
	id, op := v.ops[at].ID(), &v.ops[at]
	if t := v.contradicted(at); t != nil {
		return v.splitWitness(at, []sim.NodeID{t.yes, t.no}, max(t.agreed, t.undone),
			fmt.Sprintf("%v was committed by %s and aborted by %s", id, v.run.Name(t.yes), v.run.Name(t.no))), true
	}
	switch {
	case op.Outcome == sim.OK && agreed == nil:
		return v.splitWitness(at, nil, op.Returned, fmt.Sprintf("%v was acknowledged, and nobody has committed it", id)), true
	case op.Outcome == sim.Fail && agreed != nil:
		return v.splitWitness(at, []sim.NodeID{agreed.yes}, agreed.agreed,
			fmt.Sprintf("%v failed (%v), and %s has committed it", id, op.Error, v.run.Name(agreed.yes))), true
	case agreed == nil && undone != nil:
		holder, stamp := v.holderOf(at)
		return v.splitWitness(at, []sim.NodeID{undone.no, holder}, stamp,
			fmt.Sprintf("%v was aborted by %s, and %s has it", id, v.run.Name(undone.no), v.run.Name(holder))), holder != sim.Nobody
	case op.Outcome == sim.OK:
		forgot := v.forgetful(at)
		return v.splitWitness(at, []sim.NodeID{forgot}, op.Returned,
			fmt.Sprintf("%v was acknowledged; %s had promised it, and never learnt that it was committed", id, v.run.Name(forgot))), forgot != sim.Nobody
	}
	return Witness{}, false
}

// outcomes are a committed and an aborted transaction of a write, where there is one.
func (v *view) outcomes(at uint32) (agreed, undone *transaction) {
	all := v.transactions()
	for _, i := range all.byOp[at] {
		t := &all.list[i]
		if t.agreed != 0 && agreed == nil {
			agreed = t
		}
		if t.undone != 0 && undone == nil {
			undone = t
		}
	}
	return agreed, undone
}

// contradicted is a transaction of a write that was both committed and aborted.
func (v *view) contradicted(at uint32) *transaction {
	all := v.transactions()
	for _, i := range all.byOp[at] {
		if t := &all.list[i]; t.agreed != 0 && t.undone != 0 {
			return t
		}
	}
	return nil
}

// holderOf is a node that ever stored a write, or holds it in the end, and when.
func (v *view) holderOf(at uint32) (sim.NodeID, uint32) {
	id := v.ops[at].ID()
	if seen, known := v.storings()[id]; known {
		return seen.node, seen.stamp
	}
	for _, copy := range v.copiesOf(v.ops[at].Key) {
		if holds(&copy.Copy, id) {
			return copy.Node, 0
		}
	}
	return sim.Nobody, 0
}

// storing is the first Stored of a write.
type storing struct {
	node  sim.NodeID
	stamp uint32
}

// storings are gathered once, of all ops.
func (v *view) storings() map[sim.OpID]storing {
	if v.firsts == nil {
		v.firsts = map[sim.OpID]storing{}
		for i := range v.run.Observations {
			if seen := &v.run.Observations[i]; seen.Fact == sim.Stored {
				if _, known := v.firsts[seen.Op]; !known {
					v.firsts[seen.Op] = storing{seen.Node, seen.Stamp}
				}
			}
		}
	}
	return v.firsts
}

// holds tells whether a copy is, or is marked deleted by, a write.
func holds(copy *sim.Copy, id sim.OpID) bool {
	return slices.ContainsFunc(copy.Values, func(value sim.Value) bool { return value.ID == id }) ||
		slices.Contains(copy.Deletes, id)
}

// forgetful is a living node that promised a committed transaction of a write and
// never learnt the outcome, though its coordinator lives.
func (v *view) forgetful(at uint32) sim.NodeID {
	if v.run.Stop.Reason != record.Finished {
		return sim.Nobody
	}
	all := v.transactions()
	for _, i := range all.byOp[at] {
		t := &all.list[i]
		for _, h := range t.promises {
			if t.agreed != 0 && !h.over && !v.dead(h.node) && !v.dead(h.coordinator) {
				return h.node
			}
		}
	}
	return sim.Nobody
}

func (v *view) dead(node sim.NodeID) bool { return slices.Contains(v.run.Dead, node) }

func (v *view) splitWitness(at uint32, nodes []sim.NodeID, stamp uint32, text string) Witness {
	w := v.witness(at)
	w.Nodes, w.Text = slices.Compact(nodes), text
	if stamp != 0 {
		w.Stamps = append([]uint32{stamp}, w.Stamps...)
	}
	return w
}
