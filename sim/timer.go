package sim

// TimerKind tells a node's timers apart. Protocols number theirs from 1; kinds
// from [SignalBase] are the kernel's.
type TimerKind uint16

// SignalBase is the first of the kernel's timer kinds: signals, not set by nodes.
const SignalBase TimerKind = 0xFF00

// The signals. A node that has no use for one ignores it.
const (
	// SignalElect forces an election: a node that can campaign does so now.
	SignalElect = SignalBase + iota
	// SignalFinal asks a client for its final reads, after heal and settle.
	SignalFinal
	// SignalStop asks a client to issue nothing new: the work is over.
	SignalStop
	// SignalJoin has a node that is no member ask to become one; A is the member whose
	// place it takes, 0 for a place of its own. SignalLeave has a member leave, handing
	// over what it holds.
	SignalJoin
	SignalLeave
	// SignalHandover has a leader hand its lead over to another member, without losing
	// anything: A is whom, 0 for whoever is readiest.
	SignalHandover
)

// Timer is what Timeout is handed: pointer-free data that the node chose.
type Timer struct {
	Kind TimerKind
	// Subject names what the timer is about; what the handler then sends is
	// drawn by it. When zero, the kernel numbers the firings of this kind at
	// this node.
	Subject Subject
	A, B    uint64
}

// TimerID is a pending timer. The zero TimerID is none, and may be cancelled.
type TimerID struct {
	Slot uint32 // index + 1
	Life uint32 // how often the slot was used before
}
