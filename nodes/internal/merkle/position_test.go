package merkle

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

// ranges draws ranges of every size, across zero and whole ones too.
func ranges() *rapid.Generator[Range] {
	return rapid.Custom(func(t *rapid.T) Range {
		from := rapid.Uint64().Draw(t, "from")
		return Range{from, from + rapid.OneOf(
			rapid.Just[uint64](0), rapid.Uint64Range(1, 100), rapid.Uint64(),
		).Draw(t, "size")}
	})
}

func TestPartsCoverTheRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := ranges().Draw(t, "range")
		n := rapid.IntRange(1, 70).Draw(t, "parts")
		if size := r.size(); size != 0 && size < uint64(n) {
			n = int(size)
		}
		at := r.From
		for i := range n {
			part := r.Part(i, n)
			require.Equal(t, at, part.From, "parts touch")
			require.Equal(t, i, r.part(part.From, uint64(n)), "its first position")
			require.Equal(t, i, r.part(part.To-1, uint64(n)), "its last position")
			require.True(t, r.Holds(part.From) && r.Holds(part.To-1))
			if n > 1 {
				require.LessOrEqual(t, part.size()-r.size()/uint64(n), uint64(1)+spare(r, n), "an equal share")
			}
			at = part.To
		}
		require.Equal(t, r.To, at, "nothing is left")
	})
}

// spare is what size()/n lacks where size() stands for 2^64: the quotient of 0.
func spare(r Range, n int) uint64 {
	if r.size() != 0 {
		return 0
	}
	return ^uint64(0)/uint64(n) + 1
}

func TestRangesEnd(t *testing.T) {
	across := Range{^uint64(0) - 1, 3}
	for at, held := range map[uint64]bool{^uint64(0) - 2: false, ^uint64(0) - 1: true, 0: true, 2: true, 3: false} {
		require.Equal(t, held, across.Holds(at), "%d", at)
	}
	require.True(t, Range{}.Holds(0))
	require.True(t, Range{7, 7}.Holds(6))
}

func TestAPartsKeysAreItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := shapes().Draw(t, "shape")
		plan := planned(shape)
		key := sim.Key(rapid.Uint32().Draw(t, "key"))
		if !shape.Holds(key) {
			require.Panics(t, func() { plan.Leaf(key) })
			return
		}
		node := plan.Leaf(key)
		for level := shape.Depth; level >= 0; level-- {
			require.True(t, shape.Under(level, node).Holds(Position(key)), "level %d", level)
			node /= shape.Fanout
		}
		require.Zero(t, node)
	})
}

func TestShapesAreChecked(t *testing.T) {
	for _, good := range []Shape{
		{Fanout: 2}, {Fanout: 2, Depth: 24}, {Fanout: MaxLeaves, Depth: 1}, {Fanout: 3, Depth: 1, Range: Range{9, 12}},
	} {
		require.NoError(t, good.Check())
	}
	for _, bad := range []struct {
		shape Shape
		why   string
	}{
		{Shape{}, "merkle: a fan-out of 0, at least 2"},
		{Shape{Fanout: 1, Depth: 3}, "merkle: a fan-out of 1, at least 2"},
		{Shape{Fanout: 2, Depth: -1}, "merkle: a depth of -1, at least 0"},
		{Shape{Fanout: 2, Depth: 25}, "merkle: fan-out 2 and depth 25 make more than 16777216 leaves"},
		{Shape{Fanout: 1 << 30, Depth: 1 << 30}, "merkle: fan-out 1073741824 and depth 1073741824 make more than 16777216 leaves"},
		{Shape{Fanout: 2, Depth: 3, Range: Range{3, 10}}, "merkle: 8 leaves for 7 positions"},
	} {
		require.EqualError(t, bad.shape.Check(), bad.why)
		require.Panics(t, func() { New(bad.shape) })
		require.Panics(t, func() { NewIndex(bad.shape) })
	}
}
