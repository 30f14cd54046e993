package kernel

import (
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel/queue"
	"simrun/sim/random"
	"simrun/sim/record"
)

// incarnate makes a new incarnation; its Start is the caller's to schedule.
func (h *host) incarnate() {
	h.life++
	h.up = true
	h.world.handling = h.id
	h.node = h.config.New(h.id)
	h.world.handling = sim.Nobody
}

// install has the node write what its disk holds before the world begins.
func (h *host) install() {
	if i, ok := h.node.(sim.Installer); ok {
		i.Install(h.disk)
		h.disk.Settle(h.disk.Mark())
	}
}

// crash ends the incarnation: its inbox, timers, services and disk completions are
// gone, and unsynced writes are kept as far as a draw says.
func (h *host) crash() {
	w := h.world
	a := random.Address(random.Mix(w.hashes[h.id]+addressCrash, w.salt))
	kept, lost := h.disk.Crash(w.source.Draw(a, random.CrashKeep), h.tearing > 0)
	stamp := w.next()
	w.digest.Add(uint64(stamp)<<32|uint64(w.cause), uint64(w.now), uint64(record.Crashed), uint64(h.id), uint64(kept), uint64(lost))
	if w.config.Trace {
		w.trace(record.Event{Kind: record.Crashed, Stamp: stamp, Cause: w.cause, Node: h.id, Life: h.life})
	}
	w.run.Counters.Add("crash.unsynced_lost", int64(lost))
	h.emptyInbox()
	h.stopNode()
	h.env.Clear()
	h.env.ForgetTimers()
	h.up, h.blocked, h.overdue, h.busy = false, false, false, 0
	w.open, h.open = w.open-h.open, 0 // their client is gone: they will never end
	h.armed, h.syncs, h.freed, h.unsynced = h.armed[:0], h.syncs[:0], h.freed[:0], 0
	h.serving, h.places = h.serving[:0], h.places[:0]
	h.roles, h.kinds = h.roles[:0], h.kinds[:0]
	w.forgetPromises(h.id)
	w.waiting = true
}

// emptyInbox drops what waited.
func (h *host) emptyInbox() {
	var e queue.Event
	for h.served.length > 0 {
		h.served.pop(&e)
		h.drop(&e)
	}
	for i := range h.serving {
		if h.isServing(uint32(i)) {
			h.drop(&h.serving[i])
		}
	}
	for h.inbox.length > 0 {
		h.inbox.pop(&e)
		h.drop(&e)
	}
}

// drop loses what waited, if it is a message.
func (h *host) drop(e *queue.Event) {
	if e.Kind == eventMessage {
		h.world.lose(e, h.world.messages.take(e.Message), "crash")
	}
}

func (h *host) isServing(place uint32) bool {
	for _, free := range h.places {
		if free == place {
			return false
		}
	}
	return true
}

// restart begins a new incarnation at this instant.
func (h *host) restart() {
	if h.up || h.retired || h.downs > 0 {
		return
	}
	h.incarnate()
	e := queue.Event{
		At: h.world.now, Kind: eventStart, To: uint16(h.id), Life: h.life, Cause: h.world.cause,
		Subject: h.world.hashes[h.id] >> 8,
	}
	h.world.push(&e)
}

// trapped tells whether an armed crash at this boundary happens now, and if so
// has the node crash.
func (h *host) trapped(at fault.Boundary) bool {
	for _, t := range h.traps {
		if t.at != at || t.sprung {
			continue
		}
		if t.skip > 0 {
			t.skip--
			continue
		}
		t.sprung = true
		h.world.run.Counters.Add("crash-at.sprung", 1)
		h.world.salt = t.salt
		h.downs++
		h.crash()
		return true
	}
	return false
}

// note keeps the role that a node states.
func (h *host) note(o *sim.Observation) {
	for i := range h.roles {
		if h.kinds[i] == o.B && h.roles[i].Scope == o.Key {
			if o.Why == sim.Left {
				h.roles = append(h.roles[:i], h.roles[i+1:]...)
				h.kinds = append(h.kinds[:i], h.kinds[i+1:]...)
				return
			}
			h.roles[i].Epoch = o.A
			return
		}
	}
	if o.Why == sim.Held {
		h.roles = append(h.roles, fault.Holder{Node: h.id, Scope: o.Key, Epoch: o.A})
		h.kinds = append(h.kinds, o.B)
	}
}
