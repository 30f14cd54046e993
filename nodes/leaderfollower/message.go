package leaderfollower

import (
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the message kinds.
const (
	codeShip = kv.FirstCode + iota
	codeAck
	codeNotice
	codeFill
	codeFilled
	codeBehind
	codeBeat
	codeBeatAck
	codeSuspect
	codeSuspicion
	codeQuery
	codeAnswer
	codePromote
	codeTakeOver
	codeRelay
	codePull
	codeBatch
	codeChunk
	codeChunked
)

// about is the subject that a message names.
type about sim.Subject

// Subject implements sim.Message.
func (a about) Subject() sim.Subject { return sim.Subject(a) }

// carriage is what every message of a leader's stream to its followers has.
type carriage struct {
	about
	Epoch   uint64
	Prev    replog.Position // the entry before the first one carried
	Entries []replog.Entry
	Commit  uint64
}

// Encode implements sim.Message.
func (c *carriage) Encode(e *sim.Encoder) {
	e.Uint("epoch", c.Epoch)
	c.Prev.Encode(e)
	e.Uint("commit", c.Commit)
	replog.EncodeAll(e, c.Entries)
}

// last is the index of the last entry carried.
func (c *carriage) last() uint64 { return c.Prev.Index + uint64(len(c.Entries)) }

// ship carries one write, as soon as it is in the leader's log.
type ship struct{ carriage }

// Kind implements sim.Message.
func (*ship) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeShip, Name: "ship"} }

// fill carries a batch to a follower that fell behind.
type fill struct{ carriage }

// Kind implements sim.Message.
func (*fill) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeFill, Name: "fill"} }

// confirmation tells the leader how far a follower's log, known to match the
// leader's, is on disk.
type confirmation struct {
	about
	Epoch uint64
	Match uint64
}

// Encode implements sim.Message.
func (c *confirmation) Encode(e *sim.Encoder) {
	e.Uint("epoch", c.Epoch)
	e.Uint("match", c.Match)
}

// ack answers a ship.
type ack struct{ confirmation }

// Kind implements sim.Message.
func (*ack) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeAck, Name: "ack"} }

// filled answers a fill.
type filled struct{ confirmation }

// Kind implements sim.Message.
func (*filled) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeFilled, Name: "filled"} }

// notice tells followers of a commit that no ship will tell them.
type notice struct {
	about
	Epoch  uint64
	Commit uint64
}

// Kind implements sim.Message.
func (*notice) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeNotice, Name: "notice"}
}

// Encode implements sim.Message.
func (m *notice) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("commit", m.Commit)
}

// behind tells a leader that its message does not connect to the follower's log,
// or that its epoch is over.
type behind struct {
	about
	Epoch uint64          // of the stream that it answers
	Newer uint64          // the epoch that the follower obeys, if newer; 0 otherwise
	At    replog.Position // where the logs may meet
	Stuck bool            // before what the follower's snapshot stands for: it needs another
}

// Kind implements sim.Message.
func (*behind) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeBehind, Name: "behind"} }

// Encode implements sim.Message.
func (m *behind) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("newer", m.Newer)
	m.At.Encode(e)
	if m.Stuck {
		e.Bool("stuck", true)
	}
}

// beat is a heartbeat: the leader lives, its log ends at Last, Commit is committed.
type beat struct {
	about
	Epoch  uint64
	Round  uint64
	Last   replog.Position
	Commit uint64
}

// Kind implements sim.Message.
func (*beat) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeBeat, Name: "beat"} }

// Encode implements sim.Message.
func (m *beat) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("round", m.Round)
	m.Last.Encode(e)
	e.Uint("commit", m.Commit)
}

// beatAck answers a beat.
type beatAck struct {
	confirmation
	Round uint64
}

// Kind implements sim.Message.
func (*beatAck) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeBeatAck, Name: "beat-ack"}
}

// Encode implements sim.Message.
func (m *beatAck) Encode(e *sim.Encoder) {
	m.confirmation.Encode(e)
	e.Uint("round", m.Round)
}

// suspect asks whether the receiver misses the leader too.
type suspect struct {
	about
	Epoch uint64 // that the sender obeys
	Round uint64
}

// Kind implements sim.Message.
func (*suspect) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeSuspect, Name: "suspect"}
}

// Encode implements sim.Message.
func (m *suspect) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("round", m.Round)
}

// suspicion answers a suspect.
type suspicion struct {
	about
	Epoch uint64 // that the receiver obeys
	Round uint64
	Agree bool
}

// Kind implements sim.Message.
func (*suspicion) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codeSuspicion, Name: "suspicion"}
}

// Encode implements sim.Message.
func (m *suspicion) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("round", m.Round)
	e.Bool("agree", m.Agree)
}

// query opens an epoch: who answers it obeys no older one any more.
type query struct {
	about
	Epoch uint64
}

// Kind implements sim.Message.
func (*query) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeQuery, Name: "query"} }

// Encode implements sim.Message.
func (m *query) Encode(e *sim.Encoder) { e.Uint("epoch", m.Epoch) }

// answer answers a query.
type answer struct {
	about
	Epoch uint64          // the query's
	Newer uint64          // refused: the epoch obeyed already; 0 when granted
	Last  replog.Position // how far the log reaches
}

// Kind implements sim.Message.
func (*answer) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeAnswer, Name: "answer"} }

// Encode implements sim.Message.
func (m *answer) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	e.Uint("newer", m.Newer)
	m.Last.Encode(e)
}

// promote tells the chosen node to lead.
type promote struct {
	about
	Epoch uint64
}

// Kind implements sim.Message.
func (*promote) Kind() sim.Kind {
	return sim.Kind{Class: sim.Control, Code: codePromote, Name: "promote"}
}

// Encode implements sim.Message.
func (m *promote) Encode(e *sim.Encoder) { e.Uint("epoch", m.Epoch) }
