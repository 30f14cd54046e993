package multileader

import (
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// greeting is what this server tells of itself.
func (n *Node) greeting(env *sim.Env, asks, answer bool) *greet {
	b := n.leaders[n.place]
	return &greet{
		At: env.Now(), Epoch: b.epoch, Leader: b.id, Has: n.disk.has, Parts: slices.Clone(n.parts),
		Asks: asks, Answer: answer, Blank: n.blank,
	}
}

// greetAll greets every other server.
func (n *Node) greetAll(env *sim.Env, asks bool) {
	m := n.greeting(env, asks, false)
	for rank, id := range n.members {
		if rank != n.me {
			env.Send(id, m)
		}
	}
}

// beat greets the followers, and makes sure that most of them still answer.
func (n *Node) beat(env *sim.Env) {
	if n.role != sim.Leader {
		return
	}
	if n.replaces(n.place) && !n.isHeard(env) {
		n.stepDown(env)
		return
	}
	m := n.greeting(env, false, false)
	for _, rank := range n.centres[n.place] {
		if rank != n.me {
			env.Send(n.members[rank], m)
		}
	}
	env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat, A: n.held})
}

// isHeard tells whether a majority of the datacentre, this leader included, was heard of late.
func (n *Node) isHeard(env *sim.Env) bool {
	heard := 1
	for _, rank := range n.centres[n.place] {
		if rank != n.me && env.Now()-n.peers[rank].heard < 2*n.config.Timeout {
			heard++
		}
	}
	return heard >= n.majority(n.place)
}

// pulse greets the other datacentres' leaders, and asks those that feed this one where updates
// are pulled. Where a leader is silent, all of its datacentre are greeted: someone knows another.
func (n *Node) pulse(env *sim.Env) {
	if n.role != sim.Leader {
		return
	}
	for place := range n.centres {
		if place == n.place {
			continue
		}
		leader := n.rank(n.leaders[place].id)
		silent := env.Now()-n.peers[leader].heard > silence*n.config.Period
		for _, rank := range n.centres[place] {
			if rank == leader || silent {
				n.word(env, rank)
			}
		}
	}
	n.apologizeAgain(env)
	env.After(n.config.Period, sim.Timer{Kind: timerPulse, A: n.held})
}

// silence is after how many periods a leader that was not heard may have been replaced.
const silence = 8

// word greets a server of another datacentre.
func (n *Node) word(env *sim.Env, rank int) {
	place := n.places[rank]
	switch feeds := n.edge(place, n.place); {
	case feeds && (n.config.Exchange == "pull" || !n.peers[rank].met) || n.parts[n.place].joining():
		n.ask(env, rank)
	case feeds || n.edge(n.place, place) || !n.parts[place].In:
		env.Send(n.members[rank], n.greeting(env, false, false))
	}
}

// receiveGreet learns what another server has, and who leads and takes part there.
func (n *Node) receiveGreet(env *sim.Env, from sim.NodeID, m *greet) {
	rank := n.rank(from)
	if rank < 0 {
		return
	}
	p := &n.peers[rank]
	p.heard = env.Now()
	n.learnParts(env, m.Parts)
	n.learnLeader(env, rank, m)
	if m.At >= p.at {
		n.learnHas(env, p, m)
	}
	if !m.Answer {
		env.Send(from, n.greeting(env, false, true))
	}
	n.feed(env, rank, m.Asks)
	n.learnBlank(env, m)
	n.learnGoal(env, rank, m)
	n.confirmed(env, rank)
}

// learnHas takes note of what a server has. It may be less than it had, or was thought to have.
func (n *Node) learnHas(env *sim.Env, p *peer, m *greet) {
	if !versions.SeesAll(m.Has, p.has) {
		p.done, p.mark, p.filled, p.sent = 0, 0, 0, m.Has
	}
	p.at, p.has, p.met = m.At, m.Has, true
	if p.asked > 0 && m.Answer {
		p.asked = 0
	}
	n.pass(p)
}

// feed sends a server what it lacks: at once where it asked, else unless it is on its way. A
// datacentre that neither takes part nor is about to has no claim to anything.
func (n *Node) feed(env *sim.Env, rank int, asked bool) {
	p, there := &n.peers[rank], n.parts[n.places[rank]]
	asked = asked && (n.places[rank] == n.place || there.In || there.joining())
	entries, _, _ := n.shown()
	if p.done >= entries || !asked && !n.feeds(rank) {
		return
	}
	if asked {
		p.lacks, p.mark = true, entries
		n.fill(env, rank)
	}
	n.expect(env, rank)
}
