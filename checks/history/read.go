package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"simrun/sim"
)

// lineLimit is how many lines a history can have: their numbers become stamps.
const lineLimit = 1 << 30

// limits bound what a file may make the reader keep.
type limits struct {
	line   int // bytes of a line
	ops    int
	values int // that ops returned, together
	names  int // bytes of different keys and values
}

func defaultLimits() limits {
	return limits{line: 1 << 20, ops: 4 << 20, values: 16 << 20, names: 256 << 20}
}

// Read reads a history and makes a run of it, to be judged by the model that it is
// read with (see Models). A process becomes a client and a session of its own, in
// the order of appearance; stamps are line numbers. Written values become the
// identities of their writes, and keep their integers where all values of the file
// are integers. An error about the text is an *Error with the line's number.
func Read(source io.Reader, model string) (*File, error) {
	return readWithin(source, model, defaultLimits())
}

func readWithin(source io.Reader, model string, l limits) (*File, error) {
	m, err := find(model)
	if err != nil {
		return nil, err
	}
	r := &reader{model: m, limits: l, names: newNames(l.names), processes: map[int64]*process{}}
	if err := r.lines(source); err != nil {
		return nil, err
	}
	if err := r.unique(); err != nil {
		return nil, err
	}
	return r.build(), nil
}

// reader gathers the ops of a file.
type reader struct {
	model     model
	limits    limits
	names     *names
	line      int // the number of the line at hand
	indexed   bool
	lastIndex int64
	processes map[int64]*process
	ops       []op
	returned  int // values that ops returned, so far
}

// process is one process of the file.
type process struct {
	client  uint16
	ops     uint32
	open    int // place of its open op, plus one
	crashed int // line of the info that ended it
}

// op is one op of the file.
type op struct {
	id             sim.OpID
	begun, ended   uint32 // lines
	begunAt, endAt int64
	key            symbol
	written        symbol // by a write
	expected       symbol // by a cas
	hasKey         bool
	code           sim.Code
	outcome        sim.Outcome
	returned       []symbol
}

func (r *reader) lines(source io.Reader) error {
	scanner := bufio.NewScanner(source)
	scanner.Buffer(make([]byte, 0, min(64<<10, r.limits.line)), r.limits.line)
	for scanner.Scan() {
		r.line++
		text := bytes.TrimSpace(scanner.Bytes())
		if len(text) == 0 {
			continue
		}
		if err := r.take(text); err != nil {
			err.Line = r.line
			return err
		}
	}
	if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		return &Error{Line: r.line + 1, What: fmt.Sprintf("longer than %d bytes", r.limits.line)}
	} else if err != nil {
		return fmt.Errorf("reading the history after line %d: %w", r.line, err)
	}
	return nil
}

func (r *reader) take(text []byte) *Error {
	if r.line > lineLimit {
		return wrong("more than %d lines", lineLimit)
	}
	l, err := r.parse(text)
	if l == nil || err != nil {
		return err
	}
	p := r.processes[l.process]
	if l.event == invoke {
		return r.begin(l, p)
	}
	if p == nil || p.open == 0 {
		return wrong("process %d has no open op", l.process)
	}
	return r.end(l, p)
}

// begin begins an op.
func (r *reader) begin(l *line, p *process) *Error {
	if p == nil {
		if len(r.processes) == math.MaxUint16 {
			return wrong("more than %d processes", math.MaxUint16)
		}
		p = &process{client: uint16(len(r.processes) + 1)}
		r.processes[l.process] = p
	}
	switch {
	case p.crashed > 0:
		return wrong("process %d invokes again after the info of line %d", l.process, p.crashed)
	case p.open > 0:
		return wrong("process %d invokes before its op of line %d ended", l.process, r.ops[p.open-1].begun)
	case len(r.ops) == r.limits.ops:
		return wrong("more than %d ops", r.limits.ops)
	}
	p.ops++
	o := op{id: sim.NewOpID(p.client, p.ops), begun: uint32(r.line), begunAt: l.time, key: l.key, hasKey: l.hasKey, code: l.code}
	if err := r.write(&o, l.value); err != nil {
		return err
	}
	r.ops = append(r.ops, o)
	p.open = len(r.ops)
	return nil
}

