package dynamo

import (
	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// behind are the homes whose own answers lack something of what the answers merge to.
func (c *coordinator) behind(r *round) quorum.Tally {
	var stale quorum.Tally
	for i := range r.homes {
		if r.got.Has(i) && !r.seated.Has(i) && !c.plan.rule.Includes(r.answers[i], r.state) {
			stale.Add(i)
		}
	}
	return stale
}

// bring sends some homes what the answers merge to. They answer where a round is
// given, and are taken to be up to date otherwise.
func (c *coordinator) bring(env *sim.Env, r *round, to quorum.Tally, number uint64) {
	if to == 0 {
		return
	}
	m := c.mends.Next()
	m.leg, m.Set = r.leg, r.state
	m.Round = number
	if number == 0 {
		for i := range r.homes {
			if to.Has(i) {
				r.answers[i] = r.state
			}
		}
	}
	if c.health.on && number != 0 {
		to = c.detour(env, r, to)
	}
	c.send(env, r.homes, to, m)
}

// late handles an answer to a read that has its R answers already.
func (c *coordinator) late(env *sim.Env, r *round, home int, brought versions.Set) {
	switch {
	case r.stage == backing:
		c.holds(env, r, home)
	case c.plan.repair == repairAsync:
		r.state, _ = c.plan.rule.Merge(r.state, brought)
		c.bring(env, r, c.behind(r), 0)
	}
}

// writeBack makes sure that W homes hold what the read is going to return, before
// it does: the second phase of a read in the register of Attiya, Bar-Noy and Dolev.
// It is not needed where W of the answers already held all of it, or where there is
// nothing to hold.
func (c *coordinator) writeBack(env *sim.Env, r *round) {
	if len(r.state) == 0 || c.plan.noWriteback() {
		c.show(env, r)
		return
	}
	r.stage = backing
	for i := range r.homes {
		if r.got.Has(i) && c.holds(env, r, i) {
			return
		}
	}
	if c.plan.asyncWriteback() {
		c.show(env, r)
	}
	c.bring(env, r, r.missing(), r.Round)
}

// holds looks at a home's answer during a write-back, and counts the home if it
// holds what is to be returned. It tells whether the op is over.
func (c *coordinator) holds(env *sim.Env, r *round, home int) bool {
	if !r.settled.Has(home) || !c.plan.rule.Includes(r.answers[home], r.state) {
		return false
	}
	return c.held(env, r, home)
}

// mended handles the acknowledgement of a repair.
func (c *coordinator) mended(env *sim.Env, from sim.NodeID, m *mended) {
	r := c.rounds.find(m.Round)
	if r == nil || r.stage != backing || r.Ring != m.Ring {
		return
	}
	if home := place(r.homes, from); home >= 0 {
		c.held(env, r, home)
	}
}

// held counts a home that holds what is to be returned. With the W-th the read is over.
func (c *coordinator) held(env *sim.Env, r *round, home int) bool {
	if !r.holders.Add(home) || !r.met(r.holders, c.plan.w) {
		return false
	}
	for _, v := range r.state.Writes() {
		env.Observe(sim.Observation{Fact: sim.Committed, Key: r.Key, Op: v.Value.ID})
	}
	c.show(env, r)
	return true
}
