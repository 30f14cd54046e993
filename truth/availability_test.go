package truth

import (
	"fmt"
	"math/big"
	"math/bits"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/record"
)

// refused lists the sets of crashed replicas, as bits, under which quorums cannot be
// had: one run of the protocol each.
func refused(t *testing.T, q quorums) (reads, writes []uint) {
	t.Helper()
	for set := range uint(1) << q.n {
		run := downRun(t, q, set)
		read, write := answered(t, run, false), answered(t, run, true)
		if !read {
			reads = append(reads, set)
		}
		if !write {
			writes = append(writes, set)
		}
	}
	return reads, writes
}

// downRun runs the protocol while a set of replicas is down.
func downRun(t *testing.T, q quorums, down uint, more ...scenarios.Edit) *record.Run {
	t.Helper()
	var names []string
	for i := range q.n {
		if down>>i&1 == 1 {
			names = append(names, fmt.Sprintf("n%d", i+1))
		}
	}
	edits := append(q.edits(), set("faults.0.targets", "["+strings.Join(names, ", ")+"]"))
	if len(names) == 0 {
		edits = append(q.edits(), set("faults", "[]"), set("requires", "[]"))
	}
	if len(more) > 0 {
		edits = append(edits[len(q.edits()):], more...)
	}
	run := runner(t, "crash-set", edits...).Record(0, 1)
	require.Equal(t, record.Finished, run.Stop.Reason)
	require.EqualValues(t, min(len(names), 1), run.Counters.Get("crash.injected"))
	return run
}

// answered tells whether all ops of a kind were answered; either all are, or none. What ends
// when those that were down are back does not count.
func answered(t *testing.T, run *record.Run, writes bool) bool {
	t.Helper()
	ok, all := 0, 0
	for i := range run.History.Ops {
		if op := &run.History.Ops[i]; op.Code.Writes() == writes && op.InvokedAt+op.Latency() <= run.Phases.Work {
			all++
			if op.Outcome == sim.OK {
				ok++
			}
		}
	}
	require.Greater(t, all, 3)
	require.Contains(t, []int{0, all}, ok, "the same replicas are down all the time")
	return ok > 0
}

// unavailability is the probability of any of some sets, each replica being down with
// a probability by itself: exact.
func unavailability(n int, sets []uint, down *big.Rat) *big.Rat {
	up, sum := new(big.Rat).Sub(big.NewRat(1, 1), down), new(big.Rat)
	for _, set := range sets {
		weight := big.NewRat(1, 1)
		for i := range n {
			if set>>i&1 == 1 {
				weight.Mul(weight, down)
			} else {
				weight.Mul(weight, up)
			}
		}
		sum.Add(sum, weight)
	}
	return sum
}

// rounded spells a number with as many significant digits as a published one has.
func rounded(x *big.Rat, like string) string {
	mantissa, _, _ := strings.Cut(like, "e")
	digits := len(strings.TrimLeft(strings.ReplaceAll(mantissa, ".", ""), "0"))
	return new(big.Float).SetPrec(200).SetRat(x).Text('e', digits-1)
}

// spelled is the published number in the same form.
func spelled(t *testing.T, text string) string {
	t.Helper()
	exact, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	return rounded(exact, text)
}

// TestMajorityAvailability weighs every set of crashed replicas: no sampling, so the
// sum must be the published value in all its digits.
func TestMajorityAvailability(t *testing.T) {
	sets := map[int][2][]uint{}
	for _, row := range published(t, "quorum_math.csv", "quantity", "majority_unavailability", 14) {
		q := quorumsOf(t, row)
		require.Equal(t, []int{q.n/2 + 1, q.n/2 + 1}, []int{q.r, q.w})
		if _, done := sets[q.n]; !done {
			reads, writes := refused(t, q)
			sets[q.n] = [2][]uint{reads, writes}
		}
		down, ok := new(big.Rat).SetString(row["arg_k_t_or_p"])
		require.True(t, ok)
		for _, some := range sets[q.n] {
			require.Equal(t, spelled(t, row["value"]), rounded(unavailability(q.n, some, down), row["value"]), "%v", row)
		}
		for _, wrong := range []quorums{{q.n, q.r - 1, q.w - 1}, {q.n, q.r + 1, q.w + 1}} {
			off := unavailability(q.n, beyond(wrong), down)
			require.NotEqual(t, spelled(t, row["value"]), rounded(off, row["value"]), "%v, one more or less", row)
		}
	}
}

