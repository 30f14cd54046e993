// Package queue is the pending-event set of the simulator: it gives events back
// in the order of (At, Seq), whatever the order in which they were pushed.
//
// It is a radix queue. It relies on the one thing that a simulator promises and
// a heap cannot use: nothing is ever scheduled in the past. Three parts share
// one slab of events:
//
//   - the run: the earliest events, as a short sorted window of keys;
//   - the wheel: everything later, in unsorted lists. The highest base-64 digit
//     in which an event's time differs from a reference time chooses the level,
//     that digit itself the slot;
//   - the limit: the key that separates the two.
//
// When the run is empty, the earliest slot of the lowest level is sorted into
// it if it is short, or else spread over the level below. Each event is thus
// moved a few times at most, however many are pending, and ties, bimodal delays
// and far-future events have no bad case to fall into.
package queue

import (
	"math"
	"unsafe"
)

// Queue is a set of pending events. It is not safe for concurrent use. Make
// one with New.
type Queue struct {
	now    int64 // time of the last popped event
	length int   // events pending
	slab   []Event
	used   uint32 // places of the slab handed out since Reset; place 0 means "none"
	free   uint32 // first of the list of places given back

	run   []key // [low, high) is in use, in ascending order
	low   int
	high  int
	limit key // run < limit <= wheel

	wheel wheel
}

// New returns an empty queue at time zero. It takes less than 4 KB until the
// first Push.
func New() *Queue {
	q := &Queue{run: make([]key, runSize)}
	q.Reset()
	return q
}

// Reset empties the queue and sets its time to zero. It keeps the memory; its
// cost does not depend on how much that is.
func (q *Queue) Reset() {
	q.now, q.length = 0, 0
	q.used, q.free = 1, 0
	q.low, q.high, q.run = 0, 0, q.run[:runSize]
	q.limit = never
	q.wheel = wheel{}
}

// never is later than every event.
var never = key{at: math.MaxUint64, tail: math.MaxUint64}

// Len returns the number of pending events.
func (q *Queue) Len() int { return q.length }

// Bytes returns the memory that the queue holds.
func (q *Queue) Bytes() int {
	return int(unsafe.Sizeof(*q)) +
		cap(q.slab)*int(unsafe.Sizeof(Event{})) +
		cap(q.run)*int(unsafe.Sizeof(key{}))
}

// Push adds a copy of e. It panics if e is due before the last popped event:
// scheduling in the past is a bug of the caller. An event due at that very time
// comes out next in the order of Seq, even if its Seq is lower than the popped.
func (q *Queue) Push(e *Event) {
	if e.At < q.now {
		panic("queue: event scheduled in the past")
	}
	place := q.take()
	event := &q.slab[place]
	// Field by field: a copy in wide words would wait for the narrow stores that
	// have just filled e.
	event.At, event.Seq, event.Subject, event.Cause, event.Message = e.At, e.Seq, e.Subject, e.Cause, e.Message
	event.Arg, event.Life, event.From, event.To, event.Kind, event.Flag = e.Arg, e.Life, e.From, e.To, e.Kind, e.Flag
	q.length++
	if k := keyOf(e, place); k.before(q.limit) {
		q.insert(k)
	} else {
		q.wheel.put(event, place)
	}
}

// Pop removes the earliest event and stores it in e. It returns false, and
// leaves e alone, when the queue is empty.
func (q *Queue) Pop(e *Event) bool {
	if q.low == q.high && !q.refill() {
		return false
	}
	place := q.run[q.low].place()
	q.low++
	q.length--
	event := &q.slab[place]
	*e = *event
	e.next = 0
	event.next, q.free = q.free, place
	q.now = e.At
	return true
}

// Peek returns the time of the earliest event, in nanoseconds, or false when
// the queue is empty.
func (q *Queue) Peek() (at int64, ok bool) {
	if q.low == q.high && !q.refill() {
		return 0, false
	}
	return int64(q.run[q.low].at), true
}

// take finds a place in the slab: the one given back last, which is the one
// most likely to be in the processor's cache.
func (q *Queue) take() uint32 {
	if place := q.free; place != 0 {
		q.free = q.slab[place].next
		return place
	}
	if int(q.used) >= len(q.slab) {
		q.grow()
	}
	place := q.used
	q.used++
	return place
}

// slabStart is the size of the first slab, in events.
const slabStart = 64

// grow makes the slab a quarter larger: more would break the promise of 64
// bytes a pending event.
func (q *Queue) grow() {
	size := len(q.slab) + len(q.slab)/4
	slab := make([]Event, max(size, slabStart))
	copy(slab, q.slab)
	q.slab = slab
}
