package queue

import "math/bits"

const (
	digitBits = 6              // a level is one base-64 digit of time
	slots     = 1 << digitBits // so that the occupied slots of a level fit one word
	levels    = 11             // enough digits for 63 bits of time
)

// wheel holds the events beyond the run, in unsorted lists linked through the
// slab. Every event in it is due at or after the reference. An event stands at
// the level of the highest digit in which its time differs from the reference
// (level 0 if in none), in the slot named by that digit. So a lower level is
// earlier than a higher one, and in a level a lower slot is earlier.
type wheel struct {
	reference uint64
	occupied  uint64         // bit i: level i has events
	slots     [levels]uint64 // bit j of word i: slot j of level i has events
	heads     [levels][slots]uint32
}

// put links the event at the given place of the slab into its slot.
func (w *wheel) put(event *Event, place uint32) {
	at := uint64(event.At)
	level := levelOf(at ^ w.reference)
	slot := at >> (level * digitBits & 63) % slots
	head := &w.heads[level][slot]
	event.next, *head = *head, place
	w.slots[level] |= 1 << slot
	w.occupied |= 1 << level
}

// levelOf returns the highest digit that is not zero: the highest bit divided by
// digitBits, as a multiplication that is exact for less than 64.
func levelOf(difference uint64) uint {
	return uint(bits.Len64(difference|1)-1) * 43 >> 8
}

// advance empties the earliest slot of the lowest occupied level, moves the
// reference to its start and returns its list. The other events keep their
// places: all are at this level or above, where the reference keeps its digits.
func (w *wheel) advance(level uint) (head uint32) {
	slot := uint(bits.TrailingZeros64(w.slots[level])) % slots
	head = w.heads[level][slot]
	w.heads[level][slot] = 0
	w.leave(level, w.slots[level]&(w.slots[level]-1))
	w.refer(level, slot)
	return head
}

// leave records which slots of a level are still occupied.
func (w *wheel) leave(level uint, occupied uint64) {
	if w.slots[level] = occupied; occupied == 0 {
		w.occupied &^= 1 << level
	}
}

// refer moves the reference to the start of a slot.
func (w *wheel) refer(level, slot uint) {
	shift := level * digitBits
	w.reference = w.reference>>shift>>digitBits<<digitBits<<shift | uint64(slot)<<shift
}
