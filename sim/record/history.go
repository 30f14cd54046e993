package record

import (
	"time"

	"simrun/sim"
)

// Op is one op as recorded: 48 bytes. Order between ops is told by Invoked and
// Returned, which number the events of the run; the times are for durations.
type Op struct {
	InvokedAt  time.Duration // true time of the beginning
	ReturnedAt time.Duration // true time of the end; meaningless while Outcome is Pending
	Invoked    uint32        // stamp of the beginning
	Returned   uint32        // stamp of the end, 0 while Outcome is Pending
	Number     uint32        // the op's number at its client
	Key        sim.Key
	first      uint32 // of the op's values in the slab
	Session    uint16
	Client     uint16
	Served     sim.NodeID
	values     uint8 // how many values a read returned
	parents    uint8 // how many versions a write built on
	Code       sim.Code
	Outcome    sim.Outcome
	Error      sim.Error
	Flags      Flag
}

// Flag marks an op.
type Flag uint8

// The flags of ops.
const (
	// Final is a final read, after heal and settle.
	Final Flag = 1 << iota
	// WarmUp ops run before measuring begins; judges use them as context, and count none of them.
	WarmUp
	// hasNumber tells that the written value has an integer of its own in the slab.
	hasNumber
	// Overflow tells that more than 255 values or parents were cut off.
	Overflow
)

// ID is the op's identity.
func (o *Op) ID() sim.OpID { return sim.NewOpID(o.Client, o.Number) }

// Ended tells whether the client learnt an end.
func (o *Op) Ended() bool { return o.Outcome != sim.Pending }

// Is tells whether a flag is set.
func (o *Op) Is(f Flag) bool { return o.Flags&f != 0 }

// Latency is how long the op took; meaningless while it is pending.
func (o *Op) Latency() time.Duration { return o.ReturnedAt - o.InvokedAt }

// History is the ops of a run in the order of their beginnings. Values, parents
// and numbers are kept in one slab beside the ops.
type History struct {
	Ops  []Op
	slab []sim.Value
	// index finds an op by client and number: index[client][number-1] is its place + 1.
	index [][]uint32
}

// Begin records the beginning of an op. A second beginning of the same op is an
// error of the client and is ignored, which the return value tells.
func (h *History) Begin(c *sim.Call, stamp uint32, at time.Duration) bool {
	if h.place(c.Op) != nil {
		return false
	}
	op := Op{
		InvokedAt: at, Invoked: stamp, Number: c.Op.Number(), Client: c.Op.Client(),
		Session: uint16(c.Session), Key: c.Key, Code: c.Code, first: uint32(len(h.slab)),
	}
	if c.Final {
		op.Flags |= Final
	}
	if c.Value.N != 0 {
		op.Flags |= hasNumber
		h.slab = append(h.slab, sim.Value{N: c.Value.N})
	}
	for _, parent := range c.Parents {
		if op.parents == 255 {
			op.Flags |= Overflow
			break
		}
		h.slab = append(h.slab, sim.Value{ID: parent})
		op.parents++
	}
	h.Ops = append(h.Ops, op)
	h.enter(c.Op, len(h.Ops))
	return true
}

// End records the end of an op. It returns false when the op never began or has
// ended already.
func (h *History) End(r *sim.Result, stamp uint32, at time.Duration) bool {
	op := h.place(r.Op)
	if op == nil || op.Outcome != sim.Pending {
		return false
	}
	op.ReturnedAt, op.Returned = at, stamp
	op.Outcome, op.Error, op.Served = r.Outcome, r.Error, r.Served
	if !op.Code.Writes() || op.Code == sim.CAS && len(r.Values) > 0 {
		h.returns(op, r.Values)
	}
	return true
}

// returns moves what the op keeps in the slab to the slab's end, with the values
// behind it.
func (h *History) returns(op *Op, values []sim.Value) {
	before := h.slab[op.first : int(op.first)+op.own()]
	op.first = uint32(len(h.slab))
	h.slab = append(h.slab, before...)
	if len(values) > 255 {
		values = values[:255]
		op.Flags |= Overflow
	}
	h.slab = append(h.slab, values...)
	op.values = uint8(len(values))
}

func (op *Op) own() int {
	n := int(op.parents)
	if op.Is(hasNumber) {
		n++
	}
	return n
}

// Written is the value that a write writes.
func (h *History) Written(op *Op) sim.Value {
	v := sim.Value{ID: op.ID()}
	if op.Is(hasNumber) {
		v.N = h.slab[op.first].N
	}
	return v
}

// Parents yields the writes that the op built on: the context that it carried.
// The slice belongs to the history.
func (h *History) Parents(op *Op) []sim.Value {
	start := int(op.first) + op.own() - int(op.parents)
	return h.slab[start : start+int(op.parents)]
}

// Values are what the op returned: nothing, one version, or several siblings.
// The slice belongs to the history.
func (h *History) Values(op *Op) []sim.Value {
	start := int(op.first) + op.own()
	return h.slab[start : start+int(op.values)]
}

// Find returns an op by its identity, or nil.
func (h *History) Find(id sim.OpID) *Op { return h.place(id) }

func (h *History) place(id sim.OpID) *Op {
	client, number := int(id.Client()), id.Number()
	if client >= len(h.index) || number == 0 || int(number) > len(h.index[client]) {
		return nil
	}
	at := h.index[client][number-1]
	if at == 0 {
		return nil
	}
	return &h.Ops[at-1]
}

func (h *History) enter(id sim.OpID, place int) {
	client, number := int(id.Client()), int(id.Number())
	for len(h.index) <= client {
		h.index = append(h.index, nil)
	}
	if grow := number - len(h.index[client]); grow > 0 {
		h.index[client] = append(h.index[client], make([]uint32, grow)...)
	}
	h.index[client][number-1] = uint32(place)
}

// Reset empties the history and keeps its memory.
func (h *History) Reset() {
	h.Ops, h.slab = h.Ops[:0], h.slab[:0]
	for i := range h.index {
		h.index[i] = h.index[i][:0]
	}
}

// Used is how much memory the ops of the history take, in bytes.
func (h *History) Used() int {
	n := 48*len(h.Ops) + 16*len(h.slab)
	for i := range h.index {
		n += 4 * len(h.index[i])
	}
	return n
}

// Bytes is how much memory the history holds.
func (h *History) Bytes() int {
	n := 48*cap(h.Ops) + 16*cap(h.slab)
	for i := range h.index {
		n += 4 * cap(h.index[i])
	}
	return n
}
