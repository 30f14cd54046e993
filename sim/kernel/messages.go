package kernel

import "simrun/sim"

// messageTable keeps messages in flight beside the pointer-free queue. Place 0 is
// no message.
type messageTable struct {
	list []sim.Message
	free []uint32
	// prints are the fingerprints when sent, kept in check mode only.
	prints []uint64
}

func (t *messageTable) put(m sim.Message) uint32 {
	if n := len(t.free); n > 0 {
		at := t.free[n-1]
		t.free = t.free[:n-1]
		t.list[at] = m
		return at
	}
	if len(t.list) == 0 {
		t.list = append(t.list, nil)
	}
	t.list = append(t.list, m)
	return uint32(len(t.list) - 1)
}

func (t *messageTable) take(at uint32) sim.Message {
	m := t.list[at]
	t.list[at] = nil
	t.free = append(t.free, at)
	return m
}

func (t *messageTable) reset() {
	clear(t.list)
	t.list, t.free, t.prints = t.list[:0], t.free[:0], t.prints[:0]
}

func (t *messageTable) bytes() int { return 16*cap(t.list) + 4*cap(t.free) + 8*cap(t.prints) }

// remember keeps the fingerprint of the message at a place.
func (t *messageTable) remember(at uint32, print uint64) {
	for len(t.prints) <= int(at) {
		t.prints = append(t.prints, 0)
	}
	t.prints[at] = print
}
