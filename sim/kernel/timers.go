package kernel

import (
	"time"

	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/random"
	"simrun/sim/record"
)

// arming is what a slot of the window's timers waits with.
type arming struct {
	live  int64  // true time of the slot's live event, plus 1; 0 is none
	cause uint32 // stamp of the handler that set the timer last
}

// setTimer arms a timer that a handler has set or moved.
func (h *host) setTimer(id sim.TimerID) {
	due, ok := h.env.Pending(id)
	if !ok {
		return
	}
	slot := int(id.Slot - 1)
	for len(h.armed) <= slot {
		h.armed = append(h.armed, arming{})
	}
	h.armed[slot].cause = h.world.cause
	h.arm(uint32(slot), due)
}

// arm makes sure that an event is pending at or before the time at which the timer
// in a slot is due. A timer that is moved later keeps its event, which then finds it
// not due and goes on waiting: timers that every heartbeat resets stay cheap.
func (h *host) arm(slot uint32, due time.Duration) {
	a := &h.armed[slot]
	at := max(h.clock.trueTime(int64(due)), h.world.now)
	if a.live != 0 && a.live-1 <= at {
		return
	}
	a.live = at + 1
	e := queue.Event{At: at, Kind: eventTimer, To: uint16(h.id), Arg: slot, Life: h.life}
	h.world.push(&e)
}

// timerDue takes a timer's event from the queue.
func (w *World) timerDue(e *queue.Event) {
	h := &w.hosts[e.To]
	if !h.up || e.Life != h.life || h.armed[e.Arg].live != e.At+1 {
		return // of a former incarnation, or an earlier event took its place
	}
	a := &h.armed[e.Arg]
	a.live = 0
	id, t, due, ok := h.env.TimerAt(e.Arg)
	if !ok {
		return
	}
	if due > h.now() {
		h.arm(e.Arg, due)
		return
	}
	if t.Subject == 0 {
		t.Subject = h.numbered(t.Kind)
	}
	e.Message, e.Cause, e.Subject = id.Life, a.cause, uint64(t.Subject)
	h.arrive(e)
}

// handleTimer fires a timer, unless it was cancelled or moved while it waited.
func (w *World) handleTimer(h *host, e *queue.Event) {
	id := sim.TimerID{Slot: e.Arg + 1, Life: e.Message}
	due, ok := h.env.Pending(id)
	if !ok {
		return
	}
	if due > h.now() {
		h.arm(e.Arg, due)
		return
	}
	t, _ := h.env.Fire(id)
	t.Subject = simSubject(e)
	w.enter(h, e, record.Fired, uint64(t.Kind))
	h.node.Timeout(h.env, t)
	w.leave(h)
}

// numbered is the subject of the next timer of a kind that comes due at this node.
func (h *host) numbered(kind sim.TimerKind) sim.Subject {
	for len(h.fired) <= int(kind) {
		h.fired = append(h.fired, 0)
	}
	h.fired[kind]++
	hash := random.Mix(h.world.hashes[h.id]+uint64(kind), uint64(h.fired[kind]))
	return sim.TimerSubject(hash)
}

// rearm gives every pending timer an event in time, after the clock's rate changed.
// What is set but waits for the end of Work has none yet.
func (h *host) rearm() {
	h.env.Timers(func(id sim.TimerID, due time.Duration) {
		if slot := id.Slot - 1; int(slot) < len(h.armed) {
			h.arm(slot, due)
		}
	})
}
