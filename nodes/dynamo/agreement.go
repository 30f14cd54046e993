package dynamo

import (
	"slices"

	"simrun/nodes/internal/quorum"
	"simrun/sim"
)

// This file is how a version of the ring is agreed on: by single-decree Paxos (Lamport,
// Paxos Made Simple, 2001) among the members of the version before. Any node may
// propose. As in CEP-21 (Transactional Cluster Metadata of Cassandra 5.1) the members
// come one version after another, so that two changes never overlap; gossip alone
// would let two nodes begin different ones.

// campaign is a proposal under way.
type campaign struct {
	over     bool
	ballot   uint64
	value    ringConfig
	accepted uint64 // the highest ballot that a promise told of
	promises quorum.Tally
	accepts  quorum.Tally
	refused  uint64 // the highest ballot heard of
	polled   bool   // for promises, which waits for the disk
	asking   bool   // for acceptance
	ticks    uint64 // rounds of gossip until it is given up
}

// campaignTicks is how long a proposal may take, and drawn once more how long until
// the next: two that propose at once must not go on doing so.
const campaignTicks = 4

// ballotBits is room for the node in a ballot, below the time of the proposal or what
// has to be more than that. A node keeps its highest on its disk, so that it proposes no
// two things by one ballot, in no two of its lives.
const ballotBits = 10

// propose begins to make a version the next one.
func (m *membership) propose(env *sim.Env, next ringConfig) {
	c := &m.campaign
	if !c.over || c.ticks > 0 {
		return
	}
	ballot := max(uint64(env.Now()), m.Ballot>>ballotBits, c.refused>>ballotBits) + 1
	m.Ballot = ballot<<ballotBits | uint64(m.self)
	*c = campaign{ballot: m.Ballot, value: next}
	c.ticks = campaignTicks + sim.Below(env.Draw(drawGossip, sim.NumberSubject(next.Version)), campaignTicks)
	m.save(env)
}

// canvass asks for promises, once the ballot is on disk.
func (m *membership) canvass(env *sim.Env) {
	c := &m.campaign
	if c.over || c.polled {
		return
	}
	c.polled = true
	m.poll(env, &ringPrepare{ringVote{c.value.Version, c.ballot}})
}

// poll asks every acceptor.
func (m *membership) poll(env *sim.Env, message sim.Message) {
	for _, voter := range m.Config.Members {
		env.Send(voter.Node, message)
	}
}

// elapse gives up a proposal that gets no answers.
func (m *membership) elapse() {
	c := &m.campaign
	if c.ticks > 0 {
		c.ticks--
	}
	if c.ticks == 0 {
		c.over = true
	}
}

// votes tells whether the node is asked for its vote on the next version, and sees to
// it that who asks for another one learns better.
func (m *membership) votes(env *sim.Env, from sim.NodeID, v *ringVote) bool {
	if v.Version == m.Config.Version+1 {
		return holder(m.Config.Members, m.self) >= 0
	}
	m.inform(env, from, v.Version-1)
	return false
}

// promise handles the first request: not to accept lower ballots.
func (m *membership) promise(env *sim.Env, from sim.NodeID, ask *ringPrepare) {
	if !m.votes(env, from, &ask.ringVote) {
		return
	}
	if ask.Ballot > m.Promised {
		m.Promised = ask.Ballot
		m.save(env)
	}
	answer := &ringPromise{ringVote{ask.Version, m.Promised}, m.Accepted, m.Value}
	m.replica.owe(env, promise{number: m.mark, to: from, ack: answer})
}

// promised counts a promise. With a majority the value is fixed: that of the highest
// ballot accepted so far, or else the proposer's own.
func (m *membership) promised(env *sim.Env, from sim.NodeID, p *ringPromise) {
	c := &m.campaign
	voter := holder(m.Config.Members, from)
	c.refused = max(c.refused, p.Ballot)
	if c.over || c.asking || voter < 0 || p.Ballot != c.ballot {
		return
	}
	if p.Accepted > c.accepted {
		c.accepted, c.value = p.Accepted, p.Value
	}
	if c.promises.Add(voter); !m.majority(c.promises) {
		return
	}
	c.asking = true
	m.poll(env, &ringAccept{ringVote{c.value.Version, c.ballot}, c.value})
}

// accept handles the second request: to accept a value.
func (m *membership) accept(env *sim.Env, from sim.NodeID, ask *ringAccept) {
	if !m.votes(env, from, &ask.ringVote) || ask.Ballot < m.Promised {
		return
	}
	if m.Accepted != ask.Ballot {
		m.Promised, m.Accepted, m.Value = ask.Ballot, ask.Ballot, ask.Value
		m.save(env)
	}
	m.replica.owe(env, promise{number: m.mark, to: from, ack: &ringAccepted{ask.ringVote}})
}

// accepted counts an acceptance. With a majority the version is agreed on.
func (m *membership) accepted(env *sim.Env, from sim.NodeID, a *ringAccepted) {
	c := &m.campaign
	voter := holder(m.Config.Members, from)
	if c.over || voter < 0 || a.Ballot != c.ballot || a.Version != m.Config.Version+1 {
		return
	}
	if c.accepts.Add(voter); !m.majority(c.accepts) {
		return
	}
	decided := c.value
	for _, id := range m.all {
		if id != m.self {
			env.Send(id, &news{decided})
		}
	}
	m.learn(env, &decided)
}

func (m *membership) majority(some quorum.Tally) bool {
	return some.Met(quorum.Majority(len(m.Config.Members)))
}

// rank is the node's turn to see a change through: first the one that it is about,
// then the members, by their order, lest all do it at once.
func (m *membership) rank() int {
	if m.self == m.Config.Subject {
		return 0
	}
	at := slices.IndexFunc(m.Config.Members, func(other member) bool { return other.Node == m.self })
	if at < 0 {
		return -1
	}
	return 1 + at
}
