package checks

import (
	"cmp"
	"slices"

	"simrun/sim"
)

// sessions is the ops of a run by session. The ops of one session are issued one
// after another, so that the order of their beginnings is the session's order.
type sessions struct {
	of    []uint32   // by place: the number of the op's session
	reads [][]uint32 // by number: its measured successful reads
	// wrote and read are, by session and key, the acknowledged writes and the
	// writes whose values were read, in the session's order.
	wrote, read deeds
}

// deed is something that a session did to, or learnt of, a key.
type deed struct {
	session uint32
	key     sim.Key
	stamp   uint32 // when it was complete
	write   uint32 // the write that was made or read
	so      frontier
}

// deeds are sorted by session, key and stamp; so is the frontier of the deeds of
// the same session and key up to and with this one.
type deeds []deed

// sessions is made once.
func (v *view) sessions() *sessions {
	if v.grouped != nil {
		return v.grouped
	}
	s := &sessions{of: make([]uint32, len(v.ops))}
	v.grouped = s
	s.number(v)
	for i := range v.keys() {
		k := &v.keys()[i]
		for _, at := range k.acked {
			s.wrote = append(s.wrote, deed{session: s.of[at], key: k.key, stamp: v.ops[at].Returned, write: at})
		}
		for _, at := range k.reads {
			for _, write := range v.returned(v.sight(at)) {
				s.read = append(s.read, deed{session: s.of[at], key: k.key, stamp: v.ops[at].Returned, write: write})
			}
		}
	}
	s.wrote.arrange(v)
	s.read.arrange(v)
	return s
}

// number gives sessions dense numbers in the order of their first ops, and parts
// the ops.
func (s *sessions) number(v *view) {
	numbers := map[uint32]uint32{}
	for i := range v.ops {
		name := uint32(v.ops[i].Client)<<16 | uint32(v.ops[i].Session)
		number, known := numbers[name]
		if !known {
			number = uint32(len(s.reads))
			numbers[name] = number
			s.reads = append(s.reads, nil)
		}
		s.of[i] = number
	}
	for i := range v.keys() {
		k := &v.keys()[i]
		for _, at := range k.reads {
			s.reads[s.of[at]] = append(s.reads[s.of[at]], at)
		}
	}
	for _, reads := range s.reads {
		slices.SortFunc(reads, func(a, b uint32) int { return cmp.Compare(v.ops[a].Invoked, v.ops[b].Invoked) })
	}
}

func (d deeds) arrange(v *view) {
	slices.SortFunc(d, func(a, b deed) int {
		return cmp.Or(cmp.Compare(a.session, b.session), cmp.Compare(a.key, b.key), cmp.Compare(a.stamp, b.stamp),
			cmp.Compare(a.write, b.write))
	})
	for i := range d {
		so := newFrontier()
		if i > 0 && d[i-1].session == d[i].session && d[i-1].key == d[i].key {
			so = d[i-1].so
		}
		so.add(v.order(), d[i].write)
		d[i].so = so
	}
}

// before are the deeds of a session on a key that were complete before a stamp.
func (d deeds) before(session uint32, key sim.Key, stamp uint32) deeds {
	after := func(stamp uint32) int {
		i, _ := slices.BinarySearchFunc(d, stamp, func(e deed, stamp uint32) int {
			return cmp.Or(cmp.Compare(e.session, session), cmp.Compare(e.key, key), cmp.Compare(e.stamp, stamp))
		})
		return i
	}
	return d[after(0):after(stamp)]
}

// writes are the places of the writes, each once and in the order of places.
func (d deeds) writes() []uint32 {
	list := make([]uint32, len(d))
	for i := range d {
		list[i] = d[i].write
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// judge tells whether reads can be judged against deeds.
type judge struct {
	view *view
	gone map[sim.Key]*vanishing
	old  []bool // by place: the read missed something acknowledged, or seen by a read, before it began
}

func (v *view) newJudge() *judge {
	return &judge{view: v, gone: map[sim.Key]*vanishing{}, old: v.behind()}
}

// misses finds a deed that a read missed.
func (j *judge) misses(read uint32, done deeds) (uint32, bool) {
	if len(done) == 0 {
		return 0, false
	}
	v := j.view
	k := v.keyOf(v.ops[read].Key)
	switch k.shape {
	case shapeSingle:
		return j.newerDeed(k, read, &done[len(done)-1].so)
	case shapeSiblings:
		starts := done.writes()
		v.lineage().remove(k)
		m := v.lineage().missed(v.sight(read), starts, func(at uint32) bool {
			_, found := slices.BinarySearch(starts, at)
			return found && v.end(at) < v.ops[read].Invoked
		})
		return m.oldest, m.certain && len(m.ops) > 0
	}
	return 0, false
}

func (j *judge) newerDeed(k *keyed, read uint32, so *frontier) (uint32, bool) {
	gone := j.gone[k.key]
	if gone == nil {
		gone = newVanishing(j.view, k)
		j.gone[k.key] = gone
	}
	values := j.view.alternatives(gone, j.view.sight(read), nil)
	if !so.newerThanAll(j.view.order(), values) {
		return 0, false
	}
	return so.newer(j.view.order(), values[0])
}

// behind tells, by place, which reads missed something that had been acknowledged,
// or had been returned by a read, before they began: only those can break the
// guarantee of a session.
func (v *view) behind() []bool {
	if v.late != nil {
		return v.late
	}
	v.late = make([]bool, len(v.ops))
	for i := range v.keys() {
		if k := &v.keys()[i]; k.shape == shapeSingle {
			v.behindSingles(k)
		}
	}
	for i := range v.stale().reads {
		v.late[v.stale().reads[i].read] = true
	}
	return v.late
}

func (v *view) behindSingles(k *keyed) {
	o, seen, gone := v.order(), newFrontier(), newVanishing(v, k)
	ended := slices.Clone(k.reads)
	slices.SortFunc(ended, func(a, b uint32) int { return cmp.Compare(v.ops[a].Returned, v.ops[b].Returned) })
	acked, next := 0, 0
	var values []uint32
	for _, read := range k.reads {
		began := v.ops[read].Invoked
		for ; acked < len(k.acked) && v.ops[k.acked[acked]].Returned < began; acked++ {
			seen.add(o, k.acked[acked])
		}
		for ; next < len(ended) && v.ops[ended[next]].Returned < began; next++ {
			for _, write := range v.returned(v.sight(ended[next])) {
				seen.add(o, write)
			}
		}
		values = v.alternatives(gone, v.sight(read), values[:0])
		v.late[read] = seen.newerThanAll(o, values)
	}
}
