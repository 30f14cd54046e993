package workloads

import (
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// commander is a client node of a Statements workload. Each of its tasks is one op.
type commander struct {
	paced
	config *Statements
}

// begin implements job.
func (n *commander) begin(env *sim.Env, s *session, task uint32) {
	about := sim.NumberSubject(uint64(task))
	word := env.Draw(drawCode, about)
	if n.config.Reads.Hit(word) {
		row := sim.Key(1 + sim.Below(env.Draw(drawKey, about), uint64(n.config.Rows)))
		s.issue(env, task, sim.Get, row, readPath(n.config.ReadAt), uint32(n.config.Size), false)
		return
	}
	order := n.config.command(n.config.verb(random.Mix(word, 1)), env.Draw(drawAmount, about))
	op := sim.NewOpID(s.client, task)
	value := sim.Value{ID: op, N: order.Pack()}
	s.start(env,
		sim.Call{Op: op, Code: sim.Execute, Key: order.Row, Value: value, Session: s.number},
		kv.Request{Op: op, Code: sim.Execute, Key: order.Row, Value: value, Size: uint32(n.config.Size)})
}

// goOn implements job.
func (n *commander) goOn(*sim.Env, *session, *kv.Reply) bool { return false }

// written implements job: no key is a register that a final read could settle.
func (n *commander) written(uint32) uint32 { return 0 }
