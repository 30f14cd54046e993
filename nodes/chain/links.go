package chain

import (
	"slices"

	"simrun/nodes/internal/machine"
	"simrun/nodes/kv"
	"simrun/sim"
)

// obey acts on a configuration that has come to be on disk.
func (s *Server) obey(env *sim.Env) {
	s.lead(env)
	s.copied, s.needs, s.shipped, s.early = false, 0, s.commit, nil
	switch {
	case s.now.head() == s.self:
		s.settled = true // the master leaves nobody at the head who has not everything
	case !s.now.has(s.self):
		s.settled = false
	}
	if s.now.Joining == s.self && s.joined != s.now.Version {
		s.forget(env)
	}
	if before := s.now.before(s.self); before != sim.Nobody && s.now.Version > 0 {
		env.Send(before, &hello{s.now.Version, s.durable, s.settled})
	}
	s.shipOn(env, s.now.after(s.self), 0, true)
	s.commitAtTail(env)
	s.ask(env)
}

// commitAtTail commits what the tail has on disk, once it is sure to have everything.
func (s *Server) commitAtTail(env *sim.Env) {
	if s.now.tail() == s.self && s.settled {
		s.commitTo(env, s.durable)
	}
}

// forget cuts what is not known to be committed before the history is copied: what a removed
// server had and nobody else has never happened.
func (s *Server) forget(env *sim.Env) {
	log := s.log
	for i := s.commit; i < uint64(len(log)); i++ {
		e := &log[i].Write
		env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, Op: e.Op, Key: e.Key, A: i + 1, B: e.Epoch})
	}
	s.joined = s.now.Version
	env.Disk().Cut(fileLog, int(s.commit))
	env.Disk().Replace(fileJoin, &join{s.joined})
	s.log, s.newest, s.waiting, s.store = nil, nil, nil, machine.New(s.config.Remember)
	for i := range log[:s.commit] {
		s.learn(&log[i])
	}
	s.durable, s.sync.log = min(s.durable, s.commit), min(s.sync.log, s.commit)
	s.flush(env)
}

// progress goes on with what has come to be on disk: it is shipped on, or committed at the tail.
func (s *Server) progress(env *sim.Env) {
	s.settle(env)
	if next := s.now.after(s.self); next != sim.Nobody {
		s.shipOn(env, next, 0, false)
	}
	s.commitAtTail(env)
	if s.now.Joining == s.self {
		env.Send(s.now.tail(), &hello{s.now.Version, s.durable, false})
	}
}

// settle is sure to have everything once the log reaches what the predecessor said.
func (s *Server) settle(env *sim.Env) {
	early := s.config.newTailEarly() && s.now.has(s.self)
	if !s.settled && (s.needs > 0 && s.durable+1 >= s.needs || early) {
		s.settled = true
		s.ask(env)
		s.shipOn(env, s.now.after(s.self), 0, true)
	}
}

// shipOn ships what the successor has not been shipped, if there is anything or if it has to
// hear of the configuration.
func (s *Server) shipOn(env *sim.Env, to sim.NodeID, about sim.Subject, always bool) {
	if to == sim.Nobody {
		return
	}
	for s.shipped < s.durable || always {
		end := min(s.durable, s.shipped+uint64(s.config.Batch))
		env.Send(to, s.ship(s.shipped, max(end, s.shipped), about))
		s.shipped, always = max(end, s.shipped), false
	}
}

// ship is the message with the entries after one index up to another.
func (s *Server) ship(after, end uint64, about sim.Subject) *ship {
	m := &ship{About: about, Version: s.now.Version, First: after + 1, Entries: s.log[after:end:end]}
	if s.settled {
		m.Settle = s.durable + 1
	}
	if len(m.Entries) == 1 {
		m.About = sim.OpSubject(m.Entries[0].Write.Op, m.Entries[0].Attempt)
	}
	return m
}

// receiveShip takes entries from the server before, in order.
func (s *Server) receiveShip(env *sim.Env, from sim.NodeID, m *ship) {
	if m.Version != s.now.Version || from != s.now.before(s.self) {
		return
	}
	if m.First > uint64(len(s.log))+1 {
		s.early = append(s.early, m)
		if len(s.early) > mostEarly {
			s.early = nil
			env.Send(from, &hello{s.now.Version, s.durable, s.settled})
		}
		return
	}
	s.take(env, m)
	if m.Settle > 0 && s.needs == 0 && s.now.has(s.self) {
		s.needs = m.Settle
	}
	s.settle(env)
	s.commitAtTail(env)
	if len(m.Entries) > 0 && m.First+uint64(len(m.Entries)) <= s.durable+1 {
		s.acknowledge(env) // all of it was here: the notice was lost
	}
}

