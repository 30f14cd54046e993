package truth

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
)

// guarded is a way of reading, and the mode of leaseguard_read_latency.csv that it is.
type guarded struct{ mode, reads string }

const leaseguard = "leaseguard_read_latency.csv"

// ninetieths are the 90th percentiles of what reads and writes take at the leader, in microseconds, for
// each row of the mode.
func (g guarded) ninetieths(t *testing.T) (reads, writes []float64) {
	t.Helper()
	for _, r := range published(t, leaseguard, "mode", g.mode, 3) {
		read, write := g.ninetieth(t, r)
		reads, writes = append(reads, read), append(writes, write)
	}
	return reads, writes
}

// ninetieth runs one row.
func (g guarded) ninetieth(t *testing.T, r row) (read, write float64) {
	t.Helper()
	mean, variance := r.number(t, "one_way_mean_us"), r.number(t, "one_way_variance_us2")
	ofLogarithm := math.Log(1 + variance/mean/mean)
	median := time.Duration(mean*math.Exp(-ofLogarithm/2)*1000 + 0.5)
	run := runner(t, "leaseguard",
		set("protocol.reads", g.reads), set("topology.nodes", r.integer(t, "nodes")),
		set("topology.link.latency", fmt.Sprintf("{lognormal: {median: %v, sigma: %.4f}}", median, math.Sqrt(ofLogarithm))),
		set("topology.server.sync", r["log_write_us"]+"us"),
		set("workload.rate", fmt.Sprintf("%.3f/s", 1e6/r.number(t, "interarrival_us"))),
	).Record(0, 1)
	var took [2][]time.Duration // by reads and writes
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.InvokedAt < warmUp {
			continue
		}
		require.Equal(t, sim.OK, op.Outcome, "%v", op.ID())
		kind := 0
		if op.Code.Writes() {
			kind = 1
		}
		took[kind] = append(took[kind], op.Latency())
	}
	return ninetieth(t, took[0]), ninetieth(t, took[1])
}

// warmUp is the time in which a leader is found and gets its lease.
const warmUp = 500 * time.Millisecond

// ninetieth is a 90th percentile by nearest rank, in microseconds.
func ninetieth(t *testing.T, times []time.Duration) float64 {
	t.Helper()
	require.Greater(t, len(times), 1000)
	slices.Sort(times)
	return inUnits(times[(9*len(times)+9)/10-1], time.Microsecond)
}

// TestWhichReadsAreFree compares the shape of LeaseGuard's figures (its authors' simulator): a read under a
// lease, and one without any guarantee, takes no time at its leader, whatever the distance; a read that
// asks a quorum takes a round trip, which grows with the distance as the published one does; and
// so do writes, which are the same with a lease and without a guarantee. What the published model
// spends in the queue of its log is not compared. There each read asks a quorum for itself, as reads through
// the log do here; read-index has reads share rounds, one under way at a time, so that
// one may wait for a round that began before it came, and then takes its own: more than one, less than two.
func TestWhichReadsAreFree(t *testing.T) {
	skipWhenShort(t)
	free := map[string][]float64{}
	for _, g := range []guarded{{"quorum-check", "log"}, {"quorum-check", "read-index"}, {"no-guarantee", "leader"}, {"lease", "lease"}} {
		means, reads, writes := published90(t, g.mode)
		ownReads, ownWrites := g.ninetieths(t)
		t.Logf("%s: reads %.0f, published %.0f; writes %.0f, published %.0f", g.reads, ownReads, reads, ownWrites, writes)
		requireGrowth(t, g.reads+", writes", means, ownWrites, writes)
		switch {
		case g.reads == "read-index":
			for i, mean := range means {
				require.Greater(t, ownReads[i], 2*mean)
				require.Less(t, ownReads[i], 4*mean)
			}
		case g.mode == "quorum-check":
			requireGrowth(t, g.reads+", reads", means, ownReads, reads)
		default:
			require.Equal(t, []float64{0, 0, 0}, reads)
			require.Equal(t, reads, ownReads, g.reads)
			free[g.mode] = ownWrites
		}
	}
	require.InEpsilonSlice(t, free["no-guarantee"], free["lease"], 0.01, "a lease costs writes nothing")
}

// published90 are the published 90th percentiles of reads and writes of a mode, by the mean
// distance, all in microseconds.
func published90(t *testing.T, mode string) (means, reads, writes []float64) {
	t.Helper()
	for _, r := range published(t, leaseguard, "mode", mode, 3) {
		means = append(means, r.number(t, "one_way_mean_us"))
		reads = append(reads, r.number(t, "read_p90_us"))
		writes = append(writes, r.number(t, "write_p90_us"))
	}
	return means, reads, writes
}

// requireGrowth demands that what is measured grows with the mean distance as what is published
// does, to 2 %, from each row to the next.
func requireGrowth(t *testing.T, what string, means, measured, published []float64) {
	t.Helper()
	for i := 1; i < len(means); i++ {
		require.InEpsilon(t, published[i]-published[i-1], measured[i]-measured[i-1], 0.02, "%s at %v us", what, means[i])
	}
}
