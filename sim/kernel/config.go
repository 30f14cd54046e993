package kernel

import (
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/network"
	"simrun/sim/random"
)

// Config describes a world.
type Config struct {
	Nodes    []Node // sim.NodeID 1 is the first
	Network  network.Config
	Schedule fault.Schedule
	// Nemesis adds faults drawn for each seed; nil adds none.
	Nemesis func(*random.Source) fault.Schedule

	Work   time.Duration // length of the phase of work under faults
	Quiet  time.Duration // settled when nothing changed for so long
	Settle time.Duration // given up after so long
	Final  time.Duration // longest that final reads may take
	WarmUp time.Duration // ops that begin before are not counted

	MaxEvents uint64 // 0 is the default, a thousand million
	MaxMemory int64  // bytes that the kernel may hold; 0 is the default, 2 GiB

	// Memory, when not nil, is shared with other worlds.
	Memory *Memory
	// Keep picks the facts to record, a bit for each sim.Fact; 0 is all of them.
	Keep  uint32
	Trace bool // record every event
	Check bool // verify that what is handed over never changes
	// Overrides replace draws: a tape.
	Overrides []random.Override
	// Interrupted, when not nil, is asked now and then whether to stop.
	Interrupted func() bool
}

// Node describes one node of a world.
type Node struct {
	Name   string
	Place  string // datacentre
	Client bool
	// New makes an incarnation.
	New func(self sim.NodeID) sim.Node

	// Service is how long handling takes; Servers how many may be handled at a
	// time, 0 for no service at all: everything is handled on arrival, in no time.
	Service random.Dist
	Servers int
	// Inbox is how many messages may wait or be in service; 0 is without limit.
	Inbox int

	Sync      random.Dist // latency of a disk sync
	Writes    []Write     // writes whose syncs take another time
	Checksums bool        // whether damage on disk is noticed when read

	WallOffset time.Duration // of the wall clock
	Drift      int64         // of both clocks, parts per billion, positive is fast
	// WallSpread and DriftSpread are drawn for each seed: up to so much more, either way.
	WallSpread  time.Duration
	DriftSpread int64
}

// Write is how long syncs take that are the first to cover a particular write. One that covers
// several takes as long as the slowest; the same draw decides each.
type Write struct {
	Name string // of the record, or of the file of one that has no name of its own
	Sync random.Dist
}

const (
	defaultMaxEvents = 1_000_000_000
	defaultMaxMemory = 2 << 30
)

// Facts returns the Keep mask of some facts.
func Facts(facts ...sim.Fact) uint32 {
	mask := uint32(0)
	for _, f := range facts {
		mask |= 1 << f
	}
	return mask
}
