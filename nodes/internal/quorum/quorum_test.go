package quorum

import (
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTallyCountsDistinctMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, MaxMembers).Draw(t, "n")
		answers := rapid.SliceOf(rapid.IntRange(0, n-1)).Draw(t, "answers")
		var tally Tally
		seen := map[int]bool{}
		for _, member := range answers {
			require.Equal(t, !seen[member], tally.Add(member))
			seen[member] = true
			require.Equal(t, len(seen), tally.Count())
		}
		for member := range n {
			require.Equal(t, seen[member], tally.Has(member))
		}
		require.True(t, tally.Met(len(seen)))
		require.False(t, tally.Met(len(seen)+1))
	})
}

func TestAll(t *testing.T) {
	for n := range MaxMembers + 1 {
		require.Equal(t, n, All(n).Count())
	}
}

// TestOverlap compares the arithmetic with every pair of subsets.
func TestOverlap(t *testing.T) {
	for n := 1; n <= 6; n++ {
		for r := 1; r <= n; r++ {
			for w := 1; w <= n; w++ {
				require.Equal(t, alwaysMeet(n, r, w), Overlap(n, r, w), "n=%d r=%d w=%d", n, r, w)
			}
		}
		require.True(t, alwaysMeet(n, Majority(n), Majority(n)))
		require.False(t, n > 1 && alwaysMeet(n, Majority(n)-1, Majority(n)-1))
	}
}

func alwaysMeet(n, r, w int) bool {
	for a := range uint(1) << n {
		for b := range uint(1) << n {
			if bits.OnesCount(a) == r && bits.OnesCount(b) == w && a&b == 0 {
				return false
			}
		}
	}
	return true
}
