package paxos

import (
	"time"

	"simrun/sim"
)

// roundTime is when a round of heartbeats was sent.
type roundTime struct {
	round uint64
	at    time.Duration
}

// beat sends a heartbeat and sets the time of the next. Slots before a configuration that is
// chosen are filled with nothing, so that it comes to rule also where clients ask for little.
func (n *Node) beat(env *sim.Env) {
	if n.proposer.phase != leading {
		return
	}
	n.proposer.ruling.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
	if n.config.campaignsAtWhim() && n.proposer.ruling.round%9 == 8 {
		n.campaign(env, 0)
		return
	}
	n.sendBeat(env)
	if c := n.newest(); c.From > n.proposer.ruling.next {
		n.proposer.ruling.fill = c.From
		n.pump(env)
	}
}

func (n *Node) sendBeat(env *sim.Env) {
	p := &n.proposer
	r := &p.ruling
	r.round++
	r.another = false
	r.rounds = append(r.rounds, roundTime{r.round, env.Now()})
	n.sendTo(env, n.told()|n.ahead(), &beat{Ballot: p.ballot, Round: r.round, Chosen: n.learner.applied})
}

// askRound is the next round of heartbeats that begins after now: at once where none is
// under way, else when that is over. So reads that come together share one.
func (n *Node) askRound(env *sim.Env) uint64 {
	r := &n.proposer.ruling
	if r.confirmed < r.round {
		r.another = true
		return r.round + 1
	}
	round := r.round + 1
	n.sendBeat(env)
	return round
}

// receiveBeatAck counts who has promised nothing higher. When they are so many that no
// other ballot can have got enough promises, this node was the only one to lead when the round began.
func (n *Node) receiveBeatAck(env *sim.Env, from sim.NodeID, m *beatAck) {
	p := &n.proposer
	r := &p.ruling
	if p.phase != leading || m.Ballot != p.ballot {
		return
	}
	rank := n.rank(from)
	r.answered[rank] = max(r.answered[rank], m.Round)
	for round := r.answered[rank]; round > r.confirmed; round-- {
		if n.isConfirmed(round) {
			n.confirmed(env, round)
			return
		}
	}
}

// isConfirmed tells whether enough have answered a round, or a later one.
func (n *Node) isConfirmed(round uint64) bool {
	by := uint64(0)
	for rank, newest := range n.proposer.ruling.answered {
		if newest >= round {
			by |= bit(rank)
		}
	}
	l := &n.learner
	for _, c := range n.ruled(l.applied+1, l.applied+uint64(n.config.Window)) {
		if !n.bars(c, by) {
			return false
		}
	}
	return true
}

// confirmed goes on with what waited for a round.
func (n *Node) confirmed(env *sim.Env, round uint64) {
	r := &n.proposer.ruling
	r.confirmed = round
	for len(r.rounds) > 0 && r.rounds[0].round <= round {
		if r.rounds[0].round == round && n.config.leases() && !r.handing {
			n.hire(env, r.rounds[0].at)
		}
		r.rounds = r.rounds[1:]
	}
	n.release(env)
	if r.another && r.confirmed == r.round {
		n.sendBeat(env)
	}
}

// hire begins, or prolongs, the leader's lease: it counts from when the round was sent,
// which is before any acceptor began to count.
func (n *Node) hire(env *sim.Env, from time.Duration) {
	r := &n.proposer.ruling
	r.until = max(r.until, from+n.config.lent())
	env.Observe(sim.Observation{Fact: sim.Lease, A: uint64(from), B: uint64(r.until), C: n.proposer.ballot})
}

// dismiss gives up the lease, if there is one, and says so.
func (n *Node) dismiss(env *sim.Env) {
	r := &n.proposer.ruling
	if env.Now() < r.until {
		now := uint64(env.Now())
		env.Observe(sim.Observation{Fact: sim.Lease, A: now, B: now, C: n.proposer.ballot})
	}
	r.until = 0
}

// recount counts on no round that began before, nor on a lease: the acceptors that are known from now on were
// not asked, and may have promised to another leader.
func (n *Node) recount(env *sim.Env) {
	if n.proposer.phase == leading {
		n.dismiss(env)
		n.proposer.ruling.since = n.proposer.ruling.round + 1
	}
}
