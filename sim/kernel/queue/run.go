package queue

import (
	"math/bits"
	"slices"
)

const (
	runSize  = 48 // keys at which a run gives its later half back to the wheel
	runFill  = 8  // keys up to which a slot is sorted at once instead of spread
	runSmall = 12 // keys below which a run also takes the next slot
)

// insert adds a key below the limit to the run, moving the shorter side.
func (q *Queue) insert(k key) {
	if q.high == len(q.run) {
		q.makeRoom()
		if !k.before(q.limit) {
			q.wheel.put(&q.slab[k.place()], k.place())
			return
		}
	}
	if q.low > 0 && q.low < q.high && k.before(q.run[q.low+(q.high-q.low)/4]) {
		q.low--
		run := q.run[q.low:q.high]
		at := 0
		for ; at+1 < len(run) && run[at+1].before(k); at++ {
			run[at] = run[at+1]
		}
		run[at] = k
		return
	}
	run := q.run[q.low : q.high+1]
	q.high++
	at := len(run) - 1
	for ; at > 0 && k.before(run[at-1]); at-- {
		run[at] = run[at-1]
	}
	run[at] = k
}

// makeRoom moves the run to the front of its buffer; if that is full, the later
// half of the run goes back to the wheel and the limit moves down to it.
func (q *Queue) makeRoom() {
	if q.low > len(q.run)/4 {
		q.high = copy(q.run, q.run[q.low:q.high])
		q.low = 0
		return
	}
	middle := (q.low + q.high) / 2
	if q.wheel.occupied == 0 || q.run[middle].at < q.wheel.reference {
		q.rebase()
	}
	for _, k := range q.run[middle:q.high] {
		q.wheel.put(&q.slab[k.place()], k.place())
	}
	q.limit = q.run[middle]
	q.high = middle
}

// rebase brings the reference to the present. It may be behind, which is only
// slow, when the wheel was empty for long; it may be ahead after a Peek that
// was followed by earlier pushes instead of a Pop.
func (q *Queue) rebase() {
	present := uint64(q.now)
	if q.wheel.occupied == 0 {
		q.wheel.reference = present
		return
	}
	old := q.wheel
	q.wheel = wheel{reference: present}
	for old.occupied != 0 {
		q.spread(old.advance(uint(bits.TrailingZeros64(old.occupied))))
	}
}

// refill makes the next run out of the earliest events of the wheel. It returns
// false if there are none.
func (q *Queue) refill() bool {
	w := &q.wheel
	q.low, q.high, q.run = 0, 0, q.run[:runSize]
	for w.occupied != 0 {
		level := uint(bits.TrailingZeros64(w.occupied)) % levels
		if q.gather(level) {
			return true
		}
		q.spread(w.advance(level))
	}
	return false
}

// gather fills the run with the earliest slots of a level, which is the lowest
// one occupied. It returns false if even the first slot is too long.
func (q *Queue) gather(level uint) bool {
	w := &q.wheel
	heads, left := &w.heads[level], w.slots[level]
	first, last := bits.TrailingZeros64(left), 0
	high := 0
	for left != 0 && high < runSmall {
		slot := bits.TrailingZeros64(left) % slots
		count := q.collect(heads[slot], high, level)
		if count == 0 {
			break
		}
		high += count
		heads[slot] = 0
		left &= left - 1
		last = slot
	}
	if high == 0 {
		return false
	}
	q.high = high
	w.leave(level, left)
	w.refer(level, uint(first))
	q.limit = never
	if w.occupied != 0 {
		q.limit = key{at: w.reference + uint64(last-first+1)<<(level*digitBits)}
	}
	return true
}

// collect writes the keys of one slot, sorted, to the run from start on, and
// returns how many. It returns 0 if they are more than are worth sorting and
// not all due at one instant.
func (q *Queue) collect(place uint32, start int, level uint) int {
	slab, run := q.slab, q.run[start:start+runFill]
	event := &slab[place]
	run[0] = keyOf(event, place)
	if event.next == 0 {
		return 1
	}
	count := 1
	for place = event.next; place != 0; place = event.next {
		if count == len(run) {
			return q.collectInstant(place, start, level)
		}
		event = &slab[place]
		run[count] = keyOf(event, place)
		count++
	}
	sort(run[:count])
	return count
}

// sort is for a handful of keys.
func sort(keys []key) {
	for i := 1; i < len(keys); i++ {
		k, at := keys[i], i
		for ; at > 0 && k.before(keys[at-1]); at-- {
			keys[at] = keys[at-1]
		}
		keys[at] = k
	}
}

// collectInstant goes on where collect has found too much. At level 0 all
// events of a slot are due at one instant, and must be sorted, however many.
func (q *Queue) collectInstant(place uint32, start int, level uint) int {
	if level > 0 {
		return 0
	}
	q.run = q.run[:start+runFill]
	for ; place != 0; place = q.slab[place].next {
		q.run = append(q.run, keyOf(&q.slab[place], place))
	}
	keys := q.run[start:]
	q.run = q.run[:cap(q.run)]
	slices.SortFunc(keys, compare)
	return len(keys)
}

func compare(a, b key) int {
	if a.before(b) {
		return -1
	}
	return 1
}

// spread puts the events of one slot back, each at a lower level.
func (q *Queue) spread(place uint32) {
	for place != 0 {
		event := &q.slab[place]
		next := event.next
		q.wheel.put(event, place)
		place = next
	}
}
