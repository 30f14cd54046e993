package versions

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
)

// dotSets draws few dots of few actors, in any order and with repetitions.
func dotSets() *rapid.Generator[[]kv.Dot] {
	dot := rapid.Custom(func(t *rapid.T) kv.Dot {
		return kv.Dot{Actor: rapid.Uint32Range(1, 3).Draw(t, "actor"), Counter: rapid.Uint64Range(1, 6).Draw(t, "counter")}
	})
	return rapid.SliceOfN(dot, 0, 12)
}

// TestContextsAreSetsOfDots holds contexts with holes against plain sets: every set of
// dots has one spelling, and what it says is what the set says.
func TestContextsAreSetsOfDots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := dotSets().Draw(t, "x"), dotSets().Draw(t, "y")
		a, b := Exactly(slices.Clone(x)...), Exactly(slices.Clone(y)...)
		both := Union(a, b)
		require.Equal(t, Exactly(slices.Concat(x, y)...), both)
		all := true
		for actor := uint32(0); actor <= 4; actor++ {
			for counter := uint64(1); counter <= 8; counter++ {
				d := kv.Dot{Actor: actor, Counter: counter}
				inX, inY := slices.Contains(x, d), slices.Contains(y, d)
				require.Equal(t, inX, Seen(a, d))
				require.Equal(t, inX || inY, Seen(both, d))
				all = all && (inX || !inY)
			}
		}
		require.Equal(t, all, SeesAll(a, b))
		require.True(t, SeesAll(both, a) && SeesAll(both, b))
	})
}

func TestHolesAreFilled(t *testing.T) {
	d := func(counter uint64) kv.Dot { return kv.Dot{Actor: 7, Counter: counter} }
	c := Exactly(d(3), d(5))
	require.Equal(t, kv.Context{d(0), d(3), d(5)}, c)
	c = Union(c, Exactly(d(1)))
	require.Equal(t, kv.Context{d(1), d(3), d(5)}, c)
	c = Union(c, Exactly(d(2)))
	require.Equal(t, kv.Context{d(3), d(5)}, c, "what continues the vector moves into it")
	require.Equal(t, kv.Context{d(9)}, Union(c, kv.Context{d(9)}))
}
