package queue

// Event is one pending event. It holds no pointer, so that the garbage
// collector never scans the pending set, and takes 48 bytes.
//
// Apart from At and Seq, which order events, the queue only carries the fields:
// their meaning belongs to the kernel.
type Event struct {
	At  int64  // virtual time at which it is due, in nanoseconds, never negative
	Seq uint32 // order of scheduling, given by the caller and unique; breaks ties of At

	// next is the slab's link: the next event of the same slot, or the next
	// free place. It stands beside what the wheel reads, in one cache line.
	next uint32

	Subject uint64 // what the draws below this event are keyed by
	Cause   uint32 // sequence number of the event that scheduled it
	Message uint32 // index in the world's message table, 0 = none
	Arg     uint32 // for the kernel's use: a timer, a fault number
	Life    uint32 // incarnation of the receiver, 0 = any
	From    uint16 // sender
	To      uint16 // receiver
	Kind    uint8  // what the kernel does with it
	Flag    uint8  // for the kernel's use
}

// key is what the run sorts: 16 bytes, so that the order of nearby events is
// settled without touching the events themselves.
type key struct {
	at   uint64
	tail uint64 // Seq in the upper half, place in the slab in the lower
}

func keyOf(e *Event, place uint32) key {
	return key{at: uint64(e.At), tail: uint64(e.Seq)<<32 | uint64(place)}
}

func (k key) place() uint32 { return uint32(k.tail) }

// before is the order of events. Seq is unique, so the place in the low half
// of tail never decides.
func (k key) before(other key) bool {
	return k.at < other.at || k.at == other.at && k.tail < other.tail
}
