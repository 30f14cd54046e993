package checks

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// witness names the at most four ops that show a conflict.
func (t *zoneTable) witness(c conflict) Witness {
	switch key := t.keys.key(c.key); c.kind {
	case readOfNothing, readTooEarly:
		return readWitness(t.history, key, &t.history.Ops[c.first])
	case overlap:
		return t.overlapWitness(key, c)
	default:
		return t.enclosedWitness(key, c)
	}
}

func readWitness(h *record.History, key sim.Key, read *record.Op) Witness {
	id := readIdentity(h, read)
	w := Witness{Key: key, Ops: []sim.OpID{read.ID()}, Stamps: []uint32{read.Returned}}
	write := h.Find(id)
	switch {
	case write == nil:
		w.Text = fmt.Sprintf("%v: %v returned a value that nobody wrote", key, read.ID())
		return w
	case write.Key != key:
		w.Text = fmt.Sprintf("%v: %v returned %v, which was written to %v", key, read.ID(), id, write.Key)
	case write.Code != sim.Put && write.Code != sim.CAS:
		w.Text = fmt.Sprintf("%v: %v returned %v, which wrote no value", key, read.ID(), id)
	case write.Outcome == sim.Fail:
		w.Text = fmt.Sprintf("%v: %v returned %v, which had certainly failed", key, read.ID(), id)
	default:
		w.Text = fmt.Sprintf("%v: %v returned %v and ended before that was invoked", key, read.ID(), id)
	}
	w.Ops = append(w.Ops, id)
	w.Stamps = append(w.Stamps, write.Invoked)
	return w
}

// ends finds the two ops that bound a cluster's zone: the one that ended first
// and the one that began last. The initial value has no first end.
func (t *zoneTable) ends(slot uint32) (first, last *record.Op) {
	z := t.zones[slot]
	last = &t.history.Ops[z.last]
	for place, s := range t.cluster {
		if op := &t.history.Ops[place]; s == slot && op.Returned == z.low {
			return op, last
		}
	}
	return nil, last
}

func (t *zoneTable) overlapWitness(key sim.Key, c conflict) Witness {
	a1, a2 := t.ends(c.first)
	b1, b2 := t.ends(c.then)
	w := newZoneWitness(key, b2, a2, a1, b1)
	w.Text = fmt.Sprintf("%v: %s; %s; they were both current at one time", key,
		currency(a1, a2, t.identity(c.first)), currency(b1, b2, t.identity(c.then)))
	return w
}

func (t *zoneTable) enclosedWitness(key sim.Key, c conflict) Witness {
	a1, a2 := t.ends(c.first)
	b1, b2 := t.ends(c.then)
	w := newZoneWitness(key, a2, b2, b1, a1)
	id := t.identity(c.then)
	inner := fmt.Sprintf("%s began and ended within that time", showing(b2, id))
	if b1 != b2 {
		inner = fmt.Sprintf("%s began and %s ended within that time", showing(b2, id), showing(b1, id))
	}
	w.Text = fmt.Sprintf("%v: %s; yet %s", key, currency(a1, a2, t.identity(c.first)), inner)
	return w
}

// showing names an op of a cluster: the write, or a read of it.
func showing(op *record.Op, id sim.OpID) string {
	if op.ID() == id {
		return "the write " + id.String()
	}
	return fmt.Sprintf("%v, which returned %v,", op.ID(), id)
}

// identity is the write of a zone; zero for the initial value.
func (t *zoneTable) identity(slot uint32) sim.OpID {
	if slot >= t.initial {
		return 0
	}
	op := &t.history.Ops[t.zones[slot].last]
	if op.Code == sim.Put {
		return op.ID()
	}
	return readIdentity(t.history, op)
}

// currency says from when to when a value was current.
func currency(first, last *record.Op, id sim.OpID) string {
	if first == nil {
		return fmt.Sprintf("the initial value was current until the beginning of %v, which returned it", last.ID())
	}
	return fmt.Sprintf("%v was current from the end of %v to the beginning of %v", id, first.ID(), last.ID())
}

// newZoneWitness names ops once each; the first is the violation.
func newZoneWitness(key sim.Key, ops ...*record.Op) Witness {
	w := Witness{Key: key}
	for _, op := range ops {
		if op == nil || slices.Contains(w.Ops, op.ID()) {
			continue
		}
		w.Ops = append(w.Ops, op.ID())
		w.Stamps = append(w.Stamps, stampOf(op))
	}
	return w
}

// stampOf is where an op shows what it did: where it ended, if it did.
func stampOf(op *record.Op) uint32 {
	if op.Returned != 0 {
		return op.Returned
	}
	return op.Invoked
}
