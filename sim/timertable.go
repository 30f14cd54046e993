package sim

import "time"

// timerTable holds a node's pending timers in reusable slots. Life changes each
// time that a slot is freed, so that an old TimerID never names a new timer.
type timerTable struct {
	slots []timerSlot
	free  []uint32
}

type timerSlot struct {
	timer   Timer
	due     time.Duration
	life    uint32
	pending bool
}

func (t *timerTable) add(timer Timer, due time.Duration) TimerID {
	var slot uint32
	if n := len(t.free); n > 0 {
		slot = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		slot = uint32(len(t.slots))
		t.slots = append(t.slots, timerSlot{})
	}
	s := &t.slots[slot]
	s.timer, s.due, s.pending = timer, due, true
	return TimerID{Slot: slot + 1, Life: s.life}
}

func (t *timerTable) find(id TimerID) *timerSlot {
	if id.Slot == 0 || int(id.Slot) > len(t.slots) {
		return nil
	}
	s := &t.slots[id.Slot-1]
	if !s.pending || s.life != id.Life {
		return nil
	}
	return s
}

func (t *timerTable) move(id TimerID, due time.Duration) bool {
	s := t.find(id)
	if s == nil {
		return false
	}
	s.due = due
	return true
}

func (t *timerTable) due(id TimerID) (time.Duration, bool) {
	s := t.find(id)
	if s == nil {
		return 0, false
	}
	return s.due, true
}

func (t *timerTable) fire(id TimerID) (Timer, bool) {
	s := t.find(id)
	if s == nil {
		return Timer{}, false
	}
	t.release(id.Slot - 1)
	return s.timer, true
}

func (t *timerTable) drop(id TimerID) bool {
	_, ok := t.fire(id)
	return ok
}

func (t *timerTable) release(slot uint32) {
	s := &t.slots[slot]
	s.pending = false
	s.life++
	t.free = append(t.free, slot)
}

func (t *timerTable) each(yield func(id TimerID, due time.Duration)) {
	for i := range t.slots {
		if s := &t.slots[i]; s.pending {
			yield(TimerID{Slot: uint32(i) + 1, Life: s.life}, s.due)
		}
	}
}

func (t *timerTable) clear() {
	for i := range t.slots {
		if t.slots[i].pending {
			t.release(uint32(i))
		}
	}
}

func (t *timerTable) at(slot uint32) (TimerID, Timer, time.Duration, bool) {
	if int(slot) >= len(t.slots) || !t.slots[slot].pending {
		return TimerID{}, Timer{}, 0, false
	}
	s := &t.slots[slot]
	return TimerID{Slot: slot + 1, Life: s.life}, s.timer, s.due, true
}
