package scenarios_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
)

// trend is a share in the cells of one case, by r and w from 1.
type trend [][]struct{ part, total float64 }

// trendOf sweeps one case of the grid of three replicas.
func trendOf(t *testing.T, fault string, seeds uint64, count func(*results.SweepCell) (part, total int64)) trend {
	t.Helper()
	plan := shipped(t, "r-plus-w-grid", scenarios.Edit{Path: "case.fault", Value: fault})
	sweep := plan.Sweep(context.Background(), 1, seeds, scenarios.SweepOptions{Jobs: 2})
	shares := make(trend, 3)
	for i := range sweep.Cells {
		part, total := count(&sweep.Cells[i])
		shares[i/3] = append(shares[i/3], struct{ part, total float64 }{float64(part), float64(total)})
	}
	return shares
}

// falls demands that a share is lower, by more than 4 standard errors of both where it
// was above zero, and never higher.
func falls(t *testing.T, from, to struct{ part, total float64 }, what string) {
	t.Helper()
	before, after := from.part/from.total, to.part/to.total
	if from.part == 0 {
		require.Zero(t, to.part, what)
		return
	}
	deviation := math.Sqrt(before*(1-before)/from.total + after*(1-after)/to.total)
	require.Greater(t, (before-after)/deviation, 4.0, "%s: %v to %v", what, before, after)
}

func stale(c *results.SweepCell) (part, total int64) {
	m := results.Find(c.Measures, "stale_share")
	return m.Count, m.Total
}

// Stale reads fall with R and with W, until r + w > n, where there is none: while
// replicas are cut off, the most clearly.
func TestStaleReadsFallWithRAndW(t *testing.T) {
	shares := trendOf(t, "partition", 12, stale)
	for i := range 3 {
		for j := range 2 {
			falls(t, shares[i][j], shares[i][j+1], fmt.Sprintf("r=%d, w=%d to %d", i+1, j+1, j+2))
			falls(t, shares[j][i], shares[j+1][i], fmt.Sprintf("w=%d, r=%d to %d", i+1, j+1, j+2))
		}
	}
}

// Writes lost with a disk fall with W: a second copy is enough against one disk.
// Whatever R is, what only that disk had is gone.
func TestLossesWithADiskFallWithW(t *testing.T) {
	lost := trendOf(t, "disk_lost", 20, func(c *results.SweepCell) (part, total int64) {
		return results.Find(c.Measures, "lost_writes").Count, results.Find(c.Measures, "availability_write").Count
	})
	for r := range 3 {
		require.Positive(t, lost[r][0].part)
		falls(t, lost[r][0], lost[r][1], fmt.Sprintf("r=%d, w=1 to 2", r+1))
		require.GreaterOrEqual(t, lost[r][1].part, lost[r][2].part)
	}
}
