package sim

import "time"

// Do is what an effect does.
type Do uint8

// The effects.
const (
	DoSend Do = iota + 1
	DoSet
	DoSync
	DoObserve
	DoWork
	DoBegin
	DoEnd
)

// Effect is one thing that a handler asked for.
type Effect struct {
	Do      Do
	To      NodeID
	Index   uint32 // of the observation, call or result
	Timer   TimerID
	After   time.Duration // DoSet: from now on the monotonic clock; DoWork: how long
	Tag     uint64        // of the sync
	Mark    uint64        // DoSync: what had been written, as the disk counts, if it does
	Message Message
}

// The methods below are for the host that runs the node.

// Enter sets the clocks before a handler is called and forgets past effects.
func (e *Env) Enter(now, wall time.Duration) {
	e.now, e.wall = now, wall
	e.Clear()
}

// Clear forgets the recorded effects.
func (e *Env) Clear() {
	e.effects = e.effects[:0] // what they hold is let go when their places are used again
	e.observations = e.observations[:0]
	e.calls = e.calls[:0]
	e.results = e.results[:0]
}

// Effects are what the handler asked for, in call order. The slice is reused by
// the next handler.
func (e *Env) Effects() []Effect { return e.effects }

// Observation returns a stated fact by its effect's index.
func (e *Env) Observation(i uint32) *Observation { return &e.observations[i] }

// Call returns the beginning of an op by its effect's index.
func (e *Env) Call(i uint32) *Call { return &e.calls[i] }

// Result returns the end of an op by its effect's index.
func (e *Env) Result(i uint32) *Result { return &e.results[i] }

// Pending tells whether a timer is pending and on what monotonic time it is due.
func (e *Env) Pending(id TimerID) (due time.Duration, ok bool) { return e.timers.due(id) }

// Fire takes a pending timer and returns what Timeout is to be handed.
func (e *Env) Fire(id TimerID) (Timer, bool) { return e.timers.fire(id) }

// Timers yields every pending timer, in slot order.
func (e *Env) Timers(yield func(id TimerID, due time.Duration)) { e.timers.each(yield) }

// ForgetTimers drops every pending timer: the incarnation ended.
func (e *Env) ForgetTimers() { e.timers.clear() }

// TimerAt returns the timer that is pending in a slot, counted from 0.
func (e *Env) TimerAt(slot uint32) (id TimerID, t Timer, due time.Duration, ok bool) {
	return e.timers.at(slot)
}

// Postpone moves a pending timer to a monotonic time: what was set after Work is
// counted from the end of the work.
func (e *Env) Postpone(id TimerID, due time.Duration) { e.timers.move(id, due) }
