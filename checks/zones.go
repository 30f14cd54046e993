package checks

import (
	"math"

	"simrun/sim"
	"simrun/sim/record"
)

// forever is the end of an op that never returned, and the beginning of a write
// that certainly failed: whatever reads it does so too early.
const forever = math.MaxUint32

// nowhere stands for the zone of an op that has none.
const nowhere = math.MaxUint32

// A zone is what a write and the reads of its value, its cluster, say about when
// the value was current. With low < high it is forward: the value was current all
// the time between. Otherwise it is backward: the value was current at some
// instant between high and low, and that may be as short as one likes. (Gibbons
// and Korach, Testing Shared Memories, SIAM J. Comput. 26(4), 1997, section 4.)
type zone struct {
	low   uint32 // the earliest end of an op of the cluster
	high  uint32 // the latest beginning of one
	start uint32 // the beginning of the write
	last  uint32 // place in History.Ops of the op that began latest
	owner uint32 // number of the key whose write this is, plus one; 0 where there is no such write
	under uint32 // the backward zone of the key met before this one
}

// zoneTable holds one zone for every identity that the history's ops can have,
// and behind them one for every key's initial value. All keys are judged in one
// walk, in time and memory linear in the number of ops: ops come in the order in
// which they were invoked, so that clusters are met in the order of their highs
// without a sort.
type zoneTable struct {
	history *record.History
	keys    *keyTable
	zones   []zone
	// base[c] is the slot before the first op of client c; base[c+1] is its last.
	base    []uint32
	initial uint32     // slot of the first key's initial value
	cluster []uint32   // for each op, the slot of its zone
	early   []uint32   // places of reads invoked before the write that they read
	found   []conflict // one for each key that has any
}

// conflict is a pair of clusters, or a read and what it read, that no order of
// the ops can satisfy.
type conflict struct {
	kind        conflictKind
	key         uint32 // its number
	first, then uint32 // slots of zones; first is the place of a read where kind speaks of one
}

type conflictKind uint8

const (
	readOfNothing conflictKind = iota + 1 // nobody wrote the value to this key, or the write certainly failed
	readTooEarly                          // the read ended before the write began
	overlap                               // two values were both current at one time
	enclosed                              // one value was current all through the only time of another
)

func newZoneTable(h *record.History, keys *keyTable) *zoneTable {
	var highest []uint32
	for i := range h.Ops {
		op := &h.Ops[i]
		for len(highest) <= int(op.Client) {
			highest = append(highest, 0)
		}
		highest[op.Client] = max(highest[op.Client], op.Number)
	}
	base := make([]uint32, len(highest)+1)
	for c, number := range highest {
		base[c+1] = base[c] + number
	}
	t := &zoneTable{history: h, keys: keys, base: base, initial: base[len(highest)] + 1}
	t.zones = make([]zone, int(t.initial)+len(keys.states))
	t.cluster = make([]uint32, len(h.Ops))
	for k := range keys.states {
		t.zones[int(t.initial)+k] = zone{owner: uint32(k) + 1, last: nowhere}
		keys.states[k].before, keys.states[k].backward = nowhere, nowhere
	}
	return t
}

// slot finds the zone of a key's value, or nowhere.
func (t *zoneTable) slot(id sim.OpID, key uint32) uint32 {
	if id == 0 {
		return t.initial + key
	}
	client, number := int(id.Client()), id.Number()
	if client+1 >= len(t.base) || number-1 >= t.base[client+1]-t.base[client] {
		return nowhere
	}
	return t.base[client] + number
}

// fill computes the zones, and learns of each key what its ops are. It finds the
// reads of what was never written, or not yet, on the way.
func (t *zoneTable) fill() {
	for i := range t.history.Ops {
		op := &t.history.Ops[i]
		key := t.keys.number(op.Key)
		t.cluster[i] = nowhere
		switch op.Code {
		case sim.Put:
			t.keys.states[key].flags |= register
			t.write(op, uint32(i), key)
		case sim.Get:
			if judgedRead(op) {
				t.readAt(op, uint32(i), key)
			}
		default:
			t.other(op, &t.keys.states[key])
		}
	}
	for _, place := range t.early {
		op := &t.history.Ops[place]
		t.enter(op, place, t.keys.number(op.Key), false)
	}
}

// other learns from the ops that zones cannot judge.
func (t *zoneTable) other(op *record.Op, state *keyState) {
	state.flags |= general
	switch op.Code {
	case sim.CAS:
		state.flags |= register
		if op.Outcome == sim.OK && !op.Is(record.WarmUp) || refusal(t.history, op) {
			state.flags |= judged
		}
	case sim.Add, sim.Remove:
		state.flags |= collection
	}
}

