package checks

import (
	"simrun/sim"
	"simrun/sim/record"
)

// translator turns ops into calls: it gives every value of a key a symbol.
type translator struct {
	history  *record.History
	model    Model
	siblings bool
	symbols  map[sim.Value]int32
	next     int32
}

// translate turns one key's ops into a search. Ops that say nothing and certainly
// did nothing are left out.
func translate(h *record.History, group keyGroup, o Options) *search {
	t := translator{history: h, model: group.state.model, siblings: o.Siblings, symbols: map[sim.Value]int32{}, next: 1}
	s := &search{history: h, model: t.model}
	for _, op := range group.ops {
		if c := t.call(op); c != nil {
			s.calls = append(s.calls, c)
		}
	}
	s.symbols = int(t.next)
	switch t.model {
	case SetModel:
		s.machine = setMachine{width: (s.symbols + 7) / 8}
		for _, c := range s.calls {
			c.elements = bitmap(s.symbols, c.seen)
		}
	case CounterModel:
		s.machine = counterMachine{}
	default:
		s.machine = registerMachine{}
	}
	return s
}

func (t *translator) call(op *record.Op) *call {
	c := &call{op: op, from: op.Invoked, to: op.Returned, code: op.Code, sure: op.Outcome == sim.OK}
	switch {
	case judgedRead(op), refusal(t.history, op):
		c.code, c.sure = sim.Get, true
		t.returned(op, c)
		return c
	case !op.Code.Writes() || op.Outcome == sim.Fail:
		return nil
	case !c.sure:
		c.to = forever
	}
	t.written(op, c)
	return c
}

// returned enters what a read returned.
func (t *translator) returned(op *record.Op, c *call) {
	values := t.history.Values(op)
	switch {
	case t.model == CounterModel:
		c.amount, c.seen = t.total(values), nil
	case t.model == SetModel, len(values) == 1, t.siblings && len(values) > 1:
		for _, v := range values {
			c.seen = append(c.seen, t.symbol(v))
		}
	case len(values) == 0:
		c.seen = []int32{nothing}
	}
	// A register never holds several values: such a read has seen nothing possible.
}

// total is what a read of a counter returned; a counter that is not there is 0.
func (t *translator) total(values []sim.Value) int64 {
	var sum int64
	for _, v := range values {
		sum += v.N
	}
	return sum
}

// written enters what a write writes.
func (t *translator) written(op *record.Op, c *call) {
	value := t.history.Written(op)
	switch op.Code {
	case sim.Delete:
		c.symbol = nothing
	case sim.Add, sim.Remove:
		if t.model != CounterModel {
			c.symbol = t.symbol(value)
		} else if c.amount = value.N; op.Code == sim.Remove {
			c.amount = -value.N
		}
	default:
		c.symbol = t.symbol(value)
	}
	if op.Code != sim.CAS {
		return
	}
	for _, parent := range t.history.Parents(op) {
		c.expect = append(c.expect, t.expected(parent.ID))
	}
	if len(c.expect) == 0 {
		c.expect = []int32{nothing}
	}
}

// expected is the symbol of the value that a compare-and-set wants to find, told
// by a write of it.
func (t *translator) expected(id sim.OpID) int32 {
	if write := t.history.Find(id); write != nil {
		return t.symbol(t.history.Written(write))
	}
	return t.symbol(sim.Value{ID: id})
}

// symbol is what the search calls a value. Elements of sets go by their integer,
// values of registers by their writer, unless the model is that of numbers.
func (t *translator) symbol(v sim.Value) int32 {
	name := sim.Value{ID: v.ID}
	switch {
	case t.model == SetModel, t.model == NumberModel && v.N != 0:
		name = sim.Value{N: v.N}
	case v.ID == 0:
		return nothing
	}
	return t.intern(name)
}

func (t *translator) intern(name sim.Value) int32 {
	symbol, known := t.symbols[name]
	if !known {
		symbol = t.next
		t.symbols[name] = symbol
		t.next++
	}
	return symbol
}

func bitmap(symbols int, in []int32) string {
	b := make([]byte, (symbols+7)/8)
	for _, symbol := range in {
		b[symbol/8] |= 1 << (symbol % 8)
	}
	return string(b)
}
