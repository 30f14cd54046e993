package sim

import (
	"fmt"
	"strconv"
)

// OpID is the identity of an op: the client's number (c1 is 1) and the op's
// number at that client, from 1. A write's OpID travels with its value. The zero
// OpID is the initial value, which nobody wrote. The client has 16 bits and the
// number 32.
type OpID uint64

// NewOpID is the number-th op of a client.
func NewOpID(client uint16, number uint32) OpID {
	return OpID(client)<<32 | OpID(number)
}

// Client is the number of the client that issued the op.
func (o OpID) Client() uint16 { return uint16(o >> 32) }

// Number counts the client's ops from 1.
func (o OpID) Number() uint32 { return uint32(o) }

// String spells an op as c1/17, and the initial value as "initial".
func (o OpID) String() string {
	if o == 0 {
		return "initial"
	}
	return "c" + strconv.Itoa(int(o.Client())) + "/" + strconv.FormatUint(uint64(o.Number()), 10)
}

// Key is a key of the store, printed as k0, k1, ...
type Key uint32

// String spells the key.
func (k Key) String() string { return "k" + strconv.FormatUint(uint64(k), 10) }

// Value is what a key holds: who wrote it, and the application's integer (the
// amount of a counter, an element of a set; a register's value is its writer).
type Value struct {
	ID OpID
	N  int64
}

// String spells the value by its writer.
func (v Value) String() string {
	if v.N == 0 {
		return v.ID.String()
	}
	return fmt.Sprintf("%s=%d", v.ID, v.N)
}

// Code says what an op does.
type Code uint8

// The ops of the client language.
const (
	Get    Code = iota + 1 // read every current version of a key
	Put                    // write a value
	Delete                 // write a tombstone
	CAS                    // write if the current version is the expected one
	Add                    // add an element to a set, or an amount to a counter
	Remove                 // remove an element from a set
	// Execute runs a command of the store's own language, told by the value's integer. It
	// may change any key, or none: it is no write of a value to its key.
	Execute
)

// String spells the code as histories do.
func (c Code) String() string {
	switch c {
	case Get:
		return "get"
	case Put:
		return "put"
	case Delete:
		return "delete"
	case CAS:
		return "cas"
	case Add:
		return "add"
	case Remove:
		return "remove"
	case Execute:
		return "execute"
	}
	return "none"
}

// Writes tells whether the op may change the store.
func (c Code) Writes() bool { return c >= Put }

// Outcome is what a client knows about its op.
type Outcome uint8

// The outcomes. An op without an end is Pending, which judges treat as Unknown.
const (
	Pending Outcome = iota
	OK              // it happened
	Fail            // it certainly did not happen
	Unknown         // it may have happened; every timeout is unknown
)

// String spells the outcome.
func (o Outcome) String() string {
	switch o {
	case OK:
		return "ok"
	case Fail:
		return "fail"
	case Unknown:
		return "unknown"
	}
	return "pending"
}

// Call is the beginning of an op, as its client states it.
type Call struct {
	Op    OpID
	Code  Code
	Final bool // a final read, after heal and settle
	Key   Key
	Value Value // what a write writes; its ID is Op
	// Parents are the writes whose versions the client had read and builds on
	// (the context that the op carries); for CAS, the expected version.
	Parents []OpID
	Session uint32 // ops of one session are issued one after another
}

// Result is the end of an op, as its client learnt it.
type Result struct {
	Op      OpID
	Outcome Outcome
	Error   Error
	Values  []Value // what a read returned: none, one, or several siblings
	Served  NodeID  // the node that answered, if one did
}

// Error says why an op did not end OK.
type Error uint8

// The errors of ops. Definite ones mean that the op did not happen.
const (
	NoError     Error = iota
	TimedOut          // no answer in time: indefinite
	Unavailable       // refused before anything was written: definite
	Partial           // some replicas may have it, too few answered: indefinite
	NotLeader         // refused, another node leads: definite
	Conflict          // compare-and-set found another version: definite
	TokenLost         // the session's token names a write that the store lost: definite
	TokenBehind       // the replica has not reached the session's token yet: definite
	Overloaded        // refused by a full inbox: definite
	Aborted           // undone by the store: definite
)

// String spells the error.
func (e Error) String() string {
	names := [...]string{
		"", "timeout", "unavailable", "partial", "not-leader", "conflict",
		"token-lost", "token-behind", "overloaded", "aborted",
	}
	if int(e) < len(names) {
		return names[e]
	}
	return "error-" + strconv.Itoa(int(e))
}
