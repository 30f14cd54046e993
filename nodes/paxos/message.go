package paxos

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the message kinds.
const (
	codePrepare = kv.FirstCode + iota
	codePromise
	codeRefused
	codeAccept
	codeAccepted
	codeChosen
	codeBeat
	codeBeatAck
	codeWant
	codeTaught
	codeImage
	codeProbe
	codeProbed
	codeChange
	codeChanged
	codeHandover
	codeStands
	codeInquiry
	codeInquired
)

// about is the subject that a message names.
type about sim.Subject

// Subject implements sim.Message.
func (a about) Subject() sim.Subject { return sim.Subject(a) }

// prepare asks for a promise to take no part in lower ballots (phase 1a), for all slots
// from one on.
type prepare struct {
	about
	Ballot  uint64
	From    uint64
	Instead uint64 // the ballot of the leader that hands over; 0 for none
}

// Kind implements sim.Message.
func (*prepare) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codePrepare, Name: "prepare"}
}

// Encode implements sim.Message.
func (m *prepare) Encode(e *sim.Encoder) {
	e.Uint("ballot", m.Ballot)
	e.Uint("from", m.From)
	e.Uint("instead", m.Instead)
}

// acceptance is what an acceptor has accepted for a slot. The entry's epoch is the ballot.
type acceptance struct {
	Slot  uint64
	Entry replog.Entry
}

// Encode implements sim.Record.
func (a *acceptance) Encode(e *sim.Encoder) {
	e.Uint("slot", a.Slot)
	a.Entry.Encode(e)
}

// Damaged implements sim.Damager: another value.
func (a *acceptance) Damaged(word uint64) sim.Record {
	damaged := *a
	damaged.Entry.Value.N ^= int64(word>>8 | 1)
	return &damaged
}

// promise answers a prepare (phase 1b), with all that was accepted from the slot on.
type promise struct {
	about
	Ballot   uint64
	Floor    uint64 // the slots up to here are chosen, and behind a snapshot
	Accepted []acceptance
}

// Kind implements sim.Message.
func (*promise) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codePromise, Name: "promise"}
}

// Encode implements sim.Message.
func (m *promise) Encode(e *sim.Encoder) {
	e.Uint("ballot", m.Ballot)
	e.Uint("floor", m.Floor)
	e.Uint("accepted", uint64(len(m.Accepted)))
	for i := range m.Accepted {
		m.Accepted[i].Encode(e)
	}
}

// refused answers what comes in too low a ballot.
type refused struct {
	about
	Ballot   uint64
	Promised uint64
}

// Kind implements sim.Message.
func (*refused) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeRefused, Name: "refused"}
}

// Encode implements sim.Message.
func (m *refused) Encode(e *sim.Encoder) {
	e.Uint("ballot", m.Ballot)
	e.Uint("promised", m.Promised)
}

// accept asks to accept a value for a slot (phase 2a), in the ballot of the entry's epoch.
type accept struct {
	about
	acceptance
	Chosen uint64 // the leader knows the slots up to here to be chosen
}

// Kind implements sim.Message.
func (*accept) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeAccept, Name: "accept"}
}

// Encode implements sim.Message.
func (m *accept) Encode(e *sim.Encoder) {
	m.acceptance.Encode(e)
	e.Uint("chosen", m.Chosen)
}

// accepted tells that the sender has accepted a value (phase 2b). To learners it carries
// the value; a proposer knows what it proposed.
type accepted struct {
	about
	acceptance
	Bare bool // without the value
}

// Kind implements sim.Message.
func (*accepted) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeAccepted, Name: "accepted"}
}

// Encode implements sim.Message.
func (m *accepted) Encode(e *sim.Encoder) {
	m.acceptance.Encode(e)
	e.Bool("bare", m.Bare)
}

// chosen tells learners what is chosen for a slot.
type chosen struct {
	about
	acceptance
}

// Kind implements sim.Message.
func (*chosen) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeChosen, Name: "chosen"}
}

