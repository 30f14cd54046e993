package sim

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// Encoder receives the fields of a message or record, in order, and makes of
// them what its mode asks for: size and fingerprint, text, or bytes.
type Encoder struct {
	hash uint64
	size int
	mode encoderMode
	out  []byte
}

type encoderMode uint8

const (
	measuring encoderMode = iota
	writingText
	writingBytes
)

const (
	encoderSeed     = 0x9E3779B97F4A7C15
	encoderMultiply = 0xD6E8FEB86659FD93
)

// Encodable is anything that lists its fields to an Encoder.
type Encodable interface {
	Encode(e *Encoder)
}

// Measure returns the size on the wire, in bytes, and the fingerprint of m. The
// encoder is the caller's so that nothing is allocated.
func (e *Encoder) Measure(m Encodable) (size int, fingerprint uint64) {
	*e = Encoder{hash: encoderSeed, out: e.out}
	m.Encode(e)
	return e.size, e.hash
}

// MeasureMessage is Measure for a message, without the cost of turning one sort of
// interface into the other.
func (e *Encoder) MeasureMessage(m Message) (size int, fingerprint uint64) {
	*e = Encoder{hash: encoderSeed, out: e.out}
	m.Encode(e)
	return e.size, e.hash
}

// Text returns the fields as "name=value name=value".
func Text(m Encodable) string {
	e := Encoder{mode: writingText}
	m.Encode(&e)
	return string(e.out)
}

// Bytes returns the fields as bytes: eight, little-endian, for each number, and
// a length before each text.
func Bytes(m Encodable) []byte {
	e := Encoder{mode: writingBytes}
	m.Encode(&e)
	return e.out
}

// Fingerprint returns a hash of the fields.
func Fingerprint(m Encodable) uint64 {
	var e Encoder
	_, f := e.Measure(m)
	return f
}

// Uint adds a number.
func (e *Encoder) Uint(name string, v uint64) {
	if e.mode == measuring {
		hi, lo := bits.Mul64(e.hash^v, encoderMultiply)
		e.hash = hi ^ lo ^ v
		e.size += 8
		return
	}
	e.slowUint(name, v)
}

func (e *Encoder) slowUint(name string, v uint64) {
	if e.mode == writingBytes {
		e.out = binary.LittleEndian.AppendUint64(e.out, v)
		return
	}
	e.label(name)
	e.out = strconv.AppendUint(e.out, v, 10)
}

// Int adds a signed number.
func (e *Encoder) Int(name string, v int64) {
	if e.mode != writingText {
		e.Uint(name, uint64(v))
		return
	}
	e.label(name)
	e.out = strconv.AppendInt(e.out, v, 10)
}

// Bool adds a truth value.
func (e *Encoder) Bool(name string, v bool) {
	n := uint64(0)
	if v {
		n = 1
	}
	e.Uint(name, n)
}

// Op adds the identity of an op.
func (e *Encoder) Op(name string, op OpID) {
	if e.mode != writingText {
		e.Uint(name, uint64(op))
		return
	}
	e.Text(name, op.String())
}

// Value adds a value.
func (e *Encoder) Value(name string, v Value) {
	if e.mode != writingText {
		e.Uint(name, uint64(v.ID))
		e.Uint(name, uint64(v.N))
		return
	}
	e.Text(name, v.String())
}

// Values adds several values, with their number.
func (e *Encoder) Values(name string, vs []Value) {
	e.Uint(name, uint64(len(vs)))
	for _, v := range vs {
		e.Value(name, v)
	}
}

// Ops adds several op identities, with their number.
func (e *Encoder) Ops(name string, ops []OpID) {
	e.Uint(name, uint64(len(ops)))
	for _, op := range ops {
		e.Op(name, op)
	}
}

// Text adds a text.
func (e *Encoder) Text(name, v string) {
	switch e.mode {
	case writingText:
		e.label(name)
		e.out = append(e.out, v...)
	case writingBytes:
		e.out = binary.LittleEndian.AppendUint64(e.out, uint64(len(v)))
		e.out = append(e.out, v...)
	default:
		e.Uint(name, uint64(len(v)))
		for i := 0; i < len(v); i++ {
			e.hash = (e.hash ^ uint64(v[i])) * encoderMultiply
		}
		e.size += len(v)
	}
}

// Pad adds n bytes of payload that have a size but no content of interest.
func (e *Encoder) Pad(n int) {
	if e.mode == measuring {
		e.size += n
	}
}

func (e *Encoder) label(name string) {
	if len(e.out) > 0 {
		e.out = append(e.out, ' ')
	}
	e.out = append(e.out, name...)
	e.out = append(e.out, '=')
}
