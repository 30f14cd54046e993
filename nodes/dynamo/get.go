package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// get asks the homes.
func (c *coordinator) get(env *sim.Env, r *round) {
	if c.plan.repair != repairNone && len(r.answers) < len(r.homes) {
		r.answers = make([]versions.Set, len(r.homes))
	}
	c.sendRead(env, r)
}

// sendRead asks those homes that are to be asked and have not answered.
func (c *coordinator) sendRead(env *sim.Env, r *round) {
	m := c.reads.Next()
	m.leg = r.leg
	to := r.reads
	if c.plan.readSome {
		to = c.layout.someOf(env, drawRead, m.Subject(), r.homes, r.reads, c.plan.r)
	}
	r.asked |= to
	to &^= r.got
	if c.health.on {
		if c.plan.sloppy {
			c.seat(r)
		}
		to = c.detour(env, r, to)
	}
	c.send(env, r.homes, to, m)
}

// answered handles the S leg.
func (c *coordinator) answered(env *sim.Env, from sim.NodeID, m *value) {
	if r := c.rounds.find(m.Round); r != nil && !r.writes && r.Ring == m.Ring {
		c.told(env, r, from, from, m.Set, m.Settled)
	}
}

// told counts an answer in a home's place.
func (c *coordinator) told(env *sim.Env, r *round, from, owner sim.NodeID, set versions.Set, settled bool) {
	home, fresh := r.count(from, owner)
	if !fresh {
		return
	}
	if r.removal == nil {
		c.note(env, r, from, owner, set.Newest())
	}
	if settled {
		r.settled.Add(home)
	}
	if c.plan.repair != repairNone {
		r.answers[home] = set
	}
	if r.stage != waiting {
		c.late(env, r, home, set)
		return
	}
	r.state, _ = c.plan.rule.Merge(r.state, set)
	if r.got.Met(c.plan.r) {
		c.enough(env, r)
	}
}

// enough goes on when R homes have answered.
func (c *coordinator) enough(env *sim.Env, r *round) {
	if r.removal != nil {
		c.removeSeen(env, r)
		return
	}
	switch c.plan.repair {
	case repairSync:
		c.writeBack(env, r)
	case repairAsync:
		c.show(env, r)
		c.bring(env, r, c.behind(r), 0)
	default:
		c.show(env, r)
	}
}

// show answers a get with what stays of the answers.
func (c *coordinator) show(env *sim.Env, r *round) {
	c.known(r)
	reply := kv.Reply{Outcome: sim.OK}
	for i := range r.state {
		reply.Size += r.state[i].Size
	}
	if len(r.state) > 0 || c.plan.datatype == aCounter {
		reply.Values = c.values(r.state)
	}
	reply.Context = c.plan.rule.Context(r.state)
	c.close(env, r)
	c.finish(env, r, reply)
}
