package paxos

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/sim"
)

// Config is how a cluster agrees. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Proposers []int `yaml:"proposers" doc:"which servers propose, by their numbers from 1; every one when absent"`
	Acceptors []int `yaml:"acceptors" doc:"which servers accept; every one when absent"`
	Learners  []int `yaml:"learners" doc:"which servers learn, and serve reads from what they learnt; every one when absent. Who proposes is told as a learner is"`

	Phase1 int `yaml:"phase1" default:"0" min:"0" doc:"how many acceptors must promise before a proposer leads, of those of the beginning; of others the same share, rounded up; 0 is a majority"`
	Phase2 int `yaml:"phase2" default:"0" min:"0" doc:"how many acceptors must accept a value before it is chosen, of those of the beginning; of others the same share, rounded up; 0 is a majority"`
	Window int `yaml:"window" default:"64" min:"1" max:"65535" doc:"how many slots may be proposed beyond those known to be chosen: the alpha after which a new configuration rules"`

	Learn string `yaml:"learn" default:"leader" one:"acceptors|leader" doc:"who tells learners: every acceptor what it accepted, or the leader what is chosen"`
	Apply string `yaml:"apply" default:"chosen" one:"chosen|accepted" doc:"what a learner's local reads show: what it knows to be chosen, or also what one acceptor has accepted"`
	Duel  string `yaml:"duel" default:"backoff" one:"backoff|none" doc:"what a proposer does when a higher ballot preempts it: follow, and wait a drawn time; or open a yet higher one at once"`

	Reads    string `yaml:"reads" default:"log" one:"log|read-index|lease|leader|learner|quorum" doc:"how gets that ask for no particular path are served: through the log; by the leader once a quorum confirmed that it leads; by the leader under a lease; by who believes to lead; by the nearest learner from what it has; by the nearest learner once it has what a quorum has"`
	QuorumBy string `yaml:"quorum_by" default:"learner" one:"learner|client" doc:"reads: quorum: who asks the quorum: the nearest learner, or the client, which then polls learners until one has what the quorum has"`

	Wait   time.Duration `yaml:"wait" default:"0s" min:"0s" doc:"how long a learner holds a read whose token it has not reached before it refuses"`
	MaxLag time.Duration `yaml:"max_lag" default:"0s" min:"0s" doc:"a learner's local reads show all that was acknowledged so long before; 0s is no bound"`
	Lease  time.Duration `yaml:"lease" default:"150ms" min:"10us" doc:"reads: lease: how long an acceptor that confirmed a leader promises to no other"`
	Drift  int           `yaml:"drift" default:"10000" min:"0" max:"900000" unit:"parts per million" doc:"how much too fast or slow clocks are thought to run at most"`

	Heartbeat time.Duration `yaml:"heartbeat" default:"50ms" min:"10us" doc:"time between a leader's heartbeats"`
	Timeout   time.Duration `yaml:"timeout" default:"200ms" min:"10us" doc:"a leader is missed after a time drawn between this and twice this"`
	Resend    time.Duration `yaml:"resend" default:"100ms" min:"10us" doc:"what is not answered for so long is sent again"`
	Batch     int           `yaml:"batch" default:"64" min:"1" doc:"most slots in one message of catching up"`
	Snapshot  int           `yaml:"snapshot" default:"1024" min:"0" doc:"after how many slots a learner takes a snapshot, which stands for them; 0 is never"`
	Remember  int           `yaml:"remember" default:"256" min:"1" doc:"how many ops of each client are known again when they are retried"`

	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other node"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		Window: 64, Learn: "leader", Apply: "chosen", Duel: "backoff", Reads: "log", QuorumBy: "learner",
		Lease: 150 * time.Millisecond, Drift: 10_000,
		Heartbeat: 50 * time.Millisecond, Timeout: 200 * time.Millisecond, Resend: 100 * time.Millisecond,
		Batch: 64, Snapshot: 1024, Remember: 256,
		AttemptTimeout: 250 * time.Millisecond, Backoff: 5 * time.Millisecond,
	}
}

