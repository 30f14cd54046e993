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
	reads [][]uint32 // by number of the session: its measured successful reads
	// wrote and read are, by number of the key, what each session had written and
	// seen acknowledged, and which writes it had read.
	wrote, read [][]deeds
	// readers are, by number of the key, who read what; for siblings only.
	readers [][]reading
}

// deeds are what one session did to, or learnt of, one key.
type deeds struct {
	session uint32
	list    []deed // in the session's order
}

// deed is a write that a session made or read.
type deed struct {
	stamp uint32 // when it knew of it
	write uint32
	so    frontier // this deed and those before it
}

// reading is a session having read a write.
type reading struct {
	write, session, stamp uint32
}

// sessions is made once.
func (v *view) sessions() *sessions {
	if v.grouped != nil {
		return v.grouped
	}
	keys := v.keys()
	s := &sessions{
		of: make([]uint32, len(v.ops)), wrote: make([][]deeds, len(keys)), read: make([][]deeds, len(keys)),
		readers: make([][]reading, len(keys)),
	}
	v.grouped = s
	s.number(v)
	for i := range keys {
		if k := &keys[i]; k.shape == shapeSingle || k.shape == shapeSiblings {
			s.enter(v, k)
		}
	}
	return s
}

// number gives sessions dense numbers in the order of their first ops, and parts
// the reads.
func (s *sessions) number(v *view) {
	numbers := map[uint32]uint32{}
	for i := range v.ops {
		op := &v.ops[i]
		name := uint32(op.Client)<<16 | uint32(op.Session)
		number, known := numbers[name]
		if !known {
			number = uint32(len(s.reads))
			numbers[name] = number
			s.reads = append(s.reads, nil)
		}
		s.of[i] = number
		if len(v.keyed) == 0 {
			continue
		}
		if shape := v.keyed[v.keyNumber(uint32(i))].shape; measuredRead(op) && op.Outcome == sim.OK &&
			(shape == shapeSingle || shape == shapeSiblings) {
			s.reads[number] = append(s.reads[number], uint32(i))
		}
	}
	for _, reads := range s.reads {
		slices.SortFunc(reads, func(a, b uint32) int { return cmp.Compare(v.ops[a].Invoked, v.ops[b].Invoked) })
	}
}

// enter sorts what sessions did to one key.
func (s *sessions) enter(v *view, k *keyed) {
	var wrote, read []reading
	for _, at := range k.acked {
		wrote = append(wrote, reading{session: s.of[at], stamp: v.ops[at].Returned, write: at})
	}
	var places []uint32
	for _, at := range k.reads {
		places = v.appendReturned(places[:0], v.sight(at))
		for _, write := range places {
			read = append(read, reading{session: s.of[at], stamp: v.ops[at].Returned, write: write})
		}
	}
	s.wrote[k.number], s.read[k.number] = v.bySession(wrote), v.bySession(read)
	if k.shape == shapeSiblings {
		slices.SortFunc(read, func(a, b reading) int {
			return cmp.Or(cmp.Compare(a.write, b.write), cmp.Compare(a.session, b.session), cmp.Compare(a.stamp, b.stamp))
		})
		s.readers[k.number] = read
	}
}

// bySession parts what sessions did, and sums up each one's.
func (v *view) bySession(all []reading) (parts []deeds) {
	slices.SortFunc(all, func(a, b reading) int {
		return cmp.Or(cmp.Compare(a.session, b.session), cmp.Compare(a.stamp, b.stamp))
	})
	list := make([]deed, len(all))
	for first := 0; first < len(all); {
		so, end := newFrontier(), first
		for ; end < len(all) && all[end].session == all[first].session; end++ {
			so.add(v.order(), all[end].write)
			list[end] = deed{stamp: all[end].stamp, write: all[end].write, so: so}
		}
		parts = append(parts, deeds{session: all[first].session, list: list[first:end:end]})
		first = end
	}
	return parts
}

// ofSession are the deeds of one session, which may be none.
func ofSession(parts []deeds, session uint32) []deed {
	i, found := slices.BinarySearchFunc(parts, session, func(d deeds, session uint32) int {
		return cmp.Compare(d.session, session)
	})
	if !found {
		return nil
	}
	return parts[i].list
}

// known counts the deeds that were known before a stamp.
func known(list []deed, stamp uint32) int {
	n, _ := slices.BinarySearchFunc(list, stamp, func(d deed, stamp uint32) int { return cmp.Compare(d.stamp, stamp) })
	return n
}

// readersOf are who read a write, sorted by session and time.
func (s *sessions) readersOf(key int, write uint32) []reading {
	all := s.readers[key]
	find := func(write uint32) int {
		i, _ := slices.BinarySearchFunc(all, write, func(r reading, write uint32) int { return cmp.Compare(r.write, write) })
		return i
	}
	return all[find(write):find(write+1)]
}

// judge tells which deeds reads missed.
type judge struct {
	view *view
	gone []*vanishing // by number of the key, made when needed
	old  []bool       // by place: the read missed something that was known before it began
	// missed are, by place, the acknowledged siblings that a stale read missed.
	missed map[uint32][]uint32
	values []uint32
}

func (v *view) newJudge() *judge {
	j := &judge{view: v, gone: make([]*vanishing, len(v.keys())), old: v.behind(), missed: map[uint32][]uint32{}}
	for i := range v.stale().reads {
		s := &v.stale().reads[i]
		j.missed[s.read] = s.ops
	}
	return j
}

// newer finds a write of the set that is newer than what a read of one value
// returned.
func (j *judge) newer(k *keyed, read uint32, so *frontier) (uint32, bool) {
	if j.gone[k.number] == nil {
		j.gone[k.number] = newVanishing(j.view, k)
	}
	j.values = j.view.alternatives(j.gone[k.number], j.view.sight(read), j.values[:0])
	if !so.newerThanAll(j.view.order(), j.values) {
		return 0, false
	}
	return so.newer(j.view.order(), j.values[0])
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
			values = v.appendReturned(values[:0], v.sight(ended[next]))
			for _, write := range values {
				seen.add(o, write)
			}
		}
		values = v.alternatives(gone, v.sight(read), values[:0])
		v.late[read] = seen.newerThanAll(o, values)
	}
}
