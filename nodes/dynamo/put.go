package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// put sends a new version to the homes.
func (c *coordinator) put(env *sim.Env, r *round, q *kv.Request, time uint64) {
	m := c.writes.Next()
	m.Set = m.single[:]
	v := &m.single[0]
	*v = versions.Version{Value: q.Value, Size: q.Size, Deleted: q.Code == sim.Delete}
	if c.plan.grace > 0 && v.Deleted {
		v.Time = time
	}
	switch c.plan.rule {
	case versions.LastWrite:
		v.Time, v.Past = time, versions.ReadBy(q.Parents)
		major, minor := v.Place()
		env.Observe(sim.Observation{Fact: sim.Placed, Key: q.Key, Op: q.Op, A: major, B: minor})
	case versions.Vectors:
		m.Set = c.advance(r, v, q, time)
	case versions.Dots:
		m.Set = c.apply(r, *v, q)
	default:
		v.Past = c.plan.limited(q.Context)
		v.Dot = c.dot(q.Key, v.Past, c.plan.floor(time))
	}
	r.state = m.Set
	if c.plan.twoPhase {
		c.transact(env, r)
		return
	}
	c.sendWrite(env, r, m)
}

// dot is the identity of a new version.
func (c *coordinator) dot(key sim.Key, past kv.Context, floor uint64) kv.Dot {
	if c.plan.dotReuse() && c.replica != nil {
		return c.reusedDot(key, past)
	}
	return c.writer.Next(key, past, floor)
}

// sendWrite sends the round's version to those homes that are to have it and have
// not acknowledged it.
func (c *coordinator) sendWrite(env *sim.Env, r *round, m *write) {
	m.leg, m.Set, m.Spread = r.leg, r.state, c.plan.throughOne
	to := r.all()
	if c.plan.writeSome {
		to = c.layout.someOf(env, drawWrite, m.Subject(), r.homes, r.camps[0], c.plan.w)
		if r.camps[1] != 0 {
			to |= c.layout.someOf(env, drawWrite, m.Subject(), r.homes, r.camps[1], c.plan.w)
		}
	}
	r.asked |= to
	to &^= r.got
	if c.plan.throughOne {
		to = c.layout.some(env, drawWrite, m.Subject(), r.homes, 1)
	}
	if c.health.on {
		c.seat(r)
		to = c.detour(env, r, to)
	}
	c.send(env, r.homes, to, m)
}

// written handles the A leg.
func (c *coordinator) written(env *sim.Env, from sim.NodeID, m *written) {
	if r := c.rounds.find(m.Round); r != nil && r.writes && r.Ring == m.Ring {
		c.acknowledged(env, r, from, from, m.Newest)
	}
}

// acknowledged counts an acknowledgement in a home's place.
func (c *coordinator) acknowledged(env *sim.Env, r *round, from, owner sim.NodeID, newest sim.OpID) {
	if _, fresh := r.count(from, owner); !fresh {
		return
	}
	c.note(env, r, from, owner, newest)
	if r.committed || !r.met(r.got, c.plan.w) {
		return
	}
	r.committed = true
	c.known(r)
	env.Observe(sim.Observation{Fact: sim.Committed, Key: r.Key, Op: r.Op})
	if r.stage == waiting {
		c.close(env, r)
		c.finish(env, r, kv.Reply{Outcome: sim.OK, Context: c.wrote(r)})
	}
}

// wrote is the context that covers a put.
func (c *coordinator) wrote(r *round) kv.Context {
	switch c.plan.rule {
	case versions.LastWrite:
		return nil
	case versions.Vectors, versions.Dots:
		return r.covers
	}
	return r.state[0].After()
}
