package abd

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// Codes of the kinds of messages.
const (
	codeQuery = kv.FirstCode + iota
	codeState
	codeStore
	codeStored
)

// tag orders the writes of one key.
type tag struct {
	N  uint64
	Op sim.OpID
}

// less tells whether a tag is lower than another.
func (t tag) less(o tag) bool { return t.N < o.N || t.N == o.N && t.Op < o.Op }

// version is a value with its tag; the zero version is the initial value.
type version struct {
	Tag     tag
	Value   sim.Value
	Deleted bool
	Size    uint32
}

func (v *version) encode(e *sim.Encoder) {
	e.Uint("number", v.Tag.N)
	e.Op("writer", v.Tag.Op)
	e.Value("value", v.Value)
	e.Bool("deleted", v.Deleted)
	e.Pad(int(v.Size))
}

// about is the attempt at an op that a message belongs to.
type about struct {
	Op      sim.OpID
	Attempt uint8
	Key     sim.Key
}

// Subject implements sim.Message.
func (a *about) Subject() sim.Subject { return sim.OpSubject(a.Op, a.Attempt) }

func (a *about) encode(e *sim.Encoder) {
	e.Op("op", a.Op)
	e.Uint("attempt", uint64(a.Attempt))
	e.Uint("key", uint64(a.Key))
}

// query asks what a replica has of a key.
type query struct{ about }

func (*query) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeQuery, Name: "query"}
}
func (m *query) Encode(e *sim.Encoder) { m.encode(e) }

// state says what a replica has on its disk.
type state struct {
	about
	Version version
}

func (*state) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeState, Name: "state"}
}

func (m *state) Encode(e *sim.Encoder) {
	m.encode(e)
	m.Version.encode(e)
}

// store gives a version to a replica.
type store struct {
	about
	Version version
}

func (*store) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeStore, Name: "store"}
}

func (m *store) Encode(e *sim.Encoder) {
	m.encode(e)
	m.Version.encode(e)
}

// stored acknowledges that the replica has that version, or a higher one, on its disk.
type stored struct{ about }

func (*stored) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeStored, Name: "stored"}
}
func (m *stored) Encode(e *sim.Encoder) { m.encode(e) }
