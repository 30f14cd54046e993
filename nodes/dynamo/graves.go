package dynamo

import (
	"slices"
	"time"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// graves are the tombstones that a replica is going to collect. The grace of each
// runs from the time that its deleter gave it, so that all replicas collect it at
// about the same moment and a repair does not prolong it (Cassandra's gc_grace_seconds).
type graves struct {
	list  []grave
	timed bool
}

// grave is one tombstone.
type grave struct {
	key sim.Key
	op  sim.OpID
}

// collection is the record of tombstones that a replica collected.
type collection struct {
	Key sim.Key
	Op  sim.OpID
}

// Encode implements sim.Record.
func (c *collection) Encode(e *sim.Encoder) {
	e.Uint("key", uint64(c.Key))
	e.Op("op", c.Op)
}

// Tombstones are looked at so many times in their grace, at most this often.
const (
	gravePasses = 8
	graveLeast  = time.Millisecond
)

// bury notes a tombstone that is to be collected.
func (r *replica) bury(env *sim.Env, key sim.Key, v *versions.Version) {
	if r.plan.grace == 0 || !v.Deleted {
		return
	}
	r.graves.list = append(r.graves.list, grave{key, v.Value.ID})
	r.planCollect(env)
}

func (r *replica) planCollect(env *sim.Env) {
	if !r.graves.timed {
		r.graves.timed = true
		env.After(max(r.plan.grace/gravePasses, graveLeast), sim.Timer{Kind: timerCollect})
	}
}

// buryAll finds the tombstones of the life before.
func (r *replica) buryAll(env *sim.Env) {
	if r.plan.grace == 0 {
		return
	}
	for key := range r.store.cells {
		set := r.store.cells[key].set
		for i := range set {
			r.bury(env, sim.Key(key), &set[i])
		}
	}
}

// collect removes the tombstones whose grace is over. The list holds each once, and
// none for longer than its grace and one pass more.
func (r *replica) collect(env *sim.Env) {
	r.graves.timed = false
	now := wallTime(env)
	r.graves.list = slices.DeleteFunc(r.graves.list, func(g grave) bool {
		v := r.store.tombstone(g.key, g.op)
		if v == nil {
			return true // replaced meanwhile
		}
		if now < v.Time+uint64(r.plan.grace) {
			return false
		}
		time := v.Time
		r.store.remove(g.key, g.op)
		r.store.append(env.Disk(), &cell{}, &collection{g.key, g.op})
		env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Collected, Key: g.key, Op: g.op, A: time})
		return true
	})
	if len(r.graves.list) > 0 {
		r.planCollect(env)
	}
}

// tombstone is a delete that is held, nil if it is not.
func (s *store) tombstone(key sim.Key, op sim.OpID) *versions.Version {
	set := s.held(key).set
	for i := range set {
		if set[i].Deleted && set[i].Value.ID == op {
			return &set[i]
		}
	}
	return nil
}

// remove drops a delete that is held.
func (s *store) remove(key sim.Key, op sim.OpID) {
	if s.tombstone(key, op) == nil {
		return
	}
	c := s.cell(key)
	var left versions.Set
	for i := range c.set {
		if v := &c.set[i]; !v.Deleted || v.Value.ID != op {
			left = append(left, *v)
		}
	}
	c.set = left
	if len(left) == 0 {
		s.live--
	}
	if s.forest != nil {
		s.forest.update(key, left)
	}
}
