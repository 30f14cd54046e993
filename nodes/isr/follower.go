package isr

import (
	"time"

	"simrun/sim"
)

// following is a follower's part.
type following struct {
	number uint64 // of the newest fetch
	first  uint64 // of the fetches that ask for the same, since the last answer
	open   bool   // it is not answered
	asked  time.Duration
	owes   bool // a fetch is sent once the disk has all
	round  uint64
}

// fetch asks the leader for more, once what the log holds is to be acknowledged.
func (s *Server) fetch(env *sim.Env) {
	f := &s.follows
	if s.role != sim.Follower || s.now.Leader == sim.Nobody {
		return
	}
	end := s.log.Last()
	if f.owes = s.has() < end.Index; f.owes {
		return
	}
	f.number++
	if !f.open {
		f.first = f.number
	}
	f.open, f.asked = true, env.Now()
	env.Send(s.now.Leader, &fetch{
		Epoch: s.now.Epoch, Life: s.life, Number: f.number, Last: end, High: s.high, Round: f.round,
	})
}

// tickFollowing fetches again where an answer is missing.
func (s *Server) tickFollowing(env *sim.Env) {
	if f := &s.follows; f.open && since(env, f.asked, s.config.Retry) {
		s.fetch(env)
	}
}

// receiveFetched takes what the leader of the present epoch answers to the newest fetch, or to one that it only
// repeats: where a round takes longer than the retry, no other answer ever comes. An older answer
// is of a log that has changed since.
func (s *Server) receiveFetched(env *sim.Env, from sim.NodeID, m *fetched) {
	f := &s.follows
	isOurs := m.Epoch == s.now.Epoch && from == s.now.Leader || s.config.noEpochFence()
	if s.role != sim.Follower || !isOurs || !f.open || m.Life != s.life || m.Number < f.first {
		return
	}
	f.open, f.round = false, m.Round
	if m.Diverge {
		s.cut(env, s.log.Meeting(m.Meets))
	}
	for i := range m.Entries {
		s.append(env, m.Entries[i])
	}
	if len(m.Entries) > 0 && s.config.Flush {
		s.flush(env)
	}
	if !m.Diverge {
		s.raise(env, min(m.High, s.log.Last().Index))
	}
	s.fetch(env)
}

// raise takes note of a higher high watermark: the log up to there is committed, and applied.
func (s *Server) raise(env *sim.Env, high uint64) {
	if high <= s.high {
		return
	}
	for s.high < high {
		s.high++
		s.stateCommitted(env, s.high)
	}
	s.release(env)
}
