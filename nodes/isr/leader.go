package isr

import (
	"time"

	"simrun/sim"
)

// leading is a leader's part.
type leading struct {
	start uint64 // where its log ended when it began
	round uint64 // of questions whether the in-sync replicas follow
	peers []peer // by rank
	// The in-sync set that the controller was asked for and has not answered, 0 if none.
	pending sim.NodeSet
	asked   time.Duration
	waits   []waiting
}

// peer is what a leader knows of a follower.
type peer struct {
	has    uint64 // up to where its log is the leader's
	round  uint64 // that it has heard of
	caught time.Duration
	// The last fetch: when it came, and where the leader's log ended.
	fetched time.Duration
	end     uint64
	parked  *fetch // not answered yet
	since   time.Duration
}

// waiting is a client that waits for a write in the log.
type waiting struct {
	index   uint64
	op      sim.OpID
	attempt uint8
	client  sim.NodeID
}

// lead begins an epoch.
func (s *Server) lead(env *sim.Env) {
	s.leads = leading{start: s.log.Last().Index, peers: make([]peer, len(s.servers))}
	for i := range s.leads.peers {
		s.leads.peers[i].caught = env.Now()
	}
	s.take(env, sim.Leader)
	env.Observe(sim.Observation{Fact: sim.Elected, A: s.now.Epoch})
	s.advance(env)
}

// receiveFetch takes note of what a follower has, and answers once there is something new. Only what
// lives of the present epoch ask counts (KIP-320, KIP-903).
func (s *Server) receiveFetch(env *sim.Env, from sim.NodeID, m *fetch) {
	rank := s.rank(from)
	isOurs := rank >= 0 && (m.Epoch == s.now.Epoch || s.config.noEpochFence())
	if s.role != sim.Leader || !isOurs || m.Life != s.now.Lives[rank] && !s.config.formerFetch() {
		return
	}
	p := &s.leads.peers[rank]
	if p.parked != nil && m.Number <= p.parked.Number {
		return
	}
	p.parked = nil
	if isThere := s.config.truncateToHW() && m.Last.Index <= s.log.Last().Index; !isThere && !s.log.Holds(m.Last) {
		s.diverge(env, from, m)
		return
	}
	s.note(env, p, m)
	p.parked, p.since = m, env.Now()
	s.expand(env, rank)
	s.advance(env)
	s.release(env)
	s.answerFetch(env, rank, false)
}

// diverge tells a follower where the two logs may meet (KIP-101, KIP-279).
func (s *Server) diverge(env *sim.Env, to sim.NodeID, m *fetch) {
	meets := s.log.Position(s.log.Meeting(m.Last))
	env.Send(to, &fetched{Epoch: s.now.Epoch, Life: m.Life, Number: m.Number, Diverge: true, Meets: meets, Round: s.leads.round})
}

// note takes note of a fetch. A follower is caught up if it has what the log held at
// its last fetch: then it was at that time.
func (s *Server) note(env *sim.Env, p *peer, m *fetch) {
	end := s.log.Last().Index
	switch {
	case m.Last.Index >= end:
		p.caught = env.Now()
	case m.Last.Index >= p.end && p.fetched > 0:
		p.caught = max(p.caught, p.fetched)
	}
	p.fetched, p.end = env.Now(), end
	p.has, p.round = max(p.has, m.Last.Index), max(p.round, m.Round)
}

// answerFetch answers a follower whose fetch waits, if there is anything new or it
// has waited long enough.
func (s *Server) answerFetch(env *sim.Env, rank int, always bool) {
	p := &s.leads.peers[rank]
	m := p.parked
	if m == nil {
		return
	}
	entries := s.log.Slice(m.Last.Index, s.config.Batch)
	isNews := len(entries) > 0 || min(s.high, m.Last.Index) > m.High || s.leads.round > m.Round
	if !isNews && !always {
		return
	}
	p.parked = nil
	about := sim.Subject(0)
	if len(entries) == 1 {
		about = sim.OpSubject(entries[0].Op, 1)
	}
	env.Send(s.servers[rank], &fetched{
		About: about, Epoch: s.now.Epoch, Life: m.Life, Number: m.Number, Entries: entries, High: s.high, Round: s.leads.round,
	})
}

// answerFetches answers all followers for whom there is something new.
func (s *Server) answerFetches(env *sim.Env) {
	for rank := range s.leads.peers {
		s.answerFetch(env, rank, false)
	}
}

// advance raises the high watermark to what all of the maximal in-sync set have, but not
// while fewer than min_isr are in sync.
func (s *Server) advance(env *sim.Env) {
	if s.now.InSync.Len() < s.config.MinISR {
		return
	}
	before := s.high
	s.raise(env, s.common())
	if s.role == sim.Leader && s.high > before {
		s.acknowledge(env)
		s.answerFetches(env)
	}
}

// common is up to where all of the maximal in-sync set have the log, on disks of which a loss
// would be noticed.
func (s *Server) common() uint64 {
	if s.config.ackAtMin() {
		return s.commonOfSome()
	}
	counted := s.counted() | sim.NodesOf(s.self)
	if counted&^s.now.Identified != 0 {
		return 0
	}
	common := s.has()
	for rank, id := range s.servers {
		if id != s.self && counted.Has(id) {
			common = min(common, s.leads.peers[rank].has)
		}
	}
	return common
}

// counted is the in-sync set that the high watermark goes by: the maximal one.
func (s *Server) counted() sim.NodeSet {
	if s.config.hwIgnoresPending() {
		return s.now.InSync
	}
	return s.now.InSync | s.leads.pending
}

// commonOfSome is what a mutant takes for committed: what min_isr replicas have.
func (s *Server) commonOfSome() uint64 {
	best := uint64(0)
	for _, high := range append(s.peersHave(), s.has()) {
		holders := 0
		for _, has := range append(s.peersHave(), s.has()) {
			if has >= high {
				holders++
			}
		}
		if holders >= s.config.MinISR {
			best = max(best, high)
		}
	}
	return min(best, s.has())
}

func (s *Server) peersHave() (have []uint64) {
	for rank, id := range s.servers {
		if id != s.self && s.now.InSync.Has(id) {
			have = append(have, s.leads.peers[rank].has)
		}
	}
	return have
}

// stepDown ends a reign: the clients that wait have to ask others.
func (s *Server) stepDown(env *sim.Env) {
	if s.role != sim.Leader {
		return
	}
	waits := s.leads.waits
	s.leads = leading{}
	s.role = 0
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: s.held, B: sim.Leader})
	for i := range waits {
		w := &waits[i]
		s.reply(env, w.client, w.op, w.attempt, sim.Unknown, sim.Partial)
	}
	s.abandonReads(env)
}
