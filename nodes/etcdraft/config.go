//go:build !js

package etcdraft

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/sim"
)

// Config is how a cluster runs etcd's Raft. The tags tell a decoder its keys, defaults and
// bounds; keys of package raft mean the same here.
type Config struct {
	Timeout     time.Duration `yaml:"timeout" default:"150ms" min:"10us" doc:"the shortest election timeout; whoever heard a leader within it is loyal to it"`
	Spread      time.Duration `yaml:"spread" default:"150ms" min:"0s" doc:"election timeouts are drawn from the shortest to so much longer, for each term anew"`
	Heartbeat   time.Duration `yaml:"heartbeat" default:"50ms" min:"10us" doc:"time between a leader's heartbeats: one tick of the library"`
	PreVote     bool          `yaml:"pre_vote" default:"true" doc:"ask whether votes would be given before opening a term"`
	CheckQuorum bool          `yaml:"check_quorum" default:"true" doc:"a leader that heard no majority within a timeout steps down, and who hears a leader votes for no other"`

	Batch  int `yaml:"batch" default:"64" min:"1" max:"1000000" doc:"about how many entries are the most in one append (the library counts bytes)"`
	Window int `yaml:"window" default:"16" min:"1" doc:"most appends with entries on their way to one follower"`

	SnapshotEvery int `yaml:"snapshot_every" default:"0" min:"0" doc:"a server takes a snapshot after so many applied entries and drops the log before; 0 is never"`
	Keep          int `yaml:"keep" default:"0" min:"0" doc:"how many entries before a snapshot stay in the log, for followers a little behind"`

	Reads string        `yaml:"reads" default:"read-index" one:"log|read-index|forwarded|leader|replica|learner" doc:"how gets are served, never by a lease, for a leader of this library may lead longer than its voters are loyal: through the log; by the leader, confirmed by a round; by the nearest replica as of an index that the leader confirms; by who believes to lead; by the nearest replica; by the nearest learner"`
	Wait  time.Duration `yaml:"wait" default:"0s" min:"0s" doc:"how long a replica holds a read whose token it has not reached before it refuses"`

	Members  int    `yaml:"members" default:"0" min:"0" doc:"how many servers are members at the start, the first ones; the others are spare and may join; 0 is all"`
	Learners int    `yaml:"learners" default:"0" min:"0" doc:"how many of the members, the last ones, have no vote"`
	Change   string `yaml:"change" default:"single" one:"single|joint" doc:"how members change: one after the other, or several through a joint configuration"`

	Remember       int           `yaml:"remember" default:"256" min:"1" doc:"how many ops of each client are known again when they are retried"`
	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other node"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		Timeout: 150 * time.Millisecond, Spread: 150 * time.Millisecond, Heartbeat: 50 * time.Millisecond,
		PreVote: true, CheckQuorum: true, Batch: 64, Window: 16,
		Reads: "read-index", Change: "single", Remember: 256,
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

// longest is the longest election timeout.
func (c *Config) longest() time.Duration { return c.Timeout + c.Spread }

// ticks is the shortest timeout in heartbeats, rounded up: the library needs at least two.
func (c *Config) ticks() int {
	return max(2, int((c.Timeout+c.Heartbeat-1)/c.Heartbeat))
}

// Supports tells whether the store has such an op: it knows nothing of what values mean.
func Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Put || code == sim.Delete || code == sim.CAS
}
