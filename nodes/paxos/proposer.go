package paxos

import (
	"math/bits"
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// phase is what a proposer is at.
type phase uint8

const (
	idle      phase = iota // somebody else leads, or nobody
	preparing              // phase 1
	leading                // phase 2, slot after slot
)

// proposer opens ballots, and leads once enough acceptors have promised.
type proposer struct {
	phase  phase
	ballot uint64
	opened bool   // the ballot is on disk: acceptors may hear of it
	from   uint64 // the first slot that phase 1 asks about

	instead uint64 // the ballot of the leader that handed over, 0 for none

	promised uint64 // the acceptors that have promised, a bit for each rank
	promises int    // how many messages said so
	found    map[uint64]replog.Entry
	floor    uint64 // the slots up to here are chosen, and behind a snapshot

	ruling ruling

	tries    uint // ballots opened since a leader was heard
	patience time.Duration
	heard    time.Duration // when a leader was last heard
	timer    sim.TimerID
	again    sim.TimerID // timerResend
}

// follow waits for a leader, or for there to be none.
func (n *Node) follow(env *sim.Env) {
	n.take(env, sim.Follower, n.seen)
	n.calm(env)
}

// calm takes note that somebody leads, or is about to.
func (n *Node) calm(env *sim.Env) {
	p := &n.proposer
	if p.phase != idle || !n.plays(n.proposers) {
		return
	}
	p.heard = env.Now()
	if _, pending := env.Pending(p.timer); !pending {
		n.drawPatience(env)
		p.timer = env.After(p.patience, sim.Timer{Kind: timerMissed})
	}
}

// mostDoublings bounds how far patience grows while ballots come to nothing.
const mostDoublings = 4

// drawPatience draws how long a leader has to be silent to be missed. It grows with each
// ballot that came to nothing, so that of several proposers one gets through.
func (n *Node) drawPatience(env *sim.Env) {
	p := &n.proposer
	least := n.config.Timeout
	word := env.Draw(drawPatience, sim.NumberSubject(n.seen))
	p.patience = least + time.Duration(sim.Below(word, uint64(least)<<min(p.tries, mostDoublings)))
}

// missed opens a ballot, unless a leader was heard in the meantime.
func (n *Node) missed(env *sim.Env) {
	p := &n.proposer
	if p.phase == leading && !p.ruling.handing {
		return
	}
	if quiet := env.Now() - p.heard; p.phase == idle && quiet < p.patience {
		p.timer = env.After(p.patience-quiet, sim.Timer{Kind: timerMissed})
		return
	}
	n.campaign(env, 0)
}

// forced opens a ballot because it was told to.
func (n *Node) forced(env *sim.Env) {
	if n.plays(n.proposers) && n.proposer.phase != leading {
		n.campaign(env, 0)
	}
}

// campaign opens a ballot of its own, higher than all it has heard of (phase 1a). It is
// on disk before anybody hears of it: a proposer that forgot it could open it twice. It may be
// in the place of a leader that hands over.
func (n *Node) campaign(env *sim.Env, instead uint64) {
	p := &n.proposer
	env.Cancel(p.timer)
	ballot := n.nextBallot(max(n.seen, n.acceptor.promised), n.me)
	if n.lent(env, ballot, instead) {
		n.follow(env)
		return
	}
	n.drop(env)
	p.phase, p.ballot, p.instead, p.opened = preparing, ballot, instead, false
	p.promised, p.promises, p.found, p.floor = 0, 0, map[uint64]replog.Entry{}, 0
	p.from = n.learner.applied + 1
	if n.config.gapNoop() {
		p.from = max(p.from, n.learner.known+1, n.acceptor.highest+1)
	}
	p.tries++
	n.seen, n.leader = ballot, sim.Nobody
	n.raise(env, ballot)
	n.owe(env, owed{prepare: ballot})
	n.drawPatience(env)
	p.timer = env.After(p.patience, sim.Timer{Kind: timerMissed})
}

// sendPrepare asks for promises, now that the ballot is on disk.
func (n *Node) sendPrepare(env *sim.Env, ballot uint64) {
	p := &n.proposer
	if p.phase != preparing || p.ballot != ballot {
		return
	}
	p.opened = true
	n.askPromises(env, n.ahead())
	n.expect(env)
}

func (n *Node) askPromises(env *sim.Env, of uint64) {
	p := &n.proposer
	n.sendTo(env, of&^p.promised, &prepare{about: about(sim.NumberSubject(p.ballot)), Ballot: p.ballot, From: p.from, Instead: p.instead})
}

// ahead are the acceptors of all slots that could be proposed for next.
func (n *Node) ahead() (set uint64) {
	l := &n.learner
	for _, c := range n.ruled(l.applied+1, l.applied+uint64(n.config.Window)) {
		set |= c.Acceptors
	}
	return set
}

// expect looks after a while at what was not answered.
func (n *Node) expect(env *sim.Env) {
	p := &n.proposer
	if _, pending := env.Pending(p.again); !pending {
		p.again = env.After(n.config.Resend, sim.Timer{Kind: timerResend})
	}
}

// resend sends again what was not answered.
func (n *Node) resend(env *sim.Env) {
	p := &n.proposer
	switch {
	case p.phase == preparing && p.opened:
		n.askPromises(env, n.ahead())
		n.expect(env)
	case p.phase == leading:
		n.proposeAgain(env)
	}
}

// receivePromise counts an acceptor's promise, and takes note of what it has accepted: of
// each slot the value of the highest ballot (Paxos Made Simple, section 2.2, P2c).
func (n *Node) receivePromise(env *sim.Env, from sim.NodeID, m *promise) {
	p := &n.proposer
	if p.phase == idle || m.Ballot != p.ballot {
		return
	}
	rank := n.rank(from)
	if p.promised&bit(rank) != 0 && !n.config.promisesPerMessage() {
		return
	}
	p.promised |= bit(rank)
	p.promises++
	if m.Floor > p.floor {
		p.floor = m.Floor
		n.learner.known = max(n.learner.known, m.Floor)
		if m.Floor > n.learner.applied {
			n.ask(env, n.teacherFor(rank))
		}
		n.watchGap(env)
	}
	for i := range m.Accepted {
		a := &m.Accepted[i]
		if best, ok := p.found[a.Slot]; !ok || a.Entry.Epoch > best.Epoch {
			p.found[a.Slot] = a.Entry
		}
		p.ruling.top = max(p.ruling.top, a.Slot)
	}
	if p.phase == preparing && n.isPromised(n.at(n.learner.applied+1)) {
		n.lead(env)
	}
	n.pump(env)
	n.release(env)
}

// isPromised tells whether enough acceptors of a configuration have promised.
func (n *Node) isPromised(c configuration) bool {
	p := &n.proposer
	got := bits.OnesCount64(c.Acceptors & p.promised)
	if n.config.promisesPerMessage() {
		got = p.promises
	}
	return got >= n.phase1(c)
}

// receiveRefused learns that a higher ballot was promised to somebody.
func (n *Node) receiveRefused(env *sim.Env, m *refused) {
	if m.Promised > m.Ballot {
		n.notice(env, m.Promised)
	}
}

// preempted gives way to a higher ballot. Without backoff it opens a yet higher one at
// once: two proposers that do so can go on for ever (Paxos Made Simple, section 2.4).
func (n *Node) preempted(env *sim.Env) {
	n.drop(env)
	n.follow(env)
	if n.config.Duel == "none" {
		n.campaign(env, 0)
	}
}

// drop ends whatever the proposer was at.
func (n *Node) drop(env *sim.Env) {
	p := &n.proposer
	was := p.ruling
	env.Cancel(p.timer)
	env.Cancel(p.again)
	env.Cancel(was.timer)
	p.phase, p.ruling, p.found = idle, ruling{}, nil
	n.abandon(env, &was)
	n.refuseReads(env)
}
