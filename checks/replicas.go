package checks

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// ReplicasAgree judges whether servers that have applied the same entries hold the
// same state. Servers state the fingerprint of their whole state as of a slot (the
// fact Replica); two statements are about the same entries where both the slot and
// what it covers are equal. Count is the number of slots of which different fingerprints
// were stated, be it by one server in two lives.
//
// The witness is the first such slot, the first two servers that differ on it, and
// the command that did it: the first one since the two last agreed whose effect on
// some key (the fact Applied) differs between them, with the first such key. Where all
// had the same effects, their order did it: then the witness is the first key that was
// left by other commands in the end, with these.
func ReplicasAgree(run *record.Run, o Options) Report { return newView(run, o).replicasAgree() }

// replica is one statement of a fingerprint.
type replica struct {
	slot, covers, print uint64
	at                  int // place among the observations
	node                sim.NodeID
}

func (r replica) compare(s replica) int {
	return cmp.Or(cmp.Compare(r.slot, s.slot), cmp.Compare(r.covers, s.covers), cmp.Compare(r.at, s.at))
}

// sameSlot tells whether two statements are about the same entries.
func (r replica) sameSlot(s replica) bool { return r.slot == s.slot && r.covers == s.covers }

func (v *view) replicasAgree() Report {
	compared, differing := int64(0), int64(0)
	var first [2]replica
	slots := v.slots()
	for _, slot := range slots {
		if !several(slot) {
			continue
		}
		compared++
		if pair, differ := differingPair(slot); differ {
			if differing == 0 {
				first = pair
			}
			differing++
		}
	}
	verdict := Verdict{Checker: "replicas_agree", Count: differing}
	switch {
	case compared == 0:
		verdict.Result, verdict.Why = Vacuous, "no slot of which several servers stated their state"
	case differing > 0:
		verdict.Result, verdict.Witness = Fail, v.divergenceWitness(slots, first[0], first[1])
		verdict.Why = fmt.Sprintf("servers differ on %d of %s, from slot %d on", differing, plural(compared, "slot"), first[0].slot)
	default:
		verdict.Why = fmt.Sprintf("servers agree on %s", plural(compared, "slot"))
	}
	return Report{verdict, divergenceMeasures(compared, differing, int64(first[0].slot))}
}

func divergenceMeasures(compared, differing, first int64) []Measure {
	none := compared == 0
	return []Measure{
		{Name: "diverged_slots", Kind: Count, Count: differing, Undefined: none},
		{Name: "diverged_share", Kind: Share, Count: differing, Total: compared, Undefined: none},
		{Name: "first_divergence", Kind: Mean, Count: first, Total: 1, Undefined: differing == 0},
	}
}

// slots lists what was stated, by slot, in the order of the slots; of one slot in
// the order of the statements.
func (v *view) slots() [][]replica {
	var all []replica
	for i := range v.run.Observations {
		if o := &v.run.Observations[i]; o.Fact == sim.Replica {
			all = append(all, replica{slot: o.A, covers: o.B, print: o.C, at: i, node: o.Node})
		}
	}
	slices.SortFunc(all, replica.compare)
	var slots [][]replica
	for first := 0; first < len(all); {
		end := first + 1
		for end < len(all) && all[end].sameSlot(all[first]) {
			end++
		}
		slots = append(slots, all[first:end])
		first = end
	}
	return slots
}

// several tells whether a slot was spoken of by several servers.
func several(slot []replica) bool {
	return slices.ContainsFunc(slot, func(r replica) bool { return r.node != slot[0].node })
}

// differingPair is the first statement of a slot and the first that contradicts it.
func differingPair(slot []replica) (pair [2]replica, differ bool) {
	for _, r := range slot {
		if r.print != slot[0].print {
			return [2]replica{slot[0], r}, true
		}
	}
	return pair, false
}

// effect is what an entry left of one key.
type effect struct {
	key   sim.Key
	print uint64
}

