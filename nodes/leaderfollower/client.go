package leaderfollower

import (
	"simrun/nodes/internal/caller"
	"simrun/nodes/kv"
	"simrun/sim"
)

// NewClient makes a client. Near is the member that it reads from where it reads
// from the nearest; with Nobody it draws one.
func NewClient(config Config, members []sim.NodeID, near sim.NodeID) kv.Client {
	if config.Reads == "any" {
		near = sim.Nobody
	}
	members, near = config.holders(members, near)
	return caller.New(caller.Options{
		Members: members, Near: near, Ordinary: config.ordinary(),
		AttemptTimeout: config.AttemptTimeout, Backoff: config.Backoff,
		Fencing: config.ClientFencing, Wrong: config.client(),
	})
}

// ordinary is the read path of gets that ask for none: Strongest asks the leader for
// a confirmed read.
func (c *Config) ordinary() kv.ReadPath {
	switch c.Reads {
	case "confirmed":
		return kv.Strongest
	case "leader":
		return kv.AtLeader
	}
	return kv.AtReplica
}
