package merkle

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

// shapes draws small trees over the whole circle, and over parts of it.
func shapes() *rapid.Generator[Shape] {
	return rapid.Custom(func(t *rapid.T) Shape {
		fanout := rapid.IntRange(2, 5).Draw(t, "fanout")
		r := Range{}
		if rapid.Bool().Draw(t, "partial") {
			r.From = rapid.Uint64().Draw(t, "from")
			r.To = r.From + rapid.Uint64Range(1<<60, 1<<63).Draw(t, "size")
		}
		return Shape{Range: r, Fanout: fanout, Depth: rapid.IntRange(0, 3).Draw(t, "depth")}
	})
}

// replica is what a node holds, and what it makes of it.
type replica struct {
	tree   *Tree
	index  *Index
	prints map[sim.Key]uint64
}

func newReplica(shape Shape) *replica {
	return &replica{New(shape), NewIndex(shape), map[sim.Key]uint64{}}
}

// set changes one key's print, unless the key is another replica's.
func (r *replica) set(key sim.Key, print uint64) {
	if !r.tree.Shape().Holds(key) {
		return
	}
	r.tree.Set(key, r.prints[key], print)
	if print == Absent {
		delete(r.prints, key)
		r.index.Remove(key)
		return
	}
	r.prints[key] = print
	r.index.Add(key)
}

// fromScratch is the tree of the same prints, told once each.
func (r *replica) fromScratch() *Tree {
	fresh := New(r.tree.Shape())
	for key, print := range r.prints {
		fresh.Set(key, Absent, print)
	}
	return fresh
}

// leaf is the contents of one leaf.
func (r *replica) leaf(leaf int) map[sim.Key]uint64 {
	contents := map[sim.Key]uint64{}
	for key, print := range r.prints {
		if r.tree.Leaf(key) == leaf {
			contents[key] = print
		}
	}
	return contents
}

// hashes is every hash of a tree, level by level.
func hashes(t *Tree) []uint64 {
	var all []uint64
	for level := range t.Shape().Depth + 1 {
		for node := range t.Shape().Nodes(level) {
			all = append(all, t.Hash(level, node))
		}
	}
	return all
}

// live draws a replica after updates of few keys with few prints, looked at in
// between: what was hashed too early or not again shows.
func live(t *rapid.T, shape Shape) *replica {
	r := newReplica(shape)
	for range rapid.IntRange(0, 60).Draw(t, "updates") {
		r.set(sim.Key(rapid.Uint32Range(0, 30).Draw(t, "key")), rapid.Uint64Range(Absent, 3).Draw(t, "print"))
		if rapid.IntRange(0, 4).Draw(t, "look") == 0 {
			level := rapid.IntRange(0, shape.Depth).Draw(t, "level")
			r.tree.Hash(level, rapid.IntRange(0, shape.Nodes(level)-1).Draw(t, "node"))
		}
	}
	return r
}

func TestUpdatesAmountToATreeFromScratch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := live(t, shapes().Draw(t, "shape"))
		require.Equal(t, hashes(r.fromScratch()), hashes(r.tree))

		for key, print := range r.prints {
			r.tree.Remove(key, print)
		}
		require.Equal(t, make([]uint64, len(r.tree.hashes)), hashes(r.tree), "an empty tree is all zeros")
	})
}

func TestAWrongOldPrintSpoilsTheTree(t *testing.T) {
	r := newReplica(Shape{Fanout: 2, Depth: 3})
	r.set(1, 5)
	r.tree.Set(1, 4, 6)
	r.prints[1] = 6
	require.NotEqual(t, hashes(r.fromScratch()), hashes(r.tree))
}

func TestLeavesDifferWhereTheirContentsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := shapes().Draw(t, "shape")
		a, b := live(t, shape), live(t, shape)
		for leaf := range shape.Leaves() {
			alike := a.tree.Hash(shape.Depth, leaf) == b.tree.Hash(shape.Depth, leaf)
			require.Equal(t, maps.Equal(a.leaf(leaf), b.leaf(leaf)), alike, "leaf %d", leaf)
		}
		require.Equal(t, maps.Equal(a.prints, b.prints), a.tree.Root() == b.tree.Root())
	})
}

// TestSharesDoNotCancel has what a weaker sum would take for the same.
func TestSharesDoNotCancel(t *testing.T) {
	root := func(prints map[sim.Key]uint64) uint64 {
		r := newReplica(Shape{Fanout: 2})
		for key, print := range prints {
			r.set(key, print)
		}
		return r.tree.Root()
	}
	require.NotEqual(t, root(map[sim.Key]uint64{1: 7, 2: 9}), root(map[sim.Key]uint64{1: 9, 2: 7}), "prints swapped")
	require.NotEqual(t, root(map[sim.Key]uint64{1: 7, 2: 7}), root(map[sim.Key]uint64{1: 9, 2: 9}), "equal prints")
	require.NotEqual(t, root(map[sim.Key]uint64{1: 7, 2: 8}), root(map[sim.Key]uint64{1: 8, 2: 7}), "the same sum")
	require.NotEqual(t, root(map[sim.Key]uint64{1: 7}), root(map[sim.Key]uint64{2: 7}), "another key")
	require.NotEqual(t, root(map[sim.Key]uint64{0: 2}), root(map[sim.Key]uint64{1: 1}), "key and print swapped")
}

// TestOrderOfLeavesCounts swaps the contents of two leaves.
func TestOrderOfLeavesCounts(t *testing.T) {
	shape := Shape{Fanout: 3, Depth: 1}
	for _, pair := range [][2]int{{1, 2}, {2, 3}, {1, 3}} {
		a, b := New(shape), New(shape)
		a.hashes[pair[0]], b.hashes[pair[1]] = 5, 5
		a.stale[0], b.stale[0] = true, true
		require.NotEqual(t, a.Root(), b.Root())
	}
}

func TestAnUpdateHashesItsPathOnly(t *testing.T) {
	tree := New(Shape{Fanout: 4, Depth: 5})
	for key := range sim.Key(1000) {
		tree.Set(key, Absent, 1)
	}
	require.Zero(t, tree.Hashed(), "nobody asked")
	tree.Root()
	built := tree.Hashed()

	tree.Root()
	require.Equal(t, built, tree.Hashed(), "nothing changed")

	tree.Set(7, 1, 2)
	tree.Set(7, 2, 3)
	tree.Root()
	require.Equal(t, built+5, tree.Hashed(), "one path")

	tree.Set(7, 3, 4)
	tree.Clear()
	require.Zero(t, tree.Root())
	require.Equal(t, built+5, tree.Hashed(), "an empty tree is not hashed")
}

func TestAStrangersKeyIsRefused(t *testing.T) {
	at := Position(5)
	tree := New(Shape{Range: Range{at + 1, at}, Fanout: 2, Depth: 2})
	require.PanicsWithValue(t, "merkle: k5 stands at 0xbd64a5d9adefe000, outside of [0xbd64a5d9adefe001, 0xbd64a5d9adefe000)",
		func() { tree.Set(5, Absent, 1) })
	require.NotPanics(t, func() { tree.Set(6, Absent, 1) })
}
