package checks

import (
	"cmp"
	"math"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// The places of values that no op of the history wrote.
const (
	initial  = math.MaxUint32     // the initial value, older than every write
	stranger = math.MaxUint32 - 1 // written by nobody: nothing can be said about its age
)

// view is a run prepared for judging. Ops are spoken of by their place in
// History.Ops. What is dear is made once, when first asked for, so that several
// judges of one run can share it.
type view struct {
	run     *record.Run
	history *record.History
	options Options
	ops     []record.Op
	places  [][]uint32 // by client and number: place + 1

	numbers  []uint32 // by place: the number of the op's key
	keyed    []keyed
	ordered  *order
	aged     *staleness
	family   *lineage
	lostOps  *losses
	copies   []record.Copy // by key
	kept     *custodians
	children []uint32
	counted  *ledger
	grouped  *sessions
	late     []bool
	atomic   *transactions
	firsts   map[sim.OpID]storing
	told     uint64 // a bit for each fact that some node stated
	logs     durableLogs
	chosen   []choice
}

func newView(run *record.Run, o Options) *view {
	return &view{run: run, history: &run.History, options: o, ops: run.History.Ops}
}

// place finds an op by its identity.
func (v *view) place(id sim.OpID) (uint32, bool) {
	if v.places == nil {
		v.index()
	}
	client, number := int(id.Client()), id.Number()
	if client >= len(v.places) || number == 0 || int(number) > len(v.places[client]) {
		return 0, false
	}
	at := v.places[client][number-1]
	return at - 1, at != 0
}

func (v *view) index() {
	var clients uint16
	for i := range v.ops {
		clients = max(clients, v.ops[i].Client)
	}
	sizes := make([]uint32, int(clients)+1)
	for i := range v.ops {
		sizes[v.ops[i].Client] = max(sizes[v.ops[i].Client], v.ops[i].Number)
	}
	v.places = make([][]uint32, len(sizes))
	for client, size := range sizes {
		v.places[client] = make([]uint32, size)
	}
	for i := range v.ops {
		v.places[v.ops[i].Client][v.ops[i].Number-1] = uint32(i) + 1
	}
}

// write is the place of the write of a key that a value names, or initial, or
// stranger where no write of that key has the identity.
func (v *view) write(id sim.OpID, key sim.Key) uint32 {
	if id == 0 {
		return initial
	}
	at, found := v.place(id)
	if !found || v.ops[at].Key != key || !v.ops[at].Code.Writes() || v.ops[at].Code == sim.Execute {
		return stranger
	}
	return at
}

// end is when a write returned to its client, as far as real time can tell: an
// unknown write never did, and one that certainly failed but was read all the
// same is taken for unknown.
func (v *view) end(at uint32) uint32 {
	if v.ops[at].Outcome == sim.OK {
		return v.ops[at].Returned
	}
	return forever
}

// precedes tells whether write a returned before write b was invoked.
func (v *view) precedes(a, b uint32) bool { return v.end(a) < v.ops[b].Invoked }

// keyed is the ops of one key, sorted in the ways that judges need.
type keyed struct {
	key     sim.Key
	number  int // among the keys
	shape   shape
	writes  []uint32 // that may have happened, in the order of their beginnings
	acked   []uint32 // acknowledged writes in the order of their ends
	reads   []uint32 // successful reads that are neither warm-up nor final, in the order of their beginnings
	final   []uint32 // successful final reads
	deletes []uint32 // that may have happened, in the order of their beginnings
}

// shape is what the values of a key are.
type shape uint8

const (
	shapeSingle   shape = iota // one value at a time
	shapeSiblings              // siblings, told apart by ancestry
	shapeSet                   // a set
	shapeCounter               // a counter
)

// commanded tells whether clients sent commands of the store's own language: then no key
// is a register, set or counter whose reads tell which writes they saw, and no op is
// judged by its key.
func commanded(ops []record.Op) bool {
	return slices.ContainsFunc(ops, func(op record.Op) bool { return op.Code == sim.Execute })
}

// keys yields every key's ops in the order of keys, made once; none where clients sent commands.
func (v *view) keys() []keyed {
	if v.keyed == nil {
		v.keyed, v.numbers = []keyed{}, make([]uint32, len(v.ops))
		places := placesByKey(v.ops)
		if commanded(v.ops) {
			places = nil
		}
		for first := 0; first < len(places); {
			end := first + 1
			for end < len(places) && v.ops[places[end]].Key == v.ops[places[first]].Key {
				end++
			}
			k := v.sortKey(v.ops[places[first]].Key, places[first:end])
			k.number = len(v.keyed)
			for _, at := range places[first:end] {
				v.numbers[at] = uint32(k.number)
			}
			v.keyed = append(v.keyed, k)
			first = end
		}
	}
	return v.keyed
}

// keyNumber is the number of an op's key.
func (v *view) keyNumber(at uint32) uint32 { return v.numbers[at] }

// keyOf finds a key that has ops.
func (v *view) keyOf(key sim.Key) *keyed {
	keys := v.keys()
	i, found := slices.BinarySearchFunc(keys, key, func(k keyed, key sim.Key) int { return cmp.Compare(k.key, key) })
	if !found {
		return nil
	}
	return &keys[i]
}

func (v *view) sortKey(key sim.Key, places []uint32) keyed {
	k := keyed{key: key}
	for _, at := range places {
		op := &v.ops[at]
		switch {
		case op.Code.Writes():
			k.addWrite(at, op)
		case op.Outcome != sim.OK || op.Is(record.WarmUp):
		case op.Is(record.Final):
			k.final = append(k.final, at)
		default:
			k.reads = append(k.reads, at)
		}
	}
	slices.SortFunc(k.acked, func(a, b uint32) int { return cmp.Compare(v.ops[a].Returned, v.ops[b].Returned) })
	k.shape = v.shapeOf(&k)
	return k
}

func (k *keyed) addWrite(at uint32, op *record.Op) {
	if op.Outcome == sim.Fail {
		return
	}
	k.writes = append(k.writes, at)
	if op.Outcome == sim.OK {
		k.acked = append(k.acked, at)
	}
	if op.Code == sim.Delete {
		k.deletes = append(k.deletes, at)
	}
}

// shapeOf looks at the ops of a key: one that elements are added to or removed
// from is a counter when every read returned one total, which has no writer, and
// a set otherwise.
func (v *view) shapeOf(k *keyed) shape {
	additive := slices.ContainsFunc(k.writes, func(at uint32) bool {
		return v.ops[at].Code == sim.Add || v.ops[at].Code == sim.Remove
	})
	switch {
	case additive && v.totals(k.reads) && v.totals(k.final):
		return shapeCounter
	case additive:
		return shapeSet
	case v.options.Siblings:
		return shapeSiblings
	}
	return shapeSingle
}

func (v *view) totals(reads []uint32) bool {
	for _, at := range reads {
		values := v.history.Values(&v.ops[at])
		if len(values) != 1 || values[0].ID != 0 {
			return false
		}
	}
	return true
}

// acknowledged tells whether the op is a write that succeeded and is measured.
func acknowledged(op *record.Op) bool {
	return op.Code.Writes() && op.Outcome == sim.OK && !op.Is(record.WarmUp)
}

// sight is what was seen of a key: by a read, or in the end.
type sight struct {
	key      sim.Key
	invoked  uint32 // stamp of its beginning
	returned uint32 // stamp of its end
	values   []sim.Value
	cut      bool // some values are missing from the record
}

// sight is what a read saw.
func (v *view) sight(read uint32) sight {
	op := &v.ops[read]
	return sight{
		key: op.Key, invoked: op.Invoked, returned: op.Returned,
		values: v.history.Values(op), cut: op.Is(record.Overflow),
	}
}

// empty tells whether nothing was seen; the initial value is nothing.
func (s *sight) empty() bool {
	return len(s.values) == 0 || len(s.values) == 1 && s.values[0] == sim.Value{}
}
