package isr

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// heldRead is a read that has to wait.
type heldRead struct {
	request *kv.Request
	client  sim.NodeID
	why     sim.Why // what allows it to be served
	leads   bool    // only while this server leads
	round   uint64  // that all in-sync replicas must have heard of first, 0 if none
	timer   sim.TimerID
}

// readAsLeader serves a read at the leader: at once or, where it is to be sure that it still
// leads, after a round.
func (s *Server) readAsLeader(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from, why: sim.AsLeader, leads: true}
	if r.Read == kv.Strongest {
		s.leads.round++
		h.why, h.round = sim.ByRound, s.leads.round
	}
	s.hold(env, h)
	s.answerFetches(env)
}

// readHere serves a read from this replica, once it has reached the session's token.
func (s *Server) readHere(env *sim.Env, from sim.NodeID, r *kv.Request) {
	h := heldRead{request: r, client: from, why: sim.AsReplica}
	if r.Token.Index > 0 {
		h.why = sim.ByToken
	}
	s.hold(env, h)
}

// hold serves a read, or keeps it until it can be served.
func (s *Server) hold(env *sim.Env, h heldRead) {
	r := h.request
	if !s.finish(env, &h) {
		h.timer = env.After(s.config.Wait, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
		s.reads = append(s.reads, h)
	}
}

// finish answers a read, if that can be done.
func (s *Server) finish(env *sim.Env, h *heldRead) bool {
	t := h.request.Token
	switch s.log.Standing(replog.Position{Epoch: t.Epoch, Index: t.Index}, s.high) {
	case replog.Lost:
		s.refuse(env, h.client, h.request, sim.TokenLost)
		return true
	case replog.Ahead:
		return false
	}
	if s.high < t.Index || h.leads && !s.isSure(h) {
		return false
	}
	s.serve(env, h)
	return true
}

// isSure tells whether a leader knows all that is committed, and that nobody else led when the read
// came, if that was asked for: whoever is elected is one of the in-sync replicas, as
// long as there are min_isr. A new leader does not know what is committed before its high watermark
// has reached where its log ended (KIP-207).
func (s *Server) isSure(h *heldRead) bool {
	if s.high < s.leads.start && !s.config.readBelowStart() {
		return false
	}
	if h.round == 0 {
		return true
	}
	counted := s.counted()
	if s.config.readIgnoresPending() {
		counted = s.now.InSync
	}
	for rank, id := range s.servers {
		if id != s.self && counted.Has(id) && s.leads.peers[rank].round < h.round {
			return false
		}
	}
	return s.now.InSync.Len() >= s.config.MinISR || s.config.readBelowMin()
}

// serve answers a read with what is committed.
func (s *Server) serve(env *sim.Env, h *heldRead) {
	r := h.request
	env.Observe(sim.Observation{Fact: sim.Served, Why: h.why, Op: r.Op, Key: r.Key, A: s.high, B: s.now.Epoch})
	reply := &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Token: s.token(s.high), Leader: s.now.Leader}
	reply.Values, reply.Size = s.store.Current(r.Key, s.high)
	env.Send(h.client, reply)
}

// release serves the held reads that can be served now.
func (s *Server) release(env *sim.Env) {
	if len(s.reads) == 0 {
		return
	}
	held := s.reads
	s.reads = nil
	for i := range held {
		if h := &held[i]; s.finish(env, h) {
			env.Cancel(h.timer)
		} else {
			s.reads = append(s.reads, *h)
		}
	}
}

// abandonReads refuses the reads that only a leader may serve: this server leads no more.
func (s *Server) abandonReads(env *sim.Env) {
	s.reads = slices.DeleteFunc(s.reads, func(h heldRead) bool {
		if h.leads {
			env.Cancel(h.timer)
			s.refuse(env, h.client, h.request, sim.NotLeader)
		}
		return h.leads
	})
}

// giveUp refuses a read that was held long enough.
func (s *Server) giveUp(env *sim.Env, op sim.OpID, attempt uint8) {
	s.reads = slices.DeleteFunc(s.reads, func(h heldRead) bool {
		isIt := h.request.Op == op && h.request.Attempt == attempt
		if isIt {
			s.refuse(env, h.client, h.request, sim.TokenBehind)
		}
		return isIt
	})
}
