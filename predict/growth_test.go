package predict

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCapacity(t *testing.T) {
	require.InDelta(t, 4, Capacity(4, 0), 1e-12)
	require.InDelta(t, 2.5, Capacity(4, 0.2), 1e-12)
	for n := 1; n < 20; n++ {
		require.InDelta(t, 1, Capacity(n, 1), 1e-12)
		require.InDelta(t, 1, Capacity(1, float64(n)/7), 1e-12)
	}
}

func TestGrowthOfExactPowers(t *testing.T) {
	for _, k := range []float64{0, 1, 2, 3, 3.5} {
		var all []Sighting
		for _, n := range []float64{2, 4, 8, 16} {
			all = append(all, Sighting{Size: n, Exposure: 7, Count: int64(math.Round(700 * math.Pow(n, k)))})
		}
		e, known := Growth(all)
		require.True(t, known)
		require.InDelta(t, k, e.K, 1e-3)
	}
}

// The interval holds the truth about 95 times in 100.
func TestGrowthCoversTheTruth(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	covered := 0
	const trials = 2000
	for range trials {
		var all []Sighting
		for _, n := range []float64{2, 3, 5, 9} {
			exposure := 1 - 1/n
			all = append(all, Sighting{Size: n, Exposure: exposure, Count: poisson(draw, exposure*0.3*n*n*n)})
		}
		e, known := Growth(all)
		require.True(t, known)
		if e.Low <= 3 && 3 <= e.High {
			covered++
		}
	}
	require.InDelta(t, 0.95, float64(covered)/trials, 0.02)
}

func poisson(draw *rand.Rand, mean float64) int64 {
	n := int64(0)
	for left := mean; ; n++ {
		if left -= draw.ExpFloat64(); left < 0 {
			return n
		}
	}
}

func TestGrowthThatCountsDoNotTell(t *testing.T) {
	for _, all := range [][]Sighting{
		nil,
		{{Size: 2, Exposure: 1, Count: 0}, {Size: 4, Exposure: 1, Count: 1}},
		{{Size: 3, Exposure: 1, Count: 9}, {Size: 3, Exposure: 1, Count: 8}},
	} {
		_, known := Growth(all)
		require.False(t, known)
	}
}
