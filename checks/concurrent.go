package checks

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// meeting is two writes of one key, by place, the lesser first.
type meeting struct{ a, b uint32 }

func met(a, b uint32) meeting { return meeting{min(a, b), max(a, b)} }

// encounters is what nodes knew of each other's writes when they made theirs: a node knows
// what it stated to have placed, applied, stored, or discarded as it came.
type encounters struct {
	view  *view
	nodes uint64   // that made some write, by number below 64
	knew  []uint64 // by op: the nodes that know its write
	maker []sim.NodeID
	turn  []uint32 // by op: how many were made before it
	made  uint32
	open  [][]uint32         // by key number: writes that some maker of writes does not know
	last  map[uint64]uint32  // by key number and node: the write that it took in last
	pairs map[meeting]uint32 // the stamp at which the later of the two was made
	// silent are the pairs where what came had not known the newest write of the node that it
	// came to, and which nodes said nothing of it so far.
	silent  map[meeting]uint64
	noted   map[meeting]bool // stated to be in conflict
	told    map[meeting]uint64
	dropped map[uint32]bool // acknowledged, and given up by some node
	logged  map[sim.OpID]bool
	good    map[sim.OpID]bool
	stated  bool // compensation
}

// leadsSeveral tells whether nodes led in several scopes: there were several leaders.
func (v *view) leadsSeveral() bool {
	var scope sim.Key
	seen := false
	for i := range v.run.Observations {
		o := &v.run.Observations[i]
		if o.Fact != sim.Role || o.Why != sim.Held || o.B != sim.Leader {
			continue
		}
		if seen && o.Key != scope {
			return true
		}
		scope, seen = o.Key, true
	}
	return false
}

// encounters are gathered from the facts in their order.
func (v *view) encounters() *encounters {
	e := &encounters{
		view: v, knew: make([]uint64, len(v.ops)), maker: make([]sim.NodeID, len(v.ops)), turn: make([]uint32, len(v.ops)), open: make([][]uint32, len(v.keys())),
		last: map[uint64]uint32{}, pairs: map[meeting]uint32{}, silent: map[meeting]uint64{},
		noted: map[meeting]bool{}, told: map[meeting]uint64{},
		dropped: map[uint32]bool{}, logged: map[sim.OpID]bool{}, good: map[sim.OpID]bool{},
	}
	e.makers()
	clear(e.maker)
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		at, found := v.place(seen.Op)
		if !found {
			continue
		}
		switch {
		case seen.Fact == sim.Conflicted && seen.Why != sim.ByRule:
			e.note(at, seen)
		case seen.Fact == sim.Compensated:
			e.stated = true
			if seen.Why == sim.Kept {
				e.logged[seen.Op] = true
			} else {
				e.good[seen.Op] = true
			}
		case tellsOf(seen) && seen.Node < 64 && v.ops[at].Key == seen.Key:
			e.learn(at, seen)
			if seen.Fact == sim.Discarded && acknowledged(&v.ops[at]) {
				e.dropped[at] = true
			}
		}
	}
	return e
}

// tellsOf tells whether by a fact its node knows the write.
func tellsOf(seen *record.Observation) bool {
	switch seen.Fact {
	case sim.Placed, sim.Applied, sim.Stored:
		return true
	case sim.Discarded:
		return seen.Why == sim.Resolved
	}
	return false
}

// makers finds the nodes that were the first to know some write.
func (e *encounters) makers() {
	for i := range e.view.run.Observations {
		seen := &e.view.run.Observations[i]
		if at, found := e.view.place(seen.Op); found && tellsOf(seen) && seen.Node < 64 && e.maker[at] == sim.Nobody {
			e.maker[at] = seen.Node
			e.nodes |= 1 << seen.Node
		}
	}
}

// learn has a node know a write; the first one that does has made it.
func (e *encounters) learn(at uint32, seen *record.Observation) {
	node := uint64(1) << seen.Node
	if e.knew[at]&node != 0 {
		return
	}
	e.knew[at] |= node
	number := e.view.keyNumber(at)
	where := uint64(number)<<16 | uint64(seen.Node)
	if e.maker[at] == sim.Nobody {
		e.maker[at] = seen.Node
		e.make(at, number, node, seen.Stamp)
	} else if newest, some := e.last[where]; some && e.maker[newest] == seen.Node {
		m := met(at, newest)
		if _, pair := e.pairs[m]; pair && e.told[m]&node == 0 {
			e.silent[m] |= node
		}
	}
	e.last[where] = at
	e.infer(at, number, node)
}

// infer has a node that knows a write know what its maker knew when it was made: what it had
// replaced is no news any more.
func (e *encounters) infer(at, number uint32, node uint64) {
	for _, other := range e.open[number] {
		if e.knew[other]&node == 0 && e.turn[other] < e.turn[at] {
			if _, pair := e.pairs[met(other, at)]; !pair {
				e.knew[other] |= node
			}
		}
	}
}

