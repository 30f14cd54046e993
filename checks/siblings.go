package checks

import (
	"slices"

	"simrun/sim"
)

// missing is what a read of versions missed of a set of writes.
type missing struct {
	ops     []uint32
	oldest  uint32 // the one that was acknowledged first
	certain bool   // false where a context or the read's values were cut off
}

// missed finds which of starts and their ancestry, as far as want says, a sight
// neither holds, nor has in the ancestry of what it holds, nor finds removed by a
// delete that began before it ended. A delete itself is missed where the sight
// holds a version that it had removed.
func (l *lineage) missed(s sight, starts []uint32, want func(uint32) bool) missing {
	v := l.view
	m := missing{oldest: initial}
	returned := v.returned(s)
	count := func(at uint32) {
		if want(at) && v.ops[at].Code != sim.Delete && !l.removedBefore(at, s.returned) {
			m.add(v, at)
		}
	}
	m.certain = l.uncovered(returned, starts, count) && !s.cut
	if removers := l.removers(s, returned, want); len(removers) > 0 {
		only := func(at uint32) {
			if slices.Contains(removers, at) {
				m.add(v, at)
			}
		}
		m.certain = l.uncovered(returned, removers, only) && m.certain
	}
	return m
}

func (m *missing) add(v *view, at uint32) {
	if m.oldest == initial || v.end(at) < v.end(m.oldest) {
		m.oldest = at
	}
	m.ops = append(m.ops, at)
}

// removers are the wanted deletes that had been acknowledged before a sight of
// what they removed.
func (l *lineage) removers(s sight, returned []uint32, want func(uint32) bool) []uint32 {
	var found []uint32
	for _, at := range returned {
		remover, before := l.removerBefore(at, s.invoked)
		if before && want(remover) && !slices.Contains(found, remover) {
			found = append(found, remover)
		}
	}
	return found
}

// returned are the places of the values that were seen.
func (v *view) returned(s sight) []uint32 {
	return v.appendReturned(make([]uint32, 0, len(s.values)), s)
}

func (v *view) appendReturned(places []uint32, s sight) []uint32 {
	for _, value := range s.values {
		if at := v.write(value.ID, s.key); at < stranger {
			places = append(places, at)
		}
	}
	return places
}

// staleVersions judges the reads of a key that holds siblings.
func (v *view) staleVersions(k *keyed, found func(staleRead)) int64 {
	l, next := v.lineage(), 0
	l.remove(k)
	before := l.heads(k)
	for _, read := range k.reads {
		op := &v.ops[read]
		for ; next < len(k.acked) && v.ops[k.acked[next]].Returned < op.Invoked; next++ {
			before.add(k.acked[next])
		}
		m := l.missed(v.sight(read), before.list, func(at uint32) bool { return v.end(at) < op.Invoked })
		if m.certain && len(m.ops) > 0 {
			found(staleRead{read: read, got: initial, missed: int64(len(m.ops)), oldest: m.oldest, ops: m.ops})
		}
	}
	return int64(len(k.reads))
}
