package vr

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/nodes/internal/quorum"
	"simrun/sim"
)

// Config is how a cluster runs Viewstamped Replication. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Durable   string        `yaml:"durable" default:"log" one:"log|view" doc:"what a replica keeps on disk: its views and its log; or its views only, so that one that crashed asks the others for the log (section 4.3)"`
	Timeout   time.Duration `yaml:"timeout" default:"150ms" min:"10us" doc:"how long a primary is silent at least before it is suspected"`
	Spread    time.Duration `yaml:"spread" default:"150ms" min:"0s" doc:"suspicions are drawn from the timeout to so much longer, for each view anew"`
	Heartbeat time.Duration `yaml:"heartbeat" default:"50ms" min:"10us" doc:"time between a primary's commit messages, and between repetitions of what was not answered"`

	Batch  int    `yaml:"batch" default:"64" min:"1" doc:"most entries in one prepare"`
	Window int    `yaml:"window" default:"16" min:"1" doc:"most prepares on their way to one backup"`
	Notice string `yaml:"notice" default:"piggyback" one:"prompt|piggyback" doc:"how backups learn of commits: by a message of its own, or with the next prepare or heartbeat, as published"`

	SnapshotEvery int `yaml:"snapshot_every" default:"0" min:"0" doc:"a replica takes a checkpoint after so many applied entries and drops the log before; 0 is never"`
	Keep          int `yaml:"keep" default:"0" min:"0" doc:"how many entries before a checkpoint stay in the log, for replicas a little behind"`

	Reads string        `yaml:"reads" default:"log" one:"log|read-index|leader|replica" doc:"how gets are served: through the log, as published; by the primary, confirmed by a round; by who believes to be primary; by the nearest replica"`
	Wait  time.Duration `yaml:"wait" default:"0s" min:"0s" doc:"how long a replica holds a read whose token it has not reached before it refuses"`

	Remember       int           `yaml:"remember" default:"256" min:"1" doc:"how many ops of each client are known again when they are retried: the client table"`
	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other node"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		Durable: "log", Timeout: 150 * time.Millisecond, Spread: 150 * time.Millisecond, Heartbeat: 50 * time.Millisecond,
		Batch: 64, Window: 16, Notice: "piggyback", Reads: "log", Remember: 256,
		AttemptTimeout: 250 * time.Millisecond, Backoff: 5 * time.Millisecond,
	}
}

// Check judges the options against each other; each alone is bounded by its tags.
func (c Config) Check() error {
	switch {
	case c.Heartbeat >= c.Timeout:
		return options.Wrong("heartbeat", "%v is not shorter than the timeout of %v: a healthy primary would be suspected", c.Heartbeat, c.Timeout)
	case c.Keep > 0 && c.SnapshotEvery == 0:
		return options.Wrong("keep", "without checkpoints every entry is kept")
	}
	return nil
}

// Fits judges the options against the number of servers.
func (c Config) Fits(servers int) error {
	switch {
	case servers < 1:
		return options.Wrong("nodes", "at least one server is needed")
	case servers > quorum.MaxMembers:
		return options.Wrong("nodes", "more than %d servers", quorum.MaxMembers)
	case !c.keepsLog() && servers < 3:
		return options.Wrong("durable", "of %d servers, one without its log has too few others to ask", servers)
	}
	return nil
}

// keepsLog tells whether the log is on disk.
func (c *Config) keepsLog() bool { return c.Durable == "log" }

// Supports tells whether the store has such an op: it knows nothing of what values mean.
func Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Put || code == sim.Delete || code == sim.CAS
}
