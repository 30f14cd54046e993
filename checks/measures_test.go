package checks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

func measure(t *testing.T, reports []Report, name string) Measure {
	for _, r := range reports {
		for _, m := range r.Measures {
			if m.Name == name {
				return m
			}
		}
	}
	require.Fail(t, "no such metric", name)
	return Measure{}
}

// Every metric is catalogued, once, with its kind; and nothing else is.
func TestCatalogueIsComplete(t *testing.T) {
	kinds := map[string]MeasureKind{}
	for _, c := range Catalogue() {
		require.NotContains(t, kinds, c.Name)
		require.NotEmpty(t, c.Meaning, c.Name)
		kinds[c.Name] = c.Kind
	}
	reported := map[string]bool{}
	for _, r := range Judge(histories.New(1).Run(), Options{}) {
		for _, m := range r.Measures {
			require.Equal(t, kinds[m.Name], m.Kind, m.Name)
			require.False(t, reported[m.Name], m.Name)
			reported[m.Name] = true
		}
	}
	for name := range kinds {
		require.True(t, reported[name], name)
	}
}

// What was not measured is undefined, never 0.
func TestEmptyRunIsUndefined(t *testing.T) {
	for _, r := range Judge(histories.New(1).Run(), Options{}) {
		require.Equal(t, Vacuous.String(), r.Verdict.Result.String(), r.Verdict.Checker)
		for _, m := range r.Measures {
			switch m.Name {
			case "ops_ok", "ops_fail", "ops_unknown":
				require.False(t, m.Blank())
			default:
				if r.Verdict.Checker != "linearizable" {
					require.True(t, m.Blank(), m.Name)
				}
			}
		}
	}
}

func TestQuantilesNeedSamples(t *testing.T) {
	for quantile, need := range map[int]int{5000: 10, 9500: 100, 9900: 500, 9990: 5000} {
		m := Measure{Kind: Quantile, Quantile: quantile}
		require.True(t, m.Blank())
		for range need - 1 {
			m.Histogram = observe(m.Histogram, 3*time.Millisecond)
		}
		require.True(t, m.Blank(), quantile)
		m.Histogram = observe(m.Histogram, 100*24*time.Hour)
		require.False(t, m.Blank(), quantile)
	}
}

func TestAvailabilityAndLatency(t *testing.T) {
	b := histories.New(1)
	for i := range uint32(20) {
		b.Put(1, 0, 100*i+1, 100*i+11)
	}
	b.Put(2, 0, 1, 2).Failed(sim.Unavailable)
	b.Put(2, 0, 3, 4).Unknown()
	b.Put(2, 0, 5, 4).Pending()
	b.Get(3, 0, 1, 2)
	b.Get(3, 0, 5, 6).WarmUp()
	b.Get(3, 0, 9000, 9001).Final()
	reports := Judge(b.Run(), Options{})
	require.Equal(t, int64(21), measure(t, reports, "ops_ok").Count)
	require.Equal(t, int64(1), measure(t, reports, "ops_fail").Count)
	require.Equal(t, int64(2), measure(t, reports, "ops_unknown").Count)
	availability := measure(t, reports, "availability_write")
	require.Equal(t, [2]int64{20, 23}, [2]int64{availability.Count, availability.Total})
	p50 := measure(t, reports, "latency_write_p50_ns")
	require.False(t, p50.Blank())
	require.InEpsilon(t, 10e6, float64(p50.Histogram.ValueAtQuantile(50)), 0.01)
}

