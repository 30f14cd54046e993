package fault

import (
	"time"

	"simrun/sim"
)

// Fault is one thing that goes wrong. A fault keeps nothing: what it must remember
// between Inject and Heal it returns as its undo.
type Fault interface {
	// Name is the kind, as scenarios spell it.
	Name() string
	// Inject uses the world's powers. It returns the undo (nil where there is
	// nothing to heal), the nodes that were hit, what was done in words, and false
	// when a target has no holder yet: then it is tried again until the window ends.
	Inject(w World) (Done, bool)
}

// Done is what an injection did.
type Done struct {
	Heal    func()
	Targets []sim.NodeID
	Text    string // what was done and to whom, without the kind
}

// Entry is one fault of a schedule.
type Entry struct {
	At    time.Duration // when it is injected
	For   time.Duration // how long it lasts; 0 is until the heal at the end of work
	Fault Fault
	// Number names the entry in draws and traces, so that dropping other entries
	// changes nothing here. 0 is its place in the schedule, from 1.
	Number int
}

// Schedule is what goes wrong in a run, in any order.
type Schedule []Entry
