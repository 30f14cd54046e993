package sim

// Class sorts messages by what they are for.
type Class uint8

// The classes of messages.
const (
	Client    Class = iota + 1 // between a client and the store
	Replicate                  // carries writes to replicas, and their acknowledgements
	Repair                     // brings a replica up to date after the fact
	Control                    // elections, heartbeats, membership
)

// String names the class as faults and reports spell it.
func (c Class) String() string {
	switch c {
	case Client:
		return "client"
	case Replicate:
		return "replicate"
	case Repair:
		return "repair"
	case Control:
		return "control"
	}
	return "none"
}

// Kind tells what sort of message this is. Class and Code are part of the
// address of every draw made for the message, so a protocol numbers its kinds
// once and for all; Name is for people and for faults that pick by kind.
type Kind struct {
	Class Class
	Code  uint8
	Name  string
}

// Message is what nodes send each other. Once sent it belongs to the kernel and
// never changes, nor does any slice reachable from it. A message is plain data:
// no maps, channels, functions or inner pointers. Send a pointer to a struct, so
// that one value serves a whole fan-out.
type Message interface {
	Kind() Kind
	// Subject names what this message is about. Replies and retries must name
	// their op and attempt; the zero Subject takes that of the event that caused
	// the send.
	Subject() Subject
	// Encode lists the fields, always the same ones in the same order. It gives
	// the size on the wire, the fingerprint, the trace's text and the bytes.
	Encode(e *Encoder)
}

// Subject is what a draw is about: the first part of the address of every draw.
type Subject uint64

const (
	subjectTag   = 56
	subjectOp    = 1
	subjectTimer = 2
	subjectFault = 3
	subjectOther = 4
	subjectMask  = 1<<subjectTag - 1
)

// OpSubject is the subject of one attempt at an op.
func OpSubject(op OpID, attempt uint8) Subject {
	return Subject(subjectOp<<subjectTag | uint64(op)<<8 | uint64(attempt))
}

// FaultSubject is the subject of the n-th fault of a schedule.
func FaultSubject(n int) Subject {
	return Subject(subjectFault<<subjectTag | uint64(n)&subjectMask)
}

// TimerSubject is the subject of a firing, made of a hash of the node's name, the
// kind of the timer and how many of that kind fired there before.
func TimerSubject(hash uint64) Subject {
	return Subject(subjectTimer<<subjectTag | hash&subjectMask)
}

// NumberSubject is a subject for anything that a protocol numbers itself: a
// term, a round, a batch.
func NumberSubject(n uint64) Subject {
	return Subject(subjectOther<<subjectTag | n&subjectMask)
}

// Op returns the op and attempt that the subject names, and whether it names one.
func (s Subject) Op() (op OpID, attempt uint8, ok bool) {
	if s>>subjectTag != subjectOp {
		return 0, 0, false
	}
	return OpID(s & subjectMask >> 8), uint8(s), true
}
