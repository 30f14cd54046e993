package raft

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/sim"
)

// Config is how a cluster runs Raft. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Timeout     time.Duration `yaml:"timeout" default:"150ms" min:"10us" doc:"the shortest election timeout; whoever heard a leader within it is loyal to it"`
	Spread      time.Duration `yaml:"spread" default:"150ms" min:"0s" doc:"election timeouts are drawn from the shortest to so much longer, for each term anew"`
	Heartbeat   time.Duration `yaml:"heartbeat" default:"50ms" min:"10us" doc:"time between a leader's heartbeats"`
	PreVote     bool          `yaml:"pre_vote" default:"true" doc:"ask whether votes would be given before opening a term (dissertation 9.6)"`
	CheckQuorum bool          `yaml:"check_quorum" default:"true" doc:"a leader that hears no majority for a shortest timeout steps down, and who hears a leader votes for no other (6.2, 4.2.3)"`
	Blocking    bool          `yaml:"blocking" default:"false" doc:"a server handles nothing else while it makes its term or vote durable, and waits for a leader from when its vote is"`

	Batch  int    `yaml:"batch" default:"64" min:"1" doc:"most entries in one append"`
	Window int    `yaml:"window" default:"16" min:"1" doc:"most appends with entries on their way to one follower"`
	Notice string `yaml:"notice" default:"prompt" one:"prompt|piggyback" doc:"how followers learn of commits: by a message of its own, or with the next append or heartbeat"`

	SnapshotEvery int `yaml:"snapshot_every" default:"0" min:"0" doc:"a server takes a snapshot after so many applied entries and drops the log before; 0 is never"`
	Keep          int `yaml:"keep" default:"0" min:"0" doc:"how many entries before a snapshot stay in the log, for followers a little behind"`
	Chunk         int `yaml:"chunk" default:"64" min:"1" doc:"most keys and sessions in one message of a snapshot"`

	Reads string        `yaml:"reads" default:"read-index" one:"log|read-index|forwarded|lease|leader|replica|learner" doc:"how gets are served: through the log; by the leader, confirmed by a round; by the nearest replica as of an index that the leader confirms; by a leader with a lease; by who believes to lead; by the nearest replica; by the nearest learner"`
	Apply string        `yaml:"apply" default:"committed" one:"committed|appended" doc:"what reads at a replica or a learner show: what is committed, or also what stands in its log behind"`
	Drift int           `yaml:"drift" default:"10000" min:"0" max:"900000" unit:"parts per million" doc:"lease: how much too fast or slow a clock is trusted to run at most"`
	Wait  time.Duration `yaml:"wait" default:"0s" min:"0s" doc:"how long a replica holds a read whose token it has not reached before it refuses"`

	Members  int    `yaml:"members" default:"0" min:"0" doc:"how many servers are members at the start, the first ones; the others are spare and may join; 0 is all"`
	Learners int    `yaml:"learners" default:"0" min:"0" doc:"how many of the members, the last ones, have no vote"`
	Change   string `yaml:"change" default:"single" one:"single|joint" doc:"how members change: one voter at a time (dissertation 4.1), or through a joint configuration (4.3)"`

	SessionExpiry  time.Duration `yaml:"session_expiry" default:"0s" min:"0s" doc:"a client of which nothing came for so long, by the clock of the log, is forgotten: its late ops are not carried out; 0s is never"`
	Remember       int           `yaml:"remember" default:"256" min:"1" doc:"how many ops of each client are known again when they are retried"`
	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other node"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		Timeout: 150 * time.Millisecond, Spread: 150 * time.Millisecond, Heartbeat: 50 * time.Millisecond,
		PreVote: true, CheckQuorum: true, Batch: 64, Window: 16, Notice: "prompt", Chunk: 64,
		Reads: "read-index", Apply: "committed", Drift: 10_000, Change: "single", Remember: 256,
		AttemptTimeout: 250 * time.Millisecond, Backoff: 5 * time.Millisecond,
	}
}

// Check judges the options against each other; each alone is bounded by its tags.
func (c Config) Check() error {
	switch {
	case c.Heartbeat >= c.Timeout:
		return options.Wrong("heartbeat", "%v is not shorter than the timeout of %v: a healthy leader would be missed", c.Heartbeat, c.Timeout)
	case c.Reads == "learner" && c.Learners == 0:
		return options.Wrong("reads", "there are no learners to read from")
	case c.Keep > 0 && c.SnapshotEvery == 0:
		return options.Wrong("keep", "without snapshots every entry is kept")
	}
	return nil
}

// Fits judges the options against the number of servers.
func (c Config) Fits(servers int) error {
	switch {
	case servers < 1:
		return options.Wrong("nodes", "at least one server is needed")
	case c.Members > servers:
		return options.Wrong("members", "%d members are asked for, but there are only %d nodes", c.Members, servers)
	case c.Learners >= c.start(servers):
		return options.Wrong("learners", "of %d members, %d learners leave no voter", c.start(servers), c.Learners)
	}
	return nil
}

// start is how many servers are members at the start.
func (c *Config) start(servers int) int {
	if c.Members > 0 {
		return min(c.Members, servers)
	}
	return servers
}

// loyal tells whether a server that hears a leader votes for no other. Leases need it.
func (c *Config) loyal() bool { return c.CheckQuorum || c.Reads == "lease" }

// lease is how long a lease lasts from when its round was sent, on the leader's clock:
// before the fastest voter's clock may have passed the shortest timeout, even if the leader's
// is the slowest (dissertation, section 6.4.1).
func (c *Config) lease() time.Duration {
	const million = 1_000_000
	if c.leaseWithoutDrift() {
		return c.Timeout
	}
	return c.Timeout / time.Duration(million+c.Drift) * time.Duration(million-c.Drift)
}

// Supports tells whether the store has such an op: it knows nothing of what values mean.
func Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Put || code == sim.Delete || code == sim.CAS
}