// Check judges the options against each other; each alone is bounded by its tags.
func (c Config) Check() error {
	switch {
	case c.Heartbeat >= c.Timeout:
		return options.Wrong("heartbeat", "%v is not shorter than the timeout of %v: a healthy leader would be missed", c.Heartbeat, c.Timeout)
	case c.Reads == "lease" && c.Heartbeat >= c.lent():
		return options.Wrong("lease", "%v, less what clocks may drift, ends before the next heartbeat renews it", c.Lease)
	case c.Apply == "accepted" && c.Learn != "acceptors":
		return options.Wrong("apply", "learners hear of what is accepted only where learn is acceptors")
	case c.QuorumBy == "client" && c.Reads != "quorum":
		return options.Wrong("quorum_by", "nobody asks a quorum where reads is not quorum")
	}
	return nil
}

// Fits judges the options against the number of servers.
func (c Config) Fits(servers int) error {
	if servers < 1 || servers > 64 {
		return options.Wrong("nodes", "between 1 and 64 servers can take part")
	}
	for _, part := range []struct {
		path string
		list []int
	}{{"proposers", c.Proposers}, {"acceptors", c.Acceptors}, {"learners", c.Learners}} {
		if err := fits(part.path, part.list, servers); err != nil {
			return err
		}
	}
	return c.quorumsFit(size(c.Acceptors, servers))
}

// fits judges one list of servers.
func fits(path string, list []int, servers int) error {
	seen := uint64(0)
	for _, number := range list {
		if number < 1 || number > servers {
			return options.Wrong(path, "there is no server %d of %d", number, servers)
		}
		if seen&bit(number-1) != 0 {
			return options.Wrong(path, "server %d is named twice", number)
		}
		seen |= bit(number - 1)
	}
	return nil
}

// quorumsFit judges the sizes of quorums. Any two of phase 1 and phase 2 have to share an
// acceptor; two of the same phase need not (Howard et al., "Flexible Paxos", 2016).
func (c Config) quorumsFit(acceptors int) error {
	one, two := c.phase1(acceptors, acceptors), c.phase2(acceptors, acceptors)
	switch {
	case one > acceptors:
		return options.Wrong("phase1", "%d promises are asked for, but there are only %d acceptors", one, acceptors)
	case two > acceptors:
		return options.Wrong("phase2", "%d acceptances are asked for, but there are only %d acceptors", two, acceptors)
	case one+two <= acceptors && !c.disjointQuorums():
		return options.Wrong("phase2", "%d acceptors of phase 1 and %d of phase 2 need not share one of %d: two values could be chosen for one slot", one, two, acceptors)
	}
	return nil
}

func size(list []int, servers int) int {
	if len(list) == 0 {
		return servers
	}
	return len(list)
}

// phase1 is how many of so many acceptors must promise, where there were so many at first.
func (c *Config) phase1(acceptors, first int) int {
	switch {
	case c.disjointQuorums():
		return acceptors - c.phase2(acceptors, first)
	case c.Phase1 > 0:
		return share(c.Phase1, acceptors, first)
	}
	return acceptors/2 + 1
}

// phase2 is how many of so many acceptors must accept.
func (c *Config) phase2(acceptors, first int) int {
	if c.Phase2 > 0 {
		return share(c.Phase2, acceptors, first)
	}
	return acceptors/2 + 1
}

// share is as large a part of some as size is of the first, rounded up.
func share(size, of, first int) int { return (size*of + first - 1) / first }

// million is what drift is counted in.
const million = 1_000_000

// lent is how long after its round began a leader may use a lease: what it measures on a
// clock that runs too slow has to end before what an acceptor measures on one that runs
// too fast.
func (c *Config) lent() time.Duration {
	drift := time.Duration(c.Drift)
	return c.Lease / (million + drift) * (million - drift)
}

// leases tells whether acceptors promise to nobody else for a while.
func (c *Config) leases() bool { return c.Reads == "lease" }

// Supports tells whether the store has such an op: it knows nothing of what values mean.
func Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Put || code == sim.Delete || code == sim.CAS
}
