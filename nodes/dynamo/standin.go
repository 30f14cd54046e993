package dynamo

import (
	"simrun/nodes/internal/quorum"
	"simrun/sim"
)

// This file is what a coordinator does where homes are under suspicion (Dynamo,
// section 4.6). In a sloppy quorum a healthy node takes the place of such a home,
// and its answer counts for it. In a strict one only homes count. The node that
// coordinates keeps what a home misses itself, as Cassandra's do, and can do so
// even when it is cut off from everyone; a client gives it to a stand-in.

// at is who is asked in a home's place.
func (r *round) at(i int) sim.NodeID {
	if r.stands != nil && r.stands[i] != sim.Nobody {
		return r.stands[i]
	}
	return r.homes[i]
}

// away tells whether a stand-in has a home's place, and the home did not answer itself.
func (r *round) away(i int) bool {
	return r.stands != nil && r.stands[i] != sim.Nobody && (!r.got.Has(i) || r.seated.Has(i))
}

// seat gives the places of suspects that have not answered to stand-ins.
func (c *coordinator) seat(r *round) {
	for i := range r.homes {
		if !r.got.Has(i) && c.health.suspects(r.at(i)) {
			c.replace(r, i)
		}
	}
}

// replace gives one place to the first healthy node of the preference list that has
// none. There may be no such node.
func (c *coordinator) replace(r *round, i int) bool {
	if !c.plan.sloppy && c.replica != nil {
		r.stand(i, c.self)
		return true
	}
	for _, id := range c.layout.standIns(r.Key) {
		if c.health.suspects(id) || place(r.stands, id) >= 0 {
			continue
		}
		r.stand(i, id)
		return true
	}
	return false
}

// stand gives one place to a node.
func (r *round) stand(i int, id sim.NodeID) {
	if r.stands == nil {
		r.stands = make([]sim.NodeID, len(r.homes))
	}
	r.stands[i] = id
}

// detour asks the stand-ins among those that are to be asked. It returns the homes
// that are to be asked themselves.
func (c *coordinator) detour(env *sim.Env, r *round, to quorum.Tally) quorum.Tally {
	homes := to
	for i := range r.homes {
		if to.Has(i) && r.away(i) {
			c.askStandIn(env, r, i)
			if c.plan.sloppy {
				homes &^= 1 << i
			}
		}
	}
	for i, home := range r.homes {
		if homes.Has(i) {
			c.health.expect(env, home)
		}
	}
	if r.writes && c.plan.hints != custodyNone {
		c.health.wake(env, max(r.sent+c.plan.suspectAfter, env.Now()))
	}
	return homes
}

// askStandIn asks the stand-in in a home's place what the round asks.
func (c *coordinator) askStandIn(env *sim.Env, r *round, i int) {
	to := r.stands[i]
	c.health.expect(env, to)
	var m sim.Message = &readHint{leg: r.leg, Owner: r.homes[i]}
	if r.writes || r.stage == backing {
		m = &hint{leg: r.leg, Owner: r.homes[i], Until: c.plan.until(c.born(r)), Set: r.state}
	}
	if to == c.self {
		c.replica.receive(env, c.self, m)
		return
	}
	env.Send(to, m)
}

// born is the age of what a round writes, as the oldest of the clocks concerned has
// it: what deleted it since is younger.
func (c *coordinator) born(r *round) uint64 {
	born := r.born
	for i := range r.state {
		if t := r.state[i].Time; t != 0 {
			born = min(born, t)
		}
	}
	return born
}

// detect judges the nodes that are silent. What they were asked goes to stand-ins
// as well, even where the op is over: the home has missed the write.
func (c *coordinator) detect(env *sim.Env) {
	c.health.fire(env, func(id sim.NodeID) { c.fell(env, id) })
	if c.plan.hints != custodyNone {
		c.overdue(env)
	}
}

// fell gives away the places of a node that has fallen under suspicion.
func (c *coordinator) fell(env *sim.Env, id sim.NodeID) {
	for i := range c.rounds.ring {
		if r := &c.rounds.ring[i]; r.stage != idle {
			c.reseat(env, r, id)
		}
	}
}

// overdue hints the writes that a home has not acknowledged in time, even where it
// answers others: the network may have lost this one.
func (c *coordinator) overdue(env *sim.Env) {
	for i := range c.rounds.ring {
		r := &c.rounds.ring[i]
		if r.stage == idle || !r.writes || r.got|r.hinted == r.asked {
			continue
		}
		if due := r.sent + c.plan.suspectAfter; due > env.Now() {
			c.health.wake(env, due)
			continue
		}
		c.hintMissing(env, r)
	}
}

// hintMissing has a stand-in, or another one, keep what homes seem to have missed.
func (c *coordinator) hintMissing(env *sim.Env, r *round) {
	missing := false
	for i, home := range r.homes {
		if home == c.self || !c.wants(env, r, i) {
			continue
		}
		missing = true
		if c.replace(r, i) || r.away(i) {
			c.askStandIn(env, r, i)
		}
	}
	if missing {
		r.sent = env.Now()
		c.health.wake(env, r.sent+c.plan.suspectAfter)
	}
}

// reseat gives away the place of a node in a round that still waits for it.
func (c *coordinator) reseat(env *sim.Env, r *round, id sim.NodeID) {
	for i := range r.homes {
		if r.at(i) == id && c.wants(env, r, i) && c.replace(r, i) {
			r.sent = env.Now()
			c.askStandIn(env, r, i)
		}
	}
}

// wants tells whether a round has use for another answer in a place.
func (c *coordinator) wants(env *sim.Env, r *round, i int) bool {
	switch {
	case r.writes:
		return r.asked.Has(i) && !r.got.Has(i) && !r.hinted.Has(i) && env.Now() < r.until
	case r.stage == waiting:
		return c.plan.sloppy && r.asked.Has(i) && !r.got.Has(i)
	case r.stage == backing:
		return c.plan.sloppy && !r.holders.Has(i)
	}
	return false
}

// receiveStandIn handles the answer of a stand-in, or a sign of life. It tells
// whether the message was one.
func (c *coordinator) receiveStandIn(env *sim.Env, from sim.NodeID, m sim.Message) bool {
	switch m := m.(type) {
	case *hinted:
		c.hinted(env, from, m)
	case *hintValue:
		if r := c.rounds.find(m.Round); r != nil && !r.writes {
			c.told(env, r, from, m.Owner, m.Set, m.Settled)
		}
	case *pong:
	default:
		return false
	}
	return true
}

// hinted handles the A leg of a stand-in.
func (c *coordinator) hinted(env *sim.Env, from sim.NodeID, m *hinted) {
	r := c.rounds.find(m.Round)
	if r == nil || m.Refused || r.Ring != m.Ring {
		return
	}
	home := place(r.homes, m.Owner)
	if home < 0 {
		return
	}
	r.hinted.Add(home)
	switch {
	case !c.plan.sloppy:
	case r.writes:
		c.acknowledged(env, r, from, m.Owner, m.Newest)
	case r.stage == backing:
		c.held(env, r, home)
	}
}

// heard notes an answer. Hints for a node that has come back go to it.
func (c *coordinator) heard(env *sim.Env, from sim.NodeID, m sim.Message) {
	sign := false
	switch m.(type) {
	case *pong:
		sign = true
	case *written, *value, *mended, *hinted, *hintValue, *replayed:
	default:
		return
	}
	risen := c.health.heard(from)
	if c.replica != nil && (risen || sign) {
		c.replica.handOff(env, from)
	}
}
