package dynamo

import (
	"cmp"
	"slices"

	"simrun/nodes/internal/merkle"
	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// forest is what anti-entropy knows of the keys that a replica is a home of: by key
// range the keys of each leaf and, where trees are compared, their hashes (Dynamo,
// section 4.7). It follows every change of the store at once, in as many steps as a
// tree is deep, and begins anew with each life.
//
// A range is the keys that have the same homes, wherever on the ring they stand, as
// Cassandra's repair groups them: so each key is in one tree, which serves all its
// homes, and two nodes compare exactly what both are homes of. Trees for single
// partitions would be as many as there are virtual nodes, and one for each peer would
// have every write change n-1 of them.
type forest struct {
	shape   merkle.Shape
	hashes  bool // trees are kept
	self    sim.NodeID
	layout  *layout
	ranges  []keyRange // of this node, in an order that all nodes agree on
	of      []int32    // by key: the place of its range, plus one; -1 if it is another's
	prints  []uint64   // by key: what the tree was told last
	encoder sim.Encoder
	printed printed
}

// keyRange is the keys that have the same homes.
type keyRange struct {
	homes []sim.NodeID // in ascending order
	name  uint64       // the same at all of them
	scope sim.Key      // its place among all ranges of the store
	tree  *merkle.Tree
	index *merkle.Index
}

// printed is the versions of a key, to be hashed.
type printed struct{ set versions.Set }

// Encode lists everything of every version: values, deletes, times, dots and contexts.
func (p *printed) Encode(e *sim.Encoder) { p.set.Encode(e) }

// newForest makes the forest of a replica that holds nothing.
func newForest(p *plan, self sim.NodeID, l *layout) *forest {
	f := &forest{shape: p.shape, hashes: p.entropy == entropyTree, self: self, layout: l}
	f.plant()
	return f
}

// plant finds the ranges of the ring, and forgets all keys.
func (f *forest) plant() {
	f.ranges, f.of, f.prints = nil, nil, nil
	for scope, homes := range f.layout.ranges() {
		if slices.Contains(homes, f.self) {
			f.ranges = append(f.ranges, keyRange{homes: homes, name: rangeName(homes), scope: sim.Key(scope)})
		}
	}
}

// rangeName is a fingerprint of the homes of a range.
func rangeName(homes []sim.NodeID) uint64 {
	name := uint64(len(homes))
	for _, id := range homes {
		name = name*0x9E3779B97F4A7C15 + uint64(id) // an odd multiplier: Weyl's, of the golden ratio
	}
	return name
}

// ranges lists the homes of every key range of the ring, each in ascending order.
func (l *layout) ranges() [][]sim.NodeID {
	if l.ring == nil {
		return [][]sim.NodeID{slices.Sorted(slices.Values(l.members))}
	}
	var all [][]sim.NodeID
	l.ring.Partitions(func(list []int) {
		homes := make([]sim.NodeID, len(list))
		for i, place := range list {
			homes[i] = l.members[place]
		}
		slices.Sort(homes)
		all = append(all, homes)
	})
	slices.SortFunc(all, slices.Compare)
	return slices.CompactFunc(all, slices.Equal)
}

// find is the range of a name, nil where the node is no home of it.
func (f *forest) find(name uint64) *keyRange {
	for i := range f.ranges {
		if f.ranges[i].name == name {
			return f.ready(i)
		}
	}
	return nil
}

// ready is a range whose tree and index are made.
func (f *forest) ready(i int) *keyRange {
	r := &f.ranges[i]
	if r.index == nil {
		r.index = merkle.NewIndex(f.shape)
		if f.hashes {
			r.tree = merkle.New(f.shape)
		}
	}
	return r
}

// common lists the ranges that a peer is a home of, too.
func (f *forest) common(peer sim.NodeID) []int {
	var list []int
	for i := range f.ranges {
		if slices.Contains(f.ranges[i].homes, peer) {
			list = append(list, i)
		}
	}
	return list
}

// peers lists the other homes of the node's ranges, in ascending order.
func (f *forest) peers() []sim.NodeID {
	var list []sim.NodeID
	for i := range f.ranges {
		list = append(list, f.ranges[i].homes...)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(id sim.NodeID) bool { return id == f.self })
}

// rangeOf is the range of a key, nil where the node is no home of it: what it keeps
// for others is not for it to compare.
func (f *forest) rangeOf(key sim.Key) *keyRange {
	if len(f.ranges) == 1 && f.layout.ring == nil {
		return f.ready(0)
	}
	if int(key) >= len(f.of) {
		f.of = append(f.of, make([]int32, int(key)+1-len(f.of))...)
	}
	if f.of[key] == 0 {
		f.of[key] = f.search(key)
	}
	if f.of[key] < 0 {
		return nil
	}
	return f.ready(int(f.of[key]) - 1)
}

func (f *forest) search(key sim.Key) int32 {
	homes := slices.Clone(f.layout.homes(key))
	slices.Sort(homes)
	i, found := slices.BinarySearchFunc(f.ranges, homes, func(r keyRange, homes []sim.NodeID) int {
		return slices.Compare(r.homes, homes)
	})
	if !found {
		return -1
	}
	return int32(i) + 1
}

// update notes what the replica holds of a key from now on.
func (f *forest) update(key sim.Key, set versions.Set) {
	r := f.rangeOf(key)
	if r == nil {
		return
	}
	if len(set) > 0 {
		r.index.Add(key)
	} else {
		r.index.Remove(key)
	}
	if !f.hashes {
		return
	}
	if int(key) >= len(f.prints) {
		f.prints = append(f.prints, make([]uint64, int(key)+1-len(f.prints))...)
	}
	now := f.print(set)
	r.tree.Set(key, f.prints[key], now)
	f.prints[key] = now
}

// print is the fingerprint of all versions of a key.
func (f *forest) print(set versions.Set) uint64 {
	if len(set) == 0 {
		return merkle.Absent
	}
	f.printed.set = set
	_, print := f.encoder.Measure(&f.printed)
	return cmp.Or(print, merkle.Absent+1)
}
