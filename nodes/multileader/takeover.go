package multileader

import (
	"time"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is what follows the loss of a leader inside its datacentre. A follower that misses it
// opens an epoch; who answers obeys no older one any more (the fence), and tells what it has on
// disk. With a majority's answers, and once it has all that they told of, the follower
// leads, under an identity of its own: the updates that its predecessor alone had come when that
// is back, as updates of another leader. Nothing is ever cut from a log, so that which
// follower leads matters for what can be read, not for what is kept.

// birthright is the epoch that a datacentre's first server leads without asking.
const birthright = 1

// election is a server's part in finding a leader.
type election struct {
	stage    stage
	epoch    uint64 // being opened
	newer    uint64 // an epoch that someone obeys already
	round    uint64
	answered []int      // ranks
	goal     kv.Context // what those who answered have
	asked    []asked
}

type stage uint8

const (
	calm      stage = iota
	opening         // asking who follows
	gathering       // getting what those who answered have
)

// asked is a query to be answered once the promise is on disk.
type asked struct {
	by    sim.NodeID
	epoch uint64
}

// watch waits for the leader to be missed.
func (n *Node) watch(env *sim.Env) {
	if !n.replaces(n.place) || n.role == sim.Leader {
		return
	}
	n.election.round++
	word := env.Draw(drawPatience, sim.NumberSubject(n.election.round))
	patience := n.config.Timeout + time.Duration(sim.Below(word, uint64(n.config.Timeout)))
	env.Cancel(n.watched)
	n.watched = env.After(patience, sim.Timer{Kind: timerMissed})
}

// missed opens an epoch: nothing was heard from a leader.
func (n *Node) missed(env *sim.Env) {
	n.campaign(env, false)
	n.watch(env)
}

// campaign opens an epoch of this server's own and asks who follows.
func (n *Node) campaign(env *sim.Env, forced bool) {
	if n.role == sim.Leader || !n.replaces(n.place) {
		return
	}
	e := &n.election
	e.stage, e.answered, e.goal = opening, nil, nil
	e.epoch = n.nextEpoch(max(birthright, n.epoch, e.newer), n.me)
	n.promise(env, e.epoch)
	m := &query{Epoch: e.epoch, Forced: forced}
	for _, rank := range n.centres[n.place] {
		if rank != n.me {
			env.Send(n.members[rank], m)
		}
	}
}

// isContent tells whether this server misses no leader.
func (n *Node) isContent(env *sim.Env) bool {
	if n.role == sim.Leader {
		return n.isHeard(env)
	}
	return n.heard > 0 && env.Now()-n.heard < n.config.Timeout
}

// receiveQuery follows into an epoch, once that is on disk, or refuses.
func (n *Node) receiveQuery(env *sim.Env, from sim.NodeID, m *query) {
	if m.Epoch <= n.epoch || !m.Forced && n.isContent(env) {
		env.Send(from, &answer{Epoch: m.Epoch, Obeys: n.epoch})
		return
	}
	n.stepDown(env)
	n.election.stage = calm
	n.election.asked = append(n.election.asked, asked{by: from, epoch: m.Epoch})
	n.promise(env, m.Epoch)
	n.watch(env)
}

// answerAsked answers the queries whose epoch is promised on disk; the server's own candidacy is
// one of them.
func (n *Node) answerAsked(env *sim.Env) {
	e := &n.election
	kept := e.asked[:0]
	for _, a := range e.asked {
		switch {
		case a.epoch > n.disk.epoch:
			kept = append(kept, a)
		case a.epoch < n.epoch:
			env.Send(a.by, &answer{Epoch: a.epoch, Obeys: n.epoch})
		default:
			n.stateVoted(env, a.epoch, a.by)
			env.Send(a.by, &answer{Epoch: a.epoch, Has: n.disk.has})
		}
	}
	e.asked = kept
	if e.stage == opening && e.epoch == n.disk.epoch {
		n.granted(env, n.me, n.seen)
	}
}

// receiveAnswer counts who follows.
func (n *Node) receiveAnswer(env *sim.Env, from sim.NodeID, m *answer) {
	e := &n.election
	rank := n.rank(from)
	switch {
	case rank < 0 || m.Epoch != e.epoch || e.stage != opening:
	case m.Obeys > 0:
		e.newer = max(e.newer, m.Obeys)
	default:
		n.granted(env, rank, m.Has)
	}
}

// granted counts an answer, and begins to gather when a majority follows.
func (n *Node) granted(env *sim.Env, rank int, has kv.Context) {
	e := &n.election
	for _, other := range e.answered {
		if other == rank {
			return
		}
	}
	if rank == n.me {
		n.stateVoted(env, e.epoch, n.self)
	}
	e.answered = append(e.answered, rank)
	e.goal = versions.Union(e.goal, has)
	if len(e.answered) >= n.majority(n.place) && e.epoch == n.disk.epoch && e.epoch == n.epoch {
		n.gather(env)
	}
}

// gather gets what those who answered have, and what a lost disk held.
func (n *Node) gather(env *sim.Env) {
	n.election.stage = gathering
	n.election.epoch = n.epoch
	if n.blank {
		n.greetAll(env, true)
		env.After(patienceOfBlank*n.config.Timeout, sim.Timer{Kind: timerBlank})
	}
	for _, rank := range n.election.answered {
		if rank != n.me {
			n.ask(env, rank)
		}
	}
	n.gathered(env)
}

// patienceOfBlank is how many timeouts a server that lost its disk looks for somebody who has
// not, before it leads all the same.
const patienceOfBlank = 10

// learnBlank has a server that lost its disk make up for it: it gathers what somebody has who
// did not lose his, of another datacentre where there is one.
func (n *Node) learnBlank(env *sim.Env, m *greet) {
	if !n.blank || m.Blank {
		return
	}
	n.election.goal = versions.Union(n.election.goal, m.Has)
	n.blank = false
	n.gathered(env)
}

// endBlank ends the search for what a lost disk held.
func (n *Node) endBlank(env *sim.Env) {
	n.blank = false
	n.gathered(env)
}

// gathered leads once all is here that was to be gathered.
func (n *Node) gathered(env *sim.Env) {
	e := &n.election
	if e.stage == gathering && e.epoch == n.epoch && !n.blank && versions.SeesAll(n.seen, e.goal) {
		n.lead(env)
	}
}

// lead takes the lead of the datacentre, and tells everybody.
func (n *Node) lead(env *sim.Env) {
	n.election.stage, n.election.goal = calm, nil
	n.role, n.held = sim.Leader, n.epoch
	n.actor, n.count = actorOf(n.me, env.Now()), 0
	n.forwarded = map[sim.OpID]belief{}
	n.scribe = n.cluster.scribe(n.place, n.actor, n.scribe.Clock)
	n.leaders[n.place] = belief{epoch: n.epoch, id: n.self}
	env.Cancel(n.watched)
	env.Observe(sim.Observation{Fact: sim.Elected, Key: scope(n.place), A: n.epoch})
	n.stateRole(env, sim.Held)
	n.statePart(env)
	for _, rank := range n.centres[n.place] {
		n.peers[rank].heard = env.Now()
	}
	n.greetAll(env, true)
	env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat, A: n.held})
	env.After(n.config.Period, sim.Timer{Kind: timerPulse, A: n.held})
	n.reconsider(env)
}