// agreeing are protocols that agree by majorities, and how they are run so that they find a leader
// whoever is down.
func agreeing(n int) map[string][]scenarios.Edit {
	all := map[string][]scenarios.Edit{}
	for name, protocol := range map[string]string{
		"raft": "kind: raft", "raft, through the log": "kind: raft, reads: log", "paxos": "kind: paxos", "paxos, read-index": "kind: paxos, reads: read-index",
		"etcd-raft": "kind: etcd-raft", "abd": "kind: abd", "viewstamped": "kind: viewstamped",
	} {
		all[name] = []scenarios.Edit{
			set("protocol", "{"+protocol+"}"), set("topology.nodes", n), set("workload.timeout", "3s"), set("workload.rate", "4/s"),
			set("workload.sessions", 64), set("duration", "6s"), set("topology.link.latency", "1ms"),
		}
	}
	return all
}

// TestMajorityAvailabilityOfReplicatedStateMachines weighs every set of crashed servers for protocols that
// agree by majorities: reads and writes alike are answered by all sets of a majority, and by no other.
func TestMajorityAvailabilityOfReplicatedStateMachines(t *testing.T) {
	skipWhenShort(t)
	for _, n := range []int{3, 5} {
		for name, edits := range agreeing(n) {
			t.Run(fmt.Sprintf("%s of %d", name, n), func(t *testing.T) {
				reads, writes := refusedBy(t, n, edits)
				for _, row := range published(t, "quorum_math.csv", "quantity", "majority_unavailability", 14) {
					if quorumsOf(t, row).n != n {
						continue
					}
					down, ok := new(big.Rat).SetString(row["arg_k_t_or_p"])
					require.True(t, ok)
					for _, some := range [][]uint{reads, writes} {
						require.Equal(t, spelled(t, row["value"]), rounded(unavailability(n, some, down), row["value"]), "%v", row)
					}
				}
			})
		}
	}
}

// refusedBy lists the sets of crashed servers under which a protocol answers no reads, and no writes.
func refusedBy(t *testing.T, n int, edits []scenarios.Edit) (reads, writes []uint) {
	t.Helper()
	for set := range uint(1) << n {
		run := downRun(t, quorums{n: n}, set, edits...)
		if !answered(t, run, false) {
			reads = append(reads, set)
		}
		if !answered(t, run, true) {
			writes = append(writes, set)
		}
	}
	return reads, writes
}

// A quorum too large or too small by one is noticed: other sets refuse it.
func TestMajorityAvailabilityOffByOne(t *testing.T) {
	for _, q := range []quorums{{3, 1, 3}, {3, 3, 1}, {4, 2, 3}, {5, 2, 4}} {
		reads, writes := refused(t, q)
		require.Equal(t, beyond(quorums{q.n, q.r, q.r}), reads, "%+v", q)
		require.Equal(t, beyond(quorums{q.n, q.w, q.w}), writes, "%+v", q)
		require.NotEqual(t, len(reads), len(writes))
	}
}

// beyond lists the sets that leave fewer than R replicas up.
func beyond(q quorums) (sets []uint) {
	for set := range uint(1) << q.n {
		if q.n-bits.OnesCount(set) < q.r {
			sets = append(sets, set)
		}
	}
	return sets
}

// The load of a quorum system is the share of ops that its busiest replica takes part
// in: the same for all, where majorities are drawn at random.
func TestMajorityLoad(t *testing.T) {
	for _, row := range published(t, "quorum_math.csv", "quantity", "majority_load", 2) {
		q, value := quorumsOf(t, row), row.number(t, "value")
		load, ops := loads(t, q)
		expected := float64(q.n/2+1) / float64(q.n)
		require.InDelta(t, value, expected, 1e-8)
		busiest := int64(0)
		for node, part := range load {
			share(part, ops, expected).requireAgrees(t, expected, fmt.Sprintf("%+v, n%d", q, node+1))
			busiest = max(busiest, part)
		}
		share(busiest, ops, expected).requireAgrees(t, expected, "the busiest")
		for _, wrong := range []int{q.r - 1, q.r + 1} {
			off := float64(wrong) / float64(q.n)
			share(busiest, ops, off).requireDiffers(t, off, "one more or less")
		}
	}
}

// Where everybody is asked, everybody has all the load.
func TestFullFanoutLoadsEverybody(t *testing.T) {
	load, ops := loads(t, quorums{5, 3, 3}, set("protocol.read_fanout", "all"), set("protocol.write_fanout", "all"))
	for _, part := range load {
		require.Equal(t, ops, part)
	}
}

// loads counts, for each replica, the ops that it takes part in.
func loads(t *testing.T, q quorums, edits ...scenarios.Edit) (parts []int64, ops int64) {
	t.Helper()
	run := runner(t, "majority-load", append(q.edits(), edits...)...).Record(0, 1)
	require.Equal(t, record.Finished, run.Stop.Reason)
	parts = make([]int64, q.n)
	for i := range run.Observations {
		if o := &run.Observations[i]; o.Fact == sim.Answered {
			parts[o.A-1]++
		}
	}
	ops = int64(len(run.History.Ops))
	require.Greater(t, ops, int64(9_000))
	return parts, ops
}
