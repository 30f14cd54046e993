package truth

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim/record"
)

// failoverRuns is how many runs a figure has: each loses what it loses once.
func failoverRuns() int {
	if long {
		return 10_000
	}
	return 2_000
}

// lostWrites runs failovers and counts the acknowledged writes that each loses.
func lostWrites(t *testing.T, runs int, edits ...scenarios.Edit) []float64 {
	t.Helper()
	var lost []float64
	each(t, runner(t, "failover-loss", edits...), runs, func(run *record.Run) {
		require.EqualValues(t, 1, measured(t, run, checks.OneLeader, "failovers").Count, "seed %d", run.Seed)
		require.True(t, run.Phases.Converged, "seed %d", run.Seed)
		lost = append(lost, float64(measured(t, run, checks.LostWrites, "lost_writes").Count))
	})
	return lost
}

// failover sets a row's rates and its k followers, of which one is promoted.
func failover(t *testing.T, r row, promote string) []scenarios.Edit {
	t.Helper()
	lambda, mu, k := r.parameter(t, "lambda"), r.parameter(t, "mu"), r.parameter(t, "k")
	edits := []scenarios.Edit{
		set("workload.rate", fmt.Sprintf("%v/s", lambda)), set("topology.nodes", k+1),
		set("protocol.promote", promote), set("topology.links.0.latency.exponential.mean", seconds(1/mu)),
	}
	if k == 1 {
		edits = append(edits, set("protocol.detector", "naive")) // one of two is no majority
	}
	return edits
}

const lossFile = "staleness_loss_closed_forms.csv"

func TestAsyncFailoverLosesWrites(t *testing.T) {
	skipWhenShort(t)
	for _, promote := range []string{"best", "random"} {
		quantity := fmt.Sprintf("lost_acked_writes_async_%s_follower", promote)
		for _, row := range published(t, lossFile, "quantity", quantity, 2) {
			lost := mean(lostWrites(t, failoverRuns(), failover(t, row, promote)...))
			expected := row.number(t, "expected")
			lost.requireAgrees(t, expected, quantity+" "+row["parameters"])
			lost.requireDiffers(t, 15-expected, quantity+" "+row["parameters"]+", one follower more or less")
		}
	}
}

// A write that W followers have acknowledged survives the promotion of the best of a majority.
func TestSemiSyncFailoverLosesNothing(t *testing.T) {
	for _, row := range published(t, lossFile, "quantity", "lost_acked_writes_semisync_best_follower", 2) {
		require.Zero(t, row.number(t, "expected"))
		edits := append(failover(t, row, "best"), semiSync(t, row)...)
		for _, lost := range lostWrites(t, failoverRuns()/10, edits...) {
			require.Zero(t, lost, row["parameters"])
		}
	}
}

// With one acknowledgement fewer a majority may lack the only follower that has a write.
func TestSemiSyncFailoverOffByOne(t *testing.T) {
	rows := published(t, lossFile, "quantity", "lost_acked_writes_semisync_best_follower", 2)
	of4 := rows[1]
	require.Equal(t, []float64{4, 2}, []float64{of4.parameter(t, "k"), of4.parameter(t, "W")})
	edits := append(failover(t, of4, "best"), semiSync(t, of4)...)
	lost := mean(lostWrites(t, failoverRuns()/10, append(edits, set("protocol.k", 1))...))
	require.Positive(t, lost.value)
}

// A drawn follower need not be one of those that acknowledged.
func TestSemiSyncFailoverToAnyFollowerLosesWrites(t *testing.T) {
	skipWhenShort(t)
	for _, row := range published(t, lossFile, "quantity", "lost_acked_writes_semisync_random_follower", 1) {
		lost := mean(lostWrites(t, failoverRuns(), append(failover(t, row, "random"), semiSync(t, row)...)...))
		lost.requireAgrees(t, row.number(t, "expected"), row["parameters"])
		lost.requireDiffers(t, 0, row["parameters"])
		lost.requireDiffers(t, 10, row["parameters"])
	}
}

// Followers that ask once a period lack what came since they asked last: half a period's
// writes, as the crash comes at a moment that is uniform in each follower's period. The
// most advanced of k lacks those of 1/(k+1) of a period.
func TestPollingFailoverLosesWrites(t *testing.T) {
	skipWhenShort(t)
	row := published(t, lossFile, "quantity", "lost_acked_writes_polling", 1)[0]
	lambda, period := row.parameter(t, "lambda"), row.parameter(t, "period")
	polls := func(k int, promote string) estimate {
		edits := []scenarios.Edit{
			set("workload.rate", fmt.Sprintf("%v/s", lambda)), set("topology.nodes", k+1), set("topology.links.0.latency", "0s"),
			set("topology.links.0.once", false), set("protocol.promote", promote), set("protocol.ship", "pull"),
			set("protocol.period", seconds(period)),
		}
		if k == 1 {
			edits = append(edits, set("protocol.detector", "naive"))
		}
		return mean(lostWrites(t, failoverRuns(), edits...))
	}
	require.InDelta(t, row.number(t, "expected"), lambda*period/2, 1e-9)
	for _, point := range []struct {
		k       int
		promote string
		lost    float64
	}{{1, "best", lambda * period / 2}, {2, "random", lambda * period / 2}, {2, "best", lambda * period / 3}} {
		lost := polls(point.k, point.promote)
		t.Logf("%d followers, %s: lost %v, expected %.4g", point.k, point.promote, lost, point.lost)
		lost.requireAgrees(t, point.lost, point.promote)
		lost.requireDiffers(t, lambda*period*5/6-point.lost, point.promote+", one follower more or less")
	}
}

// semiSync has W followers acknowledge each write, and clients that go on meanwhile.
func semiSync(t *testing.T, r row) []scenarios.Edit {
	t.Helper()
	return []scenarios.Edit{set("protocol.mode", "semi-sync"), set("protocol.k", r.parameter(t, "W")), set("workload.sessions", 64)}
}

// The final reads of clients tell of the same losses as the copies of the replicas.
func TestFinalReadsTellOfTheSameLosses(t *testing.T) {
	const runs = 50
	require.Equal(t, lostWrites(t, runs), lostWrites(t, runs, set("workload.final", true)))
}

// With no delay there is nothing on its way that could be lost.
func TestFailoverWithoutDelayLosesNothing(t *testing.T) {
	for _, lost := range lostWrites(t, 50, set("topology.links.0.latency", time.Duration(0))) {
		require.Zero(t, lost)
	}
}
