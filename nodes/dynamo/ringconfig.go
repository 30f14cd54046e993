package dynamo

import (
	"cmp"
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// step is how far a change of the ring has come.
type step uint8

const (
	// steady: one ring, by which all reads and writes go.
	steady step = iota
	// filling: writes go by the old ring and by the new one; reads go by the old one,
	// for the new homes have yet to be given what they are to hold.
	filling
	// turning: writes go by both; reads go by the new ring.
	turning
)

// member is a node on the ring. It stands in the places of a node's name, which is
// its own unless it replaced another one.
type member struct{ Node, Place sim.NodeID }

// ringConfig is one version of the ring. There is never more than one with a number:
// a majority of the members of the version before has accepted it.
type ringConfig struct {
	Version uint64
	Step    step
	Members []member   // of the ring, in the order of nodes; in a change, of the old one
	Next    []member   // in a change: of the new one
	Subject sim.NodeID // in a change: who joins or leaves
	Gone    sim.NodeID // in a change: who is replaced, and is asked for nothing
	GivenUp bool       // the change that it ends was undone
}

// firstRing is the version that every node begins with.
func firstRing(nodes []sim.NodeID) ringConfig {
	c := ringConfig{Version: 1}
	for _, id := range nodes {
		c.Members = append(c.Members, member{id, id})
	}
	return c
}

// encode lists the version.
func (c *ringConfig) encode(e *sim.Encoder) {
	e.Uint("version", c.Version)
	e.Uint("step", uint64(c.Step))
	for _, list := range [][]member{c.Members, c.Next} {
		e.Uint("members", uint64(len(list)))
		for _, m := range list {
			e.Uint("node", uint64(m.Node))
			e.Uint("place", uint64(m.Place))
		}
	}
	e.Uint("subject", uint64(c.Subject))
	e.Uint("gone", uint64(c.Gone))
	e.Bool("given-up", c.GivenUp)
}

// Encode implements sim.Record, for the fingerprint.
func (c *ringConfig) Encode(e *sim.Encoder) { c.encode(e) }

// has tells whether a node is a member, of the old ring or the new.
func (c *ringConfig) has(id sim.NodeID) bool {
	return holder(c.Members, id) >= 0 || holder(c.Next, id) >= 0
}

// holder is where a node stands in a list of members, -1 if it does not.
func holder(list []member, id sim.NodeID) int {
	return slices.IndexFunc(list, func(m member) bool { return m.Node == id })
}

// wish is what a node wants of the ring: to join or to leave it. It is kept until it
// has come true.
type wish struct {
	Kind    wishKind
	Instead sim.NodeID // join: whose place to take, Nobody for a free one
}

type wishKind uint8

const (
	wishNone wishKind = iota
	wishJoin
	wishLeave
)

// pointless tells whether there is nothing, or no longer anything, to be done.
func (w wish) pointless(c *ringConfig, self sim.NodeID) bool {
	if c.Step != steady {
		return false
	}
	member := holder(c.Members, self) >= 0
	switch w.Kind {
	case wishJoin:
		return member || w.Instead != sim.Nobody && holder(c.Members, w.Instead) < 0
	case wishLeave:
		return !member
	}
	return true
}

// begun is the version by which a change begins that a node wishes for. There are
// never fewer members than homes of a key.
func (c *ringConfig) begun(w wish, self sim.NodeID, least int) (next ringConfig, ok bool) {
	next = ringConfig{Version: c.Version + 1, Step: filling, Members: c.Members, Subject: self}
	switch {
	case w.Kind == wishLeave:
		at := holder(c.Members, self)
		next.Next = slices.Delete(slices.Clone(c.Members), at, at+1)
	case w.Instead == sim.Nobody:
		next.Next = append(slices.Clone(c.Members), member{self, c.freePlace(self)})
	default:
		at := holder(c.Members, w.Instead)
		next.Next = slices.Clone(c.Members)
		next.Next[at].Node = self
		next.Gone = w.Instead
	}
	slices.SortFunc(next.Next, func(a, b member) int { return cmp.Compare(a.Node, b.Node) })
	return next, len(next.Next) >= least
}

// freePlace is the place of a node that joins: its own, unless somebody replaced it
// and stands there, and then that one's, and so on.
func (c *ringConfig) freePlace(self sim.NodeID) sim.NodeID {
	place := self
	for {
		at := slices.IndexFunc(c.Members, func(m member) bool { return m.Place == place })
		if at < 0 {
			return place
		}
		place = c.Members[at].Node
	}
}

// turned is the version in which reads go by the new ring.
func (c *ringConfig) turned() ringConfig {
	next := *c
	next.Version, next.Step = c.Version+1, turning
	return next
}

// done is the version that ends a change, with the new ring; undone gives it up.
func (c *ringConfig) done() ringConfig { return ringConfig{Version: c.Version + 1, Members: c.Next} }

func (c *ringConfig) undone() ringConfig {
	return ringConfig{Version: c.Version + 1, Members: c.Members, GivenUp: true}
}

// reached says how a version ends a change, if it does.
func (c *ringConfig) reached() sim.Why {
	switch {
	case c.Step != steady:
		return sim.NoReason
	case c.GivenUp:
		return sim.Undone
	}
	return sim.Agreed
}

// ringRecord is all that a node must not forget about the ring. It is the only record
// of its file.
type ringRecord struct {
	Config   ringConfig
	Promised uint64 // as an acceptor of the next version: the highest ballot promised
	Accepted uint64 // and the ballot accepted last, with its value
	Value    ringConfig
	Ballot   uint64 // as a proposer: the highest ballot used
	Wish     wish
	Fill     fillRecord
}

// fillRecord is how far a node has received what a change makes it hold.
type fillRecord struct {
	Version uint64 // of the change
	Done    bool
	Without []sim.NodeID // sources given up
	Sources []source
}

// source is an old home that has to hand over some keys.
type source struct {
	Node  sim.NodeID
	After sim.Key // keys below have arrived
	Done  bool
}

// Encode implements sim.Record.
func (r *ringRecord) Encode(e *sim.Encoder) {
	r.Config.encode(e)
	e.Uint("promised", r.Promised)
	e.Uint("accepted", r.Accepted)
	r.Value.encode(e)
	e.Uint("ballot", r.Ballot)
	e.Uint("wish", uint64(r.Wish.Kind))
	e.Uint("instead", uint64(r.Wish.Instead))
	e.Uint("fill", r.Fill.Version)
	e.Bool("done", r.Fill.Done)
	for _, id := range r.Fill.Without {
		e.Uint("without", uint64(id))
	}
	for _, s := range r.Fill.Sources {
		e.Uint("source", uint64(s.Node))
		e.Uint("after", uint64(s.After))
		e.Bool("done", s.Done)
	}
}

// ringFile holds the ringRecord.
const ringFile = "ring"

// drop forgets a key, and returns what was held of it.
func (s *store) drop(key sim.Key) versions.Set {
	c := s.cell(key)
	gone := c.set
	if len(gone) > 0 {
		s.live--
	}
	c.set = nil
	if s.forest != nil {
		s.forest.update(key, nil)
	}
	return gone
}
