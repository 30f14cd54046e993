package raft

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the message kinds.
const (
	codeAsk = kv.FirstCode + iota
	codeVote
	codeAppend
	codeBeat
	codeNotice
	codeConfirm
	codeAppended
	codeChunk
	codeReceived
	codeTimeoutNow
	codeReadAsk
	codeReadIndex
	codeJoin
	codeLeave
	codeGone
)

// about is the subject that a message names.
type about sim.Subject

// Subject implements sim.Message.
func (a about) Subject() sim.Subject { return sim.Subject(a) }

// ask is the paper's RequestVote; with Pre it only asks whether a vote would be given
// (dissertation, section 9.6).
type ask struct {
	about
	Term   uint64 // in which the vote is asked for
	Last   replog.Position
	Pre    bool
	Forced bool // by a transfer of leadership: who hears a leader votes too (section 4.2.3)
}

// Kind implements sim.Message.
func (*ask) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeAsk, Name: "ask"} }

// Encode implements sim.Message.
func (m *ask) Encode(e *sim.Encoder) {
	e.Uint("term", m.Term)
	m.Last.Encode(e)
	e.Bool("pre", m.Pre)
	e.Bool("forced", m.Forced)
}

// vote answers an ask.
type vote struct {
	about
	Term     uint64 // the voter's own
	For      uint64 // the term that was asked about
	Identity uint64 // of the voter's disk
	Pre      bool
	Granted  bool
}

// Kind implements sim.Message.
func (*vote) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeVote, Name: "vote"} }

// Encode implements sim.Message.
func (m *vote) Encode(e *sim.Encoder) {
	e.Uint("term", m.Term)
	e.Uint("for", m.For)
	e.Uint("identity", m.Identity)
	e.Bool("pre", m.Pre)
	e.Bool("granted", m.Granted)
}

// purpose is why an append is sent.
type purpose uint8

const (
	toShip    purpose = iota // it carries entries, or looks for where the logs meet
	toBeat                   // the heartbeat
	toNotice                 // it tells of a commit
	toConfirm                // it asks whether the sender still leads
)

// appendEntries is the paper's AppendEntries; a heartbeat is one without entries.
type appendEntries struct {
	about
	Term    uint64
	Prev    replog.Position // the entry before the first one carried
	Entries []replog.Entry
	Commit  uint64
	Round   uint64 // of heartbeats, the newest that had begun
	For     purpose
}

// Kind implements sim.Message.
func (m *appendEntries) Kind() sim.Kind {
	switch m.For {
	case toBeat:
		return sim.Kind{Class: sim.Control, Code: codeBeat, Name: "beat"}
	case toNotice:
		return sim.Kind{Class: sim.Replicate, Code: codeNotice, Name: "notice"}
	case toConfirm:
		return sim.Kind{Class: sim.Control, Code: codeConfirm, Name: "confirm"}
	}
	return sim.Kind{Class: sim.Replicate, Code: codeAppend, Name: "append"}
}

// Encode implements sim.Message.
func (m *appendEntries) Encode(e *sim.Encoder) {
	e.Uint("term", m.Term)
	m.Prev.Encode(e)
	e.Uint("commit", m.Commit)
	e.Uint("round", m.Round|uint64(m.For)<<60)
	replog.EncodeAll(e, m.Entries)
}

// last is the index of the last entry carried.
func (m *appendEntries) last() uint64 { return m.Prev.Index + uint64(len(m.Entries)) }

// appended answers an append, once what it says is on disk.
type appended struct {
	about
	Term     uint64
	Identity uint64
	Match    uint64 // the log is the leader's up to here, on disk
	Round    uint64 // the newest heard of in this term
	Reject   uint64 // the index before what was carried, which does not match; 0 if it does
	At       replog.Position
}

// Kind implements sim.Message.
func (*appended) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeAppended, Name: "appended"}
}

// Encode implements sim.Message.
func (m *appended) Encode(e *sim.Encoder) {
	e.Uint("term", m.Term)
	e.Uint("identity", m.Identity)
	e.Uint("match", m.Match)
	e.Uint("round", m.Round)
	e.Uint("reject", m.Reject)
	m.At.Encode(e)
}

