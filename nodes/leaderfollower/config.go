package leaderfollower

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/sim"
)

// Config is how a cluster replicates. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Mode    string `yaml:"mode" default:"semi-sync" one:"async|semi-sync|sync" doc:"whose copies a write waits for: the leader's; k followers' too; all followers' too"`
	K       int    `yaml:"k" default:"1" min:"1" doc:"semi-sync: how many followers must have a write on disk"`
	Ack     string `yaml:"ack" default:"leader-disk" one:"leader-memory|leader-disk" doc:"where the leader itself must have a write before it answers"`
	Visible string `yaml:"visible" default:"after-ack" one:"before-ack|after-ack" doc:"whether the leader's reads show writes that are not acknowledged yet"`
	Apply   string `yaml:"apply" default:"committed" one:"committed|received" doc:"what a follower's reads show: what it knows to be committed, or all that it received"`
	Notice  string `yaml:"notice" default:"prompt" one:"prompt|piggyback" doc:"how followers learn of commits: by a message of its own, or with the next write or heartbeat"`

	Reads string        `yaml:"reads" default:"leader" one:"confirmed|leader|any|nearest" doc:"how gets that ask for no particular path are served: by the leader once followers have confirmed that it leads, by the leader, by a drawn member, by the nearest"`
	Wait  time.Duration `yaml:"wait" default:"0s" min:"0s" doc:"how long a replica holds a read whose token it has not reached before it refuses"`

	Failover       string `yaml:"failover" default:"automatic" one:"automatic|none" doc:"whether followers replace a leader that they miss"`
	Detector       string `yaml:"detector" default:"majority" one:"majority|naive|witness" doc:"who must miss the leader: a majority (of two servers that is both, so that nobody is promoted), one follower, or a witness, which is then the last member that votes: it stores nothing, and nobody is promoted without its answer"`
	Promote        string `yaml:"promote" default:"best" one:"best|random|first" doc:"which of those that answered is promoted: the most advanced, any, or the first in member order"`
	Switchover     string `yaml:"switchover" default:"whole" one:"whole|careless" doc:"when a leader that is asked to hand over does: once the successor has its whole log, or at once"`
	Fencing        bool   `yaml:"fencing" default:"true" doc:"whether older epochs are refused; without, an old leader goes on and is obeyed"`
	ShortOfAnswers string `yaml:"short_of_answers" default:"refuse" one:"refuse|promote" doc:"what becomes of a promotion that fewer have answered after half a timeout: nobody is promoted, or the best of those, whatever the others hold"`
	Answers        int    `yaml:"answers" default:"0" min:"0" doc:"how many nodes, the asking one included, must answer a promotion; 0 is a majority, with the naive detector 1"`

	Heartbeat time.Duration `yaml:"heartbeat" default:"50ms" min:"10us" doc:"time between a leader's heartbeats"`
	Timeout   time.Duration `yaml:"timeout" default:"200ms" min:"10us" doc:"a leader is missed after a time drawn between this and twice this"`
	Resend    time.Duration `yaml:"resend" default:"100ms" min:"10us" doc:"writes are sent again to a follower that confirmed nothing for so long"`
	Batch     int           `yaml:"batch" default:"64" min:"1" doc:"most writes in one message of catching up"`
	Window    int           `yaml:"window" default:"1024" min:"0" doc:"most writes that a follower keeps while one before them is missing"`
	Remember  int           `yaml:"remember" default:"256" min:"1" doc:"how many ops of each client are known again when they are retried"`
	Degrade   time.Duration `yaml:"degrade" default:"0s" min:"0s" doc:"after so long without enough acknowledgements the leader answers as in async mode, until followers are back; 0s is never"`

	ClientFencing  bool          `yaml:"client_fencing" default:"false" doc:"clients tell members the newest epoch that they have heard of: older leaders refuse them, and none of their answers is taken any more"`
	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other node"`

	Shipping `yaml:",inline"`
	variant  `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		Mode: "semi-sync", K: 1, Ack: "leader-disk", Visible: "after-ack", Apply: "committed", Notice: "prompt",
		Reads: "leader", Failover: "automatic", Detector: "majority", Promote: "best", Switchover: "whole", ShortOfAnswers: "refuse", Fencing: true,
		Heartbeat: 50 * time.Millisecond, Timeout: 200 * time.Millisecond, Resend: 100 * time.Millisecond,
		Batch: 64, Window: 1024, Remember: 256, AttemptTimeout: 250 * time.Millisecond, Backoff: 5 * time.Millisecond,
		Shipping: DefaultShipping(),
	}
}

// Check judges the options against each other; each alone is bounded by its tags.
func (c Config) Check() error {
	switch {
	case c.Failover == "automatic" && c.Heartbeat >= c.Timeout:
		return options.Wrong("heartbeat", "%v is not shorter than the timeout of %v: a healthy leader would be missed", c.Heartbeat, c.Timeout)
	case c.Order == "register" && (c.Apply != "received" || c.Ship == "pull"):
		return options.Wrong("order", "a register shows what came before its turn: only with apply: received, and where writes are pushed")
	case c.Degrade > 0 && c.Mode == "async":
		return options.Wrong("degrade", "async mode waits for no follower: there is nothing to degrade")
	}
	return nil
}

// Fits judges the options against the number of members.
func (c Config) Fits(members int) error {
	if members < 1 {
		return options.Wrong("nodes", "at least one member is needed")
	}
	if err := c.Shipping.fits(members); err != nil {
		return err
	}
	voters := members - c.ReadOnly
	counted := min(voters, members-c.Delayed.Followers) - 1
	if c.Detector == "witness" {
		counted--
	}
	switch {
	case c.Detector == "witness" && voters < 3:
		return options.Wrong("detector", "a witness needs two others that vote, but there are only %d with it", voters)
	case c.Detector == "witness" && c.Replication != "direct":
		return options.Wrong("replication", "a witness has no writes to pass on: use direct")
	case c.Detector == "witness" && c.Delayed.Followers > 0:
		return options.Wrong("delayed.followers", "the last member that votes is a witness, which shows nothing: it cannot be delayed")
	case c.Mode == "semi-sync" && c.K > counted:
		return options.Wrong("k", "%d followers are asked for, but %d nodes have only %d that count", c.K, members, counted)
	case c.Answers > voters:
		return options.Wrong("answers", "%d answers are asked for, but only %d nodes vote", c.Answers, voters)
	}
	return nil
}

// Supports tells whether the store has such an op: it knows nothing of what values mean.
func Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Put || code == sim.Delete || code == sim.CAS
}

// followers is how many followers' copies a write needs, of those that count.
func (c *Config) followers(counted int) int {
	switch c.Mode {
	case "semi-sync":
		return min(c.K, counted)
	case "sync":
		return counted
	}
	return 0
}

// answers is how many of the nodes that vote must answer a promotion.
func (c *Config) answers(voters int) int {
	switch {
	case c.Answers > 0:
		return min(c.Answers, voters)
	case c.Detector == "naive":
		return 1
	}
	return voters/2 + 1
}
