package chain

import (
	"slices"
	"time"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the kinds of messages.
const (
	codeShip = kv.FirstCode + iota
	codeAck
	codeHello
	codeInquire
	codeLatest
	codeRenew
	codeGrant
)

// entry is a write in the log, with the client that the tail answers.
type entry struct {
	Write   replog.Entry // its Epoch is the version in which the head placed it
	Client  sim.NodeID
	Attempt uint8
}

// Encode implements sim.Record.
func (e *entry) Encode(enc *sim.Encoder) {
	e.Write.Encode(enc)
	enc.Uint("client", uint64(e.Client)|uint64(e.Attempt)<<16)
}

// configuration is who is in the chain.
type configuration struct {
	Version uint64
	Chain   []sim.NodeID // from the head to the tail
	Joining sim.NodeID   // copies the tail's history, to become the tail; Nobody if none does
}

// Encode implements sim.Record.
func (c *configuration) Encode(e *sim.Encoder) {
	e.Uint("version", c.Version)
	e.Uint("chain", uint64(len(c.Chain)))
	for _, id := range c.Chain {
		e.Uint("server", uint64(id))
	}
	e.Uint("joining", uint64(c.Joining))
}

func (c *configuration) has(id sim.NodeID) bool { return slices.Contains(c.Chain, id) }

func (c *configuration) head() sim.NodeID { return c.at(0) }

func (c *configuration) tail() sim.NodeID { return c.at(len(c.Chain) - 1) }

func (c *configuration) at(place int) sim.NodeID {
	if place < 0 || place >= len(c.Chain) {
		return sim.Nobody
	}
	return c.Chain[place]
}

// before is who ships to a server: its predecessor, or the tail where it joins.
func (c *configuration) before(id sim.NodeID) sim.NodeID {
	if id == c.Joining {
		return c.tail()
	}
	return c.at(slices.Index(c.Chain, id) - 1)
}

// after is a server's successor, Nobody for the tail and for others.
func (c *configuration) after(id sim.NodeID) sim.NodeID {
	if !c.has(id) {
		return sim.Nobody
	}
	return c.at(slices.Index(c.Chain, id) + 1)
}

// ship carries the log down the chain. Settle says from when on the receiver, where it does
// not know, has all that was ever committed: from that index on; 0 says nothing, and
// otherwise it is one more than the index.
type ship struct {
	About   sim.Subject
	Version uint64
	First   uint64 // the index of the first entry
	Entries []entry
	Settle  uint64
}

func (*ship) Kind() sim.Kind         { return sim.Kind{Class: sim.Replicate, Code: codeShip, Name: "ship"} }
func (m *ship) Subject() sim.Subject { return m.About }

// Encode implements sim.Message.
func (m *ship) Encode(e *sim.Encoder) {
	e.Uint("about", uint64(m.About))
	e.Uint("version", m.Version)
	e.Uint("first", m.First)
	e.Uint("entries", uint64(len(m.Entries)))
	for i := range m.Entries {
		m.Entries[i].Encode(e)
	}
	e.Uint("settle", m.Settle)
}

// ack is the notice, up the chain, of what is committed.
type ack struct {
	Version uint64
	Commit  uint64
}

func (*ack) Kind() sim.Kind       { return sim.Kind{Class: sim.Replicate, Code: codeAck, Name: "ack"} }
func (*ack) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *ack) Encode(e *sim.Encoder) {
	e.Uint("version", m.Version)
	e.Uint("commit", m.Commit)
}

// hello tells who ships how far the own log reaches, on disk.
type hello struct {
	Version uint64
	Last    uint64
	Settled bool
}

func (*hello) Kind() sim.Kind       { return sim.Kind{Class: sim.Repair, Code: codeHello, Name: "hello"} }
func (*hello) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *hello) Encode(e *sim.Encoder) {
	e.Uint("version", m.Version)
	e.Uint("last", m.Last)
	e.Bool("settled", m.Settled)
}

// asked is a read that a message belongs to.
type asked struct {
	Op      sim.OpID
	Attempt uint8
}

func (a *asked) Subject() sim.Subject { return sim.OpSubject(a.Op, a.Attempt) }

func (a *asked) encode(e *sim.Encoder) {
	e.Op("op", a.Op)
	e.Uint("attempt", uint64(a.Attempt))
}

// inquire asks the tail how far is committed (CRAQ's version query).
type inquire struct{ asked }

func (*inquire) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeInquire, Name: "inquire"}
}

// Encode implements sim.Message.
func (m *inquire) Encode(e *sim.Encoder) { m.encode(e) }

// latest answers it.
type latest struct {
	asked
	Version uint64
	Commit  uint64
}

func (*latest) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeLatest, Name: "latest"}
}

// Encode implements sim.Message.
func (m *latest) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("version", m.Version)
	e.Uint("commit", m.Commit)
}

// renew asks the master for the configuration and a lease.
type renew struct {
	Sent    time.Duration // by the own clock
	Life    uint64        // tells lives of a server apart
	Version uint64        // that the server obeys
	Settled bool          // it has all that was ever committed
	Copied  bool          // who joins behind it has nearly all that it has
}

func (*renew) Kind() sim.Kind       { return sim.Kind{Class: sim.Control, Code: codeRenew, Name: "renew"} }
func (*renew) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *renew) Encode(e *sim.Encoder) {
	e.Uint("sent", uint64(m.Sent))
	e.Uint("life", m.Life)
	e.Uint("version", m.Version)
	e.Bool("settled", m.Settled)
	e.Bool("copied", m.Copied)
}

// grant tells the configuration, and answers a renew with a lease counted from its sending
// where the server is in the chain.
type grant struct {
	Config configuration
	Sent   time.Duration
	Life   uint64
	Lease  bool
}

func (*grant) Kind() sim.Kind       { return sim.Kind{Class: sim.Control, Code: codeGrant, Name: "grant"} }
func (*grant) Subject() sim.Subject { return 0 }

// Encode implements sim.Message.
func (m *grant) Encode(e *sim.Encoder) {
	m.Config.Encode(e)
	e.Uint("sent", uint64(m.Sent))
	e.Uint("life", m.Life)
	e.Bool("lease", m.Lease)
}
