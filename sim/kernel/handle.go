package kernel

import (
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel/queue"
	"simrun/sim/record"
)

func simSubject(e *queue.Event) sim.Subject { return sim.Subject(e.Subject) }

func nodeID(n uint16) sim.NodeID { return sim.NodeID(n) }

// handle runs the handler that an event is for, and applies what it asked for.
func (w *World) handle(h *host, e *queue.Event) {
	switch e.Kind {
	case eventMessage:
		w.handleMessage(h, e)
	case eventTimer:
		w.handleTimer(h, e)
	case eventSync:
		w.handleSync(h, e)
	case eventSignal:
		w.enter(h, e, record.Fired, uint64(e.Arg))
		h.node.Timeout(h.env, sim.Timer{Kind: sim.TimerKind(e.Arg), Subject: simSubject(e), A: uint64(e.From)})
		w.leave(h)
	case eventStart:
		w.enter(h, e, record.Started, uint64(h.life))
		h.node.Start(h.env)
		w.leave(h)
	}
}

func (w *World) handleMessage(h *host, e *queue.Event) {
	if w.config.Check {
		w.checkUnchanged(e)
	}
	m := w.messages.take(e.Message)
	w.enter(h, e, record.Delivered, uint64(e.Arg))
	if w.config.Trace {
		w.traceDelivered(e, m)
	}
	h.node.Receive(h.env, nodeID(e.From), m)
	w.leave(h)
}

// enter stamps the event and opens the node's window.
func (w *World) enter(h *host, e *queue.Event, kind record.EventKind, arg uint64) {
	stamp := w.next()
	w.cause, w.subject, w.handling, w.fired = stamp, simSubject(e), h.id, kind == record.Fired
	w.digest.Add(uint64(stamp)<<32|uint64(e.Cause), uint64(w.now), uint64(kind)<<32|arg, e.Subject,
		uint64(e.From)<<16|uint64(e.To), uint64(h.life))
	if w.config.Trace && kind != record.Delivered {
		w.traceEvent(kind, e, arg)
	}
	now := h.now()
	h.env.Enter(now, now+time.Duration(h.clock.offset))
}

// leave applies what the handler asked for.
func (w *World) leave(h *host) {
	w.handling = sim.Nobody
	h.apply(0)
	if w.waiting {
		w.retryFaults()
	}
}

// apply carries out the effects from a place on, in call order. It stops early
// where the node goes to work, or crashes.
func (h *host) apply(from int) {
	w := h.world
	effects := h.env.Effects()
	sent := false
	for i := from; i < len(effects); i++ {
		x := &effects[i]
		switch x.Do {
		case sim.DoSend:
			w.send(h, x.To, x.Message)
			sent = true
		case sim.DoSet:
			if from > 0 {
				h.env.Postpone(x.Timer, h.now()+x.After)
			}
			h.setTimer(x.Timer)
		case sim.DoSync:
			if h.trapped(fault.BeforeSync) {
				return
			}
			h.sync(x)
		case sim.DoObserve:
			w.observe(h, h.env.Observation(x.Index))
		case sim.DoWork:
			h.work(i+1, x.After)
			return
		case sim.DoBegin:
			w.begin(h, h.env.Call(x.Index))
		case sim.DoEnd:
			w.end(h, h.env.Result(x.Index))
		}
	}
	if sent && h.disk.Pending() > 0 {
		h.trapped(fault.AfterSend)
	}
}

// work keeps the node busy; the effects from a place on happen afterwards.
func (h *host) work(next int, d time.Duration) {
	h.blocked, h.rest = true, rest{next, h.world.cause, h.world.subject}
	e := queue.Event{At: h.world.now + int64(d), Kind: eventResume, To: uint16(h.id), Life: h.life}
	h.world.push(&e)
}

// resume goes on after a handler's work.
func (w *World) resume(e *queue.Event) {
	h := &w.hosts[e.To]
	if !h.up || e.Life != h.life {
		return
	}
	if h.paused > 0 {
		h.overdue = true
		return
	}
	h.workDone()
}

// workDone carries out the effects that had to wait for the work, then handles what
// has waited.
func (h *host) workDone() {
	w := h.world
	stamp := w.next()
	w.digest.Add(uint64(stamp)<<32|uint64(h.rest.cause), uint64(w.now), uint64(record.Resumed), uint64(h.rest.subject),
		uint64(h.id), uint64(h.life))
	if w.config.Trace {
		w.trace(record.Event{
			Kind: record.Resumed, Stamp: stamp, Cause: h.rest.cause, Node: h.id, Life: h.life,
			Subject: h.rest.subject,
		})
	}
	w.cause, w.subject = stamp, h.rest.subject
	h.blocked, h.overdue = false, false
	h.apply(h.rest.next)
	if w.waiting {
		w.retryFaults()
	}
	h.drain()
}