// chunk is the paper's InstallSnapshot: a part of a snapshot.
type chunk struct {
	about
	Term   uint64
	At     replog.Position // what the snapshot stands for ends here
	Offset uint64          // how many keys and sessions came in chunks before
	Done   bool
	Round  uint64
	Keys   []machine.Holding
	People []machine.Session
	Clock  uint64   // of the log, as of At
	Config []uint64 // the configuration as of At, in its words
	// Where that configuration is in the log.
	ConfigAt, ConfigTerm uint64
}

// Kind implements sim.Message.
func (*chunk) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeChunk, Name: "chunk"} }

// Encode implements sim.Message.
func (m *chunk) Encode(e *sim.Encoder) {
	e.Uint("term", m.Term)
	e.Uint("offset", m.Offset)
	e.Bool("done", m.Done)
	e.Uint("round", m.Round)
	(&machine.Image{At: m.At, Clock: m.Clock, Keys: m.Keys, Clients: m.People}).Encode(e)
	encodeWords(e, m.Config)
	e.Uint("config-at", m.ConfigAt)
	e.Uint("config-term", m.ConfigTerm)
}

func encodeWords(e *sim.Encoder, words []uint64) {
	e.Uint("words", uint64(len(words)))
	for _, w := range words {
		e.Uint("word", w)
	}
}

// received answers a chunk that is not the last.
type received struct {
	about
	Term     uint64
	Identity uint64
	At       uint64 // index of the snapshot
	Offset   uint64 // the next chunk's
	Round    uint64
}

// Kind implements sim.Message.
func (*received) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeReceived, Name: "received"}
}

// Encode implements sim.Message.
func (m *received) Encode(e *sim.Encoder) {
	e.Uint("term", m.Term)
	e.Uint("identity", m.Identity)
	e.Uint("at", m.At)
	e.Uint("offset", m.Offset)
	e.Uint("round", m.Round)
}

// timeoutNow has a server campaign at once (dissertation, section 3.10).
type timeoutNow struct {
	about
	Term uint64
}

// Kind implements sim.Message.
func (*timeoutNow) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeTimeoutNow, Name: "timeout-now"}
}

// Encode implements sim.Message.
func (m *timeoutNow) Encode(e *sim.Encoder) { e.Uint("term", m.Term) }

// readAsk asks the leader for a read index, on behalf of a client's read.
type readAsk struct {
	Op      sim.OpID
	Attempt uint8
}

// Kind implements sim.Message.
func (*readAsk) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeReadAsk, Name: "read-ask"}
}

// Subject implements sim.Message.
func (m *readAsk) Subject() sim.Subject { return sim.OpSubject(m.Op, m.Attempt) }

// Encode implements sim.Message.
func (m *readAsk) Encode(e *sim.Encoder) {
	e.Op("op", m.Op)
	e.Uint("attempt", uint64(m.Attempt))
}

// readIndex answers a readAsk.
type readIndex struct {
	Op      sim.OpID
	Attempt uint8
	Term    uint64
	Index   uint64
	Refused bool // the receiver does not lead
}

// Kind implements sim.Message.
func (*readIndex) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeReadIndex, Name: "read-index"}
}

// Subject implements sim.Message.
func (m *readIndex) Subject() sim.Subject { return sim.OpSubject(m.Op, m.Attempt) }

// Encode implements sim.Message.
func (m *readIndex) Encode(e *sim.Encoder) {
	e.Op("op", m.Op)
	e.Uint("attempt", uint64(m.Attempt))
	e.Uint("term", m.Term)
	e.Uint("index", m.Index)
	e.Bool("refused", m.Refused)
}

// join asks the leader to make the sender a voter.
type join struct {
	about
	Identity uint64
	Instead  sim.NodeID // whose place it takes; Nobody for a place of its own
}

// Kind implements sim.Message.
func (*join) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeJoin, Name: "join"} }

// Encode implements sim.Message.
func (m *join) Encode(e *sim.Encoder) {
	e.Uint("identity", m.Identity)
	e.Uint("instead", uint64(m.Instead))
}

// leave asks the leader to make the sender no member any more.
type leave struct {
	about
	Identity uint64
}

// Kind implements sim.Message.
func (*leave) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeLeave, Name: "leave"} }

// Encode implements sim.Message.
func (m *leave) Encode(e *sim.Encoder) { e.Uint("identity", m.Identity) }
