package dynamo

import (
	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// put sends a new version to the homes.
func (c *coordinator) put(env *sim.Env, r *round, q *kv.Request, time uint64) {
	m := c.writes.next()
	v := &m.single[0]
	*v = versions.Version{Value: q.Value, Size: q.Size, Deleted: q.Code == sim.Delete}
	if c.plan.rule == versions.LastWrite {
		v.Time, v.Past = time, versions.ReadBy(q.Parents)
		m.Set = m.single[:]
		major, minor := v.Place()
		env.Observe(sim.Observation{Fact: sim.Placed, Key: q.Key, Op: q.Op, A: major, B: minor})
	} else {
		v.Past = q.Context
		m.Set = c.event(m, q.Key)
	}
	r.state = m.Set
	c.sendWrite(env, r, m)
}

// event gives the version of a message its dot, and returns what to send: it, and
// the coordinator's earlier writes that it does not replace.
func (c *coordinator) event(m *write, key sim.Key) versions.Set {
	if int(key) >= len(c.own) {
		c.own = append(c.own, make([]versions.Set, int(key)+1-len(c.own))...)
	}
	v := &m.single[0]
	c.counter++
	v.Dot = kv.Dot{Actor: c.actor, Counter: c.counter}
	if c.plan.dotReuse() && c.replica != nil {
		v.Dot = c.reusedDot(key)
	}
	if c.own[key].Within(v.Past) {
		c.own[key] = m.single[:]
	} else {
		c.own[key] = versions.Event(c.own[key], *v)
	}
	return c.own[key]
}

// reusedDot is the dot of a node that trusts its replica to remember its counters.
func (c *coordinator) reusedDot(key sim.Key) kv.Dot {
	d := kv.Dot{Actor: uint32(c.self)}
	for _, past := range c.replica.store.held(key).set.Context() {
		if past.Actor == d.Actor {
			d.Counter = past.Counter
		}
	}
	d.Counter++
	return d
}

// sendWrite sends the round's version to those homes that are to have it and have
// not acknowledged it.
func (c *coordinator) sendWrite(env *sim.Env, r *round, m *write) {
	m.leg, m.Set, m.Spread = r.leg, r.state, c.plan.throughOne
	to := quorum.All(c.plan.n)
	if c.plan.writeSome {
		to = c.layout.some(env, drawWrite, m.Subject(), r.homes, c.plan.w)
	}
	r.asked |= to
	to &^= r.got
	if c.plan.throughOne {
		to = c.layout.some(env, drawWrite, m.Subject(), r.homes, 1)
	}
	c.send(env, r.homes, to, m)
}

// written handles the A leg.
func (c *coordinator) written(env *sim.Env, from sim.NodeID, m *written) {
	r := c.rounds.find(m.Round)
	if r == nil || !r.writes {
		return
	}
	if _, fresh := r.count(from); !fresh {
		return
	}
	c.note(env, r, from, m.Newest)
	if r.committed || !r.got.Met(c.plan.w) {
		return
	}
	r.committed = true
	env.Observe(sim.Observation{Fact: sim.Committed, Key: r.Key, Op: r.Op})
	if r.stage == waiting {
		c.close(env, r)
		c.finish(env, r, kv.Reply{Outcome: sim.OK, Context: c.wrote(r)})
	}
}

// wrote is the context that covers a put, or as much of it as a version vector can.
func (c *coordinator) wrote(r *round) kv.Context {
	if c.plan.rule == versions.LastWrite {
		return nil
	}
	if len(r.state) == 1 {
		return r.state.Context()
	}
	for i := range r.state {
		if r.state[i].Value.ID == r.Op {
			return r.state[i].Past
		}
	}
	return nil
}
