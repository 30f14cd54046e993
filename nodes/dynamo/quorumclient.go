package dynamo

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// quorumClient coordinates its own ops.
type quorumClient struct {
	members     []sim.NodeID
	coordinator coordinator
	started     bool
	round       uint64   // of the op under way, 0 if none
	refused     sim.OpID // an op that the store does not have
}

// Call implements kv.Client.
func (c *quorumClient) Call(env *sim.Env, q kv.Request) {
	if !c.started {
		c.started = true
		c.coordinator.start(env, c.members, sim.OpSubject(q.Op, 0), timerWatch)
	}
	q.Attempt = 1
	if !c.coordinator.plan.datatype.supports(q.Code) {
		c.refused = q.Op
		env.After(0, sim.Timer{Kind: timerRefuse, Subject: q.Subject(), A: uint64(q.Op)})
		return
	}
	r := c.coordinator.begin(env, &q, sim.Nobody, wallTime(env))
	c.round = r.Round
	c.retry(env, r)
}

// retry plans another attempt, if there may be one.
func (c *quorumClient) retry(env *sim.Env, r *round) {
	if p := c.coordinator.plan; r.Attempt < p.attempts {
		about := sim.OpSubject(r.Op, r.Attempt+1)
		r.due = env.After(p.patience, sim.Timer{Kind: timerRetry, Subject: about, A: r.Round})
	}
}

// Receive implements kv.Client.
func (c *quorumClient) Receive(env *sim.Env, from sim.NodeID, m sim.Message) (kv.Reply, bool) {
	c.coordinator.receive(env, from, m)
	return c.taken()
}

// taken hands out the reply of the op that is over.
func (c *quorumClient) taken() (kv.Reply, bool) {
	if !c.coordinator.over {
		return kv.Reply{}, false
	}
	c.coordinator.over = false
	c.round = 0
	return c.coordinator.reply, true
}

// Timeout implements kv.Client.
func (c *quorumClient) Timeout(env *sim.Env, t sim.Timer) (kv.Reply, bool) {
	switch {
	case t.Kind == timerRefuse && t.A == uint64(c.refused):
		return refusal(&kv.Request{Op: sim.OpID(t.A), Attempt: 1}), true
	case t.Kind == timerRetry && t.A == c.round && c.round != 0:
		c.again(env)
	case t.Kind == timerWatch && t.A == c.coordinator.health.label:
		c.coordinator.detect(env)
	}
	return kv.Reply{}, false
}

// again asks the homes that are silent once more.
func (c *quorumClient) again(env *sim.Env) {
	r := c.coordinator.rounds.find(c.round)
	r.Attempt++
	switch {
	case r.stage == backing:
		c.coordinator.bring(env, r, r.missing(), r.Round)
	case r.writes:
		c.coordinator.sendWrite(env, r, c.coordinator.writes.Next())
	default:
		c.coordinator.sendRead(env, r)
	}
	c.retry(env, r)
}

// Abandon implements kv.Client. Late answers are still counted.
func (c *quorumClient) Abandon(env *sim.Env, op sim.OpID) {
	r := c.coordinator.rounds.find(c.round)
	if r == nil || r.Op != op {
		return
	}
	c.coordinator.abandon(env, r)
	c.coordinator.inquire(env, r)
	c.round = 0
}
