package multileader

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the message kinds.
const (
	codeShip = kv.FirstCode + iota
	codeFill
	codeState
	codeAck
	codeGreet
	codeQuery
	codeAnswer
	codeForward
	codeApology
	codeAccepted
)

// silent is a message that is about what the event that caused it is about.
type silent struct{}

// Subject implements sim.Message.
func (silent) Subject() sim.Subject { return 0 }

// cargo is updates on their way to another server.
type cargo struct {
	silent
	Updates []update
}

// Encode implements sim.Message.
func (c *cargo) Encode(e *sim.Encoder) {
	e.Uint("updates", uint64(len(c.Updates)))
	for i := range c.Updates {
		c.Updates[i].Encode(e)
	}
}

// ship carries one update, as soon as it is in the sender's log.
type ship struct{ cargo }

// Kind implements sim.Message.
func (*ship) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeShip, Name: "ship"} }

// Subject implements sim.Message: the write, as its first attempt.
func (s *ship) Subject() sim.Subject {
	if op := s.Updates[0].Cells[0].Op; op != 0 {
		return sim.OpSubject(op, 1)
	}
	return 0
}

// fill carries what the receiver lacks.
type fill struct{ cargo }

// Kind implements sim.Message.
func (*fill) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeFill, Name: "fill"} }

// state carries the whole state of the keys that have changed beyond a context.
type state struct {
	silent
	Base  kv.Context // what the receiver is known to have
	Seen  kv.Context // what it has after
	Cells []cell
}

// Kind implements sim.Message.
func (*state) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeState, Name: "state"} }

// Encode implements sim.Message.
func (m *state) Encode(e *sim.Encoder) {
	m.Base.Encode(e)
	m.Seen.Encode(e)
	encodeCells(e, m.Cells)
}

// ack tells what its sender has on disk.
type ack struct {
	silent
	Has kv.Context
}

// Kind implements sim.Message.
func (*ack) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeAck, Name: "ack"} }

// Encode implements sim.Message.
func (m *ack) Encode(e *sim.Encoder) { m.Has.Encode(e) }

// greet tells who leads the sender's datacentre, what the sender has on disk, and who takes part.
type greet struct {
	silent
	At     time.Duration // the sender's monotonic clock
	Epoch  uint64        // of the sender's datacentre
	Leader sim.NodeID    // who leads it, as the sender believes
	Has    kv.Context
	Parts  []part // by datacentre
	Asks   bool   // to be sent at once what the receiver has besides
	Answer bool   // answers a greeting
	Blank  bool   // has lost its disk, and has not made up for it yet
}

// Kind implements sim.Message.
func (*greet) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeGreet, Name: "greet"} }

// Encode implements sim.Message.
func (m *greet) Encode(e *sim.Encoder) {
	e.Int("at", int64(m.At))
	e.Uint("epoch", m.Epoch)
	e.Uint("leader", uint64(m.Leader))
	m.Has.Encode(e)
	e.Uint("parts", uint64(len(m.Parts)))
	for i := range m.Parts {
		m.Parts[i].Encode(e)
	}
	e.Bool("asks", m.Asks)
	e.Bool("answer", m.Answer)
	e.Bool("blank", m.Blank)
}

// query opens an epoch of a datacentre: who answers obeys no older one any more.
type query struct {
	silent
	Epoch  uint64
	Forced bool // whether or not the leader is missed
}

// Kind implements sim.Message.
func (*query) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeQuery, Name: "query"} }

// Encode implements sim.Message.
func (m *query) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Bool("forced", m.Forced)
}

// answer answers a query.
type answer struct {
	silent
	Epoch uint64     // the query's
	Obeys uint64     // refused: the epoch that is obeyed; 0 when granted
	Has   kv.Context // what its sender has on disk
}

// Kind implements sim.Message.
func (*answer) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeAnswer, Name: "answer"} }

// Encode implements sim.Message.
func (m *answer) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("obeys", m.Obeys)
	m.Has.Encode(e)
}
