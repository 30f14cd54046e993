package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The numbers of the message kinds. They are part of the addresses of draws: new
// ones go at the end.
const (
	codeWrite = iota + kv.FirstCode
	codeWritten
	codeRead
	codeValue
	codeRepair
	codeRepaired
	codeSpread
	codeHint
	codeHinted
	codeReadHint
	codeHintValue
	codeReplay
	codeReplayed
	codePing
	codePong
	codePrepare
	codeVote
	codeCommit
	codeAbort
	codeEnded
	codeInquire
	codeForward
	codeTreeAsk
	codeTreeHashes
	codeStream
	codeStreamed
	codeRing
	codeRingAsk
	codeRingPrepare
	codeRingPromise
	codeRingAccept
	codeRingAccepted
	codeTransferAsk
	codeTransfer
	codeGossip
	codeGossipReply
)

// leg is what the messages of one round have in common.
type leg struct {
	Op      sim.OpID
	Round   uint64 // of the coordinator: answers carry it back; 0 wants no answer
	Key     sim.Key
	Attempt uint8
	Ring    uint64 // the version of the ring that the coordinator goes by; 0 where it never changes
}

// Subject implements sim.Message.
func (l *leg) Subject() sim.Subject { return sim.OpSubject(l.Op, l.Attempt) }

func (l *leg) encode(e *sim.Encoder) {
	e.Op("op", l.Op)
	e.Uint("attempt", uint64(l.Attempt))
	e.Uint("key", uint64(l.Key))
	e.Uint("round", l.Round)
	if l.Ring != 0 {
		e.Uint("ring", l.Ring)
	}
}

// write asks a home to take versions: the W leg. It is also the record that the
// home keeps.
type write struct {
	leg
	Spread bool // the receiver is to pass it on to the other homes
	Set    versions.Set
	single [1]versions.Version // room for the usual set
}

// Kind implements sim.Message.
func (m *write) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeWrite, Name: "write"}
}

// Encode implements sim.Message.
func (m *write) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Bool("spread", m.Spread)
	m.Set.Encode(e)
}

// spread is a write that one home passes on to another, which answers the coordinator.
type spread struct {
	leg
	Coordinator sim.NodeID
	Set         versions.Set
}

// Kind implements sim.Message.
func (m *spread) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeSpread, Name: "spread"}
}

// Encode implements sim.Message.
func (m *spread) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("coordinator", uint64(m.Coordinator))
	m.Set.Encode(e)
}

// written acknowledges a write: the A leg.
type written struct {
	leg
	Newest sim.OpID // the newest write that the home now holds
}

// Kind implements sim.Message.
func (m *written) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeWritten, Name: "written"}
}

// Encode implements sim.Message.
func (m *written) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Op("newest", m.Newest)
}

// read asks a home for what it holds: the R leg.
type read struct{ leg }

// Kind implements sim.Message.
func (m *read) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeRead, Name: "read"} }

// Encode implements sim.Message.
func (m *read) Encode(e *sim.Encoder) { m.encode(e) }

// value is what a home holds: the S leg.
type value struct {
	leg
	Settled bool // what is held is as safe as an acknowledgement would promise
	Set     versions.Set
}

// Kind implements sim.Message.
func (m *value) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeValue, Name: "value"}
}

// Encode implements sim.Message.
func (m *value) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Bool("settled", m.Settled)
	m.Set.Encode(e)
}

// mend brings a home up to date after a read: named repair.
type mend struct {
	leg
	Set versions.Set
}

// Kind implements sim.Message.
func (m *mend) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeRepair, Name: "repair"} }

// Encode implements sim.Message.
func (m *mend) Encode(e *sim.Encoder) {
	m.encode(e)
	m.Set.Encode(e)
}

// mended acknowledges a repair that asked for it: named repaired.
type mended struct{ leg }

// Kind implements sim.Message.
func (m *mended) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeRepaired, Name: "repaired"}
}

// Encode implements sim.Message.
func (m *mended) Encode(e *sim.Encoder) { m.encode(e) }

// timed is a request to which the client gives the time of the write.
type timed struct {
	kv.Request
	Time uint64
}

// Encode implements sim.Message.
func (m *timed) Encode(e *sim.Encoder) {
	m.Request.Encode(e)
	e.Uint("time", m.Time)
}
