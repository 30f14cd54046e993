package kv

import (
	"fmt"

	"simrun/sim"
)

// Verb says what a command does to a table of accounts: rows with an id, an owner,
// an amount and a stamp. What makes each of them dangerous to repeat elsewhere is
// its own: see package statements.
type Verb uint8

// The verbs.
const (
	SetNow    Verb = iota + 1 // set a row's stamp to now()
	SetRandom                 // set a row's amount to random()
	InsertRow                 // insert a row under the next auto-increment id; refused, after the id is taken, if the amount is negative
	UpdateOne                 // add to the amount of one row of an owner, whichever is found first: "limit 1" without an order
	Transfer                  // move an amount from a row to another, if it is covered: read, modify, write
	UpdateAll                 // add to the amount of every row of an owner
	DeleteRow                 // delete a row
	Audited                   // add to a row's amount; triggers insert an audit row, and count it
)

// Verbs lists the verbs as scenarios spell them.
func Verbs() []string {
	return []string{"now", "random", "insert", "limit-1", "transfer", "raise", "delete", "trigger"}
}

// String spells the verb.
func (v Verb) String() string {
	if v == 0 || int(v) > len(Verbs()) {
		return "none"
	}
	return Verbs()[v-1]
}

// MaxOther is the largest Other that a command can carry.
const MaxOther = 1<<24 - 1

// Command is one command of the store's own language: an operation code with its
// arguments. An op of the code sim.Execute carries it: the row is the op's key, and
// the rest is packed into the value's integer.
type Command struct {
	Verb   Verb
	Row    sim.Key
	Other  uint32 // an owner, or for a transfer the other row; at most MaxOther
	Amount int32
}

// Pack is the command, without its row, as one integer.
func (c Command) Pack() int64 {
	return int64(c.Verb)<<56 | int64(c.Other&MaxOther)<<32 | int64(uint32(c.Amount))
}

// Unpack is the command of a row and a packed integer.
func Unpack(row sim.Key, n int64) Command {
	return Command{Verb: Verb(n >> 56), Row: row, Other: uint32(n>>32) & MaxOther, Amount: int32(n)}
}

// String spells the command much as SQL would.
func (c Command) String() string {
	switch c.Verb {
	case SetNow:
		return fmt.Sprintf("update %v set stamp = now()", c.Row)
	case SetRandom:
		return fmt.Sprintf("update %v set amount = random()", c.Row)
	case InsertRow:
		return fmt.Sprintf("insert of owner %d, amount %d", c.Other, c.Amount)
	case UpdateOne:
		return fmt.Sprintf("update owner %d set amount %+d limit 1", c.Other, c.Amount)
	case Transfer:
		return fmt.Sprintf("transfer %d from %v to %v", c.Amount, c.Row, sim.Key(c.Other))
	case UpdateAll:
		return fmt.Sprintf("update owner %d set amount %+d", c.Other, c.Amount)
	case DeleteRow:
		return fmt.Sprintf("delete %v", c.Row)
	case Audited:
		return fmt.Sprintf("update %v set amount %+d, with a trigger", c.Row, c.Amount)
	}
	return "no command"
}
