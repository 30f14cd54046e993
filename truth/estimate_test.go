package truth

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// tolerance is how many standard errors a figure may be off its closed form.
const tolerance = 4

// estimate is a measured figure and the standard error of measuring it.
type estimate struct{ value, err float64 }

// agrees tells whether the estimate may be one of the expected figure.
func (e estimate) agrees(expected float64) bool {
	return math.Abs(e.value-expected) <= tolerance*e.err
}

// requireAgrees fails the test unless the estimate agrees.
func (e estimate) requireAgrees(t *testing.T, expected float64, what string) {
	t.Helper()
	require.True(t, e.agrees(expected), "%s: measured %v, expected %.6g", what, e, expected)
}

// requireDiffers fails the test if the estimate agrees with what it is not.
func (e estimate) requireDiffers(t *testing.T, wrong float64, what string) {
	t.Helper()
	require.False(t, e.agrees(wrong), "%s: measured %v cannot be told from %.6g", what, e, wrong)
}

// String spells the estimate.
func (e estimate) String() string { return fmt.Sprintf("%.6g±%.2g", e.value, e.err) }

// share estimates a probability by independent trials. The error is the one that the
// expected probability has, so that where that is 0 nothing but 0 agrees.
func share(part, total int64, expected float64) estimate {
	n := float64(total)
	return estimate{float64(part) / n, math.Sqrt(expected * (1 - expected) / n)}
}

// mean estimates a mean by independent samples.
func mean(samples []float64) estimate {
	m, sd := moments(samples)
	return estimate{m, sd / math.Sqrt(float64(len(samples)))}
}

// moments are the mean and the standard deviation of samples.
func moments(samples []float64) (mean, sd float64) {
	n := float64(len(samples))
	for _, x := range samples {
		mean += x / n
	}
	for _, x := range samples {
		sd += (x - mean) * (x - mean) / (n - 1)
	}
	return mean, math.Sqrt(sd)
}

// choose is the number of subsets of k of n things.
func choose(n, k int) float64 {
	if k > n {
		return 0
	}
	c := 1.0
	for i := range k {
		c = c * float64(n-i) / float64(i+1)
	}
	return math.Round(c)
}

func TestEstimatesCanDisagree(t *testing.T) {
	require.True(t, share(250, 1000, 0.25).agrees(0.25))
	require.True(t, share(304, 1000, 0.25).agrees(0.25), "3.9 standard errors")
	require.False(t, share(306, 1000, 0.25).agrees(0.25), "4.1 standard errors")
	require.True(t, share(0, 1000, 0).agrees(0))
	require.False(t, share(1, 1_000_000, 0).agrees(0), "zero is exact")
	four := mean([]float64{0, 4, 0, 4})
	require.InDelta(t, 2, four.value, 1e-12)
	require.InDelta(t, 1.154701, four.err, 1e-6, "the deviation of 4/sqrt(3), over 2")
	require.Equal(t, []float64{10, 10, 1, 0}, []float64{choose(5, 2), choose(5, 3), choose(3, 0), choose(2, 3)})
}
