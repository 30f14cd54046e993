package isr

import "simrun/sim"

// tickLeading looks who lags, asks the controller again, and answers fetches that have waited long enough.
func (s *Server) tickLeading(env *sim.Env) {
	if s.role != sim.Leader {
		return
	}
	for rank := range s.leads.peers {
		if p := &s.leads.peers[rank]; p.parked != nil && since(env, p.since, s.config.FetchWait) {
			s.answerFetch(env, rank, true)
		}
	}
	s.shrink(env)
	if s.leads.pending != 0 && since(env, s.leads.asked, s.config.Retry) {
		s.askAgain(env)
	}
}

// shrink asks to take out of sync who has lagged for too long.
func (s *Server) shrink(env *sim.Env) {
	if s.leads.pending != 0 {
		return
	}
	set, end := s.now.InSync, s.log.Last().Index
	for rank, id := range s.servers {
		p := &s.leads.peers[rank]
		if id != s.self && set.Has(id) && p.has < end && since(env, p.caught, s.config.Lag) {
			set &^= sim.NodesOf(id)
		}
	}
	s.alter(env, set)
}

// expand asks to take in a follower that has what is committed: all up to the high
// watermark and, as that may lag, all that the log held when the reign began.
func (s *Server) expand(env *sim.Env, rank int) {
	p, id := &s.leads.peers[rank], s.servers[rank]
	if s.leads.pending != 0 || s.now.InSync.Has(id) || !s.now.Identified.Has(id) {
		return
	}
	least := max(s.high, s.leads.start)
	if s.config.expandAtHW() {
		least = s.high
	}
	if p.has >= least {
		p.caught = env.Now()
		s.alter(env, s.now.InSync|sim.NodesOf(id))
	}
}

// alter asks the controller for another in-sync set.
func (s *Server) alter(env *sim.Env, set sim.NodeSet) {
	if set == s.now.InSync {
		return
	}
	s.leads.pending = set
	s.askAgain(env)
}

func (s *Server) askAgain(env *sim.Env) {
	s.leads.asked = env.Now()
	env.Send(s.controller, &alter{Epoch: s.now.Epoch, Version: s.now.Version, InSync: s.leads.pending})
}

// altered takes note of another version within the same reign: whatever was asked in view of
// the one before is answered or void. A follower in another life begins anew.
func (s *Server) altered(env *sim.Env, before *partition) {
	if s.role != sim.Leader {
		return
	}
	s.leads.pending = 0
	for rank := range s.servers {
		if before.Lives[rank] != s.now.Lives[rank] && !s.config.formerPeer() {
			s.leads.peers[rank] = peer{caught: env.Now()}
		}
	}
	s.advance(env)
	s.release(env)
}