func TestCausesOfLoss(t *testing.T) {
	b := histories.New(3)
	old := b.Put(1, 0, 1, 2)
	why := []sim.Why{sim.Truncated, sim.Resolved, sim.Expired, sim.Wiped, sim.Unsynced}
	for i, w := range why {
		op := b.Put(1, 0, uint32(10*i+10), uint32(10*i+15))
		b.Tell(uint32(10*i+11), 1, sim.Stored, sim.Durable, op).Tell(uint32(10*i+11), 2, sim.Stored, sim.Durable, op)
		b.Tell(uint32(10*i+12), 1, sim.Discarded, sim.Truncated, op).Tell(uint32(10*i+13), 2, sim.Discarded, w, op)
	}
	single := b.Put(1, 0, 100, 105)
	b.Tell(101, 3, sim.Stored, sim.Durable, single)
	hint := b.Put(1, 0, 110, 115)
	b.Tell(111, 3, sim.Stored, sim.Durable, hint).Tell(112, 3, sim.Hint, sim.Kept, hint).Tell(113, 3, sim.Hint, sim.Dropped, hint)
	held := b.Put(1, 0, 120, 125)
	b.Tell(121, 1, sim.Stored, sim.Durable, held).Hold(1, 0, held)
	b.Put(1, 0, 130, 135) // answered from memory, and on no disk
	b.Get(4, 0, 200, 210, old).Final()
	reports := Judge(b.Run(), Options{})
	require.Equal(t, int64(9), measure(t, reports, "lost_writes").Count)
	for _, cause := range []string{"truncated", "resolved", "expired", "wiped", "never_replicated", "dropped", "hidden"} {
		require.Equal(t, int64(1), measure(t, reports, "lost_writes_"+cause).Count, cause)
	}
	require.Equal(t, int64(2), measure(t, reports, "lost_writes_unsynced").Count)
}

func TestElementsLeftOutByAClient(t *testing.T) {
	b := histories.New(2)
	first := b.Add(1, 0, 10, 20, 7)
	b.Tell(15, 1, sim.Stored, sim.Durable, first).Tell(15, 2, sim.Stored, sim.Durable, first)
	b.Get(4, 0, 50, 60, b.Add(2, 0, 30, 40, 8).On(first)).Final()
	reports := Judge(b.Run(), Options{})
	require.Equal(t, int64(1), measure(t, reports, "lost_writes_left_out").Count)
	require.Equal(t, int64(0), measure(t, reports, "lost_writes_unexplained").Count)
}

func TestConvergenceAndSpread(t *testing.T) {
	b := histories.New(3)
	op := b.Put(1, 0, 10, 20)
	for n, stamp := range []uint32{12, 15, 140} {
		b.Tell(stamp, sim.NodeID(n+1), sim.Stored, sim.Durable, op).Hold(sim.NodeID(n+1), 0, op)
	}
	other := b.Put(1, 0, 30, 40)
	b.Tell(33, 1, sim.Stored, sim.Durable, other)
	run := b.Run()
	run.Phases = record.Phases{Work: 100 * time.Millisecond, Settled: 300 * time.Millisecond, Converged: true}
	reports := Judge(run, Options{})
	require.Equal(t, int64(40*time.Millisecond), measure(t, reports, "convergence_ns").Count)
	spread := measure(t, reports, "spread_p50_ns")
	require.InEpsilon(t, 130e6, float64(spread.Histogram.ValueAtQuantile(50)), 0.01)
	share := measure(t, reports, "spread_share")
	require.Equal(t, [2]int64{1, 2}, [2]int64{share.Count, share.Total})
	run.Phases.Converged = false
	blank := measure(t, Judge(run, Options{}), "convergence_ns")
	require.True(t, blank.Blank())
}

func TestLeaderless(t *testing.T) {
	b := histories.New(3)
	lead(b, 10, 1, 1)
	lead(b, 60, 2, 2)
	b.State(70, 1, sim.Observation{Fact: sim.Role, Why: sim.Left, A: 1, B: sim.Leader})
	lead(b, 90, 3, 3)
	run := b.Run()
	run.Phases.Work = 100 * time.Millisecond
	run.Faults = []record.Fault{{Name: "crash", Injected: 80 * time.Millisecond, Stamp: 80, Targets: []sim.NodeID{2}}}
	reports := Judge(run, Options{})
	require.Equal(t, int64(20*time.Millisecond), measure(t, reports, "leaderless_ns").Count, "0 to 10 and 80 to 90")
	require.Equal(t, int64(2), measure(t, reports, "failovers").Count)
}

func TestLaterLifeEndsALead(t *testing.T) {
	b := histories.New(2)
	lead(b, 10, 1, 1)
	b.StateIn(2, 40, 1, sim.Observation{Fact: sim.Role, Why: sim.Held, A: 1, B: sim.Follower})
	lead(b, 90, 2, 2)
	run := b.Run()
	run.Phases.Work = 100 * time.Millisecond
	require.Equal(t, int64(60*time.Millisecond), measure(t, Judge(run, Options{}), "leaderless_ns").Count)
}

