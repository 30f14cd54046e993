package kernel

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/random"
	"simrun/sim/record"
)

// begin records the beginning of an op.
func (w *World) begin(h *host, c *sim.Call) {
	if c.Op.Number() == 0 {
		w.blame(h, fmt.Sprintf("op %s has no number", c.Op))
	}
	stamp := w.next()
	w.digest.Add(uint64(stamp)<<32|uint64(w.cause), uint64(w.now), uint64(c.Op), uint64(c.Code)<<32|uint64(c.Key),
		uint64(c.Value.N), uint64(record.Began))
	if !w.run.History.Begin(c, stamp, w.time()) {
		w.blame(h, fmt.Sprintf("op %s begins twice", c.Op))
	}
	if w.now < int64(w.config.WarmUp) {
		w.run.History.Find(c.Op).Flags |= record.WarmUp
	}
	w.open++
	h.open++
	if w.config.Trace {
		w.trace(record.Event{
			Kind: record.Began, Stamp: stamp, Cause: w.cause, Node: h.id, Life: h.life,
			Subject: sim.OpSubject(c.Op, 0), Text: describeCall(c),
		})
	}
}

// end records the end of an op. An end of an op that is over already is late and
// says nothing new.
func (w *World) end(h *host, r *sim.Result) {
	stamp := w.next()
	values := uint64(len(r.Values))
	for _, v := range r.Values {
		values = random.Mix(values, uint64(v.ID)+uint64(v.N))
	}
	w.digest.Add(uint64(stamp)<<32|uint64(w.cause), uint64(w.now), uint64(r.Op), uint64(r.Outcome)<<32|uint64(r.Error),
		values, uint64(record.Ended))
	if !w.run.History.End(r, stamp, w.time()) {
		return
	}
	if h.open > 0 {
		w.open--
		h.open--
	}
	if w.config.Trace {
		w.trace(record.Event{
			Kind: record.Ended, Stamp: stamp, Cause: w.cause, Node: h.id, Life: h.life, From: r.Served,
			Subject: sim.OpSubject(r.Op, 0), Text: describeResult(r),
		})
	}
}

// observe records a stated fact.
func (w *World) observe(h *host, o *sim.Observation) {
	stamp := w.next()
	w.digest.Add(uint64(stamp)<<32|uint64(w.cause), uint64(o.Fact)<<32|uint64(o.Why)<<40|uint64(o.Key),
		uint64(o.Op), o.A, o.B, o.C)
	switch o.Fact {
	case sim.Stored, sim.Decided, sim.Applied, sim.Discarded, sim.Hint:
		w.changed = w.now
	case sim.Prepared, sim.Ended:
		w.promised(h, o)
	case sim.Role:
		h.note(o)
		w.waiting = true
	}
	if w.config.Keep == 0 || w.config.Keep&(1<<o.Fact) != 0 {
		w.run.Observations = append(w.run.Observations, record.Observation{
			Observation: *o, At: time.Duration(w.now),
			Stamp: stamp, Life: h.life, Node: h.id,
		})
	}
	if w.config.Trace {
		w.trace(record.Event{
			Kind: record.Observed, Stamp: stamp, Cause: w.cause, Node: h.id, Life: h.life,
			Subject: sim.OpSubject(o.Op, 0), Text: describeFact(o),
		})
	}
}