// make finds the writes that the maker of a new one does not know: nobody can have known
// the new one before.
func (e *encounters) make(at, number uint32, node uint64, stamp uint32) {
	e.turn[at] = e.made
	e.made++
	kept := e.open[number][:0]
	for _, other := range e.open[number] {
		if e.knew[other]&node == 0 {
			e.pairs[met(other, at)] = stamp
		}
		if e.nodes&^e.knew[other] != 0 {
			kept = append(kept, other)
		}
	}
	e.open[number] = append(kept, at)
}

// note takes in that a node found two writes to be in conflict.
func (e *encounters) note(at uint32, seen *record.Observation) {
	other, found := e.view.place(sim.OpID(seen.C))
	if !found || other == at || e.view.ops[other].Key != e.view.ops[at].Key {
		return
	}
	m := met(at, other)
	e.noted[m] = true
	if seen.Node < 64 {
		e.told[m] |= 1 << seen.Node
		if e.silent[m] &^= 1 << seen.Node; e.silent[m] == 0 {
			delete(e.silent, m)
		}
	}
}

// ConcurrentWrites counts the pairs of writes that several leaders made on one key without
// knowledge of each other: when the later one was made, its maker did not know the earlier
// one. That is told by facts, whatever the store believes: a node knows what it placed,
// applied, stored, or discarded as it came, and what the makers of these writes knew then
// of the key. Beside them stand the pairs that the store noted,
// those of them that are none, and those that a leader did not notice though its newest
// write was replaced by one that did not know it. Nothing is judged unless nodes lead in
// several scopes.
func ConcurrentWrites(run *record.Run, o Options) Report { return newView(run, o).concurrentWrites() }

func (v *view) concurrentWrites() Report {
	verdict := Verdict{Checker: "concurrent_writes"}
	if !v.leadsSeveral() || len(v.keys()) == 0 {
		verdict.Result, verdict.Why = Vacuous, "there were not several leaders"
		return Report{verdict, undefine(new(encounters).measures(0))}
	}
	e, acked := v.encounters(), int64(0)
	for i := range v.ops {
		if acknowledged(&v.ops[i]) {
			acked++
		}
	}
	verdict.Count = int64(len(e.pairs))
	switch {
	case e.nodes == 0:
		verdict.Result, verdict.Why = Vacuous, "nodes state nothing of what they know"
	case verdict.Count > 0:
		verdict.Result, verdict.Witness = Fail, e.witness()
		verdict.Why = fmt.Sprintf("%s made without knowledge of each other", plural(verdict.Count, "pair of writes"))
		if verdict.Count > 1 {
			verdict.Why = fmt.Sprintf("%d pairs of writes made without knowledge of each other", verdict.Count)
		}
	default:
		verdict.Why = fmt.Sprintf("%s, each made in knowledge of all before", plural(acked, "acknowledged write"))
	}
	measures := e.measures(acked)
	if e.nodes == 0 {
		undefine(measures)
	}
	return Report{verdict, measures}
}

func (e *encounters) measures(acked int64) []Measure {
	var wrong int64
	for m := range e.noted {
		if _, right := e.pairs[m]; !right {
			wrong++
		}
	}
	paired, knowing := map[uint32]bool{}, int64(0)
	for m := range e.pairs {
		paired[m.a], paired[m.b] = true, true
	}
	for at := range e.dropped {
		if !paired[at] {
			knowing++
		}
	}
	return []Measure{
		{Name: "concurrent_pairs", Kind: Count, Count: int64(len(e.pairs))},
		{Name: "conflicts_per_1000", Kind: Mean, Count: 1000 * int64(len(e.pairs)), Total: acked},
		{Name: "conflicts_noted", Kind: Count, Count: int64(len(e.noted))},
		{Name: "conflicts_accused", Kind: Count, Count: wrong},
		{Name: "conflicts_missed", Kind: Count, Count: int64(len(e.silent))},
		{Name: "dropped_updates", Kind: Count, Count: int64(len(e.dropped))},
		{Name: "dropped_knowing", Kind: Count, Count: knowing},
		{Name: "conflicts_logged", Kind: Count, Count: int64(len(e.logged)), Undefined: !e.stated},
		{Name: "compensated", Kind: Count, Count: int64(len(e.good)), Undefined: !e.stated},
	}
}

// witness is the pair whose later write was made first.
func (e *encounters) witness() Witness {
	pairs := make([]meeting, 0, len(e.pairs))
	for m := range e.pairs {
		pairs = append(pairs, m)
	}
	first := slices.MinFunc(pairs, func(x, y meeting) int {
		return cmp.Or(cmp.Compare(e.pairs[x], e.pairs[y]), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	v := e.view
	w := v.witness(first.a, first.b)
	w.Stamps = append(w.Stamps, e.pairs[first])
	w.Text = fmt.Sprintf("%v of %v was made at %s, %v at %s, which did not know it; of the two %s noted by some node",
		v.ops[first.a].ID(), w.Key, v.run.Name(e.maker[first.a]), v.ops[first.b].ID(), v.run.Name(e.maker[first.b]),
		map[bool]string{true: "a conflict was", false: "no conflict was"}[e.noted[first]])
	return w
}
