package statements

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// timerAttempt is a client's: no answer came to op A.
const timerAttempt = kv.ClientTimers

// mostAttempts is the last number that an attempt can have.
const mostAttempts = 255

// Client is the client side, for one session. It sends commands to one leader, always
// the same, which knows a repeated one again: the nearest server if that leads. Gets
// go to the nearest server where they ask for a replica, else to the leader.
type Client struct {
	config  Config
	leader  sim.NodeID
	near    sim.NodeID
	request kv.Request
	active  bool
	timer   sim.TimerID
}

var _ kv.Client = (*Client)(nil)

// NewClient makes a client that is nearest to one server.
func NewClient(config Config, members []sim.NodeID, near sim.NodeID) kv.Client {
	c := &Client{config: config, leader: members[0], near: near}
	for rank, id := range members {
		if id != near {
			continue
		}
		c.leader = members[rank%config.Leaders]
	}
	return c
}

// Call implements kv.Client.
func (c *Client) Call(env *sim.Env, r kv.Request) {
	c.request, c.active = r, true
	c.request.Attempt = 0
	c.attempt(env)
}

func (c *Client) attempt(env *sim.Env) {
	if c.request.Attempt == mostAttempts {
		return
	}
	c.request.Attempt++
	to := c.leader
	if c.request.Code == sim.Get && c.request.Read == kv.AtReplica {
		to = c.near
	}
	m := c.request
	env.Send(to, &m)
	c.timer = env.After(c.config.Resend, sim.Timer{Kind: timerAttempt, Subject: m.Subject(), A: uint64(m.Op)})
}

// Receive implements kv.Client.
func (c *Client) Receive(env *sim.Env, _ sim.NodeID, m sim.Message) (kv.Reply, bool) {
	reply, ok := m.(*kv.Reply)
	if !ok || !c.active || reply.Op != c.request.Op {
		return kv.Reply{}, false
	}
	r := *reply
	if r.Outcome == sim.Fail && c.request.Attempt > 1 && c.request.Code.Writes() && r.Error != sim.Aborted {
		r.Outcome = sim.Unknown // an earlier attempt may have been carried out
	}
	c.Abandon(env, r.Op)
	return r, true
}

// Timeout implements kv.Client.
func (c *Client) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	if c.active && sim.OpID(t.A) == c.request.Op {
		c.attempt(env)
	}
	return kv.Reply{}, false
}

// Abandon implements kv.Client.
func (c *Client) Abandon(env *sim.Env, op sim.OpID) {
	if c.active && op == c.request.Op {
		c.active = false
		env.Cancel(c.timer)
	}
}
