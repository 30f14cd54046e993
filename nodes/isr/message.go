package isr

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the kinds of messages.
const (
	codeFetch = kv.FirstCode + iota
	codeFetched
	codeBeat
	codeState
	codeAlter
	codePrefer
)

// partition is the state of the partition, as the controller keeps it.
type partition struct {
	Version  uint64      // rises with every change (KIP-497)
	Epoch    uint64      // of the leader
	Leader   sim.NodeID  // Nobody if there is none
	InSync   sim.NodeSet // the in-sync replicas
	Eligible sim.NodeSet // who also has all that is committed (KIP-966)
	// Identified are the servers whose disks are known to have an identity. Nobody counts on others.
	Identified sim.NodeSet
	Lives      []uint64 // by rank: the life of each server that counts (its broker epoch)
}

// Encode implements sim.Record.
func (p *partition) Encode(e *sim.Encoder) {
	e.Uint("version", p.Version)
	e.Uint("epoch", p.Epoch)
	e.Uint("leader", uint64(p.Leader))
	e.Uint("in-sync", uint64(p.InSync))
	e.Uint("eligible", uint64(p.Eligible))
	e.Uint("identified", uint64(p.Identified))
	for _, life := range p.Lives {
		e.Uint("life", life)
	}
}

func (p *partition) clone() partition {
	c := *p
	c.Lives = slices.Clone(p.Lives)
	return c
}

// fetch asks the leader for what follows on a follower's log, and so tells it what the follower has.
type fetch struct {
	Epoch  uint64
	Life   uint64
	Number uint64          // of the fetch, in this life
	Last   replog.Position // where the follower's log ends
	High   uint64          // the high watermark that the follower knows
	Round  uint64          // the newest that the leader has told of
}

func (*fetch) Kind() sim.Kind       { return sim.Kind{Class: sim.Replicate, Code: codeFetch, Name: "fetch"} }
func (*fetch) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *fetch) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("life", m.Life)
	e.Uint("number", m.Number)
	m.Last.Encode(e)
	e.Uint("high", m.High)
	e.Uint("round", m.Round)
}

// fetched answers a fetch.
type fetched struct {
	About   sim.Subject // the write, where it carries one alone
	Epoch   uint64
	Life    uint64 // that asked: fetches are numbered in each life
	Number  uint64
	Diverge bool            // the leader's log does not hold where the follower's ends
	Meets   replog.Position // then: the last place of the leader's log at which the two may meet
	Entries []replog.Entry  // what follows
	High    uint64
	Round   uint64
}

func (*fetched) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeFetched, Name: "fetched"}
}
func (m *fetched) Subject() sim.Subject { return m.About }

// Encode implements sim.Message.
func (m *fetched) Encode(e *sim.Encoder) {
	e.Uint("about", uint64(m.About))
	e.Uint("epoch", m.Epoch)
	e.Uint("life", m.Life)
	e.Uint("number", m.Number)
	e.Bool("diverge", m.Diverge)
	m.Meets.Encode(e)
	replog.EncodeAll(e, m.Entries)
	e.Uint("high", m.High)
	e.Uint("round", m.Round)
}

// beat tells the controller that a server lives, and which life it is.
type beat struct {
	Life    uint64
	Whole   bool   // it has all that it ever acknowledged
	Version uint64 // of the state that it obeys
	// Identified tells that its disk has an identity, by which a loss would be noticed.
	Identified bool
}

func (*beat) Kind() sim.Kind       { return sim.Kind{Class: sim.Control, Code: codeBeat, Name: "beat"} }
func (*beat) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *beat) Encode(e *sim.Encoder) {
	e.Uint("life", m.Life)
	e.Bool("whole", m.Whole)
	e.Uint("version", m.Version)
	e.Bool("identified", m.Identified)
}

// state tells a server the state of the partition.
type state struct{ Now partition }

func (*state) Kind() sim.Kind       { return sim.Kind{Class: sim.Control, Code: codeState, Name: "state"} }
func (*state) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *state) Encode(e *sim.Encoder) { m.Now.Encode(e) }

// alter asks the controller for other in-sync replicas (KIP-497).
type alter struct {
	Epoch   uint64
	Version uint64 // in view of which it is asked
	InSync  sim.NodeSet
}

func (*alter) Kind() sim.Kind       { return sim.Kind{Class: sim.Control, Code: codeAlter, Name: "alter"} }
func (*alter) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *alter) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("version", m.Version)
	e.Uint("in-sync", uint64(m.InSync))
}

// prefer asks the controller to let the sender lead (Kafka's preferred leader election).
type prefer struct{ Life uint64 }

func (*prefer) Kind() sim.Kind       { return sim.Kind{Class: sim.Control, Code: codePrefer, Name: "prefer"} }
func (*prefer) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *prefer) Encode(e *sim.Encoder) { e.Uint("life", m.Life) }
