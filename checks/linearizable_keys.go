package checks

import (
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// keyFlag is something that is known of a key's ops.
type keyFlag uint8

const (
	judged     keyFlag = 1 << iota // some op says something
	general                        // zones cannot judge it
	register                       // it was put or swapped
	collection                     // something was added or removed
	versions                       // some read returned something else than one total
	overflowed                     // a read's values were cut off
	shared                         // several writes wrote the same integer
	violated                       // zones found a conflict
)

// keyState is what a judge keeps for each key.
type keyState struct {
	flags keyFlag
	model Model
	// The sweep's: the last forward zone and its end, and the last backward zone
	// since.
	before, beforeHigh, backward uint32
}

func (k *keyState) is(f keyFlag) bool { return k.flags&f != 0 }

// mixed tells whether the key's ops are of several models.
func (k *keyState) mixed() bool {
	if k.model == SetModel || k.model == CounterModel {
		return k.is(register)
	}
	return k.is(collection)
}

// keyTable numbers the keys of a run, in their order. Keys are small numbers as a
// rule and number themselves; where they are not, they are listed.
type keyTable struct {
	list   []sim.Key // empty where a key's number is the key
	states []keyState
}

func newKeyTable(ops []record.Op) *keyTable {
	var highest sim.Key
	for i := range ops {
		highest = max(highest, ops[i].Key)
	}
	if uint64(highest) < 2*uint64(len(ops))+64 {
		return &keyTable{states: make([]keyState, highest+1)}
	}
	t := &keyTable{}
	for i := range ops {
		t.list = append(t.list, ops[i].Key)
	}
	slices.Sort(t.list)
	t.list = slices.Compact(t.list)
	t.states = make([]keyState, len(t.list))
	return t
}

// number finds a key that some op has.
func (t *keyTable) number(key sim.Key) uint32 {
	if t.list == nil {
		return uint32(key)
	}
	at, _ := slices.BinarySearch(t.list, key)
	return uint32(at)
}

func (t *keyTable) key(number uint32) sim.Key {
	if t.list == nil {
		return sim.Key(number)
	}
	return t.list[number]
}

// markShared marks the keys to which several writes wrote the same integer.
func (t *keyTable) markShared(h *record.History) {
	met := map[uint32]map[int64]bool{}
	for i := range h.Ops {
		op := &h.Ops[i]
		n := h.Written(op).N
		if op.Code != sim.Put && op.Code != sim.CAS || n == 0 {
			continue
		}
		number := t.number(op.Key)
		if met[number] == nil {
			met[number] = map[int64]bool{}
		}
		if met[number][n] {
			t.states[number].flags |= shared | general
		}
		met[number][n] = true
	}
}

// settle chooses each key's model and with it the way to judge it.
func (t *keyTable) settle(model Model) {
	for i := range t.states {
		k := &t.states[i]
		switch k.model = model; {
		case model == InferModel && k.is(collection) && !k.is(versions):
			k.model = CounterModel
		case model == InferModel && k.is(collection):
			k.model = SetModel
		case model == InferModel, model == NumberModel && !k.is(shared):
			k.model = RegisterModel
		}
		if k.model != RegisterModel || k.mixed() {
			k.flags |= general
		}
	}
}

// keyGroup is the ops of one key, in the order in which they were invoked.
type keyGroup struct {
	key   sim.Key
	state *keyState
	ops   []*record.Op
}

// searched are the keys that zones cannot judge.
func (t *keyTable) searched(ops []record.Op) []keyGroup {
	places := make(map[uint32]int)
	var groups []keyGroup
	for number := range t.states {
		if k := &t.states[number]; k.is(general) && k.is(judged) {
			places[uint32(number)] = len(groups)
			groups = append(groups, keyGroup{key: t.key(uint32(number)), state: k})
		}
	}
	if len(groups) == 0 {
		return nil
	}
	for i := range ops {
		if place, found := places[t.number(ops[i].Key)]; found {
			groups[place].ops = append(groups[place].ops, &ops[i])
		}
	}
	return groups
}
