package isr

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// request serves a client, or says who does.
func (s *Server) request(env *sim.Env, from sim.NodeID, r *kv.Request) {
	switch {
	case !Supports(r.Code):
		s.refuse(env, from, r, sim.Unavailable)
	case r.Code == sim.Get && r.Read == kv.AtReplica:
		s.readHere(env, from, r)
	case s.role != sim.Leader:
		s.refuse(env, from, r, sim.NotLeader)
	case r.Code == sim.Get:
		s.readAsLeader(env, from, r)
	default:
		s.write(env, from, r)
	}
}

// refuse says that this attempt has done and will do nothing.
func (s *Server) refuse(env *sim.Env, to sim.NodeID, r *kv.Request, why sim.Error) {
	s.reply(env, to, r.Op, r.Attempt, sim.Fail, why)
}

func (s *Server) reply(env *sim.Env, to sim.NodeID, op sim.OpID, attempt uint8, outcome sim.Outcome, why sim.Error) {
	env.Send(to, &kv.Reply{Op: op, Attempt: attempt, Outcome: outcome, Error: why, Leader: s.now.Leader})
}

// write gives a write its place, or finds the place that an earlier attempt gave it.
func (s *Server) write(env *sim.Env, from sim.NodeID, r *kv.Request) {
	found := s.store.Find(r.Op)
	w := waiting{found.Index, r.Op, r.Attempt, from}
	switch {
	case found.TooOld:
		s.reply(env, from, r.Op, r.Attempt, sim.Unknown, sim.TimedOut)
		return
	case found.Known:
	case s.config.Acks == "all" && s.now.InSync.Len() < s.config.MinISR:
		// Kafka's NOT_ENOUGH_REPLICAS: nothing is written, and the client tries again later.
		s.refuse(env, from, r, sim.Overloaded)
		return
	default:
		w.index = s.place(env, r)
	}
	s.leads.waits = append(s.leads.waits, w)
	s.acknowledge(env)
	s.advance(env)
	s.answerFetches(env)
}

// place puts a write at the end of the log. What a compare-and-set does is decided here, as all that is
// placed before it will be committed before it.
func (s *Server) place(env *sim.Env, r *kv.Request) uint64 {
	e := replog.Entry{Epoch: s.now.Epoch, Op: r.Op, Code: r.Code, Key: r.Key, Value: r.Value, Size: r.Size}
	if e.Value.ID == 0 {
		e.Value.ID = r.Op
	}
	end := s.log.Last().Index
	e.Refused = r.Code == sim.CAS && s.store.Writer(r.Key, end) != r.Expect
	s.append(env, e)
	if s.config.Flush {
		s.flush(env)
	}
	return end + 1
}

// acknowledge answers the clients whose writes are as safe as they want them.
func (s *Server) acknowledge(env *sim.Env) {
	safe := s.high
	if s.config.Acks != "all" {
		safe = s.has()
	}
	s.leads.waits = slices.DeleteFunc(s.leads.waits, func(w waiting) bool {
		isAwaited := s.config.Acks != "none" || w.index <= safe && s.log.At(w.index).Code == sim.CAS
		if w.index <= safe && isAwaited {
			s.answer(env, &w)
		}
		return w.index <= safe
	})
}

// answer tells a client what became of a write.
func (s *Server) answer(env *sim.Env, w *waiting) {
	e := s.log.At(w.index)
	reply := &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Token: s.token(w.index), Leader: s.self}
	if e.Refused {
		reply.Outcome, reply.Error = sim.Fail, sim.Conflict
		reply.Values, reply.Size = s.store.Current(e.Key, max(s.high, w.index))
	}
	env.Send(w.client, reply)
}

// token is a place in the log as a session remembers it.
func (s *Server) token(index uint64) kv.Token {
	return kv.Token{Epoch: s.log.Epoch(index), Index: index}
}
