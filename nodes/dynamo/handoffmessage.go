package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// hint asks a stand-in to take versions for a home: the W leg of a sloppy quorum,
// named write-hint. It is also the record that the stand-in keeps.
type hint struct {
	leg
	Owner sim.NodeID // the home
	Until uint64     // the wall time from which it may no longer be delivered; 0 is for ever
	Set   versions.Set
}

// Kind implements sim.Message.
func (m *hint) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeHint, Name: "write-hint"}
}

// Encode implements sim.Message.
func (m *hint) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("owner", uint64(m.Owner))
	e.Uint("until", m.Until)
	m.Set.Encode(e)
}

// hinted answers a hint: the A leg, named hint-written.
type hinted struct {
	leg
	Owner   sim.NodeID
	Refused bool     // there was no room
	Newest  sim.OpID // the newest write that the stand-in holds for the home
}

// Kind implements sim.Message.
func (m *hinted) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeHinted, Name: "hint-written"}
}

// Encode implements sim.Message.
func (m *hinted) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("owner", uint64(m.Owner))
	e.Bool("refused", m.Refused)
	e.Op("newest", m.Newest)
}

// readHint asks a stand-in for what it holds for a home: the R leg, named read-hint.
type readHint struct {
	leg
	Owner sim.NodeID
}

// Kind implements sim.Message.
func (m *readHint) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeReadHint, Name: "read-hint"}
}

// Encode implements sim.Message.
func (m *readHint) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("owner", uint64(m.Owner))
}

// hintValue is what a stand-in holds for a home: the S leg, named hint-value.
type hintValue struct {
	leg
	Owner   sim.NodeID
	Settled bool
	Set     versions.Set
}

// Kind implements sim.Message.
func (m *hintValue) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeHintValue, Name: "hint-value"}
}

// Encode implements sim.Message.
func (m *hintValue) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("owner", uint64(m.Owner))
	e.Bool("settled", m.Settled)
	m.Set.Encode(e)
}

// replay brings a hint to its owner. Its round is the number of the hint at its
// holder. It is also the record that the owner keeps.
type replay struct {
	leg
	Until uint64 // as in the hint
	Set   versions.Set
}

// Kind implements sim.Message.
func (m *replay) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeReplay, Name: "hint-replay"}
}

// Encode implements sim.Message.
func (m *replay) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("until", m.Until)
	m.Set.Encode(e)
}

// replayed tells the holder that the hint has arrived, for good: named hint-done.
type replayed struct {
	leg
	Expired bool // it came too late, or to who is no home any more, and was not taken
}

// Kind implements sim.Message.
func (m *replayed) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeReplayed, Name: "hint-done"}
}

// Encode implements sim.Message.
func (m *replayed) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Bool("expired", m.Expired)
}

// ping asks a node whether it is there, and pong says so.
type (
	ping struct{ Number uint64 }
	pong struct{ Number uint64 }
)

// Kind implements sim.Message.
func (m *ping) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codePing, Name: "ping"} }

// Subject implements sim.Message.
func (m *ping) Subject() sim.Subject { return sim.NumberSubject(m.Number) }

// Encode implements sim.Message.
func (m *ping) Encode(e *sim.Encoder) { e.Uint("number", m.Number) }

// Kind implements sim.Message.
func (m *pong) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codePong, Name: "pong"} }

// Subject implements sim.Message.
func (m *pong) Subject() sim.Subject { return sim.NumberSubject(m.Number) }

// Encode implements sim.Message.
func (m *pong) Encode(e *sim.Encoder) { e.Uint("number", m.Number) }
