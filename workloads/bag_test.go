package workloads

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

func bagWith(tags ...int) (b *bag) {
	for _, tag := range tags {
		b = b.and(bagOf(item{sim.OpID(tag), int64(tag % 5)}))
	}
	return b
}

// A bag is what a sorted list without repetitions is; its shape tells only what it holds.
func TestBagsAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tags := rapid.SliceOf(rapid.IntRange(1, 40))
		a, b := tags.Draw(t, "a"), tags.Draw(t, "b")
		x, y := bagWith(a...), bagWith(b...)
		before := listed(x)
		both := x.and(y)
		want := bagWith(slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))...)
		require.Equal(t, want, both, "the same shape")
		require.Equal(t, len(listed(both)), both.len())
		require.True(t, slices.IsSortedFunc(listed(both), func(i, j item) int { return cmp.Compare(i.tag, j.tag) }))

		n := int64(rapid.IntRange(0, 4).Draw(t, "n"))
		drop := func(i item) bool { return i.n == n }
		require.True(t, slices.Equal(slices.DeleteFunc(listed(both), drop), listed(both.less(drop))))
		require.Equal(t, bagWith(slices.DeleteFunc(slices.Clone(a), func(tag int) bool { return int64(tag%5) == n })...), x.less(drop))
		require.Equal(t, before, listed(x), "a bag is a value")
		for tag := range 42 {
			require.Equal(t, slices.Contains(a, tag), x.has(sim.OpID(tag)))
		}
		require.Same(t, both, both.and(both))
		if x != nil {
			require.Same(t, both, both.less(func(item) bool { return false }))
		}
	})
}

// All versions of one cart together take what their changes take, not what each holds.
func TestVersionsShareWhatTheyHold(t *testing.T) {
	const versions = 2000
	for name, r := range map[string]rule{"union": unite, "cart": remember} {
		parts := map[*bag]bool{}
		var count func(b *bag)
		count = func(b *bag) {
			if b != nil && !parts[b] {
				parts[b] = true
				count(b.low)
				count(b.high)
			}
		}
		latest := [2]*content{new(content), new(content)}
		for i := range versions {
			// Two writers each see the other's version before last.
			op := sim.NewOpID(uint16(i%2+1), uint32(i/2+1))
			made := r(latest[0], latest[1]).with(item{op, int64(i)})
			if i%4 == 3 {
				made = made.without(int64(i-3), name == "cart")
			}
			latest[i%2] = made
			count(made.items)
			count(made.gone)
		}
		require.Greater(t, latest[1].items.len(), versions/2)
		require.Less(t, len(parts), versions*60, name)
	}
}
