package raft

import (
	"slices"
	"time"

	"simrun/sim"
)

// election is a server's part in finding a leader (paper, section 5.2).
type election struct {
	stage   stage
	tries   uint32 // campaigns and polls since a leader was last heard
	granted []bool // by rank
	forced  bool   // told to campaign by a leader that gives up
	asks    []owed // whom a vote, or its refusal, is owed to
}

type stage uint8

const (
	calm       stage = iota // no candidate
	polling                 // asking whether votes would be given (dissertation, section 9.6)
	opening                 // the new term and the own vote are on their way to the disk
	canvassing              // asking for votes
)

// owed is an answer that waits for the disk.
type owed struct {
	to      sim.NodeID
	subject about
	term    uint64
	granted bool
}

// patience is a timeout drawn for the present term and try, from the shortest to the longest.
func (n *Node) patience(env *sim.Env) time.Duration {
	about := sim.NumberSubject(n.hard.Term<<16 | uint64(n.election.tries&0xFFFF))
	word := env.Draw(drawPatience, about)
	return n.config.Timeout + time.Duration(sim.Below(word, uint64(n.config.Spread)))
}

// watch begins anew to wait for a leader.
func (n *Node) watch(env *sim.Env) {
	f := &n.follower
	patience := n.patience(env)
	if !env.Reset(f.timer, patience) {
		f.timer = env.After(patience, sim.Timer{Kind: timerMissed})
	}
}

// watchAnew begins anew to wait, as of a vote that is durable only now: who writes it down does nothing
// else, and has granted nothing before. What the timer said meanwhile is void.
func (n *Node) watchAnew(env *sim.Env) {
	n.backlog = slices.DeleteFunc(n.backlog, func(e event) bool { return e.m == nil && e.timer.Kind == timerMissed })
	n.watch(env)
}

// missed begins a campaign: no leader was heard. Who has no vote waits on (dissertation,
// section 4.2.2).
func (n *Node) missed(env *sim.Env) {
	if n.role == sim.Leader {
		return
	}
	n.election.tries++
	n.watch(env)
	n.leader = sim.Nobody
	if !n.canCampaign(env) {
		n.askForPlace(env)
		return
	}
	if n.config.PreVote {
		n.poll(env)
		return
	}
	n.campaign(env, false)
}

// canCampaign tells whether the node may ask for votes: it has one itself, and no leader may
// count on it.
func (n *Node) canCampaign(env *sim.Env) bool {
	return n.mayVote() && !n.isLoyal(env)
}

// isLoyal tells whether a leader may count on this node: it has heard one within the shortest
// timeout, or may have done so before it restarted (dissertation, sections 4.2.3 and 6.4.1).
func (n *Node) isLoyal(env *sim.Env) bool {
	if !n.config.loyal() {
		return false
	}
	if n.role == sim.Leader {
		return !heldFor(env, n.heardByMajority(env), n.config.Timeout)
	}
	f := &n.follower
	return f.hears && !heldFor(env, f.heard, n.config.Timeout) || n.mayHaveHeard(env)
}

// mayHaveHeard tells whether a former life may have heard a leader not long ago.
func (n *Node) mayHaveHeard(env *sim.Env) bool {
	longest := n.config.Timeout + n.config.Spread
	return n.began && !heldFor(env, n.follower.born, longest) && !n.config.restartedVoterForgets()
}

// forced campaigns at once, because the laboratory says so: as if the election timer had fired.
func (n *Node) forced(env *sim.Env) {
	if n.role == sim.Leader || !n.canCampaign(env) {
		return
	}
	n.election.tries++
	n.watch(env)
	n.campaign(env, false)
}

// poll asks whether votes would be given.
func (n *Node) poll(env *sim.Env) {
	e := &n.election
	e.stage, e.granted = polling, make([]bool, len(n.servers))
	n.sendAsk(env, &ask{about: n.subject(), Term: n.hard.Term + 1, Last: n.log.Last(), Pre: true})
	n.grantedBy(env, n.me)
}

// subject is what the messages of a campaign are about.
func (n *Node) subject() about {
	return about(sim.NumberSubject(n.hard.Term<<16 | uint64(n.election.tries&0xFFFF)))
}

// campaign opens a term. Votes are asked for once it is on disk.
func (n *Node) campaign(env *sim.Env, forced bool) {
	e := &n.election
	n.leader = sim.Nobody
	n.enter(env, n.hard.Term+1, n.self)
	e.stage, e.forced, e.granted = opening, forced, make([]bool, len(n.servers))
	n.openCampaign(env)
}

// openCampaign asks for votes.
func (n *Node) openCampaign(env *sim.Env) {
	e := &n.election
	if e.stage != opening || !n.isSettled() {
		return
	}
	e.stage = canvassing
	n.sendAsk(env, &ask{about: n.subject(), Term: n.hard.Term, Last: n.log.Last(), Forced: e.forced})
	n.grantedBy(env, n.me)
}

