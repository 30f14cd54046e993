package abd

import (
	"simrun/nodes/internal/quorum"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a client.
const (
	timerResend = kv.ClientTimers + iota // op A is to be asked about again in phase B
	timerRefuse                          // op A is none of this store's
)

// phase is how far an op is.
type phase uint8

const (
	idle    phase = iota
	asking        // for the highest tag
	telling       // giving a version to a majority
)

// Client coordinates the ops of one session.
type Client struct {
	config  Config
	members []sim.NodeID

	request kv.Request
	phase   phase
	heard   quorum.Tally
	found   version // the highest version heard of; when telling, the one that is told
	agreed  bool    // all that answered had found
	timer   sim.TimerID
}

var _ kv.Client = (*Client)(nil)

// NewClient makes a client.
func NewClient(config Config, members []sim.NodeID) *Client {
	return &Client{config: config, members: members}
}

// Call implements kv.Client.
func (c *Client) Call(env *sim.Env, r kv.Request) {
	c.request = r
	c.request.Attempt = 1
	if !Supports(r.Code) {
		c.phase = idle
		env.After(0, sim.Timer{Kind: timerRefuse, Subject: c.request.Subject(), A: uint64(r.Op)})
		return
	}
	c.found, c.agreed = version{}, true
	if r.Code != sim.Get && c.config.Writers == "one" {
		c.found.Tag.N = uint64(r.Op.Number()) - 1
		c.tell(env)
		return
	}
	c.enter(env, asking)
}

// tell gives a majority what the client writes, under a tag that is higher than the one found.
func (c *Client) tell(env *sim.Env) {
	c.found = c.next()
	env.Observe(sim.Observation{Fact: sim.Placed, Op: c.request.Op, Key: c.request.Key, A: c.found.Tag.N, B: uint64(c.request.Op)})
	c.enter(env, telling)
}

func (c *Client) about() about {
	return about{Op: c.request.Op, Attempt: c.request.Attempt, Key: c.request.Key}
}

// enter begins a phase.
func (c *Client) enter(env *sim.Env, p phase) {
	c.phase, c.heard = p, 0
	c.ask(env)
}

// ask asks those that have not answered in this phase.
func (c *Client) ask(env *sim.Env) {
	var m sim.Message = &query{c.about()}
	if c.phase == telling {
		m = &store{c.about(), c.found}
	}
	for i, id := range c.members {
		if !c.heard.Has(i) {
			env.Send(id, m)
		}
	}
	env.Cancel(c.timer)
	c.timer = env.After(c.config.Resend, sim.Timer{
		Kind: timerResend, Subject: c.request.Subject(), A: uint64(c.request.Op), B: uint64(c.phase),
	})
}

// Receive implements kv.Client.
func (c *Client) Receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	switch m := m.(type) {
	case *state:
		if c.counts(env, from, asking, &m.about, m.Version.Tag.Op) {
			return c.answered(env, &m.Version)
		}
	case *stored:
		if c.counts(env, from, telling, &m.about, c.found.Tag.Op) && c.heard.Met(c.majority()) {
			return c.finish(env), true
		}
	}
	return kv.Reply{}, false
}

// counts tells whether an answer is one of this phase, and the first of its replica.
func (c *Client) counts(env *sim.Env, from sim.NodeID, p phase, a *about, newest sim.OpID) bool {
	if c.phase != p || a.Op != c.request.Op {
		return false
	}
	for i, id := range c.members {
		if id == from && c.heard.Add(i) {
			c.note(env, from, newest)
			return true
		}
	}
	return false
}

// note states the answer that decides: of a read what a replica had, of a write that it has it.
func (c *Client) note(env *sim.Env, from sim.NodeID, newest sim.OpID) {
	if reads := c.request.Code == sim.Get; reads == (c.phase == asking) {
		env.Observe(sim.Observation{
			Fact: sim.Answered, Op: c.request.Op, Key: c.request.Key,
			A: uint64(from), B: uint64(from), C: uint64(newest),
		})
	}
}

func (c *Client) majority() int { return quorum.Majority(len(c.members)) }

// answered takes what a replica has. Once a majority answered, a write takes the next tag; a
// read writes back what it found, unless that is where it has to be.
func (c *Client) answered(env *sim.Env, v *version) (kv.Reply, bool) {
	if c.heard.Count() > 1 && v.Tag != c.found.Tag {
		c.agreed = false
	}
	if c.found.Tag.less(v.Tag) {
		c.found = *v
	}
	if !c.heard.Met(c.majority()) {
		return kv.Reply{}, false
	}
	switch isRead := c.request.Code == sim.Get; {
	case !isRead:
		c.tell(env)
		return kv.Reply{}, false
	case c.config.WriteBack == "never", c.found.Tag == tag{}, c.agreed && c.config.WriteBack == "unless-agreed":
		return c.finish(env), true
	}
	c.enter(env, telling)
	return kv.Reply{}, false
}

// next is what a write tells: its value, under a tag that is higher than all that a majority had.
func (c *Client) next() version {
	r := &c.request
	v := version{Tag: tag{c.found.Tag.N + 1, r.Op}, Value: r.Value, Deleted: r.Code == sim.Delete, Size: r.Size}
	if v.Value.ID == 0 {
		v.Value.ID = r.Op
	}
	return v
}

// finish ends the op. A majority has what it read or wrote, unless reads write nothing back
// and did not find it there.
func (c *Client) finish(env *sim.Env) kv.Reply {
	r := &c.request
	if c.found.Tag.Op != 0 && (c.phase == telling || c.agreed) {
		env.Observe(sim.Observation{Fact: sim.Committed, Op: c.found.Tag.Op, Key: r.Key})
	}
	env.Observe(sim.Observation{
		Fact: sim.Closed, Op: r.Op, Key: r.Key, A: uint64(c.majority()), B: uint64(c.heard.Count()),
	})
	reply := kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK}
	if r.Code == sim.Get && c.found.Tag.Op != 0 && !c.found.Deleted {
		reply.Values, reply.Size = []sim.Value{c.found.Value}, c.found.Size
	}
	c.phase = idle
	env.Cancel(c.timer)
	return reply
}

// Timeout implements kv.Client.
func (c *Client) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	isCurrent := sim.OpID(t.A) == c.request.Op
	switch {
	case t.Kind == timerRefuse && isCurrent:
		return kv.Reply{Op: c.request.Op, Attempt: 1, Outcome: sim.Fail, Error: sim.Unavailable}, true
	case t.Kind == timerResend && isCurrent && c.phase == phase(t.B) && c.phase != idle:
		if c.request.Attempt < 255 {
			c.request.Attempt++
		}
		c.ask(env)
	}
	return kv.Reply{}, false
}

// Abandon implements kv.Client.
func (c *Client) Abandon(env *sim.Env, op sim.OpID) {
	if c.request.Op == op {
		c.phase = idle
		env.Cancel(c.timer)
	}
}