// write checks and keeps what an op is to write.
func (r *reader) write(o *op, v value) *Error {
	switch {
	case o.code == sim.Get, o.code == sim.Delete:
		if v.list || len(v.items) > 0 {
			return wrong("a %s is invoked with a value", spell(o.code))
		}
		return nil
	case o.code == sim.CAS:
		if !v.list || len(v.items) != 2 || v.items[1] == null {
			return wrong("the value of a cas is [expected, new]")
		}
		o.expected, o.written = v.items[0], v.items[1]
		return nil
	case v.list || len(v.items) == 0:
		return wrong("the value of a %s is a scalar", spell(o.code))
	}
	o.written = v.items[0]
	if _, whole := r.names.integer(o.written); !whole && r.model.name == "counter" {
		return wrong("a counter grows by an integer, not by %s", quote(r.names.texts[o.written]))
	}
	return nil
}

// end ends an op.
func (r *reader) end(l *line, p *process) *Error {
	o := &r.ops[p.open-1]
	switch {
	case l.code != o.code:
		return wrong("f %q ends the %q of line %d", spell(l.code), spell(o.code), o.begun)
	case l.hasKey && l.key != o.key:
		return wrong("key %s ends the op on key %s of line %d", quote(r.names.texts[l.key]), quote(r.names.texts[o.key]), o.begun)
	}
	if err := r.result(o, l); err != nil {
		return err
	}
	o.ended, o.endAt = uint32(r.line), l.time
	o.outcome = [...]sim.Outcome{ok: sim.OK, fail: sim.Fail, info: sim.Unknown}[l.event]
	p.open = 0
	if l.event == info {
		p.crashed = r.line
	}
	return nil
}

// result checks what an op returned. What a read that was not ok says is ignored,
// and writes may repeat what they wrote.
func (r *reader) result(o *op, l *line) *Error {
	if o.code == sim.Get {
		if l.event != ok {
			return nil
		}
		return r.read(o, l.value)
	}
	again := op{code: o.code}
	if !l.value.list && len(l.value.items) == 0 {
		return nil
	}
	if err := r.write(&again, l.value); err != nil {
		return err
	}
	if again.written != o.written || again.expected != o.expected {
		return wrong("the value is not that of line %d", o.begun)
	}
	return nil
}

// read checks and keeps what a read returned.
func (r *reader) read(o *op, v value) *Error {
	for _, s := range v.items {
		if s == null {
			return wrong("a list returned by a read contains null")
		}
	}
	switch r.model.name {
	case "set":
		if !v.list {
			return wrong("a read of a set returns a list")
		}
	case "counter":
		whole := false
		if !v.list && len(v.items) == 1 {
			_, whole = r.names.integer(v.items[0])
		}
		if !whole {
			return wrong("a read of a counter returns an integer")
		}
	}
	if r.returned += len(v.items); r.returned > r.limits.values {
		return wrong("reads returned more than %d values", r.limits.values)
	}
	o.returned = v.items
	return nil
}

// unique checks that no value was written twice, where the model needs that.
func (r *reader) unique() error {
	if !r.model.unique {
		return nil
	}
	lines := map[place]uint32{}
	for i := range r.ops {
		o := &r.ops[i]
		at := place{o.key, o.written}
		if o.code != sim.Put {
			continue
		}
		if before, twice := lines[at]; twice {
			e := wrong("value %s was written in line %d already; model %s needs writes that can be told apart",
				quote(r.names.texts[o.written]), before, r.model.name)
			e.Line = int(o.begun)
			return e
		}
		lines[at] = o.begun
	}
	return nil
}
