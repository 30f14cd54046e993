package workloads

import (
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// readWriter is a client node of a ReadWrite workload. Each of its tasks is one op, or a
// transaction of several puts.
type readWriter struct {
	paced
	config *ReadWrite
	among  random.Keys
}

// open makes the client's sessions.
func (n *readWriter) open() {
	c := n.config
	for i := range c.Sessions {
		stores := c.connect(&n.options)
		n.sessions = append(n.sessions, session{
			client: n.options.Client, number: uint32(i), store: stores[0], stores: stores,
			limit: c.Timeout, tokens: c.Tokens, blind: c.Blind || c.Choice == "fresh",
		})
	}
}

// begin implements job.
func (n *readWriter) begin(env *sim.Env, s *session, task uint32) {
	number := (task-1)*n.ops + 1
	code, key := n.choose(env, number)
	s.issue(env, number, code, key, readPath(n.config.ReadAt), uint32(n.config.Size), false)
}

// choose draws what the op does, by its number.
func (n *readWriter) choose(env *sim.Env, number uint32) (sim.Code, sim.Key) {
	about := sim.NumberSubject(uint64(number))
	key := n.among.Choose(env.Draw(drawKey, about))
	if n.config.Choice == "fresh" {
		key = (number-1)*uint32(n.config.Clients) + uint32(n.options.Client) - 1
	}
	word := env.Draw(drawCode, about)
	if n.config.Reads.Hit(word) {
		return sim.Get, sim.Key(key)
	}
	word = random.Mix(word, 1)
	switch {
	case n.config.Deletes.Hit(word):
		return sim.Delete, sim.Key(key)
	case n.config.CAS.Hit(random.Mix(word, 2)):
		return sim.CAS, sim.Key(key)
	}
	return sim.Put, sim.Key(key)
}

// goOn implements job: it puts the next key of a transaction.
func (n *readWriter) goOn(env *sim.Env, s *session, r *kv.Reply) bool {
	last := s.now.Op.Number()
	if last%n.ops == 0 || r.Outcome != sim.OK || !s.now.Code.Writes() {
		return false
	}
	key := n.among.Choose(env.Draw(drawKey, sim.NumberSubject(uint64(last)+1)))
	s.issue(env, last+1, sim.Put, sim.Key(key), readPath(n.config.ReadAt), uint32(n.config.Size), false)
	return true
}

// written implements job.
func (n *readWriter) written(tasks uint32) uint32 {
	if n.config.Choice == "fresh" {
		return tasks * uint32(n.config.Clients)
	}
	return uint32(n.config.Keys)
}
