package workloads

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/random"
)

// Lock is locks with leases that guard resources: key 2i is a lock, key 2i+1 what it guards.
//
// Who wants a lock reads it, and takes it by a compare-and-set that expects what was read, if
// nobody holds it. If somebody does, it looks again after a while, and takes it once it has
// seen the same version of it for a whole lease: everybody counts by their own monotonic
// clock, a holder from when it asked, the others from when they saw, so that only the rates
// of clocks matter. Each acquisition writes the next higher number, the fencing token
// (the sequencers of Burrows, "The Chubby lock service", OSDI 2006; Kleppmann, "How to do
// distributed locking", 2016).
//
// A holder reads what the lock guards, works for a while, writes it, and gives the lock back.
// A store of keys knows versions, not tokens. So a resource's check of tokens is made of two
// parts: the version read must not carry a newer token than the holder's own, and the write is
// a compare-and-set that expects that very version. Whatever was written under a newer token
// in between is another version, and the store itself refuses the write, however late
// it comes. That holds without any clock. Where tokens are ignored, the write is a put, and
// nothing but the lease keeps it off.
type Lock struct {
	Clientele `yaml:",inline"`

	Rate    random.Rate   `yaml:"rate" default:"20/s" doc:"times a second that a lock is wanted, all clients together"`
	Locks   int           `yaml:"locks" default:"2" min:"1" max:"100000" doc:"how many locks there are, each with its resource"`
	Lease   time.Duration `yaml:"lease" default:"200ms" min:"1ms" doc:"a holder that is silent for so long has lost the lock"`
	Hold    time.Duration `yaml:"hold" default:"40ms" min:"1us" doc:"time that a holder works between reading the resource and writing it"`
	Poll    time.Duration `yaml:"poll" default:"20ms" min:"100us" doc:"time after which who found a lock held looks again"`
	Renew   bool          `yaml:"renew" default:"false" doc:"a holder renews its lease when half of it is over"`
	Look    string        `yaml:"last_look" default:"begin" one:"begin|end" doc:"when a holder looks at its clock for the last time before it writes: as its work begins, or as it ends, which leaves only what happens on the way to the store"`
	Token   string        `yaml:"token" default:"checked" one:"checked|ignored" doc:"whether a resource refuses a write under an older token than one it has seen"`
	Timeout time.Duration `yaml:"timeout" default:"500ms" min:"1us" doc:"an op not answered by then is unknown; its holder then lets the lease run out"`
	Final   bool          `yaml:"final" default:"true" doc:"look at each lock and resource once more, after heal and settle"`
}

// lockOps is how many ops the use of a lock takes at most; who waits longer gives up.
const lockOps = 64

// Check implements Workload.
func (c *Lock) Check() error {
	switch {
	case !c.Renew && c.Hold >= c.Lease:
		return fmt.Errorf("hold: the lease of %v is over before %v of work; use renew: true, or a longer lease", c.Lease, c.Hold)
	case c.Hold > lockOps/8*c.Lease:
		return fmt.Errorf("hold: %v of work is more than %d leases", c.Hold, lockOps/8)
	}
	return c.sound(c.Rate)
}

// Load implements Workload.
func (c *Lock) Load(work, trip time.Duration) int64 {
	const usual = 5 // read, take, read, write, give back
	return usual * c.tasks(work, usual*trip+c.Hold, c.Rate)
}

// Maker implements Workload.
func (c *Lock) Maker() func(Options) sim.Node {
	common := holder{config: c}
	common.among, _ = random.UniformKeys(c.Locks)
	common.pacing = c.pacing(c.Rate)
	common.ops, common.final, common.named = lockOps, c.Final, uint32(2*c.Locks)
	return func(o Options) sim.Node {
		n := common
		n.options, n.job = o, &n
		n.turns = make([]turn, c.Sessions)
		for i := range n.turns {
			n.turns[i].sights = make([]lockSight, c.Locks)
			stores := c.connect(&o)
			n.sessions = append(n.sessions, session{client: o.Client, number: uint32(i), store: stores[0], stores: stores, limit: c.Timeout})
		}
		return &n
	}
}

// What a lock's value says: its token, doubled, plus one while it is held. A resource's
// value is the token under which it was written. The judge of locks reads them so.
func heldUnder(token int64) int64 { return token<<1 | 1 }
func freeAfter(token int64) int64 { return token << 1 }

// lockSight is what a session saw of a lock, and since when, by its own clock.
type lockSight struct {
	version sim.OpID
	since   time.Duration
}

// note remembers a version that was seen.
func (s *lockSight) note(version sim.OpID, now time.Duration) {
	if version != s.version {
		s.version, s.since = version, now
	}
}

// only is the one value of a key, the zero value where there is none.
func only(values []sim.Value) sim.Value {
	if len(values) == 0 {
		return sim.Value{}
	}
	return values[0]
}
