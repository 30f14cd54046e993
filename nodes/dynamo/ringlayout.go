package dynamo

import (
	"slices"

	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/ring"
	"simrun/sim"
)

// This file is what a change of the ring means for who is asked. Adjacent versions of
// the ring agree so far that any read quorum of one meets any write quorum of the
// other: the two steps of a change are those of Rae et al. (Online, Asynchronous
// Schema Change in F1, VLDB 2013), and Cassandra's pending endpoints are the first.

// adopt makes a layout of a version of the ring.
func (l *layout) adopt(env *sim.Env, p *plan, c *ringConfig) {
	*l = layout{whole: p.watches(), version: c.Version, turned: c.Step == turning}
	l.build(env, p, c.Members)
	if c.Step != steady {
		l.next = &layout{}
		l.next.build(env, p, c.Next)
	}
}

// build makes the ring of some members.
func (l *layout) build(env *sim.Env, p *plan, members []member) {
	l.homesOf = p.n
	hashes := make([]uint64, len(members))
	for i, m := range members {
		l.members = append(l.members, m.Node)
		hashes[i] = env.Weight(0, m.Place)
	}
	if p.n < len(members) {
		l.ring = ring.New(hashes, p.virtual, p.n)
	}
}

// circle is whom a round may ask, and whose answers it needs.
type circle struct {
	homes []sim.NodeID    // of the ring, and behind them those of the next one that are no homes yet
	reads quorum.Tally    // those that reads ask
	camps [2]quorum.Tally // those of the ring, and of the next: a write needs w of each; none where the ring is steady
}

// circle is that of a key.
func (l *layout) circle(key sim.Key) circle {
	homes := l.homes(key)
	if l.next == nil {
		all := quorum.All(len(homes))
		return circle{homes: homes, reads: all, camps: [2]quorum.Tally{all}}
	}
	for int(key) >= len(l.circles) {
		l.circles = append(l.circles, circle{})
	}
	if l.circles[key].homes == nil {
		l.circles[key] = joined(homes, l.next.homes(key), l.turned)
	}
	return l.circles[key]
}

// joined is the circle of a key whose homes change.
func joined(old, next []sim.NodeID, turned bool) circle {
	c := circle{homes: slices.Clone(old)}
	c.camps[0] = quorum.All(len(old))
	for _, id := range next {
		if place(old, id) < 0 {
			c.homes = append(c.homes, id)
		}
		c.camps[1].Add(place(c.homes, id))
	}
	c.reads = c.camps[0]
	if turned {
		c.reads = c.camps[1]
	}
	return c
}

// all are all that a write asks.
func (c *circle) all() quorum.Tally { return c.camps[0] | c.camps[1] }

// met tells whether k of those of each ring are among some.
func (c *circle) met(some quorum.Tally, k int) bool {
	return (some & c.camps[0]).Met(k) && (c.camps[1] == 0 || (some & c.camps[1]).Met(k))
}

// hasten has reads and writes go by the next ring at once.
func (c *circle) hasten() {
	if c.camps[1] != 0 {
		c.camps = [2]quorum.Tally{c.camps[1]}
		c.reads = c.camps[0]
	}
}

// split is what a wrong protocol makes of a circle: see ringSplit.
func (c *circle) split() {
	if c.camps[1] != 0 {
		c.reads, c.camps[1] = c.camps[1], 0
	}
}

// aim finds out whom a round asks, by the ring as it is now.
func (c *coordinator) aim(r *round) {
	r.Ring, r.circle = c.layout.version, c.layout.circle(r.Key)
	if c.plan.ring.eager {
		r.hasten()
	}
	if c.plan.ringSplit() {
		r.split()
	}
}

// someOf draws k of those of a list that a tally has.
func (l *layout) someOf(env *sim.Env, purpose uint8, about sim.Subject, list []sim.NodeID, of quorum.Tally, k int) quorum.Tally {
	if of == quorum.All(len(list)) {
		return l.some(env, purpose, about, list, k)
	}
	var may []sim.NodeID
	for i, id := range list {
		if of.Has(i) {
			may = append(may, id)
		}
	}
	drawn := l.some(env, purpose, about, may, k)
	var chosen quorum.Tally
	for i, id := range may {
		if drawn.Has(i) {
			chosen.Add(place(list, id))
		}
	}
	return chosen
}

// restart has an op that is under way go by the present ring. What a put writes and
// what a get is about to return stay; all else is asked anew, for the answers of
// another ring prove nothing here.
func (c *coordinator) restart(env *sim.Env, r *round) {
	c.aim(r)
	r.asked, r.got, r.settled, r.holders, r.seated, r.hinted = 0, 0, 0, 0, 0, 0
	r.stands, r.counted, r.sent = nil, 0, env.Now()
	clear(r.answers)
	switch {
	case r.writes:
		c.sendWrite(env, r, c.writes.Next())
	case r.stage == backing:
		c.bring(env, r, r.missing(), r.Round)
	default:
		r.state = nil
		c.get(env, r)
	}
}

// turnTo makes the coordinator go by another version of the ring, and what is under
// way with it.
func (c *coordinator) turnTo(env *sim.Env, config *ringConfig) {
	c.layout.adopt(env, c.plan, config)
	for i := range c.rounds.ring {
		switch r := &c.rounds.ring[i]; {
		case r.Ring == config.Version || r.stage == idle:
		case r.stage != closed:
			c.restart(env, r)
		case r.writes && r.got != r.asked && env.Now() < r.until && !c.plan.writeSome:
			c.followUp(env, r)
		}
	}
}

// followUp sends a write whose op is over to the homes that have not acknowledged it,
// as they are now: those that it was sent to may have refused it.
func (c *coordinator) followUp(env *sim.Env, r *round) {
	var holders []sim.NodeID
	for i, id := range r.homes {
		if r.got.Has(i) && !r.seated.Has(i) {
			holders = append(holders, id)
		}
	}
	c.aim(r)
	r.got, r.asked, r.seated, r.hinted, r.stands = 0, r.all(), 0, 0, nil
	for _, id := range holders {
		if home := place(r.homes, id); home >= 0 {
			r.got.Add(home)
		}
	}
	m := c.writes.Next()
	m.leg, m.Set = r.leg, r.state
	c.send(env, r.homes, r.asked&^r.got, m)
}

// inquire asks a drawn server for its version of the ring: those that the client has
// asked may all be gone. Dynamo's clients do so every 10 seconds (section 6.4).
func (c *coordinator) inquire(env *sim.Env, r *round) {
	if c.layout.version > 0 {
		env.Send(c.layout.one(env, drawNode, r.Subject(), c.servers), &inquiry{c.layout.version})
	}
}

// told of a newer ring, a coordinator goes by it.
func (c *coordinator) learn(env *sim.Env, config *ringConfig) {
	switch {
	case c.ring != nil:
		c.ring.learn(env, config)
	case config.Version > c.layout.version:
		c.news = *config
		c.turnTo(env, config)
	}
}

// inform answers who asks for the version of the ring. A client does so, too: it may be
// the only one that a server hears of a newer version from.
func (c *coordinator) inform(env *sim.Env, from sim.NodeID, version uint64) {
	switch {
	case c.ring != nil:
		c.ring.inform(env, from, version)
	case version < c.news.Version:
		env.Send(from, &news{c.news})
	}
}
