package truth

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/record"
)

// published by Jepsen, with the store of jepsen.yaml that stands for it, from the one
// that loses most. Figures of other machines, workloads and years: only their order
// means anything here.
var jepsen = []struct{ test, store string }{
	{"Jepsen Riak LWW PR=PW=quorum, partition", "lww"},
	{"Jepsen Redis Sentinel 2013", "async"},
	{"Jepsen MongoDB 2.4 SAFE", "async"},
	{"Jepsen MongoDB 2.4 MAJORITY", "majority"},
	{"Jepsen Riak CRDT set union", "siblings"}, // Riak's clients merged what they read
	{"Jepsen Riak CRDT set union", "crdt"},
}

// nearlyNothing is the largest published share that may be a zero here: MongoDB's
// majority writes lost 2 of 5,700 to a bug of the client.
const nearlyNothing = 0.001

// lossRuns is how many runs a share of losses has.
func lossRuns() int {
	if long {
		return 2_000
	}
	return 200
}

// lossShare is the share of the acknowledged additions that a store loses, a sample a run.
func lossShare(t *testing.T, store string, runs int, edits ...scenarios.Edit) estimate {
	t.Helper()
	var shares []float64
	each(t, runner(t, "jepsen", append(edits, set("case.store", store))...), runs, func(run *record.Run) {
		acked := 0
		for i := range run.History.Ops {
			if op := &run.History.Ops[i]; op.Code == sim.Add && op.Outcome == sim.OK {
				acked++
			}
		}
		require.Greater(t, acked, 50, "seed %d", run.Seed)
		lost := measured(t, run, checks.LostWrites, "lost_writes").Count
		shares = append(shares, float64(lost)/float64(acked))
	})
	return mean(shares)
}

func TestJepsenOrdering(t *testing.T) {
	skipWhenShort(t)
	shares := map[string]estimate{}
	for i, row := range jepsen {
		loss := published(t, "jepsen_loss.csv", "test", row.test, 1)[0].number(t, "loss_rate")
		if _, known := shares[row.store]; !known {
			shares[row.store] = lossShare(t, row.store, lossRuns())
			t.Logf("%s: %v", row.store, shares[row.store])
		}
		here := shares[row.store]
		if loss < nearlyNothing {
			require.Zero(t, here.value, row.store)
		}
		if i == 0 || jepsen[i-1].store == row.store {
			continue
		}
		before := jepsen[i-1]
		require.GreaterOrEqual(t, published(t, "jepsen_loss.csv", "test", before.test, 1)[0].number(t, "loss_rate"), loss,
			"the list goes from most to least")
		if loss >= nearlyNothing {
			require.True(t, above(shares[before.store], here), "%s %v, %s %v", before.store, shares[before.store], row.store, here)
		}
	}
	require.True(t, above(shares["async"], shares["majority"]))
}

// above tells whether one estimate is above another, by more than both may be off.
func above(a, b estimate) bool { return a.value-tolerance*a.err > b.value+tolerance*b.err }

// Without a partition last-write-wins loses all the same, as Jepsen found (71.7 % of
// a healthy cluster's). What async failover loses, the partition does.
func TestLossesWithoutAPartition(t *testing.T) {
	skipWhenShort(t)
	healthy := published(t, "jepsen_loss.csv", "test", "Jepsen Riak LWW healthy cluster", 1)[0]
	require.Positive(t, healthy.number(t, "loss_rate"))
	lww := lossShare(t, "lww", lossRuns()/4, set("faults", "[]"))
	require.True(t, above(lww, estimate{}), "%v", lww)
	for _, store := range []string{"async", "majority", "siblings", "crdt"} {
		require.Zero(t, lossShare(t, store, lossRuns()/4, set("faults", "[]")).value, store)
	}
}

// A client that writes back blindly what it made of what it read loses updates in
// the safest store: with them, compare-and-set is the client's part of the promise.
func TestBlindWritesLoseUpdatesAnywhere(t *testing.T) {
	skipWhenShort(t)
	blind := lossShare(t, "majority", lossRuns()/4, set("cases.store.majority.workload.write", "put"))
	require.True(t, above(blind, estimate{}), "%v", blind)
}
