package workloads

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
)

// Workload is the configuration of what clients do.
type Workload interface {
	// Check tells what is wrong with the configuration, nil if nothing.
	Check() error
	// Count is how many clients there are.
	Count() int
	// Maker prepares what all clients of a world share, and returns what makes an
	// incarnation of one.
	Maker() func(o Options) sim.Node
	// Load estimates how many ops all clients together issue in a time, when an op
	// takes at least a trip to a server and back.
	Load(work, trip time.Duration) int64
}

// Options is what a client node is told of its world.
type Options struct {
	Client  uint16           // its number: c1 is 1
	Connect func() kv.Client // makes the protocol's client side, one a session
	// Elsewhere makes it as if the client were near the other datacentres, in their order
	// after its own.
	Elsewhere []func() kv.Client
	End       time.Duration // of the phase of work, in the client's own time
}

// Kind is one kind of workload, for the list of them.
type Kind struct {
	Name string
	Doc  string
	New  func() Workload
}

// Kinds lists the workloads.
func Kinds() []Kind {
	return []Kind{
		{
			"readwrite", "reads and writes of unique values on a set of keys, at a given rate or one after another",
			func() Workload { return new(ReadWrite) },
		},
		{
			"collection", "sets, carts or counters that clients read, change and write back, or have the store change",
			func() Workload { return new(Collection) },
		},
		{"probe", "trials: write a fresh key, wait, read it", func() Workload { return new(Probe) }},
		{
			"usernames", "names that clients claim, each for one of them alone",
			func() Workload { return new(Usernames) },
		},
		{
			"oncall", "pairs of keys of which at least one is to stay on: who turns one off looks at both before",
			func() Workload { return new(OnCall) },
		},
		{
			"lock", "locks with leases, and what they guard, written under fencing tokens",
			func() Workload { return new(Lock) },
		},
		{"statements", "commands on a table of accounts, for the protocol statements", func() Workload { return new(Statements) }},
	}
}

// The timers of client nodes.
const (
	timerArrival sim.TimerKind = iota + 1
	timerLimit
	timerPause
	timerIdle
)

// The purposes of client nodes' draws.
const (
	drawGap uint8 = iota + 1
	drawCode
	drawKey
	drawThink
	drawItem
	drawAmount
)
