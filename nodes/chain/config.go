package chain

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/sim"
)

// Config is how a chain replicates. The tags tell a decoder its keys, defaults and bounds.
type Config struct {
	Length int    `yaml:"length" default:"0" min:"0" doc:"servers in the chain, from the first; those between them and the master, which is the last, are spares that take the place of servers that fail; 0 is all but the master"`
	Reads  string `yaml:"reads" default:"tail" one:"tail|craq" doc:"who serves gets: the tail; or the nearest server, which asks the tail what is committed where it does not know (CRAQ)"`

	Lease   time.Duration `yaml:"lease" default:"150ms" min:"1ms" doc:"how long a server may serve reads after it asked the master whether it is in the chain"`
	Timeout time.Duration `yaml:"timeout" default:"250ms" min:"1ms" doc:"the master removes a server that it has not heard for so long; longer than the lease, by as much as clocks may drift"`
	Renew   time.Duration `yaml:"renew" default:"40ms" min:"1ms" doc:"time between two questions of a server to the master"`
	Resend  time.Duration `yaml:"resend" default:"100ms" min:"1ms" doc:"what the successor has not been known to have for so long is sent again"`

	Batch    int `yaml:"batch" default:"64" min:"1" doc:"most writes in one message"`
	Remember int `yaml:"remember" default:"256" min:"1" doc:"how many ops of each client are known again when they are retried"`

	AttemptTimeout time.Duration `yaml:"attempt_timeout" default:"250ms" min:"0s" doc:"a client tries elsewhere after so long without an answer, unless its op has timed out by then; 0s is never"`
	Backoff        time.Duration `yaml:"backoff" default:"5ms" min:"10us" doc:"how long a client waits after a refusal that names no other server"`

	variant `yaml:",inline"`
}

// Defaults is the configuration that the tags describe.
func Defaults() Config {
	return Config{
		Reads: "tail", Lease: 150 * time.Millisecond, Timeout: 250 * time.Millisecond, Renew: 40 * time.Millisecond,
		Resend: 100 * time.Millisecond, Batch: 64, Remember: 256,
		AttemptTimeout: 250 * time.Millisecond, Backoff: 5 * time.Millisecond,
	}
}

// Check judges the options against each other.
func (c Config) Check() error {
	switch {
	case c.Lease >= c.Timeout:
		return options.Wrong("lease", "%v is not shorter than the timeout of %v: a server that was removed would go on reading", c.Lease, c.Timeout)
	case c.Renew >= c.Lease:
		return options.Wrong("renew", "%v is not shorter than the lease of %v", c.Renew, c.Lease)
	}
	return nil
}

// Fits judges the options against the number of servers, the master included.
func (c Config) Fits(servers int) error {
	switch {
	case servers < 2 || servers > 63:
		return options.Wrong("nodes", "a chain needs a server and a master, and has at most 63 of both")
	case c.Length > servers-1:
		return options.Wrong("length", "%d servers and a master are more than %d nodes", c.Length, servers)
	}
	return nil
}

// length is how many servers the chain is to have.
func (c *Config) length(servers int) int {
	if c.Length > 0 {
		return c.Length
	}
	return servers - 1
}

// Supports tells whether the store has such an op.
func Supports(code sim.Code) bool {
	return code == sim.Get || code == sim.Put || code == sim.Delete || code == sim.CAS
}
