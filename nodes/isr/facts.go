package isr

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// fingerprint tells the entries of one slot apart, by the leader that placed them, too.
func fingerprint(e *replog.Entry) uint64 {
	const multiply = 0x9E3779B97F4A7C15
	word := e.Epoch*multiply<<1 ^ uint64(e.Op)*multiply ^ uint64(e.Key)<<32 ^ uint64(e.Code)
	if e.Refused {
		word = ^word
	}
	return word ^ word>>29
}

func (s *Server) stateStored(env *sim.Env, index uint64) {
	e := s.log.At(index)
	env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: e.Op, Key: e.Key, A: index, B: e.Epoch, C: fingerprint(e)})
}

func (s *Server) stateDiscarded(env *sim.Env, e *replog.Entry, index uint64) {
	env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Truncated, Op: e.Op, Key: e.Key, A: index, B: e.Epoch, C: fingerprint(e)})
}

// stateLost states what damage on disk has cost. Of a record that cannot be read only the index is known.
func (s *Server) stateLost(env *sim.Env, found replog.Recovered) {
	for i := range found.Lost {
		e, index := &found.Lost[i], found.Damaged+uint64(i)
		env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Unsynced, Op: e.Op, Key: e.Key, A: index, B: e.Epoch})
	}
}

// stateCommitted states that this server knows an entry to be committed, and that it is applied: the
// state as of the high watermark is what reads see. The leader says also what place the write has.
func (s *Server) stateCommitted(env *sim.Env, index uint64) {
	e := s.log.At(index)
	o := sim.Observation{Fact: sim.Decided, Op: e.Op, Key: e.Key, A: index, B: e.Epoch, C: fingerprint(e)}
	env.Observe(o)
	o.Fact = sim.Applied
	env.Observe(o)
	if s.role == sim.Leader && !e.Refused {
		env.Observe(sim.Observation{Fact: sim.Placed, Op: e.Op, Key: e.Key, A: e.Epoch, B: index})
		env.Observe(sim.Observation{Fact: sim.Committed, Op: e.Op, Key: e.Key, A: index})
	}
}
