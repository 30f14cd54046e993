package checks

import (
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// promises draws facts of transactions: two numbers, three nodes, and n3 coordinates.
func (s *atomicStore) promises() {
	if s.random.Intn(2) == 0 {
		return
	}
	for _, p := range s.ops {
		if p.code == sim.Get {
			continue
		}
		if s.random.Intn(4) == 0 {
			s.builder.State(p.to, 4, sim.Observation{Fact: sim.Closed, Op: p.op.ID, A: uint64(1 + s.random.Intn(3))})
		}
		whys := []sim.Why{sim.Agreed, sim.Agreed, sim.Agreed, sim.Undone}
		if s.random.Intn(3) == 0 {
			whys = []sim.Why{sim.Undone}
		}
		for node := sim.NodeID(1); node <= 3; node++ {
			name := sim.Observation{Op: p.op.ID, Key: p.key, A: 3, B: 7 + uint64(s.random.Intn(5)/4)}
			if name.Fact = sim.Prepared; s.random.Intn(2) == 0 {
				s.builder.State(p.from+uint32(s.random.Intn(5)), node, name)
			}
			name.Fact, name.Why = sim.Ended, whys[s.random.Intn(len(whys))]
			if s.random.Intn(5) > 0 {
				s.builder.State(p.from+uint32(s.random.Intn(20)), node, name)
			}
		}
	}
	if s.random.Intn(4) == 0 {
		s.builder.Die(sim.NodeID(1 + s.random.Intn(3)))
	}
}

// told tells whether some node, any where it is nobody, learnt such an outcome of an
// op's transaction, any where the number is 0.
func (t *twin) told(op *record.Op, how sim.Why, node sim.NodeID, number uint64) bool {
	return slices.ContainsFunc(t.run.Observations, func(o record.Observation) bool {
		return o.Fact == sim.Ended && o.Op == op.ID() && (how == sim.NoReason || o.Why == how) &&
			(node == sim.Nobody || o.Node == node) && (number == 0 || o.B == number)
	})
}

// split is what AtomicCommit counts.
func (t *twin) split(w *record.Op) bool {
	if !w.Code.Writes() || !slices.ContainsFunc(t.run.Observations, func(o record.Observation) bool {
		return o.Fact == sim.Prepared || o.Fact == sim.Ended
	}) {
		return false
	}
	for number := uint64(1); number < 10; number++ {
		if t.told(w, sim.Agreed, sim.Nobody, number) && t.told(w, sim.Undone, sim.Nobody, number) {
			return true
		}
	}
	agreed, undone := t.told(w, sim.Agreed, sim.Nobody, 0), t.told(w, sim.Undone, sim.Nobody, 0)
	switch {
	case w.Outcome == sim.OK && !agreed, w.Outcome == sim.Fail && agreed:
		return true
	case undone && !agreed:
		return t.somewhere(w)
	}
	return w.Outcome == sim.OK && t.unaware(w)
}

// somewhere tells whether a node ever stored a write or holds it in the end.
func (t *twin) somewhere(w *record.Op) bool {
	return slices.ContainsFunc(t.run.Observations, func(o record.Observation) bool {
		return o.Fact == sim.Stored && o.Op == w.ID()
	}) || slices.ContainsFunc(t.run.Copies, func(c record.Copy) bool {
		return c.Key == w.Key && holds(&c.Copy, w.ID())
	})
}

// unaware tells whether a living node that promised a committed transaction never
// learnt so afterwards, though n3 lives.
func (t *twin) unaware(w *record.Op) bool {
	for i, p := range t.run.Observations {
		if p.Fact != sim.Prepared || p.Op != w.ID() || !t.told(w, sim.Agreed, sim.Nobody, p.B) {
			continue
		}
		if slices.Contains(t.run.Dead, p.Node) || slices.Contains(t.run.Dead, sim.NodeID(3)) {
			continue
		}
		if !slices.ContainsFunc(t.run.Observations[i:], func(o record.Observation) bool {
			return o.Fact == sim.Ended && o.Op == w.ID() && o.Node == p.Node && o.B == p.B
		}) {
			return true
		}
	}
	return false
}

// stuck is what PartialWrites counts.
func (t *twin) stuck(w *record.Op) bool {
	need, most := 0, 0
	for _, o := range t.run.Observations {
		op := t.h.Find(o.Op)
		if o.Fact != sim.Closed || op == nil || !op.Code.Writes() {
			continue
		}
		if most = max(most, int(o.A)); op == w {
			need = int(o.A)
		}
	}
	if need == 0 {
		need = most
	}
	if !w.Code.Writes() || w.Outcome == sim.OK || w.Is(record.WarmUp) || len(t.run.Copies) == 0 {
		return false
	}
	took, held := 0, false
	for node := sim.NodeID(1); node <= 4; node++ {
		holds, follows := t.atEnd(node, w)
		held = held || holds
		if holds || follows || t.arrived(node, w) {
			took++
		}
	}
	return held && took < need
}

// atEnd tells whether a node holds a write in the end, or what follows it.
func (t *twin) atEnd(node sim.NodeID, w *record.Op) (own, follows bool) {
	for _, c := range t.run.Copies {
		if c.Node != node || c.Key != w.Key {
			continue
		}
		own = own || holds(&c.Copy, w.ID())
		versions := t.seen(w.Key, c.Values)
		for _, id := range c.Deletes {
			versions = append(versions, t.seen(w.Key, []sim.Value{{ID: id}})...)
		}
		follows = follows || t.within(w, versions) ||
			slices.ContainsFunc(versions, func(v *record.Op) bool { return t.newer(v, w) })
	}
	return own, follows
}

// arrived tells whether a write ever came to a node.
func (t *twin) arrived(node sim.NodeID, w *record.Op) bool {
	return slices.ContainsFunc(t.run.Observations, func(o record.Observation) bool {
		return o.Node == node && o.Op == w.ID() &&
			(o.Fact == sim.Stored || o.Fact == sim.Discarded && o.Why == sim.Resolved)
	})
}
