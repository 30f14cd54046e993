package queue

// heap4 is the reference: a typed 4-ary heap of keys over a slab of events. The
// tests compare the queue's order with it, the benchmarks its speed.
type heap4 struct {
	keys []key
	slab []Event
	free []uint32
}

func (h *heap4) Len() int { return len(h.keys) }

func (h *heap4) Reset() {
	h.keys, h.slab, h.free = h.keys[:0], h.slab[:0], h.free[:0]
}

func (h *heap4) Push(e *Event) {
	var place uint32
	if last := len(h.free) - 1; last >= 0 {
		place, h.free = h.free[last], h.free[:last]
		h.slab[place] = *e
	} else {
		place = uint32(len(h.slab))
		h.slab = append(h.slab, *e)
	}
	h.keys = append(h.keys, key{})
	h.rise(len(h.keys)-1, keyOf(e, place))
}

func (h *heap4) rise(hole int, k key) {
	keys := h.keys
	for hole > 0 {
		parent := (hole - 1) / 4
		if !k.before(keys[parent]) {
			break
		}
		keys[hole] = keys[parent]
		hole = parent
	}
	keys[hole] = k
}

func (h *heap4) Pop(e *Event) bool {
	if len(h.keys) == 0 {
		return false
	}
	place := h.keys[0].place()
	*e = h.slab[place]
	h.free = append(h.free, place)
	last := len(h.keys) - 1
	k := h.keys[last]
	h.keys = h.keys[:last]
	if last > 0 {
		h.sink(k)
	}
	return true
}

func (h *heap4) sink(k key) {
	keys, hole := h.keys, 0
	for {
		child := 4*hole + 1
		if child >= len(keys) {
			break
		}
		best := child
		for i := child + 1; i < min(child+4, len(keys)); i++ {
			if keys[i].before(keys[best]) {
				best = i
			}
		}
		if !keys[best].before(k) {
			break
		}
		keys[hole] = keys[best]
		hole = best
	}
	keys[hole] = k
}

// boxed is what a textbook simulator does: container/heap over pointers.
type boxed []*Event

func (b boxed) Len() int { return len(b) }
func (b boxed) Less(i, j int) bool {
	return b[i].At < b[j].At || b[i].At == b[j].At && b[i].Seq < b[j].Seq
}
func (b boxed) Swap(i, j int) { b[i], b[j] = b[j], b[i] }
func (b *boxed) Push(x any)   { *b = append(*b, x.(*Event)) }
func (b *boxed) Pop() any {
	last := len(*b) - 1
	e := (*b)[last]
	(*b)[last] = nil
	*b = (*b)[:last]
	return e
}