// write begins the zone of a value. A write that certainly failed begins never.
func (t *zoneTable) write(op *record.Op, place, key uint32) {
	slot := t.slot(op.ID(), key)
	z := zone{low: forever, high: op.Invoked, start: op.Invoked, last: place, owner: key + 1}
	if op.Outcome == sim.OK {
		z.low = op.Returned
	}
	t.cluster[place] = slot
	if op.Outcome == sim.Fail {
		z.start, t.cluster[place] = forever, nowhere
	}
	t.zones[slot] = z
}

// readAt learns from a read, and enters it into the zone of what it returned.
func (t *zoneTable) readAt(op *record.Op, place, key uint32) {
	state, values := &t.keys.states[key], t.history.Values(op)
	state.flags |= judged
	if len(values) != 1 || values[0].ID != 0 {
		state.flags |= versions
	}
	if op.Is(record.Overflow) {
		state.flags |= overflowed
	}
	var id sim.OpID
	switch len(values) {
	case 0:
	case 1:
		id = values[0].ID
	default:
		state.flags |= general
	}
	t.cluster[place] = t.slot(id, key)
	t.enter(op, place, key, true)
}

// enter widens a zone by a read, or puts a read off whose write has not come yet.
func (t *zoneTable) enter(op *record.Op, place, key uint32, more bool) {
	slot := t.cluster[place]
	if slot == nowhere || t.zones[slot].owner != key+1 {
		if more {
			t.early = append(t.early, place)
			return
		}
		t.cluster[place] = nowhere
		t.report(conflict{kind: readOfNothing, key: key, first: place})
		return
	}
	z := &t.zones[slot]
	switch {
	case z.start == forever:
		t.report(conflict{kind: readOfNothing, key: key, first: place})
	case op.Returned < z.start:
		t.report(conflict{kind: readTooEarly, key: key, first: place})
	}
	z.low = min(z.low, op.Returned)
	if op.Invoked > z.high {
		z.high, z.last = op.Invoked, place
	}
}

// report notes the first conflict of a key. Keys that turn out not to be registers
// of unique values have theirs ignored.
func (t *zoneTable) report(c conflict) {
	if state := &t.keys.states[c.key]; !state.is(violated) {
		state.flags |= violated
		t.found = append(t.found, c)
	}
}

// first is the conflict of the lowest key that zones may judge and that has one.
func (t *zoneTable) first() conflict {
	var first conflict
	for _, c := range t.found {
		if !t.keys.states[c.key].is(general) && (first.kind == 0 || c.key < first.key) {
			first = c
		}
	}
	return first
}

// sweep meets the clusters of each key in the order of their highs and looks for
// two forward zones that overlap, or a backward zone inside a forward one. Forward
// zones that do not overlap are in the order of their lows, too, so that each
// backward zone is looked at by one forward zone only.
func (t *zoneTable) sweep() {
	for place, slot := range t.cluster {
		if slot == nowhere || t.zones[slot].last != uint32(place) {
			continue
		}
		z := &t.zones[slot]
		state := &t.keys.states[z.owner-1]
		if z.low > z.high {
			z.under, state.backward = state.backward, slot
			continue
		}
		if z.low < state.beforeHigh {
			t.report(conflict{kind: overlap, key: z.owner - 1, first: state.before, then: slot})
		} else if inner, found := t.within(z, state.backward); found {
			t.report(conflict{kind: enclosed, key: z.owner - 1, first: slot, then: inner})
		}
		state.before, state.beforeHigh, state.backward = slot, z.high, nowhere
	}
}

// within finds a backward zone inside the forward zone z, from the last one on.
func (t *zoneTable) within(z *zone, slot uint32) (inner uint32, found bool) {
	for slot != nowhere && t.zones[slot].high > z.low {
		if t.zones[slot].low < z.high {
			return slot, true
		}
		slot = t.zones[slot].under
	}
	return nowhere, false
}

// judgedRead tells whether the op is a read that says something.
func judgedRead(op *record.Op) bool {
	return op.Code == sim.Get && op.Outcome == sim.OK && !op.Is(record.WarmUp)
}

// readIdentity is who wrote what a read of at most one version returned.
func readIdentity(h *record.History, op *record.Op) sim.OpID {
	if values := h.Values(op); len(values) > 0 {
		return values[0].ID
	}
	return 0
}
