package dynamo

import (
	"slices"

	"simrun/nodes/internal/crdt"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is keys that hold data types which merge by themselves (package crdt). A
// node, or client, that coordinates an op makes a delta of it and sends the homes no
// more than that: an addition or a count needs nothing of what they hold, so that no
// home needs to coordinate it, even where a sloppy quorum finds none. To remove what is
// there it asks r homes first. What is repaired, or handed over otherwise, is whole.

// datatype is what keys hold.
type datatype uint8

const (
	opaque datatype = iota // a value that only its reader understands
	aSet
	aCounter
	aRegister // of all concurrent values
)

// datatype is the one that the configuration names. The register of the last value is
// what lww keeps.
func (c *Config) datatype() datatype {
	if c.Versions != "crdt" {
		return opaque
	}
	switch c.Type {
	case "set":
		return aSet
	case "counter":
		return aCounter
	case "mv-register":
		return aRegister
	}
	return opaque
}

// values are what a reader sees of a key.
func (d datatype) values(held versions.Set, into []sim.Value) []sim.Value {
	switch d {
	case aSet:
		return crdt.Elements(held, into)
	case aCounter:
		return append(into, crdt.Total(held))
	}
	return held.Values(into)
}

// looksFirst tells whether the op takes away what is there, and must know what that is.
func (p *plan) looksFirst(code sim.Code) bool {
	return p.datatype == aSet && (code == sim.Remove || code == sim.Delete)
}

// removal is what a round is going to remove.
type removal struct {
	element int64
	all     bool
}

// look has a round read first. Until then nothing is written: it can still fail.
func (r *round) look(q *kv.Request) {
	r.writes = false
	r.removal = &removal{element: q.Value.N, all: q.Code == sim.Delete}
}

// removeSeen goes on with what r homes have told: what they have seen of the element is
// removed, and what is added at the same time stays. What they have not seen, no
// acknowledged op added before where quorums overlap. Besides, homes are sent all that
// the r were: see crdt.Without.
func (c *coordinator) removeSeen(env *sim.Env, r *round) {
	delta := crdt.Without(r.state, r.removal.element)
	if r.removal.all {
		delta = crdt.Clear(r.state)
	}
	r.removal, r.writes = nil, true
	r.asked, r.got, r.settled, r.seated = 0, 0, 0, 0
	r.state, r.sent = delta, env.Now()
	c.sendWrite(env, r, c.writes.Next())
}

// known has the clerk take in a state of a set that enough homes hold, or have told.
func (c *coordinator) known(r *round) {
	if c.plan.datatype == aSet {
		c.clerk.forget(r.Key, r.state)
	}
}

// doubt is the end of an op that found no quorum: its delta may be lost for good. The
// next dots would lie behind a hole that nobody fills, and contexts would list them one
// by one: so they are another actor's.
func (c *coordinator) doubt(r *round) {
	if c.plan.rule != versions.Dots || !r.writes || r.committed || c.plan.actorReuse() {
		return
	}
	c.clerk.renew(r.Key)
}

// apply makes a delta of an op.
func (c *coordinator) apply(r *round, v versions.Version, q *kv.Request) versions.Set {
	if q.Code == sim.Delete {
		r.covers = q.Context
		return crdt.Unassign(q.Context)
	}
	v.Dot = c.freshDot(q.Key)
	switch c.plan.datatype {
	case aSet:
		delta := crdt.Add(v, c.own(q.Key), c.clerk.earlier(q.Key, v.Value.N)...)
		c.clerk.adds(q.Key, v.Value.N, v.Dot)
		return delta
	case aCounter:
		sum := &c.clerk.of(q.Key).sum
		if *sum += q.Value.N; q.Code == sim.Remove {
			*sum -= 2 * q.Value.N
		}
		v.Value.N = *sum
		return crdt.Count(v)
	}
	delta := crdt.Assign(v, q.Context)
	r.covers = delta.Covered()
	return delta
}

// own is what the coordinator holds itself.
func (c *coordinator) own(key sim.Key) versions.Set {
	if c.replica == nil {
		return nil
	}
	return c.replica.store.held(key).set
}

// freshDot is the dot of a new version.
func (c *coordinator) freshDot(key sim.Key) kv.Dot {
	if c.plan.actorReuse() && c.replica != nil {
		return c.usedDot(key)
	}
	return c.clerk.next(key, 0)
}

// removed states that a removal is held, now or once it is synced. Only the message of
// the op itself names it, and nothing in the set.
func (r *replica) removed(env *sim.Env, key sim.Key, number uint64, record sim.Record) {
	var op sim.OpID
	var brought versions.Set
	switch m := record.(type) {
	case *write:
		op, brought = m.Op, m.Set
	case *spread:
		op, brought = m.Op, m.Set
	case *hint:
		op, brought = m.Op, m.Set
	case *replay:
		op, brought = m.Op, m.Set
	default:
		return
	}
	if !slices.ContainsFunc(brought, func(v versions.Version) bool { return v.Value.ID == op }) {
		r.stored(env, key, op, number)
	}
}
