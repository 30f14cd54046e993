package truth

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim/record"
)

// leftBehind runs a scenario that ships, in one of its cases, and counts the writes that
// each run loses.
func leftBehind(t *testing.T, name, path, value string, runs int, edits ...scenarios.Edit) []float64 {
	t.Helper()
	text, ok := scenarios.Shipped(name)
	require.True(t, ok, name)
	plan, err := scenarios.Load(name+".yaml", text, append([]scenarios.Edit{set(path, value)}, edits...)...)
	require.NoError(t, err)
	require.Len(t, plan.Cells, 1)
	var lost []float64
	each(t, plan.NewRunner(scenarios.Limits{}, scenarios.Tape{}), runs, func(run *record.Run) {
		lost = append(lost, float64(measured(t, run, checks.LostWrites, "lost_writes").Count))
	})
	return lost
}

func leftBehindRuns() int {
	if long {
		return 2_000
	}
	return 40
}

// GitHub, "October 21 post-incident analysis" (2018): 954 writes of one cluster were left
// behind by a cut of 43 s between the coasts, 22.2 a second. A Poisson count has the
// variance of its mean: 954 ± 124 is four standard deviations. Lost besides is what was
// on its way when the cut began (30 ms) and what the old leader took until it heard of the
// new one, at most a heartbeat of 500 ms; the first message of either tells it.
func TestWritesLeftBehindByACutBetweenTheCoasts(t *testing.T) {
	skipWhenShort(t)
	const rate, cut, published = 22.2, 43, 954
	for _, as := range []string{"it_was", "copy_in_east"} {
		lost := leftBehind(t, "github-2018", "case.as", as, leftBehindRuns())
		for seed, n := range lost {
			require.InDelta(t, published, n, 124, "%s: seed %d", as, seed+1)
		}
		average := mean(lost)
		require.GreaterOrEqual(t, average.value+tolerance*average.err, rate*(cut+0.03))
		require.LessOrEqual(t, average.value-tolerance*average.err, rate*(cut+0.03+0.5))
		average.requireDiffers(t, rate*(cut+2), as)
		average.requireDiffers(t, rate*(cut-2), as)
		t.Logf("%s: %v", as, average)
	}
}

// With the cut half as long half as much is left behind.
func TestWritesLeftBehindGrowWithTheCut(t *testing.T) {
	skipWhenShort(t)
	lost := mean(leftBehind(t, "github-2018", "case.as", "it_was", leftBehindRuns()/2,
		set("faults.0.for", "21.5s")))
	require.InDelta(t, 22.2*21.75, lost.value, 22.2*0.25+tolerance*lost.err)
}

// What a leader that has degraded loses is what is on its way to its followers: the rate
// times 302 ms, less the 2.5 ms that an answer needs to be given and to arrive before the
// leader is cut off.
func TestDegradingLosesWhatIsOnItsWay(t *testing.T) {
	skipWhenShort(t)
	for _, waits := range []string{"for_100ms", "never"} {
		lost := mean(leftBehind(t, "semi-sync-degrades", "case.waits", waits, leftBehindRuns()))
		lost.requireAgrees(t, 300*0.2995, fmt.Sprint("waits ", waits))
	}
	for _, lost := range leftBehind(t, "semi-sync-degrades", "case.waits", "always", leftBehindRuns()) {
		require.Zero(t, lost)
	}
}
