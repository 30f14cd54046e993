package dynamo

import (
	"simrun/nodes/internal/boxes"
	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// coordinator runs the quorums of ops, inside a node or inside a client.
type coordinator struct {
	plan    *plan
	servers []sim.NodeID
	layout  layout
	self    sim.NodeID
	replica *replica // of the same node; nil in a client
	actor   uint32   // of this life
	writer  versions.Writer
	clerk   clerk // vv, crdt
	rounds  rounds
	health  health
	// transactions are those that are not settled, in the order of their beginnings.
	transactions []*transaction
	ring         *membership // of the same node, where nodes gossip; nil in a client
	news         ringConfig  // in a client: the version of the ring that it was told last
	// reply is of the op that is over, where the coordinator is a client.
	reply kv.Reply
	over  bool

	writes  boxes.Of[write]
	reads   boxes.Of[read]
	mends   boxes.Of[mend]
	replies boxes.Of[kv.Reply]
	room    []sim.Value
}

// start makes the coordinator another actor than in any life before. The kind is
// that of the timer by which it watches the nodes.
func (c *coordinator) start(env *sim.Env, members []sim.NodeID, about sim.Subject, watch sim.TimerKind) {
	c.self, c.servers = env.Self(), members
	if first := c.plan.ring.start; first > 0 {
		config := firstRing(members[:first])
		c.layout.adopt(env, c.plan, &config)
	} else {
		c.layout.start(env, c.plan, members)
	}
	c.actor = uint32(env.Draw(drawActor, about))
	c.writer.Base, c.clerk.base = c.actor, c.actor
	if c.plan.watches() {
		c.health.start(c.plan, members, watch, uint64(c.actor))
	}
}

// begin starts the round of an op.
func (c *coordinator) begin(env *sim.Env, q *kv.Request, client sim.NodeID, time uint64) *round {
	r := c.rounds.open(c.actor, env.Now())
	r.Op, r.Key, r.Attempt = q.Op, q.Key, q.Attempt
	r.client, r.writes = client, q.Code.Writes()
	c.aim(r)
	r.until = env.Now() + c.plan.interest
	r.born, r.sent = time, env.Now()
	switch {
	case c.plan.looksFirst(q.Code):
		r.look(q)
		c.get(env, r)
	case r.writes:
		c.put(env, r, q, time)
	default:
		c.get(env, r)
	}
	return r
}

// receive handles an answer. It tells whether the message was for a coordinator.
func (c *coordinator) receive(env *sim.Env, from sim.NodeID, m sim.Message) bool {
	if c.health.on {
		c.heard(env, from, m)
	}
	switch m := m.(type) {
	case *written:
		c.written(env, from, m)
	case *value:
		c.answered(env, from, m)
	case *mended:
		c.mended(env, from, m)
	case *news:
		c.learn(env, &m.Config)
	case *inquiry:
		c.inform(env, from, m.Version)
	default:
		return c.plan.twoPhase && c.receiveTransaction(env, from, m) || c.receiveStandIn(env, from, m) || c.ring.receive(env, from, m)
	}
	return true
}

// send hands a message to some homes; the node's own replica comes last.
func (c *coordinator) send(env *sim.Env, homes []sim.NodeID, to quorum.Tally, m sim.Message) {
	local := false
	for i, home := range homes {
		switch {
		case !to.Has(i):
		case home == c.self:
			local = true
		default:
			env.Send(home, m)
		}
	}
	if local {
		c.replica.receive(env, c.self, m)
	}
}

// note states an answer in a home's place. One that can no longer change the
// outcome is late.
func (c *coordinator) note(env *sim.Env, r *round, from, owner sim.NodeID, newest sim.OpID) {
	why := sim.NoReason
	if r.stage == waiting {
		r.counted++
	} else {
		why = sim.Late
	}
	env.Observe(sim.Observation{
		Fact: sim.Answered, Why: why, Key: r.Key, Op: r.Op,
		A: uint64(from), B: uint64(owner), C: uint64(newest),
	})
}

// close states the end of the wait for an op's outcome.
func (c *coordinator) close(env *sim.Env, r *round) {
	need := c.plan.r
	if r.writes || r.removal != nil {
		need = c.plan.w
	}
	env.Observe(sim.Observation{Fact: sim.Closed, Key: r.Key, Op: r.Op, A: uint64(need), B: uint64(r.counted)})
}

// finish ends an op with a reply.
func (c *coordinator) finish(env *sim.Env, r *round, reply kv.Reply) {
	r.stage = closed
	env.Cancel(r.due)
	reply.Op, reply.Attempt = r.Op, r.Attempt
	if c.replica == nil {
		c.reply, c.over = reply, true
		return
	}
	box := c.replies.Next()
	*box = reply
	env.Send(r.client, box)
}

// giveUp ends an op that found no quorum in time.
func (c *coordinator) giveUp(env *sim.Env, number uint64) {
	r := c.rounds.find(number)
	if r == nil || r.stage == closed {
		return
	}
	if r.writes && c.outOfPatience(env, number) {
		return
	}
	c.abandon(env, r)
	if r.writes {
		c.finish(env, r, kv.Reply{Outcome: sim.Unknown, Error: sim.Partial})
		return
	}
	c.finish(env, r, kv.Reply{Outcome: sim.Fail, Error: sim.Unavailable})
}

// abandon ends an op that nobody waits for any more.
func (c *coordinator) abandon(env *sim.Env, r *round) {
	if r.stage != closed {
		c.close(env, r)
	}
	r.stage = closed
	env.Cancel(r.due)
	c.doubt(r)
}

// roomLength is how many values of replies are made room for at a time.
const roomLength = 16

// values are the values of a set, for good.
func (c *coordinator) values(s versions.Set) []sim.Value {
	if c.plan.datatype != opaque {
		return c.plan.datatype.values(s, nil)
	}
	if len(c.room) < len(s) {
		c.room = make([]sim.Value, max(roomLength, len(s)))
	}
	values := s.Values(c.room[:0:len(s)])
	c.room = c.room[len(s):]
	return values
}