// mostEarly is how many messages are kept while one before them is on its way. One that is
// lost is sent again after a while.
const mostEarly = 64

// take adds what is new of a message, and of those that came before it.
func (s *Server) take(env *sim.Env, m *ship) {
	for taken := m; taken != nil; {
		for i := range taken.Entries {
			if taken.First+uint64(i) == uint64(len(s.log))+1 {
				s.add(env, taken.Entries[i])
			}
		}
		taken = nil
		for i, e := range s.early {
			if e.First <= uint64(len(s.log))+1 {
				taken, s.early = e, slices.Delete(s.early, i, i+1)
				break
			}
		}
	}
}

// receiveHello ships to the server behind from where its log ends.
func (s *Server) receiveHello(env *sim.Env, from sim.NodeID, m *hello) {
	if m.Version != s.now.Version {
		return
	}
	switch {
	case from == s.now.after(s.self):
		s.shipped = min(m.Last, s.durable)
		s.shipOn(env, from, 0, !m.Settled)
	case s.now.Joining == from && s.now.tail() == s.self:
		s.copy(env, from, m.Last)
	}
}

// copy ships the history to who joins, and tells the master once it lacks at most one message
// of it: the rest comes when the server is in the chain, before it answers anything.
func (s *Server) copy(env *sim.Env, to sim.NodeID, last uint64) {
	end := min(s.durable, last+uint64(s.config.Batch))
	if last < end {
		m := s.ship(last, end, 0)
		m.About, m.Settle = 0, 0
		env.Send(to, m)
	}
	if !s.copied && s.durable-min(last, s.durable) <= uint64(s.config.Batch) {
		s.copied = true
		s.ask(env)
	}
}

// commitTo takes note that the log is committed up to an index, tells so up the chain,
// and, at the tail, answers the clients.
func (s *Server) commitTo(env *sim.Env, index uint64) {
	if index <= s.commit {
		return
	}
	for s.commit < index {
		s.commit++
		e := &s.log[s.commit-1]
		s.stateCommitted(env, e)
		if s.now.tail() == s.self && e.Client != sim.Nobody {
			s.answer(env, waiting{s.commit, e.Write.Op, e.Attempt, e.Client})
		}
	}
	s.acknowledge(env)
	kept := s.waiting[:0]
	for _, w := range s.waiting {
		if w.index > s.commit {
			kept = append(kept, w)
			continue
		}
		s.answer(env, w)
	}
	s.waiting = kept
}

func (s *Server) stateCommitted(env *sim.Env, e *entry) {
	o := sim.Observation{Op: e.Write.Op, Key: e.Write.Key, A: s.commit, B: e.Write.Epoch, C: fingerprint(e.Write.Op)}
	o.Fact = sim.Decided
	env.Observe(o)
	if s.now.tail() == s.self && !e.Write.Refused {
		env.Observe(sim.Observation{Fact: sim.Committed, Op: e.Write.Op, Key: e.Write.Key, A: s.commit})
	}
	o.Fact = sim.Applied
	env.Observe(o)
}

// acknowledge tells the server before what is committed.
func (s *Server) acknowledge(env *sim.Env) {
	if before := s.now.before(s.self); before != sim.Nobody && s.now.has(s.self) && s.commit > 0 {
		env.Send(before, &ack{s.now.Version, s.commit})
	}
}

// answer tells a client what became of a write that is committed.
func (s *Server) answer(env *sim.Env, w waiting) {
	e := &s.log[w.index-1].Write
	reply := &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Leader: s.now.head()}
	if e.Refused {
		reply.Outcome, reply.Error = sim.Fail, sim.Conflict
		reply.Values, reply.Size = s.store.Current(e.Key, s.commit)
	}
	env.Send(w.client, reply)
}

// resend ships again what the successor has not been known to have for a while, and asks
// again what is not known.
func (s *Server) resend(env *sim.Env) {
	if s.commit < s.shipped && s.commit == s.stalled {
		s.shipped = s.commit
		s.shipOn(env, s.now.after(s.self), 0, true)
	}
	s.stalled = s.commit
	if before := s.now.before(s.self); before != sim.Nobody && !s.settled {
		env.Send(before, &hello{s.now.Version, s.durable, false})
	}
}
