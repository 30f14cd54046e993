package dynamo

import (
	"simrun/nodes/internal/quorum"
	"simrun/sim"
)

// passed is a write in the queue of the home that took it.
type passed struct {
	write       *write
	coordinator sim.NodeID
}

// pass queues a write that this home alone was sent, for the other homes.
func (r *replica) pass(env *sim.Env, coordinator sim.NodeID, m *write) {
	r.queue = append(r.queue, passed{m, coordinator})
	if len(r.queue) == 1 {
		r.planPass(env)
	}
}

func (r *replica) planPass(env *sim.Env) {
	env.After(r.plan.every, sim.Timer{Kind: timerSpread, Subject: r.queue[0].write.Subject()})
}

// passNext passes on the first write of the queue. Each is an event of its own, so
// that a slow node spreads slowly. What is lost on the way stays lost here: only
// reads repair it.
func (r *replica) passNext(env *sim.Env) {
	first := r.queue[0]
	r.queue[0] = passed{}
	r.queue = r.queue[1:]
	m := &spread{leg: first.write.leg, Coordinator: first.coordinator, Set: first.write.Set}
	homes := r.local.layout.homes(m.Key)
	to := quorum.All(r.plan.n)
	if self := place(homes, r.self); self >= 0 {
		to &^= 1 << self
	}
	r.local.send(env, homes, to, m)
	if len(r.queue) > 0 {
		r.planPass(env)
	}
}
