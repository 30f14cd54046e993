package checks

import (
	"cmp"
	"slices"
	"sort"

	"simrun/sim"
)

// gathering is the acknowledged elements of a set.
type gathering struct {
	view     *view
	live     []uint32 // acknowledged additions that may still be there, in the order of acknowledgement
	next     int      // of keyed.acked
	key      *keyed
	removals map[int64]*removals // by element
	deletes  removals            // of the whole key
}

// removals are removals in the order of their beginnings, with the latest end
// among each and those before it.
type removals struct {
	began []uint32
	ended []uint32
}

func newGathering(v *view, k *keyed) *gathering {
	c := &gathering{view: v, key: k, removals: map[int64]*removals{}}
	for _, at := range k.writes {
		switch v.ops[at].Code {
		case sim.Remove:
			c.enter(v.element(at), at)
		case sim.Delete:
			c.deletes.enter(v, at)
		}
	}
	return c
}

// element is the element that an addition or removal names.
func (v *view) element(at uint32) int64 { return v.history.Written(&v.ops[at]).N }

func (c *gathering) enter(element int64, at uint32) {
	if c.removals[element] == nil {
		c.removals[element] = &removals{}
	}
	c.removals[element].enter(c.view, at)
}

func (r *removals) enter(v *view, at uint32) {
	ended := v.end(at)
	if n := len(r.ended); n > 0 {
		ended = max(ended, r.ended[n-1])
	}
	r.began, r.ended = append(r.began, at), append(r.ended, ended)
}

// mayFollow tells whether one of them began before a stamp and did not end before
// a write began: it may have removed what was written. The first whose running
// latest end reaches the write's beginning is itself the first to end that late.
func (r *removals) mayFollow(v *view, written, stamp uint32) bool {
	if r == nil {
		return false
	}
	began := v.ops[written].Invoked
	i := sort.Search(len(r.ended), func(i int) bool { return r.ended[i] >= began })
	return i < len(r.began) && v.ops[r.began[i]].Invoked < stamp
}

// removedBefore tells whether a removal of the element, or a delete of the key,
// may have followed an addition and began before a stamp.
func (c *gathering) removedBefore(added, stamp uint32) bool {
	return c.deletes.mayFollow(c.view, added, stamp) ||
		c.removals[c.view.element(added)].mayFollow(c.view, added, stamp)
}

// missed finds the acknowledged additions that a sight neither holds nor can find
// removed. What was removed before it began will not come back, so that sights
// must come in the order of their beginnings.
func (c *gathering) missed(s sight, visit func(uint32)) {
	v := c.view
	for ; c.next < len(c.key.acked) && v.ops[c.key.acked[c.next]].Returned < s.invoked; c.next++ {
		if at := c.key.acked[c.next]; v.ops[at].Code == sim.Add {
			c.live = append(c.live, at)
		}
	}
	if s.cut {
		return
	}
	present := make([]int64, 0, 16)
	for _, value := range s.values {
		present = append(present, v.elementOf(value))
	}
	slices.Sort(present)
	kept := c.live[:0]
	for _, at := range c.live {
		if c.removedBefore(at, s.invoked) {
			continue
		}
		kept = append(kept, at)
		if _, there := slices.BinarySearch(present, v.element(at)); !there && !c.removedBefore(at, s.returned) {
			visit(at)
		}
	}
	c.live = kept
}

// elementOf is the element that a returned value stands for: its integer, or that
// of its writer.
func (v *view) elementOf(value sim.Value) int64 {
	if at, found := v.place(value.ID); found && value.N == 0 {
		return v.element(at)
	}
	return value.N
}

// staleElements judges the reads of a set.
func (v *view) staleElements(k *keyed, found func(staleRead)) int64 {
	c := newGathering(v, k)
	for _, read := range k.reads {
		s := staleRead{read: read, got: initial, oldest: initial}
		c.missed(v.sight(read), func(at uint32) {
			if s.missed == 0 {
				s.oldest = at
			}
			s.missed++
		})
		if s.missed > 0 {
			found(s)
		}
	}
	return int64(len(k.reads))
}

// sums tell the least total that a counter can have had.
type sums struct {
	view *view
	// added is the running sum of the increments in the order of acknowledgement,
	// and largest the largest so far.
	added, largest []int64
	increments     []uint32
	// taken is the running sum of the decrements in the order of their beginnings.
	decrements []uint32
	taken      []int64
}

func newSums(v *view, k *keyed) *sums {
	s := &sums{view: v}
	for _, at := range k.acked {
		if n := v.amount(at); n > 0 {
			s.increments = append(s.increments, at)
			s.added = append(s.added, last(s.added)+n)
			s.largest = append(s.largest, max(last(s.largest), n))
		}
	}
	for _, at := range k.writes {
		if n := v.amount(at); n < 0 {
			s.decrements = append(s.decrements, at)
			s.taken = append(s.taken, last(s.taken)-n)
		}
	}
	return s
}

func last(list []int64) int64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1]
}

// amount is what a write adds to a counter.
func (v *view) amount(at uint32) int64 {
	switch v.ops[at].Code {
	case sim.Add:
		return v.element(at)
	case sim.Remove:
		return -v.element(at)
	}
	return 0
}

// short judges a sight: by how many acknowledged increments, at least, it fell
// short of the acknowledged sum less every decrement that may have applied, and
// the first increment that its total cannot hold.
func (s *sums) short(saw sight) (count int64, oldest uint32) {
	v := s.view
	n, _ := slices.BinarySearchFunc(s.increments, saw.invoked, func(at, stamp uint32) int {
		return cmp.Compare(v.ops[at].Returned, stamp)
	})
	if n == 0 {
		return 0, initial
	}
	got := saw.sum()
	if d := begun(v, s.decrements, saw.returned); d > 0 {
		got += s.taken[d-1]
	}
	lack := s.added[n-1] - got
	if lack <= 0 {
		return 0, initial
	}
	first := sort.Search(n, func(i int) bool { return s.added[i] > got })
	return min((lack+s.largest[n-1]-1)/s.largest[n-1], int64(n)), s.increments[first]
}

// sum is the total that was seen.
func (s sight) sum() (sum int64) {
	for _, value := range s.values {
		sum += value.N
	}
	return sum
}

// staleTotals judges the reads of a counter. One that is also deleted has no least
// total and is not judged.
func (v *view) staleTotals(k *keyed, found func(staleRead)) int64 {
	if len(k.deletes) > 0 {
		return 0
	}
	s := newSums(v, k)
	for _, read := range k.reads {
		if count, oldest := s.short(v.sight(read)); count > 0 {
			found(staleRead{read: read, got: initial, missed: count, oldest: oldest})
		}
	}
	return int64(len(k.reads))
}
