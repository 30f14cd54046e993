package random

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestZipfShares holds each key's share of the words against its closed form.
func TestZipfShares(t *testing.T) {
	for _, c := range []struct {
		n int
		s Decimal
	}{{1, One}, {2, One}, {10, One / 2}, {1000, 990_000_000}, {1000, 3 * One}, {100_000, One}} {
		k, err := ZipfKeys(c.n, c.s)
		require.NoError(t, err)
		s, sum := float64(c.s)/1e9, 0.0
		for i := range c.n {
			sum += math.Pow(float64(i+1), -s)
		}
		before := 0.0
		for i := range c.n {
			require.InDelta(t, before/sum, float64(k.starts[i])/(1<<64), 1e-11)
			before += math.Pow(float64(i+1), -s)
		}
		require.Equal(t, c.n, k.Len())
	}
}

// TestChooseFindsStarts: the guide finds what a linear search would.
func TestChooseFindsStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		s := Decimal(rapid.Int64Range(1, 20e9).Draw(t, "s"))
		k, err := ZipfKeys(n, s)
		require.NoError(t, err)
		words := []uint64{0, math.MaxUint64, rapid.Uint64().Draw(t, "word")}
		start := rapid.SampledFrom(k.starts).Draw(t, "start")
		words = append(words, start, start-1, start+1)
		for _, word := range words {
			want := 0
			for want+1 < n && k.starts[want+1] <= word {
				want++
			}
			require.Equal(t, uint32(want), k.Choose(word))
		}
	})
}

func TestUniformKeys(t *testing.T) {
	k, err := UniformKeys(10)
	require.NoError(t, err)
	even, err := ZipfKeys(10, 0)
	require.NoError(t, err)
	require.Equal(t, k, even)
	var counts [10]int
	for i := range uint64(1000) {
		counts[k.Choose(i*(math.MaxUint64/1000))]++
	}
	for _, count := range counts {
		require.InDelta(t, 100, count, 1)
	}
	var none Keys
	require.Zero(t, none.Choose(math.MaxUint64))
	require.Equal(t, 1, none.Len())
}

func TestKeysRefuse(t *testing.T) {
	for _, c := range []struct {
		n int
		s Decimal
	}{{0, One}, {-1, One}, {MostKeys + 1, One}, {10, -1}, {10, 20*One + 1}} {
		_, err := ZipfKeys(c.n, c.s)
		require.Error(t, err)
	}
	for _, n := range []int{0, -3} {
		_, err := UniformKeys(n)
		require.Error(t, err)
	}
}

// TestZipfLargest builds the largest chooser and checks its rarest key.
func TestZipfLargest(t *testing.T) {
	k, err := ZipfKeys(MostKeys, 2*One)
	require.NoError(t, err)
	share := float64(-k.starts[MostKeys-1]) / (1 << 64)
	require.InEpsilon(t, 1e-12/(math.Pi*math.Pi/6-1e-6), share, 1e-6)
	require.Equal(t, uint32(MostKeys-1), k.Choose(math.MaxUint64))
}
