package merkle

import (
	"iter"
	"slices"

	"simrun/sim"
)

// Index lists the keys of each leaf, in ascending order. It is apart from the Tree
// because who only compares does not need it. Adding and removing cost a search
// in the key's leaf, and moving the keys above it there.
type Index struct {
	plan
	keys [][]sim.Key
	held int
}

// NewIndex makes the index of a replica that holds nothing. It panics where
// Shape.Check refuses the shape.
func NewIndex(shape Shape) *Index {
	x := &Index{plan: planned(shape)}
	x.keys = make([][]sim.Key, x.leaves)
	return x
}

// Add lists a key. It returns false, and changes nothing, where it was listed.
func (x *Index) Add(key sim.Key) bool {
	keys := &x.keys[x.Leaf(key)]
	place, listed := slices.BinarySearch(*keys, key)
	if listed {
		return false
	}
	*keys = slices.Insert(*keys, place, key)
	x.held++
	return true
}

// Remove strikes a key. It returns false, and changes nothing, where it was not
// listed.
func (x *Index) Remove(key sim.Key) bool {
	keys := &x.keys[x.Leaf(key)]
	place, listed := slices.BinarySearch(*keys, key)
	if !listed {
		return false
	}
	*keys = slices.Delete(*keys, place, place+1)
	x.held--
	return true
}

// Clear strikes every key.
func (x *Index) Clear() {
	for leaf := range x.keys {
		x.keys[leaf] = x.keys[leaf][:0]
	}
	x.held = 0
}

// Len is how many keys are listed.
func (x *Index) Len() int { return x.held }

// Keys is the keys of a leaf, in ascending order. The slice is the index's own,
// and good until the next change.
func (x *Index) Keys(leaf int) []sim.Key { return x.keys[leaf] }

// Under yields the keys under a node of a level, leaf by leaf.
func (x *Index) Under(level, node int) iter.Seq[sim.Key] {
	width := x.shape.Nodes(x.shape.Depth - level)
	return func(yield func(sim.Key) bool) {
		for _, keys := range x.keys[node*width : (node+1)*width] {
			for _, key := range keys {
				if !yield(key) {
					return
				}
			}
		}
	}
}
