package random

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func someNames(t *rapid.T) []uint64 {
	return rapid.SliceOfNDistinct(rapid.Uint64(), 1, 12, rapid.ID[uint64]).Draw(t, "names")
}

// TestPickIsStable: a new name either wins itself or changes nothing.
func TestPickIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names, seed := someNames(t), rapid.Uint64().Draw(t, "seed")
		a := Address(rapid.Uint64().Draw(t, "address"))
		before, after := Pick(seed, a, names[1:]), Pick(seed, a, names)
		if after != 0 {
			require.Equal(t, before+1, after)
		}
	})
}

// TestPickIgnoresOrder: the winner is a name, wherever it stands.
func TestPickIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := someNames(t)
		winner := names[Pick(1, 2, names)]
		slices.Reverse(names)
		require.Equal(t, winner, names[Pick(1, 2, names)])
	})
}

func TestPickK(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names, k := someNames(t), rapid.IntRange(0, 14).Draw(t, "k")
		a := Address(rapid.Uint64().Draw(t, "address"))
		chosen := PickK(3, a, names, k, nil)
		require.Len(t, chosen, min(k, len(names)))
		for i, index := range chosen {
			require.NotContains(t, chosen[:i], index)
		}
		if k > 0 {
			require.Equal(t, Pick(3, a, names), chosen[0])
			require.Equal(t, chosen[:len(chosen)-1], PickK(3, a, names, len(chosen)-1, []int{}))
		}
		// The k-th is the winner among those not chosen before it.
		rest := slices.Clone(names)
		for _, index := range chosen {
			winner := Pick(3, a, rest)
			require.Equal(t, names[index], rest[winner])
			rest = slices.Delete(rest, winner, winner+1)
		}
	})
}

func TestPickEdges(t *testing.T) {
	require.Equal(t, -1, Pick(1, 2, nil))
	require.Empty(t, PickK(1, 2, nil, 3, nil))
	require.Equal(t, 0, Pick(1, 2, []uint64{9}))
	out := make([]int, 0, 3)
	names := []uint64{1, 2, 3, 4, 5}
	require.Zero(t, testing.AllocsPerRun(100, func() { out = PickK(1, 2, names, 3, out) }))
}

// TestPickSpread: pairs out of five are chosen equally often.
func TestPickSpread(t *testing.T) {
	names := []uint64{Hash("n1"), Hash("n2"), Hash("n3"), Hash("n4"), Hash("n5")}
	const trials = 50_000
	var counts [5][5]float64
	out := make([]int, 0, 2)
	for i := range trials {
		out = PickK(1, Address(i), names, 2, out)
		counts[out[0]][out[1]]++
	}
	sum, expected := 0.0, trials/20.0
	for i := range counts {
		for j := range counts {
			if i != j {
				sum += (counts[i][j] - expected) * (counts[i][j] - expected) / expected
			}
		}
	}
	require.Less(t, sum, 60.0) // chi-square, 19 degrees: one in four million
}
