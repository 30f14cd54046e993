package history

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"slices"

	"simrun/checks"
	"simrun/sim"
	"simrun/sim/record"
)

// written is a line as it is written.
type written struct {
	Index   int     `json:"index"`
	Time    int64   `json:"time"`
	Process int     `json:"process"`
	Type    string  `json:"type"`
	F       string  `json:"f"`
	Key     sim.Key `json:"key"`
	Value   any     `json:"value"`
}

// Write writes a run's history so that Read with the same model reads it. Values of
// registers are their integers where the run has any, and the names of their
// writers otherwise. A session becomes a process; after an op that did not end, or
// whose outcome nobody knows, it goes on as another. Whether ops are of the warm-up
// or final is not told. Ops that the model does not have are an *Error.
func Write(w io.Writer, run *record.Run, model string) error {
	m, err := find(model)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	wr := writer{model: m, history: &run.History, lines: json.NewEncoder(out), sessions: map[session]int{}}
	wr.lines.SetEscapeHTML(false)
	wr.numbers = wr.hasNumbers()
	for _, e := range wr.ends() {
		if err := wr.line(e); err != nil {
			return err
		}
	}
	return out.Flush()
}

// session is one sequence of ops.
type session struct{ client, number uint16 }

// end is one end of an op: its beginning or its return.
type end struct {
	stamp uint32
	place uint32
	back  bool
}

type writer struct {
	model     model
	history   *record.History
	numbers   bool // values of registers have integers
	lines     *json.Encoder
	index     int
	sessions  map[session]int // the process that a session is at
	idle      []bool          // by process
	processes []int           // by op
}

// hasNumbers tells whether values go by their integers.
func (w *writer) hasNumbers() bool {
	if w.model.name == "set" || w.model.name == "counter" {
		return true
	}
	return slices.ContainsFunc(w.history.Ops, func(op record.Op) bool {
		return op.Code.Writes() && w.history.Written(&op).N != 0
	})
}

// ends lists the beginnings and returns in their order.
func (w *writer) ends() []end {
	var all []end
	for i := range w.history.Ops {
		op := &w.history.Ops[i]
		all = append(all, end{stamp: op.Invoked, place: uint32(i)})
		if op.Ended() {
			all = append(all, end{stamp: op.Returned, place: uint32(i), back: true})
		}
	}
	slices.SortStableFunc(all, func(a, b end) int { return cmp.Compare(a.stamp, b.stamp) })
	w.processes = make([]int, len(w.history.Ops))
	return all
}

func (w *writer) line(e end) error {
	op := &w.history.Ops[e.place]
	if !slices.Contains(w.model.codes, op.Code) {
		return wrong("%v is a %v, which is not an op of model %s", op.ID(), op.Code, w.model.name)
	}
	l := written{Index: w.index, Time: int64(op.InvokedAt), Type: events()[invoke], F: spell(op.Code), Key: op.Key, Value: w.writes(op)}
	if e.back {
		l.Time, l.Type = int64(op.ReturnedAt), events()[w.ending(op, e.place)]
		if op.Code == sim.Get && op.Outcome == sim.OK {
			l.Value = w.reads(w.history.Values(op))
		}
	} else {
		w.processes[e.place] = w.process(op)
	}
	l.Process = w.processes[e.place]
	w.index++
	return w.lines.Encode(l)
}

// process finds a process for an op: its session's, if that is idle.
func (w *writer) process(op *record.Op) int {
	s := session{op.Client, op.Session}
	p, known := w.sessions[s]
	if !known || !w.idle[p] {
		p = len(w.idle)
		w.idle = append(w.idle, true)
		w.sessions[s] = p
	}
	w.idle[p] = false
	return p
}

// ending is the type of an op's last line. A process whose op's outcome nobody
// knows is not used again.
func (w *writer) ending(op *record.Op, place uint32) event {
	if op.Outcome == sim.Unknown {
		return info
	}
	w.idle[w.processes[place]] = true
	if op.Outcome == sim.Fail {
		return fail
	}
	return ok
}

// writes is the value that an op is invoked with.
func (w *writer) writes(op *record.Op) any {
	switch op.Code {
	case sim.Get, sim.Delete:
		return nil
	case sim.CAS:
		var expected any
		for _, parent := range w.history.Parents(op) {
			if write := w.history.Find(parent.ID); write != nil {
				parent = w.history.Written(write)
			}
			expected = w.spell(parent)
		}
		return []any{expected, w.spell(w.history.Written(op))}
	}
	return w.spell(w.history.Written(op))
}

// reads is the value that a read returned.
func (w *writer) reads(values []sim.Value) any {
	all := []any{}
	for _, v := range values {
		all = append(all, w.spell(v))
	}
	switch {
	case w.model.name == "set", len(all) > 1:
		return all
	case len(all) == 1:
		return all[0]
	case w.model.name == "counter":
		return 0
	}
	return nil
}

func (w *writer) spell(v sim.Value) any {
	collection := w.model.name == "set" || w.model.name == "counter"
	switch {
	case !w.numbers, v.N == 0 && !collection:
		return v.ID.String()
	case v.N == checks.ZeroNumber:
		return 0
	}
	return v.N
}
