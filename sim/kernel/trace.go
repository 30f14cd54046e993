package kernel

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/random"
	"simrun/sim/record"
)

// trace adds an event to the run's trace, at the present time.
func (w *World) trace(e record.Event) {
	e.At = time.Duration(w.now)
	w.run.Trace = append(w.run.Trace, e)
}

func messageText(m sim.Message) string { return m.Kind().Name + " " + sim.Text(m) }

func (w *World) traceSent(stamp uint32, from, to sim.NodeID, m sim.Message, a random.Address, about sim.Subject, print uint64) {
	w.trace(record.Event{
		Kind: record.Sent, Stamp: stamp, Cause: w.cause, Node: to, From: from, Life: w.hosts[from].life,
		Address: uint64(a), Subject: about, Content: print, Text: messageText(m),
	})
}

func (w *World) traceDelivered(e *queue.Event, m sim.Message) {
	w.trace(record.Event{
		Kind: record.Delivered, Stamp: w.cause, Cause: e.Cause, Node: nodeID(e.To), From: nodeID(e.From),
		Life: e.Life, Address: uint64(w.messageAddress(e, m)), Subject: simSubject(e), Text: messageText(m),
	})
}

func (w *World) traceLost(stamp uint32, e *queue.Event, m sim.Message, why string) {
	w.trace(record.Event{
		Kind: record.Lost, Stamp: stamp, Cause: e.Cause, Node: nodeID(e.To), From: nodeID(e.From),
		Life: e.Life, Subject: simSubject(e), Text: messageText(m), Why: why,
	})
}

func (w *World) traceHeld(stamp uint32, e *queue.Event, m sim.Message, why string) {
	w.trace(record.Event{
		Kind: record.Held, Stamp: stamp, Cause: e.Cause, Node: nodeID(e.To), From: nodeID(e.From),
		Life: e.Life, Subject: simSubject(e), Text: messageText(m), Why: why,
	})
}

// traceEvent adds a timer, sync, signal or start.
func (w *World) traceEvent(kind record.EventKind, e *queue.Event, arg uint64) {
	w.trace(record.Event{
		Kind: kind, Stamp: w.cause, Cause: e.Cause, Node: nodeID(e.To), Life: w.hosts[e.To].life,
		Address: uint64(w.nodeAddress(nodeID(e.To), uint64(kind), simSubject(e))), Subject: simSubject(e), Content: arg,
		Text: fmt.Sprintf("%s %d", kind, arg),
	})
}

func describeCall(c *sim.Call) string {
	if c.Code.Writes() {
		return fmt.Sprintf("%s %s %s %s", c.Op, c.Code, c.Key, c.Value)
	}
	return fmt.Sprintf("%s %s %s", c.Op, c.Code, c.Key)
}

func describeResult(r *sim.Result) string {
	text := fmt.Sprintf("%s %s", r.Op, r.Outcome)
	if r.Error != sim.NoError {
		text += " " + r.Error.String()
	}
	for _, v := range r.Values {
		text += " " + v.String()
	}
	return text
}

func describeFact(o *sim.Observation) string {
	text := o.Fact.String()
	if o.Why != sim.NoReason {
		text += " " + o.Why.String()
	}
	return fmt.Sprintf("%s %s %s a=%d b=%d c=%d", text, o.Op, o.Key, o.A, o.B, o.C)
}
