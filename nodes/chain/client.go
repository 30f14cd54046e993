package chain

import (
	"slices"

	"simrun/nodes/internal/caller"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Client asks the head to write, and the tail, or with CRAQ the nearest, to read.
type Client struct {
	writes, reads *caller.Client
	reading       bool
}

var _ kv.Client = (*Client)(nil)

// NewClient makes a client. Near is the server that it reads from with CRAQ.
func NewClient(config Config, members []sim.NodeID, near sim.NodeID) kv.Client {
	servers := slices.Clone(members[:len(members)-1])
	chain := servers[:config.length(len(members))]
	down := append(slices.Clone(chain), servers[len(chain):]...)
	slices.Reverse(chain)
	options := caller.Options{
		Members: down, Ordinary: kv.AtLeader, AttemptTimeout: config.AttemptTimeout, Backoff: config.Backoff,
	}
	c := &Client{writes: caller.New(options)}
	options.Members = servers
	if config.Reads == "craq" {
		options.Ordinary = kv.AtReplica
		if slices.Contains(servers, near) {
			options.Near = near
		}
	}
	c.reads = caller.New(options)
	return c
}

// Call implements kv.Client.
func (c *Client) Call(env *sim.Env, r kv.Request) {
	c.reading = r.Code == sim.Get
	c.side().Call(env, r)
}

func (c *Client) side() *caller.Client {
	if c.reading {
		return c.reads
	}
	return c.writes
}

// Receive implements kv.Client.
func (c *Client) Receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	return c.side().Receive(env, from, m)
}

// Timeout implements kv.Client.
func (c *Client) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) { return c.side().Timeout(env, t) }

// Abandon implements kv.Client.
func (c *Client) Abandon(env *sim.Env, op sim.OpID) { c.side().Abandon(env, op) }
