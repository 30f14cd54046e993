package record

import (
	"time"

	"simrun/sim"
)

// EventKind is what happened.
type EventKind uint8

// The kinds of events in a trace.
const (
	Sent EventKind = iota + 1
	Delivered
	Lost    // Why says how: the name of the rule, "down", "former life", "refused", "loss"
	Held    // kept by a rule until it ends
	Fired   // a timer
	Synced  // a disk completed
	Started // an incarnation began
	Crashed
	Injected
	Healed
	Observed
	Began
	Ended
	Resumed // the rest of a handler's effects after Work
)

// String spells the kind.
func (k EventKind) String() string {
	names := [...]string{
		"none", "sent", "delivered", "lost", "held", "fired", "synced", "started", "crashed",
		"injected", "healed", "observed", "began", "ended", "resumed",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Event is one line of a trace. Stamp orders all of them; Cause is the stamp of
// the event that brought this one about, so that a trace is a causal graph.
type Event struct {
	At      time.Duration
	Stamp   uint32
	Cause   uint32
	Kind    EventKind
	Node    sim.NodeID // where it happened; the receiver of a message
	From    sim.NodeID // the sender of a message
	Life    uint32
	Address uint64 // of the draws made for it: equal in paired runs
	Subject sim.Subject
	Content uint64 // fingerprint
	Text    string
	Why     string
}
