package multileader

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Config is how the datacentres replicate. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Topology  string        `yaml:"topology" default:"all-to-all" one:"all-to-all|star|ring" doc:"which datacentres send to which: each to each; all to the first, which forwards; each to the next, which forwards"`
	Propagate string        `yaml:"propagate" default:"operations" one:"operations|state" doc:"what datacentres send each other: each update, or the whole state of the keys that changed"`
	Delivery  string        `yaml:"delivery" default:"causal" one:"causal|arrival" doc:"when an update is applied: once all that it depends on is, or as it arrives"`
	Exchange  string        `yaml:"exchange" default:"push" one:"push|pull" doc:"whether a datacentre sends updates as they are made, or is asked for them once in a period"`
	Period    time.Duration `yaml:"period" default:"100ms" min:"10us" doc:"time between a leader's words to the other datacentres of what it has: where they pull, their questions"`

	Mode string `yaml:"mode" default:"async" one:"async|semi-sync|sync" doc:"whose copies a write waits for: its leader's; k followers' of its datacentre too; all of them"`
	K    int    `yaml:"k" default:"1" min:"1" doc:"semi-sync: how many followers must have a write on disk"`
	Ack  string `yaml:"ack" default:"leader-disk" one:"leader-memory|leader-disk" doc:"where a server must have a write before it answers, and before it sends others the write"`

	Reads string        `yaml:"reads" default:"leader" one:"leader|replica" doc:"who serves gets that ask for no particular path: the leader of the client's datacentre, or its nearest server"`
	Wait  time.Duration `yaml:"wait" default:"0s" min:"0s" doc:"how long an op waits for what its session's token names before it is refused"`

	OnLoss string        `yaml:"on_loss" default:"promote" one:"promote|move" doc:"what follows the loss of a leader: a follower of its datacentre is promoted, or its clients move to the next datacentre until it is back"`
	Home   time.Duration `yaml:"home" default:"1s" min:"0s" doc:"a client that moved to another datacentre tries its own again after so long"`

	Members int `yaml:"members" default:"0" min:"0" doc:"how many datacentres take part at the start, in their order; the others are spares, which can join. 0 is all"`

	Work       time.Duration `yaml:"work" default:"0s" min:"0s" doc:"how long a leader is busy with a write of its own clients"`
	RemoteCost int           `yaml:"remote_cost" default:"100" min:"0" max:"1000" unit:"percent" doc:"what another datacentre's update costs a leader, in hundredths of that work"`

	Heartbeat time.Duration `yaml:"heartbeat" default:"50ms" min:"10us" doc:"time between a leader's words to its followers"`
	Timeout   time.Duration `yaml:"timeout" default:"200ms" min:"10us" doc:"a leader is missed after a time drawn between this and twice this"`
	Resend    time.Duration `yaml:"resend" default:"400ms" min:"10us" doc:"updates are sent again to a server that has not confirmed them for so long"`
	Batch     int           `yaml:"batch" default:"64" min:"1" doc:"most updates in one message of catching up"`

	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other server"`

	Conflicts `yaml:",inline"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		Topology: "all-to-all", Propagate: "operations", Delivery: "causal", Exchange: "push", Period: 100 * time.Millisecond,
		Mode: "async", K: 1, Ack: "leader-disk", Reads: "leader", OnLoss: "promote", Home: time.Second, RemoteCost: 100,
		Heartbeat: 50 * time.Millisecond, Timeout: 200 * time.Millisecond, Resend: 400 * time.Millisecond, Batch: 64,
		Conflicts:      Conflicts{Resolve: "hlc", Type: "register", Detect: "vectors", Deletes: "update-wins", Homes: "none", HomeMoves: "handover", HomePatience: time.Second},
		AttemptTimeout: 250 * time.Millisecond, Backoff: 5 * time.Millisecond,
	}
}

// Check judges the options against each other; each alone is bounded by its tags.
func (c Config) Check() error {
	if c.OnLoss == "promote" && c.Heartbeat >= c.Timeout {
		return options.Wrong("heartbeat", "%v is not shorter than the timeout of %v: a healthy leader would be missed", c.Heartbeat, c.Timeout)
	}
	return c.checkConflicts(c.Propagate)
}

// mostMembers is how many servers the identities of updates can tell apart.
const mostMembers = 1<<rankBits - 1

// Fits judges the options against the servers and where they stand.
func (c Config) Fits(l kv.Layout) error {
	places := l.Datacentres()
	if len(l.Members) > mostMembers {
		return options.Wrong("nodes", "at most %d servers can be told apart", mostMembers)
	}
	if c.Members > len(places) {
		return options.Wrong("members", "%d datacentres are asked for, but there are only %d", c.Members, len(places))
	}
	for place, members := range places {
		switch {
		case len(members) == 0:
			return options.Wrong("nodes", "datacentre %d has no server to lead it", place+1)
		case c.Mode == "semi-sync" && c.K > len(members)-1:
			return options.Wrong("k", "%d followers are asked for, but datacentre %d has only %d", c.K, place+1, len(members)-1)
		}
	}
	return nil
}

// Supports tells whether the store has such an op.
func (c Config) Supports(code sim.Code) bool {
	r := c.resolver()
	return r.Supports(code)
}

// copies is how many followers' copies a write needs in a datacentre of so many servers.
func (c *Config) copies(members int) int {
	switch c.Mode {
	case "semi-sync":
		return min(c.K, members-1)
	case "sync":
		return members - 1
	}
	return 0
}
