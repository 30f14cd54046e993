package checks

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// drawnOp is an op of a random history with the instant at which it happened.
type drawnOp struct {
	literalOp
	instant uint32
	happens bool
}

// randomOps draws ops of several clients on one key, each client's one after
// another, with the instants at which they happen. Some do not end, some fail,
// and those that nobody confirmed happen at any later time or never.
func randomOps(r *rand.Rand, clients, count int) []*drawnOp {
	var ops []*drawnOp
	free := make([]uint32, clients)
	numbers := make([]uint32, clients)
	for range count {
		c := r.IntN(clients)
		from := free[c] + uint32(r.IntN(40))
		to := from + uint32(r.IntN(60))
		numbers[c]++
		o := &drawnOp{instant: from + uint32(r.IntN(int(to-from)+1)), happens: true}
		o.id, o.from, o.to, o.outcome = sim.NewOpID(uint16(c+1), numbers[c]), from, to, sim.OK
		switch r.IntN(12) {
		case 0:
			o.outcome = []sim.Outcome{sim.Unknown, sim.Pending}[r.IntN(2)]
			o.instant, o.happens = from+uint32(r.IntN(300)), r.IntN(2) == 0
		case 1:
			o.outcome, o.happens = sim.Fail, false
		}
		free[c] = to
		ops = append(ops, o)
	}
	return ops
}

// stampAll gives every beginning, instant and end a stamp of its own.
func stampAll(r *rand.Rand, ops []*drawnOp) {
	type moment struct {
		at    uint32
		phase int
		tie   uint32
		stamp *uint32
	}
	var moments []moment
	for _, o := range ops {
		tie := r.Uint32()
		moments = append(moments, moment{o.from, 0, tie, &o.from}, moment{o.instant, 1, tie, &o.instant}, moment{o.to, 2, tie, &o.to})
	}
	slices.SortFunc(moments, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.phase, b.phase), cmp.Compare(a.tie, b.tie))
	})
	for i, m := range moments {
		*m.stamp = uint32(i + 1)
	}
}

// randomRegister is a history of a register of unique values. A perfect one is
// linearizable; the others are so in part, as some reads return other values.
func randomRegister(seed uint64, clients, count int, perfect bool) *record.Run {
	r := rand.New(rand.NewPCG(seed, 1))
	ops := randomOps(r, clients, count)
	stampAll(r, ops)
	slices.SortFunc(ops, func(a, b *drawnOp) int { return cmp.Compare(a.instant, b.instant) })
	var state sim.OpID
	written := []sim.OpID{0}
	for _, o := range ops {
		o.code = []sim.Code{sim.Put, sim.Get}[r.IntN(2)]
		if o.code == sim.Put {
			written = append(written, o.id)
			if o.happens {
				state = o.id
			}
			continue
		}
		seen := state
		if !perfect && r.IntN(6) == 0 {
			seen = written[r.IntN(len(written))]
		}
		if seen != 0 {
			o.values = []sim.Value{{ID: seen}}
		}
	}
	return drawnRun(ops)
}

// randomGeneral is a history of any model, with some wrong reads.
func randomGeneral(seed uint64, clients, count int, model Model) *record.Run {
	r := rand.New(rand.NewPCG(seed, 1))
	ops := randomOps(r, clients, count)
	stampAll(r, ops)
	slices.SortFunc(ops, func(a, b *drawnOp) int { return cmp.Compare(a.instant, b.instant) })
	state := []sim.Value{}
	var writes []sim.Value
	for _, o := range ops {
		drawCode(r, o, model, writes)
		if o.code == sim.Get {
			o.values = slices.Clone(state)
			if r.IntN(8) == 0 && len(writes) > 0 {
				o.values = []sim.Value{writes[r.IntN(len(writes))]}
			}
			continue
		}
		writes = append(writes, sim.Value{ID: o.id, N: o.n})
		next, possible := plainStep(state, &o.literalOp, model, writes)
		switch {
		case o.happens && possible:
			state = next
		case o.outcome == sim.OK && r.IntN(10) > 0:
			o.outcome = sim.Fail
		}
	}
	return drawnRun(ops)
}

