package raft

import (
	"time"

	"simrun/sim"
)

// rounds are a leader's rounds of heartbeats. Once a majority has answered one, the node led
// when it began; reads that came before it began can be served (dissertation, section 6.4),
// and nobody else leads until the shortest timeout from then has passed (6.4.1).
type rounds struct {
	number    uint64 // the newest that began
	asked     uint64 // the newest that began for reads
	more      bool   // reads wait for another after the one asked
	confirmed uint64 // the newest that a majority answered
	starts    []start
	from      time.Duration // when the confirmed one began
	leaseFrom uint64        // the first whose answers may make a lease
}

// start is when a round began.
type start struct {
	number uint64
	at     time.Duration
}

// beginRound begins a round: every append from now on carries its number.
func (n *Node) beginRound(env *sim.Env) {
	r := &n.ruling.rounds
	r.number++
	r.starts = append(r.starts, start{r.number, n.leaseClock(env)})
	n.roundAnswered(env)
}

// askRound is the round that must be answered before a read that arrives now is served.
// One begins for reads at a time; later reads share the next.
func (n *Node) askRound(env *sim.Env) uint64 {
	r := &n.ruling.rounds
	if r.asked > r.confirmed {
		if n.config.sharesRound() {
			return r.asked
		}
		r.more = true
		return r.number + 1
	}
	n.sendRound(env)
	return r.asked
}

func (n *Node) sendRound(env *sim.Env) {
	r := &n.ruling.rounds
	r.more, r.asked = false, r.number+1
	n.beginRound(env)
	for rank := range n.ruling.peers {
		if p := &n.ruling.peers[rank]; p.member && n.hasVote(rank) {
			n.sendEmpty(env, rank, toConfirm, p.match)
		}
	}
}

// hasVote tells whether a server votes under some identity.
func (n *Node) hasVote(rank int) bool {
	for _, m := range n.configs.newest().members {
		if m.id == n.servers[rank] && m.parts&(votes|votedOnce) != 0 {
			return true
		}
	}
	return false
}

// roundAnswered goes on once a majority has answered a newer round.
func (n *Node) roundAnswered(env *sim.Env) {
	counts := byVoters
	if n.config.learnerCounted() {
		counts = anyone
	}
	r := &n.ruling.rounds
	round := n.quorum(counts, func(m *member) uint64 {
		switch {
		case m.id == n.self:
			return r.number
		case n.isCounted(m):
			return n.ruling.peers[n.rank(m.id)].round
		}
		return 0
	})
	if round <= r.confirmed {
		return
	}
	r.confirmed = round
	n.dateRound(env)
	if r.more && r.confirmed >= r.asked {
		n.sendRound(env)
	}
	n.release(env)
}

// dateRound finds out when the confirmed round began: a lease counts from there, never from
// when the answers came.
func (n *Node) dateRound(env *sim.Env) {
	r := &n.ruling.rounds
	for len(r.starts) > 0 && r.starts[0].number <= r.confirmed {
		r.from = r.starts[0].at
		r.starts = r.starts[1:]
	}
	if n.config.leaseFromAck() {
		r.from = n.leaseClock(env)
	}
	if n.config.Reads == "lease" && n.mayLease() {
		until := r.from + n.config.lease()
		env.Observe(sim.Observation{Fact: sim.Lease, A: uint64(r.from), B: uint64(until), C: n.hard.Term})
	}
}

// mayLease tells whether what is confirmed makes a lease: not once this term's leader has
// told another to campaign, which voters then may elect whatever they hear
// (dissertation, section 6.4.1).
func (n *Node) mayLease() bool {
	r := &n.ruling.rounds
	return r.confirmed >= max(1, r.leaseFrom) && !n.ruling.revoked
}

// holdsLease tells whether nobody else can have been elected yet.
func (n *Node) holdsLease(env *sim.Env) bool {
	return n.mayLease() && n.leaseClock(env) < n.ruling.rounds.from+n.config.lease()
}

// leaseClock is what leases are measured by: the clock that never jumps.
func (n *Node) leaseClock(env *sim.Env) time.Duration {
	if n.config.leaseOnWallClock() {
		return env.Wall()
	}
	return env.Now()
}
