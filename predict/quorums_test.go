package predict

import (
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

// subsets counts the pairs of an R-subset and a W-subset of N, and those that share nothing.
func subsets(q Quorums) (pairs, disjoint float64) {
	for read := range uint(1) << q.N {
		for write := range uint(1) << q.N {
			if bits.OnesCount(read) != q.R || bits.OnesCount(write) != q.W {
				continue
			}
			pairs++
			if read&write == 0 {
				disjoint++
			}
		}
	}
	return pairs, disjoint
}

func TestDisjoint(t *testing.T) {
	for n := 1; n <= 6; n++ {
		for r := 1; r <= n; r++ {
			for w := 1; w <= n; w++ {
				q := Quorums{n, r, w}
				pairs, disjoint := subsets(q)
				require.NoError(t, q.Check())
				require.InDelta(t, disjoint/pairs, q.Disjoint(), 1e-12, "%+v", q)
				require.Equal(t, disjoint == 0, q.Overlap(), "%+v", q)
				require.InDelta(t, math.Pow(disjoint/pairs, 3), q.Behind(3), 1e-12, "%+v", q)
				require.InDelta(t, q.Disjoint(), q.Expanding(0), 1e-12, "%+v", q)
			}
		}
	}
	require.InDelta(t, 2.0/3*math.Exp(-0.5), Quorums{3, 1, 1}.Expanding(0.5), 1e-12)
	require.InDelta(t, 0.1*math.Exp(-1), Quorums{5, 2, 3}.Expanding(0.5), 1e-12)
}

func TestAvailable(t *testing.T) {
	for n := 1; n <= 7; n++ {
		for need := 0; need <= n+1; need++ {
			sum := 0.0
			for up := range uint(1) << n {
				if k := bits.OnesCount(up); k >= need {
					sum += math.Pow(0.9, float64(k)) * math.Pow(0.1, float64(n-k))
				}
			}
			require.InDelta(t, sum, Available(n, need, 0.1), 1e-12, "%d of %d", need, n)
		}
		require.InDelta(t, Available(n, n/2+1, 0.3), MajorityAvailable(n, 0.3), 1e-12)
	}
	require.InDelta(t, 0.972, MajorityAvailable(3, 0.1), 1e-12)
	require.InDelta(t, 3.0/5, MajorityLoad(5), 1e-12)
	require.InDelta(t, 3.0/4, MajorityLoad(4), 1e-12)
}

func TestChoose(t *testing.T) {
	require.Equal(t, []float64{1, 5, 10, 10, 5, 1, 0, 0},
		[]float64{Choose(5, 0), Choose(5, 1), Choose(5, 2), Choose(5, 3), Choose(5, 4), Choose(5, 5), Choose(5, 6), Choose(5, -1)})
}

func TestCheck(t *testing.T) {
	for wrong, why := range map[Quorums]string{
		{0, 1, 1}:  "n is 0: it must be from 1 to 64",
		{65, 1, 1}: "n is 65",
		{3, 4, 1}:  "r is 4: with n = 3 it must be from 1 to 3",
		{3, 0, 1}:  "r is 0",
		{3, 1, 4}:  "w is 4: with n = 3 it must be from 1 to 3",
	} {
		require.ErrorContains(t, wrong.Check(), why)
	}
}