// divergenceWitness finds the command that made two servers differ.
func (v *view) divergenceWitness(slots [][]replica, p, q replica) Witness {
	w := Witness{Nodes: []sim.NodeID{p.node, q.node}, Stamps: []uint32{v.run.Observations[q.at].Stamp}}
	names := v.run.Name(p.node) + " and " + v.run.Name(q.node)
	w.Text = fmt.Sprintf("%s differ as of slot %d", names, p.slot)
	fromP, fromQ := agreed(slots, p, q)
	order, mine := v.effects(fromP, p)
	_, theirs := v.effects(fromQ, q)
	for _, op := range order {
		other, applied := theirs[op]
		if key, differ := firstDifference(mine[op], other); applied && differ {
			w.Ops, w.Key, w.Command = []sim.OpID{op}, key, v.spellCommand(op)
			w.Text = fmt.Sprintf("%s: %s did another thing to %v", w.Text, v.nameCommand(op), key)
			return w
		}
	}
	return v.orderWitness(w, v.leavings(fromP, p), v.leavings(fromQ, q))
}

// leavings lists what a server's commands after one of its statements left in the end of
// each key, up to another statement.
func (v *view) leavings(from int, to replica) map[sim.Key]leaving {
	last := map[sim.Key]leaving{}
	for i := from + 1; i < to.at; i++ {
		if o := &v.run.Observations[i]; o.Fact == sim.Applied && o.Node == to.node {
			last[o.Key] = leaving{o.Op, o.C}
		}
	}
	return last
}

// leaving is what a command left of a key.
type leaving struct {
	op    sim.OpID
	print uint64
}

// orderWitness finds the first key that two servers left by other commands.
func (v *view) orderWitness(w Witness, mine, theirs map[sim.Key]leaving) Witness {
	found := false
	for key, a := range mine {
		b, both := theirs[key]
		if both && a.print != b.print && (!found || key < w.Key) {
			found = true
			w.Key, w.Ops = key, []sim.OpID{a.op, b.op}
		}
	}
	if found {
		first, second := w.Ops[0], w.Ops[1]
		w.Command = v.spellCommand(first)
		w.Text = fmt.Sprintf("%s: the last to write %v was %s on %s, and %s on %s", w.Text, w.Key,
			v.nameCommand(first), v.run.Name(w.Nodes[0]), v.nameCommand(second), v.run.Name(w.Nodes[1]))
	}
	return w
}

// agreed finds after which statements two servers last agreed before a slot.
func agreed(slots [][]replica, p, q replica) (fromP, fromQ int) {
	fromP, fromQ = -1, -1
	for _, slot := range slots {
		if slot[0].slot >= p.slot {
			break
		}
		for _, a := range slot {
			for _, b := range slot {
				if a.node == p.node && b.node == q.node && a.print == b.print && a.at < p.at && b.at < q.at {
					fromP, fromQ = a.at, b.at
				}
			}
		}
	}
	return fromP, fromQ
}

// effects lists what a server applied after one of its statements up to another: the
// ops in order, and what each left of which keys.
func (v *view) effects(from int, to replica) (order []sim.OpID, of map[sim.OpID][]effect) {
	of = map[sim.OpID][]effect{}
	for i := from + 1; i < to.at; i++ {
		o := &v.run.Observations[i]
		if o.Fact != sim.Applied || o.Node != to.node {
			continue
		}
		done, again := of[o.Op]
		if !again {
			order = append(order, o.Op)
		}
		done = slices.DeleteFunc(done, func(e effect) bool { return e.key == o.Key })
		of[o.Op] = append(done, effect{o.Key, o.C})
	}
	return order, of
}

// firstDifference is the lowest key on which two effects differ. An effect that is
// nothing on a key is none.
func firstDifference(a, b []effect) (key sim.Key, differ bool) {
	for _, pair := range [][2][]effect{{a, b}, {b, a}} {
		for _, e := range pair[0] {
			isLower := !differ || e.key < key
			if isLower && !slices.Contains(pair[1], e) && (e.print != 0 || has(pair[1], e.key)) {
				key, differ = e.key, true
			}
		}
	}
	return key, differ
}

func has(effects []effect, key sim.Key) bool {
	return slices.ContainsFunc(effects, func(e effect) bool { return e.key == key })
}

// spellCommand says what an op of the store's own language does, "" where nobody knows.
func (v *view) spellCommand(id sim.OpID) string {
	at, found := v.place(id)
	if !found || v.options.Command == nil || v.ops[at].Code != sim.Execute {
		return ""
	}
	return v.options.Command(v.ops[at].Key, v.history.Written(&v.ops[at]).N)
}

func (v *view) nameCommand(id sim.OpID) string {
	if text := v.spellCommand(id); text != "" {
		return fmt.Sprintf("%v (%s)", id, text)
	}
	return id.String()
}
