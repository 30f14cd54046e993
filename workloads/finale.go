package workloads

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// finale is a client's final reads: each key once, by the strongest way, again a
// few times where that fails.
type finale struct {
	keys   []sim.Key
	at     int
	tries  int
	before uint32 // number of the last op before the final reads
	number uint32 // of the last op
	size   uint32
}

// finalTries is how often a final read is tried.
const finalTries = 5

func (f *finale) begin(env *sim.Env, s *session) {
	if f.at >= len(f.keys) || s.busy {
		return
	}
	f.number++
	s.issue(env, f.number, sim.Get, f.keys[f.at], kv.Strongest, f.size, true)
}

func (f *finale) next(env *sim.Env, s *session, outcome sim.Outcome) {
	f.tries++
	if outcome == sim.OK || f.tries >= finalTries {
		f.at++
		f.tries = 0
	}
	f.begin(env, s)
}
