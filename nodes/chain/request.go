package chain

import (
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// request serves a client, or says who does.
func (s *Server) request(env *sim.Env, from sim.NodeID, r *kv.Request) {
	switch {
	case !Supports(r.Code):
		env.Send(from, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: sim.Unavailable})
	case r.Code == sim.Get:
		s.read(env, from, r)
	case s.now.head() == s.self:
		s.write(env, from, r)
	default:
		s.refuse(env, from, r, s.now.head())
	}
}

func (s *Server) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, better sim.NodeID) {
	if better == s.self {
		better = sim.Nobody
	}
	env.Send(to, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: sim.NotLeader, Leader: better})
}

// write gives a write its place, or finds the place that an earlier attempt gave it.
func (s *Server) write(env *sim.Env, from sim.NodeID, r *kv.Request) {
	found := s.store.Find(r.Op)
	w := waiting{found.Index, r.Op, r.Attempt, from}
	switch {
	case found.TooOld:
		env.Send(from, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
	case found.Known && found.Index <= s.commit:
		s.answer(env, w)
	case found.Known:
		s.waiting = append(s.waiting, w)
	default:
		s.place(env, from, r)
	}
}

// place puts a write at the end of the log. What a compare-and-set does is decided here, as
// all that is placed before it will be committed before it.
func (s *Server) place(env *sim.Env, from sim.NodeID, r *kv.Request) {
	e := replog.Entry{Epoch: s.now.Version, Op: r.Op, Code: r.Code, Key: r.Key, Value: r.Value, Size: r.Size}
	if e.Value.ID == 0 {
		e.Value.ID = r.Op
	}
	if r.Code == sim.CAS {
		e.Refused = s.store.Writer(r.Key, uint64(len(s.log))) != r.Expect
	}
	if !e.Refused {
		env.Observe(sim.Observation{Fact: sim.Placed, Op: r.Op, Key: r.Key, A: s.now.Version, B: uint64(len(s.log)) + 1})
	}
	s.add(env, entry{e, from, r.Attempt})
}

// read serves a read, at the tail or, with CRAQ, wherever the key is clean.
func (s *Server) read(env *sim.Env, from sim.NodeID, r *kv.Request) {
	isTail := s.now.tail() == s.self
	switch {
	case !s.leased(env) || !s.settled || !isTail && s.config.Reads != "craq":
		s.refuse(env, from, r, s.now.tail())
	case isTail || s.isClean(r.Key):
		s.serve(env, from, r, s.commit)
	case s.config.dirtyRead():
		s.serve(env, from, r, uint64(len(s.log)))
	default:
		s.reads, s.asking = append(s.reads, *r), append(s.asking, from)
		env.Send(s.now.tail(), &inquire{asked{r.Op, r.Attempt}})
	}
}

// isClean tells whether nothing of a key is in the log that is not known to be committed. Had
// the tail committed more of it, that would be in the log here.
func (s *Server) isClean(key sim.Key) bool {
	return int(key) >= len(s.newest) || s.newest[key] <= s.commit
}

// serve answers a read with what a key was as of an index.
func (s *Server) serve(env *sim.Env, to sim.NodeID, r *kv.Request, asOf uint64) {
	env.Observe(sim.Observation{Fact: sim.Served, Why: sim.ByLease, Op: r.Op, Key: r.Key, A: asOf, B: s.now.Version})
	reply := &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK, Leader: s.now.tail()}
	reply.Values, reply.Size = s.store.Current(r.Key, asOf)
	env.Send(to, reply)
}

// receiveInquire tells how far is committed. Without a lease the tail may be none any more.
func (s *Server) receiveInquire(env *sim.Env, from sim.NodeID, m *inquire) {
	if s.now.tail() == s.self && s.settled && s.leased(env) {
		env.Send(from, &latest{m.asked, s.now.Version, s.commit})
	}
}

// receiveLatest serves the read that waited for the tail's word, as of what the tail had
// committed, or what is known to be committed since.
func (s *Server) receiveLatest(env *sim.Env, m *latest) {
	for i := range s.reads {
		r := s.reads[i]
		if r.Op != m.Op || r.Attempt != m.Attempt {
			continue
		}
		to := s.asking[i]
		s.reads = append(s.reads[:i], s.reads[i+1:]...)
		s.asking = append(s.asking[:i], s.asking[i+1:]...)
		if m.Version != s.now.Version || m.Commit > uint64(len(s.log)) {
			s.refuse(env, to, &r, s.now.tail())
			return
		}
		s.serve(env, to, &r, max(m.Commit, s.commit))
		return
	}
}
