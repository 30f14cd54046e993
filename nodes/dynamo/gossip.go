package dynamo

import (
	"time"

	"simrun/sim"
)

// beat is what is known of a node: a counter that it lets grow, and what it says of
// itself (van Renesse, Minsky and Hayden, A Gossip-Style Failure Detection Service,
// Middleware 1998; Cassandra's Gossiper).
type beat struct {
	Node   sim.NodeID
	Life   uint64 // when its life began, by its own clock: later ones are greater
	Count  uint64
	Ring   uint64 // the version of the ring that it has on disk
	Filled uint64 // the last change for which it has all the data on disk
}

// newer tells whether a beat is of a later moment than another one of that node.
func (b *beat) newer(than *beat) bool {
	return b.Life > than.Life || b.Life == than.Life && b.Count > than.Count
}

// gossip is what a node knows of all.
type gossip struct {
	peers []acquaintance // in the order of servers
	index []int          // of a node in peers
	ticks uint64
}

// acquaintance is one node, as another one sees it.
type acquaintance struct {
	beat
	heard     time.Duration // when its counter last grew here
	gaps      [gapsKept]time.Duration
	measured  int // gaps so far
	suspected bool
}

// gapsKept is how many times between heartbeats are remembered.
const gapsKept = 32

// start begins a life. All are taken to have been heard of just now.
func (g *gossip) start(env *sim.Env, m *membership) {
	g.peers = make([]acquaintance, len(m.all))
	for i, id := range m.all {
		for int(id) >= len(g.index) {
			g.index = append(g.index, 0)
		}
		g.index[id] = i
		g.peers[i] = acquaintance{beat: beat{Node: id}, heard: env.Now()}
		g.peers[i].note(2 * m.plan.ring.every)
	}
	g.of(m.self).Life = uint64(env.Now()) + 1
	first := sim.Below(env.Draw(drawGossip, sim.NumberSubject(0)), uint64(m.plan.ring.every))
	env.After(time.Duration(first), sim.Timer{Kind: timerGossip})
}

// of is what is known of a node.
func (g *gossip) of(id sim.NodeID) *acquaintance { return &g.peers[g.index[id]] }

// note remembers a time between two heartbeats.
func (a *acquaintance) note(gap time.Duration) {
	a.gaps[a.measured%gapsKept] = gap
	a.measured++
}

// mean is the mean time between two heartbeats.
func (a *acquaintance) mean() time.Duration {
	n := min(a.measured, gapsKept)
	sum := time.Duration(0)
	for _, gap := range a.gaps[:n] {
		sum += gap
	}
	return max(sum/time.Duration(n), 1)
}

// down tells whether the level of suspicion has reached phi. The level is the negative
// decimal logarithm of the chance that a heartbeat is still to come after so long
// (Hayashibara, Défago, Yared and Katayama, The phi Accrual Failure Detector, SRDS
// 2004), for times between heartbeats that are exponential, as in Cassandra: elapsed /
// mean * log10(e).
func (a *acquaintance) down(now time.Duration, phi int64) bool {
	const log10e = 434 // thousandths
	return int64((now-a.heard)/time.Microsecond)*log10e >= phi*1000*int64(a.mean()/time.Microsecond)
}

// suspects are the nodes under suspicion.
func (g *gossip) suspects() []sim.NodeID {
	var list []sim.NodeID
	for i := range g.peers {
		if g.peers[i].suspected {
			list = append(list, g.peers[i].Node)
		}
	}
	return list
}

// tick is one round: the node's own counter grows, a drawn other node is told of all,
// and who is silent is judged.
func (m *membership) tick(env *sim.Env) {
	g := &m.gossip
	g.ticks++
	env.After(m.plan.ring.every, sim.Timer{Kind: timerGossip})
	m.refresh(env)
	if other := m.drawn(env); other != sim.Nobody {
		env.Send(other, &rumour{Number: g.ticks, Ring: m.Config.Version, Beats: m.beats(nil)})
	}
	m.judge(env)
	m.elapse()
	m.asked = 0
	m.askSources(env)
	m.steward(env)
}

// refresh makes the node's own beat the present one.
func (m *membership) refresh(env *sim.Env) {
	own := m.gossip.of(m.self)
	own.Count++
	own.heard, own.Ring, own.Filled = env.Now(), m.safe.Ring, m.safe.Filled
}

// drawn is another node, whoever it is: also one that is thought to be down, lest
// it stays so.
func (m *membership) drawn(env *sim.Env) sim.NodeID {
	word := env.Draw(drawGossip, sim.NumberSubject(m.gossip.ticks))
	best, weight := sim.Nobody, uint64(0)
	for _, id := range m.all {
		if id == m.self {
			continue
		}
		if w := env.Weight(word, id); best == sim.Nobody || w > weight {
			best, weight = id, w
		}
	}
	return best
}

// beats are those that are newer than what somebody else knows, all where that is nil.
func (m *membership) beats(known *rumour) []beat {
	var list []beat
	for i := range m.gossip.peers {
		own := &m.gossip.peers[i].beat
		if own.Count > 0 && (known == nil || !known.covers(own)) {
			list = append(list, *own)
		}
	}
	return list
}

// covers tells whether who sent this knows a beat, or a later one.
func (m *rumour) covers(b *beat) bool {
	for i := range m.Beats {
		if m.Beats[i].Node == b.Node {
			return !b.newer(&m.Beats[i])
		}
	}
	return false
}

// hear takes what another node knows, and answers with what it does not.
func (m *membership) hear(env *sim.Env, from sim.NodeID, r *rumour) {
	for i := range r.Beats {
		m.update(env, &r.Beats[i])
	}
	m.inform(env, from, r.Ring)
	if !r.Reply {
		m.refresh(env)
		env.Send(from, &rumour{Number: r.Number, Ring: m.Config.Version, Reply: true, Beats: m.beats(r)})
	}
	m.steward(env)
}

// update takes a beat, if it is new. The silence that is over counts as a time between
// heartbeats only where it had not raised suspicion: a crash is none.
func (m *membership) update(env *sim.Env, b *beat) {
	a := m.gossip.of(b.Node)
	if b.Node == m.self || !b.newer(&a.beat) {
		return
	}
	if !a.suspected {
		a.note(env.Now() - a.heard)
	}
	a.beat, a.heard = *b, env.Now()
	if a.suspected {
		a.suspected = false
		m.risen(env, b.Node)
	}
}

// judge puts those under suspicion who have been silent for too long.
func (m *membership) judge(env *sim.Env) {
	for i := range m.gossip.peers {
		a := &m.gossip.peers[i]
		if a.suspected || a.Node == m.self || !a.down(env.Now(), m.plan.ring.phi) {
			continue
		}
		a.suspected = true
		if m.plan.ring.detection {
			m.local.health.believe(a.Node, suspected)
			m.local.fell(env, a.Node)
		}
	}
}

// risen tells the coordinator of a node that is back.
func (m *membership) risen(env *sim.Env, id sim.NodeID) {
	if m.plan.ring.detection {
		m.local.health.believe(id, present)
		m.replica.handOff(env, id)
	}
}
