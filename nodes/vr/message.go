package vr

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the message kinds.
const (
	codePrepare = kv.FirstCode + iota
	codeCommit
	codeConfirm
	codePrepareOK
	codeStartViewChange
	codeDoViewChange
	codeStartView
	codeGetState
	codeNewState
	codeRecovery
	codeRecoveryResponse
)

// about is the subject that a message names.
type about sim.Subject

// Subject implements sim.Message.
func (a about) Subject() sim.Subject { return sim.Subject(a) }

// purpose is why a prepare is sent.
type purpose uint8

const (
	toShip    purpose = iota // it carries entries
	toCommit                 // the paper's Commit: it tells of commits, and that the primary lives
	toConfirm                // it asks whether the sender is still primary
)

// prepare is the paper's Prepare, with as many entries as are batched; without entries, its Commit.
type prepare struct {
	about
	View    uint64
	After   uint64 // the op-number before the first entry carried
	Entries []replog.Entry
	Commit  uint64 // the paper's k
	Round   uint64 // the newest that had begun
	For     purpose
}

// Kind implements sim.Message.
func (m *prepare) Kind() sim.Kind {
	switch m.For {
	case toCommit:
		return sim.Kind{Class: sim.Control, Code: codeCommit, Name: "commit"}
	case toConfirm:
		return sim.Kind{Class: sim.Control, Code: codeConfirm, Name: "confirm"}
	}
	return sim.Kind{Class: sim.Replicate, Code: codePrepare, Name: "prepare"}
}

// Encode implements sim.Message.
func (m *prepare) Encode(e *sim.Encoder) {
	e.Uint("view", m.View)
	e.Uint("after", m.After)
	e.Uint("commit", m.Commit)
	e.Uint("round", m.Round|uint64(m.For)<<60)
	replog.EncodeAll(e, m.Entries)
}

// last is the op-number of the last entry carried.
func (m *prepare) last() uint64 { return m.After + uint64(len(m.Entries)) }

// prepareOK says that the sender's log is the primary's up to an op-number, on its disk.
type prepareOK struct {
	about
	View  uint64
	Match uint64
	Round uint64 // the newest heard of in this view
}

// Kind implements sim.Message.
func (*prepareOK) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codePrepareOK, Name: "prepare-ok"}
}

// Encode implements sim.Message.
func (m *prepareOK) Encode(e *sim.Encoder) {
	e.Uint("view", m.View)
	e.Uint("match", m.Match)
	e.Uint("round", m.Round)
}

// startViewChange says that the sender has left all views before one.
type startViewChange struct {
	about
	View uint64
}

// Kind implements sim.Message.
func (*startViewChange) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeStartViewChange, Name: "start-view-change"}
}

// Encode implements sim.Message.
func (m *startViewChange) Encode(e *sim.Encoder) { e.Uint("view", m.View) }

// tail is the end of a log: what follows on what is known to be committed (section 5.3 sends no
// more either).
type tail struct {
	Prev    replog.Position // before the first entry
	Entries []replog.Entry
	Commit  uint64
}

// Encode lists the tail.
func (t *tail) Encode(e *sim.Encoder) {
	t.Prev.Encode(e)
	e.Uint("commit", t.Commit)
	replog.EncodeAll(e, t.Entries)
}

// end is the op-number of the last entry.
func (t *tail) end() uint64 { return t.Prev.Index + uint64(len(t.Entries)) }

// doViewChange gives a new primary what the sender has.
type doViewChange struct {
	about
	View       uint64
	LastNormal uint64 // the paper's v'
	Tail       tail
}

// Kind implements sim.Message.
func (*doViewChange) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeDoViewChange, Name: "do-view-change"}
}

// Encode implements sim.Message.
func (m *doViewChange) Encode(e *sim.Encoder) {
	e.Uint("view", m.View)
	e.Uint("last-normal", m.LastNormal)
	m.Tail.Encode(e)
}

// startView says that a view has started, and with which log.
type startView struct {
	about
	View uint64
	Tail tail
}

// Kind implements sim.Message.
func (*startView) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeStartView, Name: "start-view"}
}

// Encode implements sim.Message.
func (m *startView) Encode(e *sim.Encoder) {
	e.Uint("view", m.View)
	m.Tail.Encode(e)
}

// getState asks for the log behind an op-number (section 5.2).
type getState struct {
	about
	View  uint64
	After uint64
}

// Kind implements sim.Message.
func (*getState) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeGetState, Name: "get-state"}
}

// Encode implements sim.Message.
func (m *getState) Encode(e *sim.Encoder) {
	e.Uint("view", m.View)
	e.Uint("after", m.After)
}

// newState answers getState: with a checkpoint, where the log does not reach back so far.
type newState struct {
	about
	View  uint64
	Tail  tail
	Whole bool // there is a checkpoint, on which the tail follows
	Image machine.Image
}

// Kind implements sim.Message.
func (*newState) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeNewState, Name: "new-state"}
}

// Encode implements sim.Message.
func (m *newState) Encode(e *sim.Encoder) {
	e.Uint("view", m.View)
	m.Tail.Encode(e)
	e.Bool("whole", m.Whole)
	if m.Whole {
		m.Image.Encode(e)
	}
}

// recoveryAsk is the paper's Recovery.
type recoveryAsk struct {
	about
	Nonce uint64
	View  uint64 // below which the sender can take no part
}

// Kind implements sim.Message.
func (*recoveryAsk) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeRecovery, Name: "recovery"}
}

// Encode implements sim.Message.
func (m *recoveryAsk) Encode(e *sim.Encoder) {
	e.Uint("nonce", m.Nonce)
	e.Uint("view", m.View)
}

// recoveryResponse answers a recovery; only a primary's has its state.
type recoveryResponse struct {
	about
	Nonce uint64
	State newState
}

// Kind implements sim.Message.
func (*recoveryResponse) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeRecoveryResponse, Name: "recovery-response"}
}

// Encode implements sim.Message.
func (m *recoveryResponse) Encode(e *sim.Encoder) {
	e.Uint("nonce", m.Nonce)
	m.State.Encode(e)
}
