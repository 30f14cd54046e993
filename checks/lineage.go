package checks

import (
	"simrun/sim"
	"simrun/sim/record"
)

// lineage is which writes descend from which: every write records the writes whose
// versions it carried as its context. A context names only writes that began
// before, so that the order of beginnings is a topological order; what else it
// names is not believed.
type lineage struct {
	view *view
	// marks are the marks of the walk under way, by place; those of earlier walks
	// are told apart by its number, so that nothing needs clearing.
	marks []walkMark
	walks uint32
	queue []uint32 // a heap: the op that began last is first
	// gone is, by place, when the first delete began that has the write in its
	// ancestry (forever if none); remover the first such delete to be acknowledged.
	gone    []uint32
	remover []uint32
	blind   *removals // the deletes of the key at hand that carried no context
	ready   *keyed    // the key at hand
	// under tells, by place, that an acknowledged write has it in its ancestry.
	under []bool
}

type walkMark struct {
	walk    uint32
	covered bool
}

// lineage is made once.
func (v *view) lineage() *lineage {
	if v.family == nil {
		n := len(v.ops)
		v.family = &lineage{view: v, marks: make([]walkMark, n), under: make([]bool, n)}
	}
	return v.family
}

// parents yields the places of the writes that a write carried.
func (l *lineage) parents(at uint32, visit func(uint32)) {
	v := l.view
	op := &v.ops[at]
	for _, parent := range v.history.Parents(op) {
		if p := v.write(parent.ID, op.Key); p < stranger && v.ops[p].Invoked < op.Invoked {
			visit(p)
		}
	}
}

// uncovered visits the writes among starts, and in their ancestry, that are
// neither among heads nor in the ancestry of heads; newest first. It walks both
// sides at once in the order of beginnings, latest first, and stops when nothing
// uncovered is left, so that it costs what it visits and little more. It returns
// false when it met a context that was cut off: then nothing is certain.
func (l *lineage) uncovered(heads, starts []uint32, visit func(uint32)) bool {
	l.walks++
	l.queue = l.queue[:0]
	open, certain := 0, true
	reach := func(at uint32, covered bool) {
		m := &l.marks[at]
		switch {
		case m.walk != l.walks:
			*m = walkMark{walk: l.walks, covered: covered}
			l.push(at)
			if !covered {
				open++
			}
		case covered && !m.covered:
			m.covered = true
			open--
		}
	}
	for _, at := range heads {
		if at < stranger {
			reach(at, true)
		}
	}
	for _, at := range starts {
		reach(at, false)
	}
	for open > 0 {
		at := l.pop()
		covered := l.marks[at].covered
		if !covered {
			open--
			visit(at)
		}
		certain = certain && !l.view.ops[at].Is(record.Overflow)
		l.parents(at, func(p uint32) { reach(p, covered) })
	}
	return certain
}

func (l *lineage) began(i int) uint32 { return l.view.ops[l.queue[i]].Invoked }

func (l *lineage) push(at uint32) {
	l.queue = append(l.queue, at)
	for i := len(l.queue) - 1; i > 0; {
		up := (i - 1) / 2
		if l.began(up) >= l.began(i) {
			return
		}
		l.queue[up], l.queue[i] = l.queue[i], l.queue[up]
		i = up
	}
}

func (l *lineage) pop() uint32 {
	top, last := l.queue[0], len(l.queue)-1
	l.queue[0] = l.queue[last]
	l.queue = l.queue[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return top
		}
		if down+1 < last && l.began(down+1) > l.began(down) {
			down++
		}
		if l.began(i) >= l.began(down) {
			return top
		}
		l.queue[i], l.queue[down] = l.queue[down], l.queue[i]
		i = down
	}
}

// descend visits the ancestry of a write, not the write itself, and goes no deeper
// where visit returns false.
func (l *lineage) descend(at uint32, visit func(uint32) bool) {
	stack := []uint32{at}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		l.parents(top, func(p uint32) {
			if visit(p) {
				stack = append(stack, p)
			}
		})
	}
}

// remove finds what the deletes of a key removed.
func (l *lineage) remove(k *keyed) {
	if l.ready == k {
		return
	}
	l.ready, l.blind = k, nil
	if len(k.deletes) == 0 {
		return
	}
	if l.gone == nil {
		l.gone, l.remover = filled(len(l.view.ops), forever), filled(len(l.view.ops), initial)
	}
	l.blind = &removals{}
	for _, at := range k.deletes {
		if len(l.view.history.Parents(&l.view.ops[at])) == 0 {
			l.blind.enter(l.view, at)
		}
		began := l.view.ops[at].Invoked
		l.descend(at, func(p uint32) bool {
			first := l.gone[p] == forever
			l.gone[p] = min(l.gone[p], began)
			return first
		})
	}
	for _, at := range k.acked {
		if l.view.ops[at].Code != sim.Delete {
			continue
		}
		l.descend(at, func(p uint32) bool {
			first := l.remover[p] == initial
			if first {
				l.remover[p] = at
			}
			return first
		})
	}
}

func filled(n int, with uint32) []uint32 {
	list := make([]uint32, n)
	for i := range list {
		list[i] = with
	}
	return list
}

// removedBefore tells whether a delete that may have removed the write began
// before a stamp: one that has it in its ancestry or, without any context, did not
// end before the write began.
func (l *lineage) removedBefore(at, stamp uint32) bool {
	return l.gone != nil && l.gone[at] < stamp || l.blind.mayFollow(l.view, at, stamp)
}

// removerBefore is the delete that removed a write and had been acknowledged
// before a stamp.
func (l *lineage) removerBefore(at, stamp uint32) (uint32, bool) {
	if l.gone == nil || at >= stranger || l.remover[at] == initial {
		return 0, false
	}
	return l.remover[at], l.view.ops[l.remover[at]].Returned < stamp
}

// heads are the acknowledged writes of a key that no other acknowledged write has
// in its ancestry: whoever holds them all, or what descends from them, misses none.
type heads struct {
	lineage *lineage
	list    []uint32
}

// heads begins with none.
func (l *lineage) heads(k *keyed) heads {
	for _, at := range k.writes {
		l.under[at] = false
	}
	return heads{lineage: l}
}

// add puts in a write that was acknowledged.
func (h *heads) add(at uint32) {
	l := h.lineage
	l.descend(at, func(p uint32) bool {
		first := !l.under[p]
		l.under[p] = true
		return first
	})
	kept := h.list[:0]
	for _, head := range h.list {
		if !l.under[head] {
			kept = append(kept, head)
		}
	}
	h.list = kept
	if !l.under[at] {
		h.list = append(h.list, at)
	}
}
