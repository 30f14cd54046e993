package truth

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/results"
	"simrun/scenarios"
	"simrun/sim/record"
)

// overlapping are the smallest quorums of three that overlap.
var overlapping = []quorums{{3, 2, 2}, {3, 1, 3}, {3, 3, 1}}

// neverStaleSeeds is how many seeds the claim of no stale read is held with.
func neverStaleSeeds() uint64 {
	switch {
	case long:
		return 10_000
	case testing.Short():
		return 30
	}
	return 300
}

// Given R distinct answers and W distinct acknowledgements of the same fixed homes,
// acknowledgements after the sync, disks that keep what was synced, no change of the
// ring, no collected tombstone or cut vector, dots never used twice, and all siblings
// returned, exactly no read is stale. In a short run each seed has one of the quorums.
func TestOverlapIsNeverStaleWhateverGoesWrong(t *testing.T) {
	for _, coordinator := range []string{"node", "client"} {
		runners := make([]*scenarios.Runner, len(overlapping))
		for i, q := range overlapping {
			runners[i] = runner(t, "never-stale", append(q.edits()[1:], set("protocol.coordinator", coordinator))...)
		}
		reads := int64(0)
		for seed := uint64(1); seed <= neverStaleSeeds(); seed++ {
			for i, r := range runners {
				if !long && int(seed)%len(runners) != i {
					continue
				}
				run := r.Record(0, seed)
				stale := checks.StaleReads(run, checks.Options{Siblings: true})
				require.Zero(t, stale.Verdict.Count, "%+v, seed %d: %s %s", overlapping[i], seed, stale.Verdict.Why, stale.Verdict.Witness.Text)
				reads += results.Find(stale.Measures, "stale_share").Total
			}
		}
		require.Greater(t, reads, int64(neverStaleSeeds())*20, "too little was read")
		t.Logf("coordinator %s: %d reads, none stale", coordinator, reads)
	}
}

// Without any one of the conditions there are stale reads; with it, and everything else
// the same, there is none.
func TestEveryConditionIsNeeded(t *testing.T) {
	allCrash := set("faults", "[{kind: crash, at: 400ms, for: 30ms, targets: servers}, {kind: crash, at: 800ms, for: 30ms, targets: servers}]")
	slowSync := set("topology.server.sync", "20ms")
	missing := func(kind string) scenarios.Edit {
		return set("faults", "[{kind: isolate, at: 300ms, for: 200ms, targets: n1}, {kind: "+kind+", at: 490ms, for: 20ms, targets: n2}]")
	}
	kinds := func(names string) scenarios.Edit { return set("nemesis.kinds", "["+names+"]") }
	changing := func(how string) []scenarios.Edit {
		return []scenarios.Edit{
			set("topology.nodes", 6), set("protocol.members", 4), set("protocol.ring_change", how), set("workload.keys", 50),
			set("protocol.transfer_batch", 4), set("topology.link.legs", "[{messages: transfer, latency: 30ms}]"),
			set("faults", "[{kind: join, at: 600ms, targets: n5}, {kind: leave, at: 900ms, targets: n2}]"),
		}
	}
	for _, c := range []struct {
		condition     string
		without, with []scenarios.Edit
	}{
		{
			"the same fixed homes",
			[]scenarios.Edit{set("protocol.quorum", "sloppy"), set("protocol.suspect_after", "20ms")},
			[]scenarios.Edit{set("protocol.hints", "disk"), set("protocol.suspect_after", "20ms")},
		},
		{
			"no clock that lies decides",
			[]scenarios.Edit{set("protocol.versions", "lww"), kinds("clock-jump, partition, crash, loss")},
			[]scenarios.Edit{set("protocol.versions", "lww"), kinds("partition, crash, loss")},
		},
		{"acknowledged after the sync", []scenarios.Edit{allCrash, slowSync, set("protocol.durable", false)}, []scenarios.Edit{allCrash, slowSync}},
		{"what was synced survives", []scenarios.Edit{missing("wipe")}, []scenarios.Edit{missing("crash")}},
		{
			"no tombstone is collected",
			[]scenarios.Edit{set("protocol.tombstone_grace", "50ms"), set("workload.deletes", 0.5)},
			[]scenarios.Edit{set("workload.deletes", 0.5)},
		},
		{"the ring stays, or its change waits for the data", changing("eager"), changing("safe")},
		{"no vector is cut", []scenarios.Edit{set("protocol.vector_limit", 3)}, nil},
		{"r distinct answers", []scenarios.Edit{set("protocol.r", 1)}, nil},
		{"w distinct acknowledgements", []scenarios.Edit{set("protocol.w", 1)}, nil},
	} {
		t.Run(c.condition, func(t *testing.T) {
			found, ok := first(t, 60, checks.StaleReads, c.without...)
			require.True(t, ok, "nothing was found")
			t.Logf("seed %d: %s", found.seed, found.verdict.Witness.Text)
			found, ok = first(t, 20, checks.StaleReads, c.with...)
			require.False(t, ok, "%+v", found)
		})
	}
}

// What is not promised: without a write-back an unacknowledged write is seen, and then
// unseen. With one that is completed before the reply, it never is.
func TestMonotonicReadsNeedTheWriteBack(t *testing.T) {
	found, ok := first(t, 100, checks.MonotonicReads)
	require.True(t, ok, "nothing was found")
	t.Logf("seed %d: %s", found.seed, found.verdict.Witness.Text)
	found, ok = first(t, neverStaleSeeds(), either, set("protocol.read_repair", "sync"))
	require.False(t, ok, "%+v", found)
}

// either looks for reads that are stale, and for values that vanish again.
func either(run *record.Run, o checks.Options) checks.Report {
	if stale := checks.StaleReads(run, o); stale.Verdict.Count > 0 {
		return stale
	}
	return checks.MonotonicReads(run, o)
}

type judge func(*record.Run, checks.Options) checks.Report

// finding is a violation and the seed that showed it.
type finding struct {
	seed    uint64
	verdict checks.Verdict
}

// first finds the first seed with a violation, if there is one.
func first(t *testing.T, seeds uint64, check judge, edits ...scenarios.Edit) (found finding, ok bool) {
	t.Helper()
	plan := read(t, "never-stale", edits...)
	versions, _ := plan.Cells[0].Scenario.Value("protocol.versions")
	r := plan.NewRunner(scenarios.Limits{}, scenarios.Tape{})
	for seed := uint64(1); seed <= seeds; seed++ {
		verdict := check(r.Record(0, seed), checks.Options{Siblings: versions == "dvv"}).Verdict
		if verdict.Count > 0 {
			return finding{seed, verdict}, true
		}
	}
	return finding{}, false
}