// beat is a heartbeat: the leader lives, and knows the slots up to Chosen.
type beat struct {
	about
	Ballot uint64
	Round  uint64
	Chosen uint64
}

// Kind implements sim.Message.
func (*beat) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeBeat, Name: "beat"} }

// Encode implements sim.Message.
func (m *beat) Encode(e *sim.Encoder) {
	e.Uint("ballot", m.Ballot)
	e.Uint("round", m.Round)
	e.Uint("chosen", m.Chosen)
}

// beatAck answers a beat: the sender has promised no higher ballot.
type beatAck struct {
	about
	Ballot uint64
	Round  uint64
}

// Kind implements sim.Message.
func (*beatAck) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeBeatAck, Name: "beat-ack"}
}

// Encode implements sim.Message.
func (m *beatAck) Encode(e *sim.Encoder) {
	e.Uint("ballot", m.Ballot)
	e.Uint("round", m.Round)
}

// want asks for what is chosen from a slot on, and for the slots up to Upto to be filled.
type want struct {
	about
	From uint64
	Upto uint64
}

// Kind implements sim.Message.
func (*want) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeWant, Name: "want"} }

// Encode implements sim.Message.
func (m *want) Encode(e *sim.Encoder) {
	e.Uint("from", m.From)
	e.Uint("upto", m.Upto)
}

// taught answers a want: what is chosen for the slots from From on.
type taught struct {
	about
	From    uint64
	Chosen  uint64 // the sender knows the slots up to here
	Entries []replog.Entry
}

// Kind implements sim.Message.
func (*taught) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeTaught, Name: "taught"} }

// Encode implements sim.Message.
func (m *taught) Encode(e *sim.Encoder) {
	e.Uint("from", m.From)
	e.Uint("chosen", m.Chosen)
	replog.EncodeAll(e, m.Entries)
}

// snapshot stands for the slots up to its place: what they made of the store, and who
// accepts behind them.
type snapshot struct {
	Image          machine.Image
	Configurations []configuration
}

// Encode implements sim.Record.
func (s *snapshot) Encode(e *sim.Encoder) {
	s.Image.Encode(e)
	e.Uint("configurations", uint64(len(s.Configurations)))
	for i := range s.Configurations {
		s.Configurations[i].Encode(e)
	}
}

// image answers a want for slots that are behind a snapshot.
type image struct {
	about
	snapshot
}

// Kind implements sim.Message.
func (*image) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeImage, Name: "image"} }

// probe asks an acceptor for the highest slot that it has accepted, for a read.
type probe struct{ about }

// Kind implements sim.Message.
func (*probe) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeProbe, Name: "probe"} }

// Encode implements sim.Message.
func (m *probe) Encode(e *sim.Encoder) {}

// probed answers a probe.
type probed struct {
	about
	Highest uint64
}

// Kind implements sim.Message.
func (*probed) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeProbed, Name: "probed"}
}

// Encode implements sim.Message.
func (m *probed) Encode(e *sim.Encoder) { e.Uint("highest", m.Highest) }

// change asks a leader to have other acceptors: sets of ranks, a bit for each.
type change struct {
	about
	Adds    uint64
	Removes uint64
}

// Kind implements sim.Message.
func (*change) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeChange, Name: "change"}
}

// Encode implements sim.Message.
func (m *change) Encode(e *sim.Encoder) {
	e.Uint("adds", m.Adds)
	e.Uint("removes", m.Removes)
}

// changed tells that the acceptors are as was asked for.
type changed struct{ about }

// Kind implements sim.Message.
func (*changed) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeChanged, Name: "changed"}
}

// Encode implements sim.Message.
func (m *changed) Encode(e *sim.Encoder) {}

// handover asks a proposer to lead in the place of the sender.
type handover struct {
	about
	Ballot uint64
}

// Kind implements sim.Message.
func (*handover) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeHandover, Name: "handover"}
}

// Encode implements sim.Message.
func (m *handover) Encode(e *sim.Encoder) { e.Uint("ballot", m.Ballot) }
