package kernel

import "simrun/sim/kernel/queue"

// inbox is a first-in first-out ring of what waits to be handled.
type inbox struct {
	ring     []queue.Event
	head     int
	length   int
	messages int // how many of them are messages
}

func (b *inbox) push(e *queue.Event) {
	if b.length == len(b.ring) {
		b.grow()
	}
	b.ring[(b.head+b.length)&(len(b.ring)-1)] = *e
	b.length++
	if e.Kind == eventMessage {
		b.messages++
	}
}

func (b *inbox) pop(e *queue.Event) {
	*e = b.ring[b.head]
	b.head = (b.head + 1) & (len(b.ring) - 1)
	b.length--
	if e.Kind == eventMessage {
		b.messages--
	}
}

func (b *inbox) grow() {
	ring := make([]queue.Event, max(8, 2*len(b.ring)))
	for i := 0; i < b.length; i++ {
		ring[i] = b.ring[(b.head+i)&(len(b.ring)-1)]
	}
	b.ring, b.head = ring, 0
}

func (b *inbox) reset() { b.head, b.length, b.messages = 0, 0, 0 }
