package checks

import (
	"math"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// Model says what the values of a key are.
type Model uint8

// The models.
const (
	// InferModel looks at the ops of each key: a key that elements are added to or
	// removed from is a counter when every read returned one total, which has no
	// writer, and a set otherwise; every other key is a register.
	InferModel Model = iota
	// RegisterModel holds one value, known by its writer.
	RegisterModel
	// NumberModel is a register whose values are integers, Value.N, 0 being spelled
	// ZeroNumber. Several writes of a key may write the same one, and nobody can tell
	// which of them was read; where they do not, the key is judged by writers.
	NumberModel
	// SetModel holds integers; a read returns all of them.
	SetModel
	// CounterModel holds one integer, from 0; a read returns it.
	CounterModel
)

// ZeroNumber stands for the integer 0 in a history under NumberModel: an N of 0
// says that a value has no integer.
const ZeroNumber = math.MinInt64

// refusal tells whether the op is a compare-and-set that was refused and returned
// what was current instead: a read.
func refusal(h *record.History, op *record.Op) bool {
	return op.Code == sim.CAS && op.Outcome == sim.Fail && !op.Is(record.WarmUp) && len(h.Values(op)) > 0
}

// call is one op of a key as the search sees it, with values as symbols.
type call struct {
	op       *record.Op
	from, to uint32 // stamps; to is forever when the op need never have happened
	code     sim.Code
	sure     bool  // it happened
	symbol   int32 // what is written, or the element that is added or removed
	amount   int64 // what a counter grows by, or the total that a read returned
	expect   []int32
	seen     []int32 // what a read returned: any of these
	elements string  // what a read of a set returned, as the state is kept
}

// nothing is the symbol of the absence of a value.
const nothing = 0

// sequential is a model as a machine that takes one op at a time.
type sequential interface {
	start() any
	// step returns the state after the op, or false where the op cannot happen.
	step(state any, c *call) (any, bool)
}

// registerMachine's state is the symbol of the current value.
type registerMachine struct{}

func (registerMachine) start() any { return int32(nothing) }

func (registerMachine) step(state any, c *call) (any, bool) {
	switch c.code {
	case sim.Get:
		return state, slices.Contains(c.seen, state.(int32))
	case sim.CAS:
		if !slices.Contains(c.expect, state.(int32)) {
			return state, !c.sure // one that nobody confirmed may have been refused
		}
	}
	return c.symbol, true
}

// counterMachine's state is the total.
type counterMachine struct{}

func (counterMachine) start() any { return int64(0) }

func (counterMachine) step(state any, c *call) (any, bool) {
	switch c.code {
	case sim.Get:
		return state, state.(int64) == c.amount
	case sim.Delete:
		return int64(0), true
	}
	return state.(int64) + c.amount, true
}

// setMachine's state is a bitmap of the elements' symbols.
type setMachine struct{ width int }

func (m setMachine) start() any { return string(make([]byte, m.width)) }

func (m setMachine) step(state any, c *call) (any, bool) {
	switch c.code {
	case sim.Get:
		return state, state.(string) == c.elements
	case sim.Delete:
		return m.start(), true
	}
	return mark(state.(string), c.symbol, c.code == sim.Add), true
}

// mark sets or clears one bit of a bitmap.
func mark(bitmap string, symbol int32, in bool) string {
	at, bit := symbol/8, byte(1)<<(symbol%8)
	if (bitmap[at]&bit != 0) == in {
		return bitmap
	}
	b := []byte(bitmap)
	b[at] ^= bit
	return string(b)
}
