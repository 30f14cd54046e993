package predict

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Each time has one bucket, which it lies in, and no two buckets overlap.
func TestBuckets(t *testing.T) {
	after := int64(0)
	for octave := range 64 - fine {
		for place := range 1 << fine {
			from, width := bounds(octave, place)
			require.Equal(t, after, from)
			for _, time := range []int64{from, from + width - 1} {
				o, p := bucketOf(time)
				require.Equal(t, []uint{uint(octave), uint(place)}, []uint{o, p})
			}
			if after = from + width; after < 0 {
				require.Equal(t, []int{64 - fine - 1, 1<<fine - 1}, []int{octave, place})
			}
		}
	}
}

// TestHistogram compares with sorted samples.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64/2), 1, 200).Draw(t, "samples")
		shift := rapid.IntRange(0, 60).Draw(t, "shift")
		one, other, both := histogram{}, histogram{}, histogram{}
		for i := range samples {
			samples[i] >>= shift
			[]*histogram{&one, &other}[i%2].add(samples[i])
			both.add(samples[i])
		}
		one.merge(&other)
		require.Equal(t, both, one)
		slices.Sort(samples)
		for i, s := range samples {
			require.InEpsilon(t, float64(s)+1, float64(both.rank(uint64(i+1)))+1, 1.0/1024)
		}
		require.InDelta(t, len(samples), both.atMost(math.MaxInt64), 1e-9)
		at := samples[len(samples)/2]
		least := slices.IndexFunc(samples, func(s int64) bool { return s > at-at/1000-1 })
		most, _ := slices.BinarySearch(samples, at+at/1000+1)
		got := both.atMost(at)
		require.LessOrEqual(t, float64(max(least, 0)), got+1e-9)
		require.GreaterOrEqual(t, float64(most), got-1e-9)
	})
}

// Short times are counted exactly.
func TestHistogramOfNanoseconds(t *testing.T) {
	h := histogram{}
	for i := range int64(2048) {
		h.add(i)
	}
	for i := range int64(2048) {
		require.EqualValues(t, i+1, h.atMost(i))
		require.EqualValues(t, i, h.rank(uint64(i+1)))
	}
}
