package multileader

import (
	"slices"
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a client.
const (
	timerAttempt = kv.ClientTimers + iota // no answer came to op A
	timerBackoff                          // op A may be tried again
)

// mostAttempts is the last number that an attempt can have.
const mostAttempts = 255

// longestBackoff bounds how often the backoff is doubled.
const longestBackoff = 5

// client is the client side of one session. It keeps to the leader of its own datacentre. Where
// none of its servers helps, it moves to the next datacentre, in a ring, and back home after a
// while.
type client struct {
	*cluster
	near sim.NodeID // the nearest server
	home int        // its datacentre

	place  int           // where it is now
	moved  time.Duration // when it left home
	leader []sim.NodeID  // believed, by datacentre
	epochs []uint64      // by rank: the newest that the server is known to have led
	failed []int         // ranks of this datacentre that did not help with this op
	missed int           // attempts in a row that were not answered

	request kv.Request // of the op in progress
	active  bool
	target  sim.NodeID // of the newest attempt
	doubt   sim.NodeID // who may have carried out this write; Nobody if nobody can have
	under   uint64     // the epoch that it leads, or the newest attempt's target where there is no doubt
	delays  uint       // backoffs of this op
	rests   bool       // backing off: the newest attempt was refused
	timer   sim.TimerID
}

// NewClient makes the client side of a session that is nearest to one server.
func NewClient(config Config, l kv.Layout, near sim.NodeID) kv.Client {
	c := &client{cluster: newCluster(config, l), near: near}
	c.home = c.places[max(c.rank(near), 0)]
	c.place = c.home
	for _, ranks := range c.centres {
		c.leader = append(c.leader, c.members[ranks[0]])
	}
	c.epochs = make([]uint64, len(c.members))
	for rank := range c.epochs {
		c.epochs[rank] = birthright
	}
	return c
}

// Call implements kv.Client.
func (c *client) Call(env *sim.Env, r kv.Request) {
	c.request, c.active = r, true
	c.request.Attempt = 0
	c.delays, c.rests, c.failed, c.doubt = 0, false, c.failed[:0], sim.Nobody
	if c.place != c.home && env.Now()-c.moved >= c.config.Home {
		c.place = c.home
	}
	if r.Read == kv.Strongest && r.Code == sim.Get {
		c.request.Read = c.ordinary()
	}
	c.attempt(env, c.first())
}

// ordinary is the read path of gets that ask for none.
func (c *client) ordinary() kv.ReadPath {
	if c.config.Reads == "replica" {
		return kv.AtReplica
	}
	return kv.AtLeader
}

// first is where an op is tried first.
func (c *client) first() sim.NodeID {
	if c.request.Code == sim.Get && c.request.Read == kv.AtReplica && c.place == c.home {
		return c.near
	}
	return c.leader[c.place]
}

// attempt sends the op to a server.
func (c *client) attempt(env *sim.Env, to sim.NodeID) {
	if c.request.Attempt == mostAttempts {
		return
	}
	c.request.Attempt++
	c.target, c.rests = to, false
	m := c.request
	switch {
	case c.doubt == sim.Nobody:
		c.under = c.epochs[c.rank(to)]
	case c.config.Homes == "key":
		m.Epoch = c.under
	}
	env.Send(to, &m)
	env.Cancel(c.timer)
	if limit := c.config.AttemptTimeout; limit > 0 {
		c.timer = c.after(env, limit, timerAttempt)
	}
}

func (c *client) after(env *sim.Env, d time.Duration, kind sim.TimerKind) sim.TimerID {
	r := &c.request
	return env.After(d, sim.Timer{Kind: kind, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
}

// Receive implements kv.Client.
func (c *client) Receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	if sorry, ok := m.(*apology); ok {
		env.Send(from, &accepted{Op: sorry.Op})
		return kv.Reply{}, false
	}
	reply, ok := m.(*kv.Reply)
	if ok {
		c.missed = 0
		c.learn(reply)
	}
	if !ok || !c.active || reply.Op != c.request.Op {
		return kv.Reply{}, false
	}
	if c.isLeft(from, reply) {
		c.fail(env, c.rank(from))
		c.Abandon(env, reply.Op)
		return kv.Reply{Op: reply.Op, Outcome: sim.Unknown, Error: sim.Partial}, true
	}
	switch reply.Error {
	case sim.NotLeader, sim.TokenBehind, sim.Overloaded:
		if reply.Attempt == c.request.Attempt && !c.rests {
			c.refused(env, from, reply)
		}
		return kv.Reply{}, false
	}
	if reply.Leader == from && c.rank(from) >= 0 {
		c.leader[c.places[c.rank(from)]] = from
	}
	c.Abandon(env, reply.Op)
	return *reply, true
}

// learn takes note of the epoch in which the server that a reply names leads.
func (c *client) learn(reply *kv.Reply) {
	if rank := c.rank(reply.Leader); rank >= 0 {
		c.epochs[rank] = max(c.epochs[rank], reply.Epoch)
	}
}

// isLeft tells whether a write is left in doubt for good: its leader may have carried it out, and
// leads no more. Another leader, which cannot know, would carry it out again, over what may
// have been written since.
func (c *client) isLeft(from sim.NodeID, reply *kv.Reply) bool {
	return reply.Error == sim.Partial || c.doubt == from && reply.Error == sim.NotLeader
}

// refused tries again: at once at the leader that the reply names, and where it is the session's
// token that is not reached yet, at the same server after a while.
func (c *client) refused(env *sim.Env, from sim.NodeID, reply *kv.Reply) {
	if reply.Error == sim.TokenBehind || reply.Error == sim.Overloaded {
		c.rest(env)
		return
	}
	named := c.rank(reply.Leader)
	if named >= 0 && reply.Leader != from && c.places[named] == c.place && !slices.Contains(c.failed, named) {
		c.fail(env, c.rank(from))
		c.leader[c.place] = reply.Leader
		c.attempt(env, reply.Leader)
		return
	}
	c.fail(env, c.rank(from))
	c.rest(env)
}

// rest waits before the next attempt, longer each time.
func (c *client) rest(env *sim.Env) {
	env.Cancel(c.timer)
	c.timer = c.after(env, c.config.Backoff<<min(c.delays, longestBackoff), timerBackoff)
	c.delays++
	c.rests = true
}

// fail notes that a server did not help, and settles whom to ask next: another one of the
// datacentre, or, where none has helped, the leader of the next datacentre.
func (c *client) fail(env *sim.Env, rank int) {
	if rank >= 0 && c.places[rank] == c.place && !slices.Contains(c.failed, rank) {
		c.failed = append(c.failed, rank)
	}
	ranks := c.centres[c.place]
	for _, other := range ranks {
		if !slices.Contains(c.failed, other) {
			c.leader[c.place] = c.members[other]
			return
		}
	}
	c.failed = c.failed[:0]
	c.leader[c.place] = c.members[ranks[0]]
	if c.place == c.home {
		c.moved = env.Now()
	}
	c.place = (c.place + 1) % len(c.centres)
}

// Timeout implements kv.Client.
func (c *client) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	isCurrent := c.active && sim.OpID(t.A) == c.request.Op && uint8(t.B) == c.request.Attempt
	if !isCurrent {
		return kv.Reply{}, false
	}
	if t.Kind == timerAttempt {
		c.lost(env)
	}
	to := c.leader[c.place]
	if c.doubt != sim.Nobody {
		to = c.doubt
	}
	c.attempt(env, to)
	return kv.Reply{}, false
}

// mostMissed is after how many attempts in a row without an answer a server is taken for lost; one
// may be the network's fault.
const mostMissed = 2

// lost goes on after a server that did not answer: a datacentre whose leader is lost and not
// replaced is left at once. The write itself may be on its way or done, and goes nowhere else: only
// who may have done it knows it again.
func (c *client) lost(env *sim.Env) {
	if c.request.Code.Writes() {
		c.doubt = c.target
	}
	if c.missed++; c.missed < mostMissed {
		return
	}
	c.missed = 0
	if !c.replaces(c.place) {
		c.failed = append(c.failed[:0], c.centres[c.place]...)
	}
	c.fail(env, c.rank(c.target))
}

// Abandon implements kv.Client.
func (c *client) Abandon(env *sim.Env, op sim.OpID) {
	if !c.active || op != c.request.Op {
		return
	}
	c.active = false
	env.Cancel(c.timer)
}
