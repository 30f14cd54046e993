package checks

// tally counts, among the writes of one key acknowledged before a stamp, those
// newer than a given write, and finds the one that was acknowledged first.
// Believed places agree with real time, so that two sums suffice for a ranked
// write: over the higher ranks, and over the unranked writes that began after it
// ended.
type tally struct {
	view    *view
	key     *keyed
	next    int      // of key.acked, the first not yet counted
	ranks   tailSums // ranked writes by rank
	unruled tailSums // unranked writes by the order of their beginnings
	all     tailSums // all writes by the order of their beginnings
}

func newTally(v *view, k *keyed) *tally {
	n := len(k.writes)
	return &tally{view: v, key: k, ranks: newTailSums(n + 1), unruled: newTailSums(n), all: newTailSums(n)}
}

// advance counts the writes acknowledged before a stamp.
func (t *tally) advance(stamp uint32) {
	v, rank := t.view, t.view.order().rank
	for ; t.next < len(t.key.acked) && v.ops[t.key.acked[t.next]].Returned < stamp; t.next++ {
		at, number := t.key.acked[t.next], uint32(t.next)
		began := begun(v, t.key.writes, v.ops[at].Invoked)
		t.all.add(began, number)
		if rank[at] > 0 {
			t.ranks.add(int(rank[at]), number)
		} else {
			t.unruled.add(began, number)
		}
	}
}

// newer counts the writes newer than a, and returns the one of them that was
// acknowledged first.
func (t *tally) newer(a uint32) (int64, uint32) {
	count, number := t.sum(a)
	if count == 0 {
		return 0, initial
	}
	return count, t.key.acked[number]
}

func (t *tally) sum(a uint32) (count int64, number uint32) {
	switch a {
	case initial:
		return t.all.from(0)
	case stranger:
		return 0, forever
	}
	after := len(t.key.writes)
	if end := t.view.end(a); end != forever {
		after = begun(t.view, t.key.writes, end+1)
	}
	rank := t.view.order().rank[a]
	if rank == 0 {
		return t.all.from(after)
	}
	count, number = t.ranks.from(int(rank) + 1)
	more, other := t.unruled.from(after)
	return count + more, min(number, other)
}

// least judges a stale read by the alternative that missed least.
func (t *tally) least(read uint32, alternatives []uint32) staleRead {
	var best staleRead
	for i, got := range alternatives {
		if count, first := t.newer(got); i == 0 || count < best.missed {
			best = staleRead{read: read, got: got, missed: count, oldest: first}
		}
	}
	return best
}

// tailSums is a binary indexed tree (Fenwick 1994) over positions from the end:
// how many things were added at or after a position, and the least of their
// numbers.
type tailSums struct {
	count []int32
	least []uint32
}

func newTailSums(positions int) tailSums {
	return tailSums{count: make([]int32, positions+1), least: make([]uint32, positions+1)}
}

// add adds a thing at a position. Numbers rise from one call to the next.
func (s *tailSums) add(position int, number uint32) {
	for i := len(s.count) - 1 - position; i < len(s.count); i += i & -i {
		if s.count[i] == 0 {
			s.least[i] = number
		}
		s.count[i]++
	}
}

// from counts what was added at a position or after it, and returns its least number.
func (s *tailSums) from(position int) (count int64, least uint32) {
	least = forever
	for i := len(s.count) - 1 - position; i > 0; i -= i & -i {
		if s.count[i] > 0 {
			count += int64(s.count[i])
			least = min(least, s.least[i])
		}
	}
	return count, least
}
