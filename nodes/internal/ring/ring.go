// Package ring is a consistent-hash ring with virtual nodes (Dynamo, SOSP 2007,
// sections 4.2 and 4.3): which nodes are the homes of a key.
package ring

import (
	"cmp"
	"slices"

	"simrun/sim"
)

// Ring is a ring of virtual nodes. Nodes are numbered by their place in the list
// that the ring was made of; where they stand depends on their hashes alone.
type Ring struct {
	points []point
	length int // of preference lists
	nodes  int
}

// point is one virtual node.
type point struct {
	at   uint64
	node uint32
}

// New makes the ring of the nodes with these hashes, each standing on it in so
// many virtual places, for preference lists of the given length: at least 1, at
// most the number of nodes. Where a list holds every node there is nothing to
// choose, and the list of every key is the nodes in their given order.
func New(hashes []uint64, virtual, length int) *Ring {
	r := &Ring{length: length, nodes: len(hashes)}
	if length == len(hashes) {
		return r
	}
	r.points = make([]point, 0, len(hashes)*virtual)
	for node, hash := range hashes {
		for i := range virtual {
			r.points = append(r.points, point{at: Mix(hash + uint64(i)*golden), node: uint32(node)})
		}
	}
	slices.SortFunc(r.points, func(a, b point) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		return cmp.Compare(hashes[a.node], hashes[b.node])
	})
	return r
}

// Preference appends the key's preference list: the distinct nodes met first when
// walking clockwise from the key's position.
func (r *Ring) Preference(key sim.Key, list []int) []int { return r.walk(key, list, r.length) }

// Order appends every node in the order of the walk: the preference list, then
// those that may stand in for its nodes.
func (r *Ring) Order(key sim.Key, list []int) []int { return r.walk(key, list, r.nodes) }

// Points lists where virtual nodes stand, none where every list holds every node. All
// keys between one of them and the next, that one included, have the same lists.
func (r *Ring) Points() []uint64 {
	list := make([]uint64, len(r.points))
	for i := range r.points {
		list[i] = r.points[i].at
	}
	return list
}

// At appends the preference list of the keys at a position.
func (r *Ring) At(position uint64, list []int) []int { return r.walkAt(position, list, r.length) }

// walk appends the first distinct nodes of a key's walk, so many of them.
func (r *Ring) walk(key sim.Key, list []int, length int) []int {
	return r.walkAt(Position(key), list, length)
}

func (r *Ring) walkAt(position uint64, list []int, length int) []int {
	if r.points == nil {
		for node := range length {
			list = append(list, node)
		}
		return list
	}
	first, _ := slices.BinarySearchFunc(r.points, position, func(p point, at uint64) int {
		return cmp.Compare(p.at, at)
	})
	return r.walkFrom(first, list, length)
}

// walkFrom walks from a virtual node on.
func (r *Ring) walkFrom(first int, list []int, length int) []int {
	start := len(list)
	for i := 0; len(list)-start < length; i++ {
		node := int(r.points[(first+i)%len(r.points)].node)
		if !slices.Contains(list[start:], node) {
			list = append(list, node)
		}
	}
	return list
}

// Partitions yields the preference list of each part of the ring, in the order of the
// parts: every key has one of them. The slice is good until the next is yielded.
func (r *Ring) Partitions(yield func(list []int)) {
	if r.points == nil {
		yield(r.walk(0, nil, r.length))
		return
	}
	var list []int
	for first := range r.points {
		list = r.walkFrom(first, list[:0], r.length)
		yield(list)
	}
}

// Position is where on the ring a key stands.
func Position(key sim.Key) uint64 { return Mix(uint64(key) + 1) }

const golden = 0x9E3779B97F4A7C15

// Mix scatters words evenly: it is the finalizer of splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
func Mix(x uint64) uint64 {
	x += golden
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