func drawCode(r *rand.Rand, o *drawnOp, model Model, writes []sim.Value) {
	switch model {
	case SetModel:
		o.code = []sim.Code{sim.Get, sim.Get, sim.Add, sim.Add, sim.Remove, sim.Delete}[r.IntN(6)]
		o.n = int64(r.IntN(3))
		return
	case CounterModel:
		o.code = []sim.Code{sim.Get, sim.Add}[r.IntN(2)]
		o.n = int64(r.IntN(4)) - 1
		return
	case NumberModel:
		o.n = []int64{ZeroNumber, 1, 2}[r.IntN(3)]
	}
	o.code = []sim.Code{sim.Get, sim.Get, sim.Put, sim.CAS, sim.CAS, sim.Delete}[r.IntN(6)]
	if o.code == sim.CAS && len(writes) > 0 && r.IntN(6) > 0 {
		o.parents = []sim.OpID{writes[max(0, len(writes)-1-r.IntN(2))].ID}
	}
}

func drawnRun(ops []*drawnOp) *record.Run {
	var literal []literalOp
	for _, o := range ops {
		if o.outcome == sim.Pending {
			o.to = 0
		}
		literal = append(literal, o.literalOp)
	}
	return literalRun(literal...)
}

// plainStep is what a write does to what a read would return, in the plainest
// words; false where it cannot happen. Writes tell what the versions that a
// compare-and-set expects were.
func plainStep(state []sim.Value, o *literalOp, model Model, writes []sim.Value) ([]sim.Value, bool) {
	value := sim.Value{ID: o.id, N: o.n}
	switch {
	case model == CounterModel && o.code == sim.Add:
		total := o.n
		if len(state) > 0 {
			total += state[0].N
		}
		return []sim.Value{{N: total}}, true
	case o.code == sim.Add:
		without, _ := plainStep(state, &literalOp{code: sim.Remove, n: o.n}, model, writes)
		return append(without, value), true
	case o.code == sim.Remove:
		return slices.DeleteFunc(slices.Clone(state), func(v sim.Value) bool { return v.N == o.n }), true
	case o.code == sim.Delete:
		return nil, true
	case o.code == sim.CAS:
		var expect []sim.Value
		for _, id := range o.parents {
			expect = append(expect, writes[slices.IndexFunc(writes, func(v sim.Value) bool { return v.ID == id })])
		}
		if !plainlyEqual(state, expect, model) {
			return state, false
		}
	}
	return []sim.Value{value}, true
}

// plainlyEqual tells whether two reads returned the same.
func plainlyEqual(a, b []sim.Value, model Model) bool {
	name := func(v sim.Value) int64 {
		if model == RegisterModel {
			return int64(v.ID)
		}
		return v.N
	}
	if model == CounterModel {
		sum := func(values []sim.Value) (n int64) {
			for _, v := range values {
				n += v.N
			}
			return n
		}
		return sum(a) == sum(b)
	}
	var x, y []int64
	for _, v := range a {
		x = append(x, name(v))
	}
	for _, v := range b {
		y = append(y, name(v))
	}
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(slices.Compact(x), slices.Compact(y))
}

// anyOrder tries every order of a short history, and for each op that nobody
// confirmed, leaving it out: the twin that the judges must agree with.
func anyOrder(run *record.Run, model Model) bool {
	h := &run.History
	var writes []sim.Value
	for i := range h.Ops {
		if h.Ops[i].Code.Writes() {
			writes = append(writes, h.Written(&h.Ops[i]))
		}
	}
	return extend(h, model, writes, nil, make([]bool, len(h.Ops)))
}

// extend tries each op that may come next.
func extend(h *record.History, model Model, writes, state []sim.Value, placed []bool) bool {
	finished := true
	for i := range h.Ops {
		op := &h.Ops[i]
		if placed[i] || op.Outcome == sim.Fail || op.Code == sim.Get && op.Outcome != sim.OK {
			continue
		}
		finished = finished && op.Outcome != sim.OK
		if !mayComeNext(h, placed, op) {
			continue
		}
		next, possible := state, false
		if op.Code == sim.Get {
			possible = plainlyEqual(state, h.Values(op), model)
		} else {
			next, possible = plainStep(state, literalOf(h, op), model, writes)
		}
		if possible {
			placed[i] = true
			if extend(h, model, writes, next, placed) {
				return true
			}
			placed[i] = false
		}
	}
	return finished
}

// mayComeNext tells whether every op that ended before this one began is placed.
func mayComeNext(h *record.History, placed []bool, op *record.Op) bool {
	for j := range h.Ops {
		if other := &h.Ops[j]; !placed[j] && other.Outcome == sim.OK && other.Returned < op.Invoked {
			return false
		}
	}
	return true
}

func literalOf(h *record.History, op *record.Op) *literalOp {
	o := &literalOp{id: op.ID(), code: op.Code, n: h.Written(op).N}
	for _, parent := range h.Parents(op) {
		o.parents = append(o.parents, parent.ID)
	}
	return o
}
