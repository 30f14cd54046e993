package fault

import (
	"time"

	"simrun/sim"
)

// World is the full list of powers that faults have. The kernel implements it and
// never names a fault. Powers act at the present instant, before any other event
// of that instant. None of them ever synchronises state: what heals, heals by the
// messages that nodes then send.
//
// Faults overlap, so powers do too: what is in force is the union of all that was
// begun and not yet ended, in whatever order it ends. Calls that come in pairs
// nest, numbers add up or multiply, and what has no inverse call returns its end.
type World interface {
	// Network.

	// Impose puts a rule in force on links; Lift ends it and releases what it held,
	// in the order in which it was held.
	Impose(r sim.Rule) RuleID
	Lift(id RuleID)

	// Nodes.

	// Crash ends a node's incarnation: its inbox, timers and disk completions are
	// gone, messages that it had sent survive unless connections is set. On a node
	// that is down already nothing dies, but the node is held down by this crash too.
	Crash(id sim.NodeID, connections bool)
	// Restart ends one crash. With the last of them a new incarnation begins.
	Restart(id sim.NodeID)
	// Retire makes a crash permanent: the node does not restart, not even at heal.
	Retire(id sim.NodeID)
	// Pause stops a node from handling anything; Resume lets overdue timers and the
	// inbox run in their original order, once for each Pause. A pause holds the node,
	// not the incarnation: what restarts in a pause starts after it.
	Pause(id sim.NodeID)
	Resume(id sim.NodeID)
	// Slow multiplies the node's service time by permille (1000 leaves it as it is),
	// and where service is not nil draws it from there instead, until end is called.
	// Factors of overlapping calls multiply; of services the latest begun holds.
	Slow(id sim.NodeID, permille int64, service sim.Sampler) (end func())
	// Elect makes a node campaign now.
	Elect(id sim.NodeID)
	// Join has a living node that is no member ask to become one, in place of another
	// one where that is not sim.Nobody. Leave has a living member leave. What the nodes
	// then do takes its time, and may fail.
	Join(id, instead sim.NodeID)
	Leave(id sim.NodeID)
	// Handover has a leader hand its lead over to another member, to whoever is readiest
	// where to is sim.Nobody. It takes its time, and may fail.
	Handover(id, to sim.NodeID)
	// CrashAt arms a crash, once, at the next passage of a persistence boundary after
	// skip others. It then is a crash like any other, to be ended by Restart. Disarm
	// forgets it and tells whether it had struck.
	CrashAt(id sim.NodeID, at Boundary, skip int) (disarm func() bool)

	// Disks.

	// SlowSync multiplies sync latency by permille, and where sync is not nil draws it
	// from there instead, until end is called. It overlaps as Slow does.
	SlowSync(id sim.NodeID, permille int64, sync sim.Sampler) (end func())
	// FailSyncs makes every sync of the node fail, or ends that; it nests.
	FailSyncs(id sim.NodeID, on bool)
	// Tear makes every crash tear the first record that it does not keep, or ends
	// that; it nests.
	Tear(id sim.NodeID, on bool)
	// Corrupt damages a share of a file's synced records ("" is every file).
	Corrupt(id sim.NodeID, file string, share uint64) int
	// Wipe empties the node's disk. The node must be down.
	Wipe(id sim.NodeID)
	// Snapshot remembers the synced content of the disk; restore puts it back. The
	// node must be down for that.
	Snapshot(id sim.NodeID) (restore func())

	// Clocks.

	// JumpWall moves the wall clock by d, which may be negative.
	JumpWall(id sim.NodeID, d time.Duration)
	// Drift makes both clocks run faster (positive) or slower by so many parts per
	// billion than before; the negative of a call undoes it. A clock never runs
	// backwards: where the sum is below -999,999,999 that rate holds.
	Drift(id sim.NodeID, partsPerBillion int64)

	// Looking. From observations only, never from inside a node.

	// Servers are the nodes that are not clients, in order; Clients the others.
	Servers() []sim.NodeID
	Clients() []sim.NodeID
	// Named finds a node or client by name; Name is the way back.
	Named(name string) (sim.NodeID, bool)
	Name(id sim.NodeID) string
	// Place is the node's datacentre, "" if none.
	Place(id sim.NodeID) string
	// Up tells whether the node has a living incarnation.
	Up(id sim.NodeID) bool
	// Holders are the living nodes that hold a role (sim.Leader, ...), with the
	// highest epoch first; within one epoch in node order.
	Holders(role uint64) []Holder
	// Draw returns a random word for this fault: keyed by the fault's number in the
	// schedule and by what, never by time.
	Draw(what uint8) uint64
	// Now is the true time.
	Now() time.Duration
	// After calls do once d has passed, before any other event of that instant.
	After(d time.Duration, do func())
}

// RuleID names a rule in force.
type RuleID uint32

// Holder is a node that holds a role.
type Holder struct {
	Node  sim.NodeID
	Scope sim.Key
	Epoch uint64
}

// Boundary is a point where persistence and messages can come apart.
type Boundary uint8

// The boundaries.
const (
	BeforeSync Boundary = iota + 1 // written, the sync is asked for: it never completes
	AfterSync                      // durable, but the node does not get to hear of it
	AfterSend                      // a handler's messages have left, its writes are not yet synced
)
