package isr

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/sim"
)

// Config is how a partition is replicated. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Acks    string `yaml:"acks" default:"all" one:"all|leader|none" doc:"when a write is acknowledged: once all in-sync replicas have it; once the leader has it; or never, the client waits for compare-and-sets only"`
	MinISR  int    `yaml:"min_isr" default:"2" min:"1" doc:"with fewer in-sync replicas nothing more is committed, and no write is taken that wants all acknowledgements"`
	Unclean bool   `yaml:"unclean" default:"false" doc:"where no replica that has all that is committed is alive, one that may not have it leads"`
	Flush   bool   `yaml:"flush" default:"true" doc:"a replica has what is on its disk; else what is in its memory, and disks follow at intervals"`

	FlushEvery time.Duration `yaml:"flush_every" default:"1s" min:"1ms" doc:"without flush: time between two syncs"`

	Reads string        `yaml:"reads" default:"read-index" one:"read-index|leader|replica" doc:"who serves gets: the leader once all in-sync replicas have said that they follow; the leader; the nearest replica; each up to the high watermark that it knows"`
	Wait  time.Duration `yaml:"wait" default:"100ms" min:"0s" doc:"how long a read is held that cannot be served yet"`

	Lag       time.Duration `yaml:"lag" default:"150ms" min:"1ms" doc:"a follower that has not had all of the leader's log for so long is no longer in sync"`
	Session   time.Duration `yaml:"session" default:"150ms" min:"1ms" doc:"whom the controller has not heard for so long is no longer in sync, and leads no more"`
	Heartbeat time.Duration `yaml:"heartbeat" default:"30ms" min:"1ms" doc:"time between two messages of a server to the controller"`
	FetchWait time.Duration `yaml:"fetch_wait" default:"60ms" min:"1ms" doc:"a fetch that finds nothing new is answered after so long at the latest"`
	Retry     time.Duration `yaml:"retry" default:"100ms" min:"1ms" doc:"a fetch, or a change of the in-sync replicas, that is not answered for so long is sent again"`

	Batch    int `yaml:"batch" default:"64" min:"1" doc:"most writes in one message"`
	Remember int `yaml:"remember" default:"256" min:"1" doc:"how many ops of each client are known again when they are retried"`

	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other server"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	const ms = time.Millisecond
	return Config{
		Acks: "all", MinISR: 2, Flush: true, FlushEvery: time.Second, Reads: "read-index", Wait: 100 * ms,
		Lag: 150 * ms, Session: 150 * ms, Heartbeat: 30 * ms, FetchWait: 60 * ms, Retry: 100 * ms,
		Batch: 64, Remember: 256, AttemptTimeout: 250 * ms, Backoff: 5 * ms,
	}
}

// Check judges the options against each other.
func (c Config) Check() error {
	switch {
	case c.Heartbeat >= c.Session:
		return options.Wrong("heartbeat", "%v is not shorter than the session of %v", c.Heartbeat, c.Session)
	case c.FetchWait >= c.Lag:
		return options.Wrong("fetch_wait", "%v is not shorter than the lag of %v", c.FetchWait, c.Lag)
	case c.FetchWait >= c.Retry:
		return options.Wrong("retry", "%v is not longer than a fetch may wait, %v", c.Retry, c.FetchWait)
	}
	return nil
}

// Fits judges the options against the number of servers, the controller included.
func (c Config) Fits(servers int) error {
	switch {
	case servers < 2 || servers > 63:
		return options.Wrong("nodes", "a replica and a controller are needed, and at most 63 of both are possible")
	case c.MinISR > servers-1:
		return options.Wrong("min_isr", "%d in-sync replicas are more than the %d that there are besides the controller", c.MinISR, servers-1)
	}
	return nil
}

// Supports tells whether the store has such an op.
func Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Put || code == sim.Delete || code == sim.CAS
}
