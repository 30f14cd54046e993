package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// The messages of two-phase commit. Round is the transaction: no two coordinators,
// and no two lives of one, share it.

// prepare asks a home to promise that it will take versions if the coordinator
// says so. It is also the record of that promise.
type prepare struct {
	leg
	Coordinator sim.NodeID
	Set         versions.Set
}

// Kind implements sim.Message.
func (m *prepare) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codePrepare, Name: "prepare"}
}

// Encode implements sim.Message.
func (m *prepare) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("coordinator", uint64(m.Coordinator))
	m.Set.Encode(e)
}

// ballot is what a home answers to a prepare.
type ballot uint8

const (
	// ballotNo: the key is promised to another transaction.
	ballotNo ballot = iota
	// ballotYes: the promise is on disk. From here on the home is in doubt.
	ballotYes
	// ballotHas: the home holds the versions, or what replaces them, on disk. It has
	// nothing to do in the second phase: the read-only vote of Mohan et al.
	ballotHas
)

// vote answers a prepare.
type vote struct {
	leg
	Ballot ballot
	Newest sim.OpID // the newest write that the home holds
}

// Kind implements sim.Message.
func (m *vote) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeVote, Name: "vote"}
}

// Encode implements sim.Message.
func (m *vote) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Uint("ballot", uint64(m.Ballot))
	e.Op("newest", m.Newest)
}

// commit tells a home to take what it has prepared.
type commit struct{ leg }

// Kind implements sim.Message.
func (m *commit) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeCommit, Name: "commit"}
}

// Encode implements sim.Message.
func (m *commit) Encode(e *sim.Encoder) { m.encode(e) }

// abort tells a home to forget what it has prepared.
type abort struct{ leg }

// Kind implements sim.Message.
func (m *abort) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeAbort, Name: "abort"}
}

// Encode implements sim.Message.
func (m *abort) Encode(e *sim.Encoder) { m.encode(e) }

// ended acknowledges a commit: the home will never ask about the transaction again.
type ended struct {
	leg
	Newest sim.OpID // the newest write that the home now holds
}

// Kind implements sim.Message.
func (m *ended) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeEnded, Name: "ended"}
}

// Encode implements sim.Message.
func (m *ended) Encode(e *sim.Encoder) {
	m.encode(e)
	e.Op("newest", m.Newest)
}

// inquire asks a coordinator for the outcome, on behalf of a home in doubt.
type inquire struct{ leg }

// Kind implements sim.Message.
func (m *inquire) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeInquire, Name: "inquire"}
}

// Encode implements sim.Message.
func (m *inquire) Encode(e *sim.Encoder) { m.encode(e) }
