package caller

import (
	"slices"
	"time"

	"simrun/nodes/internal/boxes"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a client.
const (
	timerAttempt = kv.ClientTimers + iota // no answer came to op A
	timerBackoff                          // op A may be tried again
)

// drawReplica is the purpose of a client's draws. Workloads, which draw at the same node,
// number theirs from 1.
const drawReplica uint8 = 0x81

// mostAttempts is the last number that an attempt can have.
const mostAttempts = 255

// longestBackoff bounds how often the backoff is doubled.
const longestBackoff = 5

// Options say whom a client asks, and for how long.
type Options struct {
	Members []sim.NodeID
	// Near is the member that it reads from at a replica; with Nobody it draws one for
	// each op.
	Near sim.NodeID
	// Replicas are those that may be read from at a replica; with none, every member. Where
	// Near is not among them, one is drawn.
	Replicas []sim.NodeID
	// Ordinary is the read path of gets that ask for none. Strongest is left to ask the
	// leader for the strongest that there is.
	Ordinary kv.ReadPath
	// Nearby has gets of the ordinary path go to the near member first, whoever leads: it
	// serves them as strongly.
	Nearby bool
	// AttemptTimeout is how long it waits for an answer before it tries elsewhere, 0 for
	// ever; Backoff is how long after a refusal that names no other member.
	AttemptTimeout, Backoff time.Duration
	// Fencing has it tell members the newest epoch that it has heard of, and take no
	// answer of an older leader.
	Fencing bool
	// Wrong is a small wrong change, in builds with the tag mutants.
	Wrong Variant
}

// Client is the client side of a cluster with a leader, for one session: it keeps to the
// member that it believes to lead, follows redirects, and repeats what was refused or not
// answered under the same identity, which members know again.
type Client struct {
	Options
	leader sim.NodeID // believed
	epoch  uint64     // the newest heard of

	op      sim.OpID   // in progress, as the session knows it
	request kv.Request // of the op in progress
	active  bool
	target  sim.NodeID // of the newest attempt
	hops    int        // attempts since the last backoff
	delays  uint       // backoffs of this op
	rests   bool       // backing off: the newest attempt was refused
	doubt   bool       // an attempt was not refused, and may yet be carried out
	timer   sim.TimerID

	requests boxes.Of[kv.Request]
}

var _ kv.Client = (*Client)(nil)

// New makes a client, which believes at first that the first member leads.
func New(o Options) *Client {
	if len(o.Replicas) == 0 {
		o.Replicas = o.Members
	}
	if !slices.Contains(o.Replicas, o.Near) {
		o.Near = sim.Nobody
	}
	return &Client{Options: o, leader: o.Members[0]}
}

// Call implements kv.Client.
func (c *Client) Call(env *sim.Env, r kv.Request) {
	c.op, c.request, c.active = r.Op, r, true
	c.request.Attempt = 0
	c.hops, c.delays, c.rests, c.doubt = 0, 0, false, false
	c.attempt(env, c.first(env))
}

// first is where an op is tried first. It settles how a get is to be served.
func (c *Client) first(env *sim.Env) sim.NodeID {
	r := &c.request
	if r.Code != sim.Get {
		return c.leader
	}
	if r.Read == kv.Strongest {
		r.Read = c.Ordinary
	}
	isNear := r.Read == kv.AtReplica || r.Read == kv.Strongest && c.Nearby
	switch {
	case !isNear:
		return c.leader
	case c.Near == sim.Nobody:
		return c.drawn(env)
	}
	return c.Near
}

// drawn is a replica drawn for the op.
func (c *Client) drawn(env *sim.Env) sim.NodeID {
	word := env.Draw(drawReplica, sim.OpSubject(c.request.Op, 0))
	best, weight := c.Replicas[0], uint64(0)
	for _, id := range c.Replicas {
		if w := env.Weight(word, id); w >= weight {
			best, weight = id, w
		}
	}
	return best
}

// attempt sends the op to a member.
func (c *Client) attempt(env *sim.Env, to sim.NodeID) {
	if c.request.Attempt == mostAttempts {
		return
	}
	if c.request.Attempt > 0 && c.Wrong.retriesAnew() {
		c.request.Op = anew(c.op, c.request.Attempt)
	}
	c.request.Attempt++
	c.request.Epoch = c.epoch
	c.target, c.rests = to, false
	c.hops++
	m := c.requests.Next()
	*m = c.request
	env.Send(to, m)
	env.Cancel(c.timer)
	if limit := c.AttemptTimeout; limit > 0 {
		c.timer = c.after(env, limit, timerAttempt)
	}
}

func (c *Client) after(env *sim.Env, d time.Duration, kind sim.TimerKind) sim.TimerID {
	r := &c.request
	return env.After(d, sim.Timer{Kind: kind, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
}

// Receive implements kv.Client.
func (c *Client) Receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	reply, ok := m.(*kv.Reply)
	if !ok || !c.active || reply.Op != c.request.Op {
		return kv.Reply{}, false
	}
	if c.Fencing && c.isOutdated(reply) {
		reply = c.distrusted(reply)
	}
	if isFinal(reply) {
		if reply.Leader == from {
			c.leader = from
		}
		c.Abandon(env, c.op)
		return c.outcome(*reply), true
	}
	c.doubt = c.doubt || reply.Error == sim.Partial
	if reply.Attempt == c.request.Attempt && !c.rests {
		c.elsewhere(env, from, reply)
	}
	return kv.Reply{}, false
}

// outcome is what a final reply says of the whole op. That its token is lost is true of
// one history; another leader may have carried out an earlier attempt in its own.
func (c *Client) outcome(r kv.Reply) kv.Reply {
	r.Op = c.op
	if r.Error == sim.TokenLost && c.doubt && c.request.Code.Writes() {
		r.Outcome = sim.Unknown
	}
	return r
}

// isFinal tells whether trying again could not change the answer. What was cut short by a
// change of leader is tried again: the members know the op again.
func isFinal(r *kv.Reply) bool {
	switch r.Error {
	case sim.NotLeader, sim.TokenBehind, sim.Overloaded, sim.Partial:
		return false
	}
	return true
}

// elsewhere tries again: at once where a reply names another member, else
// at the next one after a while.
func (c *Client) elsewhere(env *sim.Env, from sim.NodeID, reply *kv.Reply) {
	c.learn(from, reply.Leader)
	if c.request.Read == kv.AtReplica {
		c.request.Read = kv.AtLeader
	}
	if c.leader != from && reply.Leader != sim.Nobody && c.hops <= len(c.Members) {
		c.attempt(env, c.leader)
		return
	}
	env.Cancel(c.timer)
	c.timer = c.after(env, c.Backoff<<min(c.delays, longestBackoff), timerBackoff)
	c.delays++
	c.hops, c.rests = 0, true
}

// learn takes note of who is said to lead, and otherwise guesses the next member.
func (c *Client) learn(from, leader sim.NodeID) {
	switch {
	case slices.Contains(c.Members, leader):
		c.leader = leader
	case c.leader == from:
		c.leader = c.next(from)
	}
}

// next is the member after another one.
func (c *Client) next(id sim.NodeID) sim.NodeID {
	return c.Members[(slices.Index(c.Members, id)+1)%len(c.Members)]
}

// Timeout implements kv.Client.
func (c *Client) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	isCurrent := c.active && sim.OpID(t.A) == c.request.Op && uint8(t.B) == c.request.Attempt
	if !isCurrent {
		return kv.Reply{}, false
	}
	if t.Kind == timerAttempt {
		c.doubt = true
		if c.request.Code.Writes() && c.Wrong.timeoutFails() {
			c.Abandon(env, c.op)
			return kv.Reply{Op: c.op, Outcome: sim.Fail, Error: sim.TimedOut}, true
		}
		if c.target == c.leader {
			c.leader = c.next(c.target)
		}
	}
	c.attempt(env, c.leader)
	return kv.Reply{}, false
}

// Abandon implements kv.Client.
func (c *Client) Abandon(env *sim.Env, op sim.OpID) {
	if !c.active || op != c.op {
		return
	}
	c.active = false
	env.Cancel(c.timer)
}