// stepDown gives up the lead.
func (n *Node) stepDown(env *sim.Env) {
	if n.role != sim.Leader {
		return
	}
	n.role = sim.Follower
	n.stateRole(env, sim.Left)
	n.leaders[n.place].id = n.self
	n.drop(env)
	n.reconsider(env)
	n.watch(env)
}

// reconsider handles the held requests again: the server's role changed.
func (n *Node) reconsider(env *sim.Env) { n.release(env) }

// learnLeader learns who leads the datacentre of a server that greets.
func (n *Node) learnLeader(env *sim.Env, rank int, m *greet) {
	place := n.places[rank]
	b := &n.leaders[place]
	if m.Epoch > b.epoch && n.rank(m.Leader) >= 0 {
		*b = belief{epoch: m.Epoch, id: m.Leader}
		if place == n.place {
			n.stepDownFor(env, m)
		}
	}
	if place != n.place || m.Leader != n.members[rank] || m.Epoch < n.epoch || n.role == sim.Leader {
		return
	}
	n.heard = env.Now()
	n.watch(env)
	if n.election.stage != calm && m.Epoch >= n.election.epoch {
		n.election.stage = calm
	}
}

// stepDownFor obeys another leader's epoch. Where nobody is replaced that was this server's own,
// and forgotten with its disk: it begins another one.
func (n *Node) stepDownFor(env *sim.Env, m *greet) {
	n.stepDown(env)
	n.leaders[n.place] = belief{epoch: m.Epoch, id: m.Leader}
	switch isFirst := n.centres[n.place][0] == n.me; {
	case isFirst && !n.replaces(n.place):
		n.promise(env, max(n.epoch, m.Epoch)+1)
		n.gather(env)
	case m.Epoch > n.epoch:
		n.promise(env, m.Epoch)
	}
}
