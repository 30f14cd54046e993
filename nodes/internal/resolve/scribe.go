package resolve

import (
	"cmp"
	"slices"
	"time"

	"simrun/nodes/internal/crdt"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Scribe turns ops into deltas. It is one life of one leader: who forgets must begin
// another one, with another base, and with a clock that has seen what the disk holds.
type Scribe struct {
	Resolver *Resolver
	Clock    Clock
	writer   versions.Writer
	accounts []account // by key
}

// account is what the scribe has counted and added of one key, where it holds a data
// type that merges by itself.
type account struct {
	last uint64 // counter of its dots
	sum  int64
}

// Begin is a scribe whose actors are numbered from base on.
func Begin(r *Resolver, base uint32, c Clock) Scribe {
	c.Rule = r.Rule
	return Scribe{Resolver: r, Clock: c, writer: versions.Writer{Base: base}}
}

// Write is one op on one key, which a leader orders: a put, delete, add or remove.
type Write struct {
	Value   sim.Value
	Code    sim.Code
	Key     sim.Key
	Context kv.Context    // what the client had read, where the rule goes by it
	Size    uint32        // of the payload, in bytes
	Wall    time.Duration // the leader's wall clock
}

// Supports tells whether the op can be done on what keys hold.
func (r *Resolver) Supports(code sim.Code) bool {
	switch code {
	case sim.Get:
		return true
	case sim.Put, sim.CAS:
		return r.Holds() == Register
	case sim.Delete:
		return r.Holds() != Counter
	case sim.Add:
		return r.Holds() != Register
	case sim.Remove:
		return r.Holds() != Register && r.Rule != GCounter && r.Rule != Append
	}
	return false
}

// Write makes a delta of an op on what the leader holds of the key. Merged into what is held it changes that, unless a clock is
// behind: then what was written last has lost already.
//
// A write replaces all that its leader holds, as one to a register does, except where
// readers merge: there it replaces what its client had read.
func (s *Scribe) Write(held Object, w *Write) Object {
	if s.Resolver.Rule.byDots() {
		return s.apply(held, w)
	}
	v := versions.Version{Value: w.Value, Size: w.Size, Deleted: w.Code == sim.Delete, Time: s.Clock.Next(w.Wall)}
	if s.Resolver.Holds() == Counter {
		v.Value.N += s.Resolver.total(&held)
		if w.Code == sim.Remove {
			v.Value.N -= 2 * w.Value.N
		}
	}
	if s.Resolver.vectors() {
		v.Past = held.Heads.Context()
		if s.Resolver.Rule == Siblings {
			v.Past = w.Context
		}
		v.Dot = s.writer.Next(w.Key, v.Past, 0)
	}
	return s.delta(&held, w, v)
}

// delta is an object of one version.
func (s *Scribe) delta(held *Object, w *Write, v versions.Version) Object {
	var made Object
	if !s.Resolver.Rule.byHeads() {
		made.Set = versions.Set{v}
	}
	if s.Resolver.vectors() {
		made.Heads = versions.Set{v}
	}
	if s.Resolver.contents() {
		before := s.Resolver.content(held)
		made.Made = []Content{before.changed(w, v.Time, s.Resolver.Rule == Cart)}
	}
	return made
}

// changed is what an op makes of a content.
func (c *Content) changed(w *Write, stamp uint64, remembers bool) Content {
	made := Content{By: w.Value.ID, Gone: c.Gone}
	if w.Code == sim.Add {
		made.Items = joined(c.Items, []Item{{Value: w.Value, Time: stamp}}, byAdder)
		return made
	}
	for _, i := range c.Items {
		switch {
		case w.Code == sim.Remove && i.N != w.Value.N:
			made.Items = append(made.Items, i)
		case remembers:
			made.Gone = joined(made.Gone, []sim.OpID{i.ID}, cmp.Compare[sim.OpID])
		}
	}
	slices.SortFunc(made.Items, byAdder)
	return made
}

// apply makes a delta of an op on a data type that merges by itself.
func (s *Scribe) apply(held Object, w *Write) Object {
	var delta versions.Set
	switch {
	case w.Code == sim.Remove && s.Resolver.Holds() == Set:
		delta = crdt.Remove(held.Set, w.Value.N)
	case w.Code == sim.Delete && s.Resolver.Holds() == Set:
		delta = crdt.Clear(held.Set)
	case w.Code == sim.Delete:
		delta = crdt.Unassign(w.Context)
	default:
		delta = s.dotted(held.Set, w)
	}
	return Object{Set: delta}
}

// dotted is the delta of an op that leaves something, which needs a dot of its own.
func (s *Scribe) dotted(held versions.Set, w *Write) versions.Set {
	a := s.account(w.Key)
	a.last++
	v := versions.Version{Value: w.Value, Size: w.Size, Dot: kv.Dot{Actor: s.writer.Base, Counter: a.last}}
	switch s.Resolver.Holds() {
	case Set:
		return crdt.Add(v, held)
	case Counter:
		if a.sum += w.Value.N; w.Code == sim.Remove {
			a.sum -= 2 * w.Value.N
		}
		v.Value.N = a.sum
		return crdt.Count(v)
	}
	return crdt.Assign(v, w.Context)
}

func (s *Scribe) account(key sim.Key) *account {
	if int(key) >= len(s.accounts) {
		s.accounts = append(s.accounts, make([]account, int(key)+1-len(s.accounts))...)
	}
	return &s.accounts[key]
}
