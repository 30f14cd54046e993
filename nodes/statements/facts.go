package statements

import (
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// untold is a fact about a state that a crash of the leader could still take back.
type untold struct {
	fact  sim.Observation
	needs uint64 // how much of the own log must be on disk first
}

// tell states a fact about the table, as soon as all that it speaks of is on the own
// disk: after a crash another command may take the place of one that was not.
func (n *Node) tell(env *sim.Env, fact sim.Observation) {
	if n.own >= 0 {
		if s := &n.streams[n.own]; s.applied > s.durable {
			n.untold = append(n.untold, untold{fact, s.applied})
			return
		}
	}
	env.Observe(fact)
}

// tellDurable states what waited for the disk.
func (n *Node) tellDurable(env *sim.Env) {
	told := 0
	for told < len(n.untold) && n.untold[told].needs <= n.streams[n.own].durable {
		env.Observe(n.untold[told].fact)
		told++
	}
	n.untold = n.untold[told:]
}

// state states the fingerprint of the whole table, and of how much of each log it is.
// Where there is one leader the slot says it; two logs may interleave, so that their
// indexes are told apart too.
func (n *Node) state(env *sim.Env) {
	slot, covers := uint64(0), uint64(0)
	for i := range n.streams {
		slot += n.streams[i].applied
		covers = covers<<32 | n.streams[i].applied
	}
	if len(n.streams) == 1 {
		covers = 0
	}
	n.tell(env, sim.Observation{Fact: sim.Replica, A: slot, B: covers, C: n.table.print})
}

// stateApplied states what an entry did, row by row.
func (n *Node) stateApplied(env *sim.Env, e *replog.Entry, slot uint64, did effect) {
	if e.Op == 0 {
		return
	}
	o := sim.Observation{Fact: sim.Applied, Op: e.Op, Key: e.Key, A: slot, B: epoch}
	if len(did.changes) == 0 {
		n.tell(env, o)
	}
	for i := range did.changes {
		o.Key, o.C = sim.Key(did.changes[i].id()), did.changes[i].after.print()
		n.tell(env, o)
	}
}

// stateStored states that an entry is on this server's disk.
func (n *Node) stateStored(env *sim.Env, s *stream, index uint64) {
	if e := s.log.At(index); e.Op != 0 {
		env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: e.Op, Key: e.Key, A: index, B: epoch})
	}
}

// stateCompared states what one question about hashes and its answer found.
func stateCompared(env *sim.Env, peer sim.NodeID, question *compare, answer *hashes, differing []uint32) {
	var e sim.Encoder
	asked, _ := e.Measure(question)
	answered, _ := e.Measure(answer)
	first := uint64(0)
	if len(differing) > 0 {
		first = uint64(differing[0])
	}
	env.Observe(sim.Observation{
		Fact: sim.Compared, A: first<<32 | uint64(question.Query.Level), B: uint64(asked+answered)<<32 | uint64(peer),
		C: uint64(len(answer.Answer.Hashes))<<32 | uint64(len(differing)),
	})
}

// stateRepaired states that the table was brought up to date.
func (n *Node) stateRepaired(env *sim.Env, why sim.Why, bytes uint64) {
	env.Observe(sim.Observation{Fact: sim.Repaired, Why: why, A: bytes})
}
