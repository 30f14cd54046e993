package dynamo

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// The kinds of a client's timers.
const (
	timerRefuse = kv.ClientTimers + iota
	timerRetry
	timerWatch
)

// NewClient returns a session's side of the store. The configuration must have
// passed Check and Fits. Where a node coordinates, near is the one that is asked
// first; without it one is drawn for each op.
func NewClient(c Config, members []sim.NodeID, near sim.NodeID) kv.Client {
	p := c.plan()
	if p.byClient {
		return &quorumClient{members: members, coordinator: coordinator{plan: p}}
	}
	return &askingClient{plan: p, members: members, near: near}
}

// askingClient has a node coordinate.
type askingClient struct {
	plan    *plan
	layout  layout
	members []sim.NodeID
	near    sim.NodeID
	request kv.Request
	time    uint64
	busy    bool
	retry   sim.TimerID
}

// Call implements kv.Client.
func (c *askingClient) Call(env *sim.Env, q kv.Request) {
	q.Attempt = 1
	c.request, c.busy = q, true
	c.time = wallTime(env)
	c.ask(env)
}

// ask sends the request to a node, and to another one at each attempt.
func (c *askingClient) ask(env *sim.Env) {
	to := c.near
	if to == sim.Nobody || c.request.Attempt > 1 {
		to = c.layout.one(env, drawNode, c.request.Subject(), c.members)
	}
	env.Send(to, c.envelope())
	if c.mayRepeat() {
		about := sim.OpSubject(c.request.Op, c.request.Attempt+1)
		c.retry = env.After(c.plan.patience, sim.Timer{Kind: timerRetry, Subject: about, A: uint64(c.request.Op)})
	}
}

func (c *askingClient) envelope() sim.Message {
	if c.plan.clientTime && c.request.Code.Writes() {
		return &timed{c.request, c.time}
	}
	q := c.request
	return &q
}

// mayRepeat tells whether the op may be tried once more.
func (c *askingClient) mayRepeat() bool {
	return c.request.Attempt < c.plan.attempts && (!c.request.Code.Writes() || c.plan.repeatable())
}

// Receive implements kv.Client.
func (c *askingClient) Receive(env *sim.Env, _ sim.NodeID, m sim.Message) (kv.Reply, bool) {
	reply, ok := m.(*kv.Reply)
	if !ok || !c.busy || reply.Op != c.request.Op {
		return kv.Reply{}, false
	}
	if reply.Outcome != sim.OK && c.mayRepeat() {
		if reply.Attempt == c.request.Attempt {
			c.again(env)
		}
		return kv.Reply{}, false
	}
	c.busy = false
	env.Cancel(c.retry)
	return *reply, true
}

func (c *askingClient) again(env *sim.Env) {
	env.Cancel(c.retry)
	c.request.Attempt++
	c.ask(env)
}

// Timeout implements kv.Client.
func (c *askingClient) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	if t.Kind == timerRetry && c.busy && t.A == uint64(c.request.Op) {
		c.again(env)
	}
	return kv.Reply{}, false
}

// Abandon implements kv.Client.
func (c *askingClient) Abandon(env *sim.Env, op sim.OpID) {
	if c.busy && c.request.Op == op {
		c.busy = false
		env.Cancel(c.retry)
	}
}