func (n *Node) sendAsk(env *sim.Env, m *ask) {
	for rank, id := range n.servers {
		if id != n.self && n.hasVote(rank) {
			env.Send(id, m)
		}
	}
}

// enter begins a term, in which the node leads no more, and votes for somebody or nobody yet.
// The election timer runs on.
func (n *Node) enter(env *sim.Env, term uint64, vote sim.NodeID) {
	led := n.role == sim.Leader
	n.election.stage = calm
	n.leader = sim.Nobody
	f := &n.follower
	f.verified, f.told, f.owes, f.round, f.refusal, f.incoming = 0, 0, false, 0, nil, nil
	n.pledge(env, hardState{Term: term, Vote: vote})
	if led {
		n.stepDown(env)
	} else {
		n.take(env, n.rest())
		n.abandonForwarded(env)
	}
}

// receiveAsk decides on a vote (paper, figure 2: RequestVote).
func (n *Node) receiveAsk(env *sim.Env, from sim.NodeID, m *ask) {
	n.tellGone(env, from)
	if m.Pre {
		n.receivePoll(env, from, m)
		return
	}
	if (m.Term > n.hard.Term || n.hard.Vote != from) && !m.Forced && n.isLoyal(env) {
		// Neither the term nor the vote changes (dissertation, section 4.2.3). Nor is there a vote in the present
		// term: the node may have heard of it by others while it is loyal to the leader of an earlier one.
		return
	}
	if m.Term > n.hard.Term {
		n.enter(env, m.Term, sim.Nobody)
	}
	granted := m.Term == n.hard.Term && n.role != sim.Leader && n.isFree(from) && n.isUpToDate(m)
	if granted && n.hard.Vote != from {
		n.pledge(env, hardState{Term: m.Term, Vote: from})
	}
	if granted {
		n.watch(env)
	}
	n.election.asks = append(n.election.asks, owed{to: from, subject: m.about, term: m.Term, granted: granted})
	n.answerAsks(env)
}

// isFree tells whether the node may vote for a candidate in the present term: it has not
// voted for another.
func (n *Node) isFree(candidate sim.NodeID) bool {
	return n.hard.Vote == sim.Nobody || n.hard.Vote == candidate || n.config.grantAny()
}

// isUpToDate tells whether the candidate's log is at least as advanced (section 5.4.1).
func (n *Node) isUpToDate(m *ask) bool {
	return !m.Last.Before(n.log.Last()) || n.config.noUpToDate()
}

// receivePoll says whether the node would vote. It promises nothing.
func (n *Node) receivePoll(env *sim.Env, from sim.NodeID, m *ask) {
	f := &n.follower
	hears := n.role == sim.Leader || f.hears && !heldFor(env, f.heard, n.config.Timeout) || n.isLoyal(env)
	granted := m.Term > n.hard.Term && !hears && n.isUpToDate(m) || n.config.pollsGranted()
	if !n.isSettled() {
		return
	}
	env.Send(from, &vote{about: m.about, Term: n.hard.Term, For: m.Term, Identity: n.identity, Pre: true, Granted: granted})
}

// answerAsks answers what was asked once the term and the vote are on disk.
func (n *Node) answerAsks(env *sim.Env) {
	e := &n.election
	if !n.isSettled() {
		return
	}
	asks := e.asks
	e.asks = nil
	for _, o := range asks {
		granted := o.granted && o.term == n.hard.Term && n.hard.Vote == o.to || o.granted && n.config.grantAny()
		if granted && n.config.Blocking {
			n.watchAnew(env)
		}
		env.Send(o.to, &vote{about: o.subject, Term: n.hard.Term, For: o.term, Identity: n.identity, Granted: granted})
	}
}

// receiveVote counts a vote.
func (n *Node) receiveVote(env *sim.Env, from sim.NodeID, m *vote) {
	e := &n.election
	if m.Term > n.hard.Term {
		n.enter(env, m.Term, sim.Nobody)
		return
	}
	rank := n.rank(from)
	if rank < 0 || !m.Granted || !n.configs.newest().canVote(from, m.Identity) {
		return
	}
	switch {
	case e.stage == polling && m.Pre && m.For == n.hard.Term+1:
		n.grantedBy(env, rank)
	case e.stage == canvassing && !m.Pre && (m.For == n.hard.Term || n.config.staleVote()):
		n.grantedBy(env, rank)
	}
}

// grantedBy goes on once a majority has granted what was asked.
func (n *Node) grantedBy(env *sim.Env, rank int) {
	e := &n.election
	e.granted[rank] = true
	won := n.quorum(byVoters, func(m *member) uint64 {
		if e.granted[n.rank(m.id)] {
			return 1
		}
		return 0
	})
	switch {
	case won == 0:
	case e.stage == polling:
		n.campaign(env, false)
	default:
		n.lead(env)
	}
}

// quorum is the highest number that a majority of the voters has reached.
func (n *Node) quorum(counts counting, reached func(*member) uint64) uint64 {
	if counts == byVoters && n.config.jointUnion() {
		counts = aUnion
	}
	return n.configs.newest().quorum(&n.scratch, counts, reached)
}
