package history

import (
	"time"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

// place is a value of a key.
type place struct{ key, value symbol }

// builder makes a run of the ops of a file.
type builder struct {
	*reader
	run     *record.Run
	writers map[place]sim.OpID // the first write of each value
	whole   bool               // all values are integers
	shared  bool               // some value of a key was written twice
	keys    map[symbol]sim.Key
}

func (r *reader) build() *File {
	b := builder{reader: r, run: &record.Run{}, writers: map[place]sim.OpID{}, whole: true}
	b.run.Names, b.run.Places, b.run.IsClient = []string{""}, []string{""}, []bool{false}
	b.survey()
	b.numberKeys()
	for i := range r.ops {
		b.begin(&r.ops[i])
	}
	for i := range r.ops {
		if r.ops[i].outcome != sim.Pending {
			b.end(&r.ops[i])
		}
	}
	b.run.Phases.End = b.last()
	b.run.Phases.Work, b.run.Phases.Settled = b.run.Phases.End, b.run.Phases.End
	return b.file()
}

// survey learns who wrote what.
func (b *builder) survey() {
	for i := range b.ops {
		o := &b.ops[i]
		for _, s := range append(o.returned, o.written, o.expected) {
			_, whole := b.names.integer(s)
			b.whole = b.whole && (whole || s == null)
		}
		if o.written == null {
			continue
		}
		at := place{o.key, o.written}
		if _, again := b.writers[at]; again {
			b.shared = true
		} else {
			b.writers[at] = o.id
		}
	}
}

// smallKey is the highest integer that may be a key itself: judges may keep a
// table of keys.
const smallKey = 1 << 20

// numberKeys lets keys that are small integers be themselves, if all are, and
// counts them otherwise.
func (b *builder) numberKeys() {
	b.keys = map[symbol]sim.Key{}
	themselves := true
	for i := range b.ops {
		s := b.ops[i].key
		n, whole := b.names.integer(s)
		themselves = themselves && whole && n >= 0 && n <= smallKey
		if _, known := b.keys[s]; !known {
			b.keys[s] = sim.Key(len(b.keys))
		}
	}
	if !themselves {
		return
	}
	for s := range b.keys {
		n, _ := b.names.integer(s)
		b.keys[s] = sim.Key(n)
	}
}

func (b *builder) begin(o *op) {
	call := sim.Call{Op: o.id, Code: o.code, Key: b.keys[o.key], Session: uint32(o.id.Client())}
	if o.written != null {
		call.Value = sim.Value{ID: o.id, N: b.number(o.written)}
	}
	if o.code == sim.CAS && o.expected != null {
		call.Parents = []sim.OpID{b.writer(o.key, o.expected)}
	}
	b.run.History.Begin(&call, o.begun, time.Duration(o.begunAt))
}

func (b *builder) end(o *op) {
	result := sim.Result{Op: o.id, Outcome: o.outcome}
	switch {
	case o.outcome == sim.Unknown:
		result.Error = sim.TimedOut
	case o.outcome == sim.Fail && o.code == sim.CAS:
		result.Error = sim.Conflict
	case o.outcome == sim.Fail:
		result.Error = sim.Unavailable
	}
	for _, s := range o.returned {
		v := sim.Value{ID: b.writer(o.key, s), N: b.number(s)}
		if b.model.name == "counter" {
			v.ID = 0 // a total has no writer
		}
		result.Values = append(result.Values, v)
	}
	b.run.History.End(&result, o.ended, time.Duration(o.endAt))
}

// writer is the identity of a value: the first write of it. A value that nobody
// wrote has one that no write has, at client 0, which is no process.
func (b *builder) writer(key, value symbol) sim.OpID {
	if id, written := b.writers[place{key, value}]; written {
		return id
	}
	return sim.NewOpID(0, uint32(value))
}

// number is the integer of a value. Registers need none where writers tell values
// apart and not all are integers; their 0 is checks.ZeroNumber.
func (b *builder) number(value symbol) int64 {
	register := b.model.name != "set" && b.model.name != "counter"
	n, _ := b.names.integer(value)
	switch {
	case b.whole && register && n == 0:
		return checks.ZeroNumber
	case b.whole:
		return n
	case register && !b.shared:
		return 0
	}
	return int64(value)
}

// last is when the last event happened.
func (b *builder) last() time.Duration {
	var last int64
	for i := range b.ops {
		last = max(last, b.ops[i].begunAt, b.ops[i].endAt)
	}
	return time.Duration(last)
}
