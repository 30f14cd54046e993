package checks

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// choice is what was decided for a slot.
type choice struct {
	slot, print uint64
	op          sim.OpID
	stamp       uint32 // of the first statement
	seen        *record.Observation
	// ruled is an epoch in which, or before which, it was decided: that in which the first
	// to know of it led, or else the highest in which anybody had been elected by then.
	ruled uint64
}

// choices lists what was decided, by slot: the first statement of each.
func (v *view) choices() []choice {
	if v.chosen != nil || !v.states(sim.Decided) {
		return v.chosen
	}
	v.chosen = []choice{}
	known := map[uint64]bool{}
	lead := make([]reign, 1+v.lastNode())
	highest := uint64(0)
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		lead[seen.Node].take(seen)
		switch {
		case leads(*seen) && (seen.Fact == sim.Elected || seen.Why == sim.Held):
			highest = max(highest, seen.A)
		case seen.Fact == sim.Decided && !known[seen.A]:
			known[seen.A] = true
			c := choice{seen.A, seen.C, seen.Op, seen.Stamp, seen, highest}
			if epoch := lead[seen.Node].epoch; epoch > 0 {
				c.ruled = epoch
			}
			v.chosen = append(v.chosen, c)
		}
	}
	slices.SortFunc(v.chosen, func(a, b choice) int { return cmp.Compare(a.slot, b.slot) })
	return v.chosen
}

// reign is the epoch that a node leads, 0 while it does not, in one of its lives.
type reign struct {
	epoch uint64
	life  uint32
}

func (r *reign) take(seen *record.Observation) {
	if seen.Life != r.life {
		*r = reign{life: seen.Life}
	}
	switch {
	case !leads(*seen):
	case seen.Fact == sim.Elected || seen.Why == sim.Held:
		r.epoch = seen.A
	default:
		r.epoch = 0
	}
}

// choice is what was decided for a slot.
func (v *view) choice(slot uint64) (choice, bool) {
	list := v.choices()
	at, found := slices.BinarySearchFunc(list, slot, func(c choice, slot uint64) int { return cmp.Compare(c.slot, slot) })
	if !found {
		return choice{}, false
	}
	return list[at], true
}

// OneValue judges that of every slot one value is decided and applied, whoever states it
// (Lamport, "Paxos Made Simple", 2001, section 2: only a single value is chosen; Ongaro and
// Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014, figure 3: state
// machine safety). Not applicable where nobody states Decided: elsewhere a slot's value may
// change for good reasons.
func OneValue(run *record.Run, o Options) Report { return newView(run, o).oneValue() }

func (v *view) oneValue() Report {
	f := finding{checker: "one_value", judged: int64(len(v.choices()))}
	broken := map[uint64]bool{}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if f.judged == 0 || seen.Fact != sim.Decided && seen.Fact != sim.Applied || broken[seen.A] {
			continue
		}
		c, known := v.choice(seen.A)
		if known && c.print != seen.C {
			broken[seen.A] = true
			f.add(func() Witness { return v.valueWitness(c, seen) })
		}
	}
	return f.report(undecides, "slot", "had several values", "one value each")
}

func (v *view) valueWitness(c choice, seen *record.Observation) Witness {
	return Witness{
		Key: seen.Key, Ops: opsThere(c.op, seen.Op), Nodes: []sim.NodeID{seen.Node, c.seen.Node},
		Stamps: []uint32{seen.Stamp, c.stamp},
		Text: fmt.Sprintf("%s %s %s in slot %d at %s, for which %s had stated %s to be decided at %s", v.run.Name(seen.Node),
			seen.Fact, entryName(seen.Op, seen.C), seen.A, moment(seen.At), v.run.Name(c.seen.Node),
			entryName(c.op, c.print), moment(c.seen.At)),
	}
}

// opsThere lists the ops that there are.
func opsThere(ops ...sim.OpID) []sim.OpID {
	return slices.DeleteFunc(ops, func(op sim.OpID) bool { return op == 0 })
}

// entryName names an entry by its op, or as one without.
func entryName(op sim.OpID, print uint64) string {
	if op == 0 {
		return fmt.Sprintf("an entry without an op (%x)", print)
	}
	return op.String()
}
