package dynamo

import (
	"simrun/sim"
)

// news tells a node a version of the ring: named ring.
type news struct{ Config ringConfig }

// inquiry asks a node for the version of the ring that it goes by: named ring-ask.
type inquiry struct{ Version uint64 } // that the sender goes by

// Kind implements sim.Message.
func (m *news) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeRing, Name: "ring"} }

// Subject implements sim.Message.
func (m *news) Subject() sim.Subject { return sim.NumberSubject(m.Config.Version) }

// Encode implements sim.Message.
func (m *news) Encode(e *sim.Encoder) { m.Config.encode(e) }

// Kind implements sim.Message.
func (m *inquiry) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeRingAsk, Name: "ring-ask"}
}

// Subject implements sim.Message.
func (m *inquiry) Subject() sim.Subject { return sim.NumberSubject(m.Version) }

// Encode implements sim.Message.
func (m *inquiry) Encode(e *sim.Encoder) { e.Uint("version", m.Version) }

// ringVote is what the messages of the agreement on one version of the ring have in common.
type ringVote struct {
	Version uint64 // that is to be agreed on
	Ballot  uint64
}

// Subject implements sim.Message.
func (v *ringVote) Subject() sim.Subject { return sim.NumberSubject(v.Version) }

func (v *ringVote) encode(e *sim.Encoder) {
	e.Uint("version", v.Version)
	e.Uint("ballot", v.Ballot)
}

// The four messages of single-decree Paxos (Lamport, 2001), named ring-prepare,
// ring-promise, ring-accept and ring-accepted. A promise with a higher ballot than was
// asked for is a refusal.
type (
	ringPrepare struct{ ringVote }
	ringPromise struct {
		ringVote
		Accepted uint64 // the ballot accepted last, 0 for none
		Value    ringConfig
	}
	ringAccept struct {
		ringVote
		Value ringConfig
	}
	ringAccepted struct{ ringVote }
)

// Kind implements sim.Message.
func (m *ringPrepare) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeRingPrepare, Name: "ring-prepare"}
}

// Encode implements sim.Message.
func (m *ringPrepare) Encode(e *sim.Encoder) { m.encode(e) }

// Kind implements sim.Message.
func (m *ringPromise) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeRingPromise, Name: "ring-promise"}
}

// Encode implements sim.Message.
func (m *ringPromise) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("accepted", m.Accepted)
	m.Value.encode(e)
}

// Kind implements sim.Message.
func (m *ringAccept) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeRingAccept, Name: "ring-accept"}
}

// Encode implements sim.Message.
func (m *ringAccept) Encode(e *sim.Encoder) {
	m.encode(e)
	m.Value.encode(e)
}

// Kind implements sim.Message.
func (m *ringAccepted) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeRingAccepted, Name: "ring-accepted"}
}

// Encode implements sim.Message.
func (m *ringAccepted) Encode(e *sim.Encoder) { m.encode(e) }

// fetch asks a source for the next keys of a change: named transfer-ask.
type fetch struct {
	Version uint64
	From    sim.Key
	Without []sim.NodeID // sources given up: the others make up for them
}

// Kind implements sim.Message.
func (m *fetch) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeTransferAsk, Name: "transfer-ask"}
}

// Subject implements sim.Message.
func (m *fetch) Subject() sim.Subject { return sim.NumberSubject(m.Version<<32 | uint64(m.From)) }

// Encode implements sim.Message.
func (m *fetch) Encode(e *sim.Encoder) {
	e.Uint("version", m.Version)
	e.Uint("from", uint64(m.From))
	for _, id := range m.Without {
		e.Uint("without", uint64(id))
	}
}

// batch hands over some keys: named transfer.
type batch struct {
	Version uint64
	From    sim.Key // as it was asked for
	Until   sim.Key // where to go on
	Done    bool    // there is no more
	Without []sim.NodeID
	Cells   []kept
}

// Kind implements sim.Message.
func (m *batch) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeTransfer, Name: "transfer"}
}

// Subject implements sim.Message.
func (m *batch) Subject() sim.Subject { return sim.NumberSubject(m.Version<<32 | uint64(m.From)) }

// Encode implements sim.Message.
func (m *batch) Encode(e *sim.Encoder) {
	e.Uint("version", m.Version)
	e.Uint("from", uint64(m.From))
	e.Uint("until", uint64(m.Until))
	e.Bool("done", m.Done)
	for _, id := range m.Without {
		e.Uint("without", uint64(id))
	}
	for i := range m.Cells {
		m.Cells[i].Encode(e)
	}
}

// rumour is what nodes tell each other of all nodes: named gossip, and gossip-reply
// where it answers one.
type rumour struct {
	Number uint64
	Ring   uint64 // the version that the sender goes by
	Reply  bool
	Beats  []beat
}

// Kind implements sim.Message.
func (m *rumour) Kind() sim.Kind {
	if m.Reply {
		return sim.Kind{Class: sim.Control, Code: codeGossipReply, Name: "gossip-reply"}
	}
	return sim.Kind{Class: sim.Control, Code: codeGossip, Name: "gossip"}
}

// Subject implements sim.Message.
func (m *rumour) Subject() sim.Subject { return sim.NumberSubject(m.Number) }

// Encode implements sim.Message.
func (m *rumour) Encode(e *sim.Encoder) {
	e.Uint("number", m.Number)
	e.Uint("ring", m.Ring)
	for i := range m.Beats {
		b := &m.Beats[i]
		e.Uint("node", uint64(b.Node))
		e.Uint("life", b.Life)
		e.Uint("count", b.Count)
		e.Uint("version", b.Ring)
		e.Uint("filled", b.Filled)
	}
}
