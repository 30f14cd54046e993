package record

import (
	"time"

	"simrun/sim"
)

// Run is everything that one run leaves behind.
type Run struct {
	Seed uint64
	// Names, Places and IsClient are indexed by sim.NodeID; entry 0 is nobody.
	Names    []string
	Places   []string // datacentre, "" where there is none
	IsClient []bool

	History      History
	Observations []Observation
	Copies       []Copy // what every live replica held after heal and settle
	Lacks        []Lack // what live replicas did not hold then, although others did and they should
	Dead         []sim.NodeID
	Faults       []Fault
	Clocks       []Clock // of nodes whose clocks do not keep true time, in the order of their beginnings
	Counters     Counters
	Traffic      []Traffic // by message class, indexed by sim.Class
	Sent         []Traffic // by who sent it, indexed by sim.NodeID
	ForReads     Traffic   // what reads asked for: messages about them, and those that name no subject and follow from such

	Phases      Phases
	Events      uint64
	Digest      uint64
	Checkpoints []uint64 // the digest after every CheckpointEvery events
	Trace       []Event  // empty unless asked for
	Stop        Stop
}

// Exchange swaps the lists of two runs that grow with their length.
func (r *Run) Exchange(other *Run) {
	r.History, other.History = other.History, r.History
	r.Observations, other.Observations = other.Observations, r.Observations
	r.Copies, other.Copies = other.Copies, r.Copies
	r.Lacks, other.Lacks = other.Lacks, r.Lacks
	r.Checkpoints, other.Checkpoints = other.Checkpoints, r.Checkpoints
	r.Trace, other.Trace = other.Trace, r.Trace
}

// CheckpointEvery is how many events lie between two checkpoints of the digest.
const CheckpointEvery = 1024

// Observation is a fact with the node that stated it, its incarnation, the stamp
// (on the same scale as Op.Invoked) and the true time.
type Observation struct {
	sim.Observation
	At    time.Duration
	Stamp uint32
	Life  uint32
	Node  sim.NodeID
}

// Copy is what one replica held for one key at the end.
type Copy struct {
	sim.Copy
	Node sim.NodeID
}

// Lack is a key of which a live replica held nothing at the end, not even a tombstone.
type Lack struct {
	Key  sim.Key
	Node sim.NodeID
}

// Phases are the true times at which the phases of a run ended.
type Phases struct {
	Began     time.Duration // the warm-up ended
	Work      time.Duration // faults and clients stopped; heal
	Settled   time.Duration // nothing changed any more, or settling was given up
	End       time.Duration // after the final reads
	Changed   time.Duration // the last change of any replica before Settled
	Converged bool          // nothing changed for the quiet time, before settling ran out
}

// Fault is one entry of the schedule as it was resolved.
type Fault struct {
	Name     string
	Index    int
	Injected time.Duration
	Healed   time.Duration // when it was healed; the end of work where it was not before
	Skipped  bool          // its target had no holder in its whole window
	Stamp    uint32
	Targets  []sim.NodeID
	Text     string // what was done, in words: "n1 | n2 n3"
}

// Traffic counts messages and their bytes.
type Traffic struct {
	Messages uint64
	Bytes    uint64
}

// Stop says why the run ended.
type Stop struct {
	Reason StopReason
	// Panic, Node and Stamp describe a panic of a handler.
	Panic string
	Node  sim.NodeID
	Stamp uint32
}

// StopReason says why a run ended.
type StopReason uint8

// The reasons.
const (
	Finished    StopReason = iota
	OutOfEvents            // the limit on events
	OutOfMemory            // the limit on memory
	Panicked               // a handler panicked: a finding about that node
	Interrupted            // asked to stop
)

// String spells the reason.
func (s StopReason) String() string {
	names := [...]string{"finished", "out of events", "out of memory", "panicked", "interrupted"}
	return names[s]
}

// Name returns a node's name.
func (r *Run) Name(id sim.NodeID) string {
	if int(id) < len(r.Names) {
		return r.Names[id]
	}
	return "?"
}
