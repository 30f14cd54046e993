package merkle

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

func TestTheIndexListsWhatIsHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := shapes().Draw(t, "shape")
		r := live(t, shape)
		require.Equal(t, len(r.prints), r.index.Len())

		level := rapid.IntRange(0, shape.Depth).Draw(t, "level")
		var listed []sim.Key
		for node := range shape.Nodes(level) {
			for key := range r.index.Under(level, node) {
				require.True(t, shape.Under(level, node).Holds(Position(key)))
				listed = append(listed, key)
			}
		}
		for leaf := range shape.Leaves() {
			require.True(t, slices.IsSorted(r.index.Keys(leaf)))
			require.Len(t, r.index.Keys(leaf), len(r.leaf(leaf)))
		}
		require.Len(t, listed, len(r.prints))
		for _, key := range listed {
			require.Contains(t, r.prints, key)
		}
	})
}

func TestTheIndexListsAKeyOnce(t *testing.T) {
	x := NewIndex(Shape{Fanout: 2, Depth: 1})
	require.True(t, x.Add(3))
	require.False(t, x.Add(3))
	require.Equal(t, 1, x.Len())
	require.False(t, x.Remove(4))
	require.True(t, x.Remove(3))
	require.False(t, x.Remove(3))
	require.Zero(t, x.Len())

	x.Add(5)
	x.Clear()
	require.Zero(t, x.Len())
	require.Empty(t, x.Keys(x.Leaf(5)))
	require.True(t, x.Add(5))
}

func TestUnderStopsWhenTold(t *testing.T) {
	x := NewIndex(Shape{Fanout: 2, Depth: 2})
	for key := range sim.Key(20) {
		x.Add(key)
	}
	seen := 0
	for range x.Under(0, 0) {
		if seen++; seen == 3 {
			break
		}
	}
	require.Equal(t, 3, seen)
}