func TestTraffic(t *testing.T) {
	b := histories.New(2)
	op := b.Put(1, 0, 1, 2)
	b.Get(1, 0, 3, 4, op)
	b.State(2, 1, sim.Observation{Fact: sim.Repaired, Op: op.ID, A: 70})
	run := b.Run()
	run.Traffic = []record.Traffic{{}, {Messages: 4, Bytes: 100}, {Messages: 3, Bytes: 20}}
	reports := Judge(run, Options{})
	require.Equal(t, [2]int64{7, 2}, [2]int64{measure(t, reports, "messages_per_op").Count, measure(t, reports, "messages_per_op").Total})
	require.Equal(t, int64(120), measure(t, reports, "bytes_per_op").Count)
	require.Equal(t, int64(70), measure(t, reports, "repair_bytes").Count)
}

func TestLedger(t *testing.T) {
	b := histories.New(4)
	write := b.Put(1, 0, 10, 20)
	b.State(12, 1, sim.Observation{Fact: sim.Answered, Op: write.ID, A: 1, B: 1})
	b.State(13, 1, sim.Observation{Fact: sim.Answered, Op: write.ID, A: 4, B: 2})
	b.State(14, 1, sim.Observation{Fact: sim.Closed, Op: write.ID, A: 2, B: 2})
	b.State(15, 1, sim.Observation{Fact: sim.Answered, Why: sim.Late, Op: write.ID, A: 3, B: 3})
	unknown := b.Put(1, 0, 30, 40).Unknown()
	b.State(32, 1, sim.Observation{Fact: sim.Answered, Op: unknown.ID, A: 1, B: 1})
	b.State(39, 1, sim.Observation{Fact: sim.Closed, Op: unknown.ID, A: 2, B: 1})
	b.Put(1, 0, 50, 60).Failed(sim.Unavailable)
	read := b.Get(2, 0, 25, 27, write)
	b.State(26, 1, sim.Observation{Fact: sim.Answered, Op: read.ID, A: 4, B: 2})
	b.State(26, 1, sim.Observation{Fact: sim.Closed, Op: read.ID, A: 1, B: 1})
	b.Get(2, 0, 70, 80)
	b.Get(2, 0, 90, 95).Unknown()
	run := b.Run()
	require.Equal(t, []Entry{
		{Op: write.ID, Need: 2, Got: 2, Homes: 1, StandIns: 1, Late: 1, Outcome: "stand-ins", Answers: []Answer{{1, 1}, {4, 2}}},
		{
			Op: read.ID, Need: 1, Got: 1, StandIns: 1, Judged: true, Met: true, ByStandIn: true, Outcome: "fresh",
			Answers: []Answer{{4, 2}},
		},
		{Op: unknown.ID, Need: 2, Got: 1, Homes: 1, Outcome: "unknown", Answers: []Answer{{1, 1}}},
	}, Ledger(run, Options{}))
	reports := Judge(run, Options{})
	for name, want := range map[string]int64{
		"quorum_write_homes": 0, "quorum_write_standins": 1, "quorum_write_refused": 1,
		"quorum_write_unknown": 1, "quorum_unknown_acks": 1, "quorum_met": 1, "late_answers": 1, "quorum_fresh": 1,
		"quorum_stale": 1, "quorum_unavailable": 1, "quorum_conflicting": 0,
	} {
		require.Equal(t, want, measure(t, reports, name).Count, name)
	}
}

// The outcomes of the ledger are those that the metrics count.
func TestLedgerCountsAsTheMetricsDo(t *testing.T) {
	for seed := range int64(300) {
		run, o := careless(seed)
		count := map[string]int64{}
		for _, e := range Ledger(run, o) {
			if op := run.History.Find(e.Op); measuredRead(op) {
				count["quorum_"+e.Outcome]++
			}
		}
		reports := Judge(run, o)
		for _, name := range []string{"quorum_stale", "quorum_conflicting", "quorum_fresh", "quorum_unavailable"} {
			require.LessOrEqual(t, count[name], measure(t, reports, name).Count, "%s, seed %d", name, seed)
		}
	}
}

// A checker alone says what it says among all.
func TestTogetherAsAlone(t *testing.T) {
	for seed := range int64(300) {
		run, o := careless(seed)
		for i, together := range Judge(run, o) {
			require.Equal(t, together, All()[i].Judge(run, o))
		}
	}
}
