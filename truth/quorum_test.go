package truth

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/results"
	"simrun/scenarios"
	"simrun/sim/record"
)

// quorums are the sizes of a quorum system.
type quorums struct{ n, r, w int }

func quorumsOf(t *testing.T, r row) quorums {
	return quorums{r.integer(t, "N"), r.integer(t, "R_or_m"), r.integer(t, "W_or_m")}
}

// edits sets the sizes in a scenario.
func (q quorums) edits() []scenarios.Edit {
	return []scenarios.Edit{set("topology.nodes", q.n), set("protocol.n", q.n), set("protocol.r", q.r), set("protocol.w", q.w)}
}

// disjoint is the probability that a random read quorum shares no replica with a
// random write quorum.
func (q quorums) disjoint() float64 { return choose(q.n-q.w, q.r) / choose(q.n, q.r) }

// expanding is the probability that a random read quorum, lambda times the age after
// the commit, misses a write that spreads with exponential delays: the W replicas
// that acknowledged have it, each other one still lacks it with probability exp(-age).
func (q quorums) expanding(age float64) float64 {
	return q.disjoint() * math.Exp(-float64(q.r)*age)
}

// staleReads runs a scenario with some seeds and measures its stale reads.
func staleReads(t *testing.T, name string, seeds int, edits ...scenarios.Edit) *checks.Measure {
	t.Helper()
	var all []checks.Measure
	each(t, runner(t, name, edits...), seeds, func(run *record.Run) {
		all = results.MergeMeasures(all, []checks.Measure{*measured(t, run, checks.StaleReads, "stale_share")})
	})
	return &all[0]
}

// expandingReads runs trials in which reads follow the commit after a time in units
// of the mean delay of a write.
func expandingReads(t *testing.T, q quorums, age float64, mean time.Duration, trials int) *checks.Measure {
	t.Helper()
	after, every := time.Duration(math.Round(age*float64(mean))), 100*mean
	edits := append(q.edits(), set("workload.after", after), set("workload.every", every), set("workload.timeout", every),
		set("topology.client_link.legs.0.latency.exponential.mean", mean))
	return staleReads(t, "expanding-quorum", trials/trialsOfRun, append(edits, set("duration", trialsOfRun*every))...)
}

// The trials of a figure, of a proof that a figure differs, and of one run.
const (
	trials      = 20_000
	fewTrials   = 5_000
	trialsOfRun = 1_000
)

func TestExpandingQuorum(t *testing.T) {
	for _, row := range published(t, "quorum_math.csv", "quantity", "p_stale_expanding_zero_ARS_lambda1", 20) {
		q, age, value := quorumsOf(t, row), row.number(t, "arg_k_t_or_p"), row.number(t, "value")
		require.InDelta(t, value, q.expanding(age), 1e-8, "%v", row)
		stale := expandingReads(t, q, age, 10*time.Millisecond, trials)
		require.EqualValues(t, trials, stale.Total)
		share(stale.Count, stale.Total, value).requireAgrees(t, value, fmt.Sprintf("%+v, %v", q, age))
	}
}

// The file as it is written, through the whole of a sweep.
func TestExpandingQuorumAsWritten(t *testing.T) {
	const seeds = 5
	sweep := read(t, "expanding-quorum").Sweep(context.Background(), 1, seeds, scenarios.SweepOptions{})
	require.Len(t, sweep.Cells, 4)
	for i, age := range []float64{0, 0.5, 1, 2} {
		stale, expected := results.Find(sweep.Cells[i].Measures, "stale_share"), quorums{3, 1, 1}.expanding(age)
		require.EqualValues(t, seeds*trialsOfRun, stale.Total)
		share(stale.Count, stale.Total, expected).requireAgrees(t, expected, fmt.Sprintf("%+v", sweep.Cells[i].Set))
	}
}

// Points of the same form that no file lists, at other rates.
func TestExpandingQuorumElsewhere(t *testing.T) {
	for _, point := range []struct {
		quorums
		age  float64
		mean time.Duration
	}{
		{quorums{2, 1, 1}, 0.3, time.Millisecond},
		{quorums{4, 2, 1}, 0.2, time.Second},
		{quorums{7, 3, 2}, 0.1, 40 * time.Microsecond},
		{quorums{6, 1, 4}, 0.7, time.Minute / 100},
	} {
		stale := expandingReads(t, point.quorums, point.age, point.mean, trials)
		expected := point.expanding(point.age)
		share(stale.Count, stale.Total, expected).requireAgrees(t, expected, fmt.Sprintf("%+v", point))
	}
}

// TestExpandingQuorumOffByOne proves that a quorum too large or too small by one is noticed.
func TestExpandingQuorumOffByOne(t *testing.T) {
	for _, wrong := range []struct{ is, taken quorums }{
		{quorums{3, 1, 2}, quorums{3, 1, 1}},
		{quorums{3, 1, 1}, quorums{3, 1, 2}},
		{quorums{3, 2, 1}, quorums{3, 1, 1}},
		{quorums{5, 2, 3}, quorums{5, 2, 2}},
		{quorums{5, 1, 4}, quorums{5, 1, 3}},
		{quorums{5, 3, 2}, quorums{5, 2, 2}},
	} {
		for _, age := range []float64{0, 0.5} {
			stale, expected := expandingReads(t, wrong.is, age, 10*time.Millisecond, fewTrials), wrong.taken.expanding(age)
			share(stale.Count, stale.Total, expected).requireDiffers(t, expected, fmt.Sprintf("%+v at %v", wrong, age))
		}
	}
}

// Only the ratio of rates matters: with all times multiplied, every draw is the same
// draw multiplied, and the same reads are stale.
func TestExpandingQuorumRescaled(t *testing.T) {
	q := quorums{3, 1, 1}
	stale := expandingReads(t, q, 0.5, 10*time.Millisecond, fewTrials)
	for _, mean := range []time.Duration{time.Millisecond, 70 * time.Millisecond, 5 * time.Second} {
		require.Equal(t, stale, expandingReads(t, q, 0.5, mean, fewTrials), "%v", mean)
	}
	require.NotEqual(t, stale.Count, expandingReads(t, q, 0.6, 10*time.Millisecond, fewTrials).Count)
}

// Quorums that overlap are never stale, however slow the rest is.
func TestOverlappingQuorumsAreNeverStale(t *testing.T) {
	for n := 1; n <= 5; n++ {
		for r := 1; r <= n; r++ {
			q := quorums{n, r, n + 1 - r}
			stale := expandingReads(t, q, 0, 10*time.Millisecond, trialsOfRun)
			require.Zero(t, stale.Count, "%+v", q)
			require.EqualValues(t, trialsOfRun, stale.Total)
		}
	}
}

func TestPartialQuorum(t *testing.T) {
	seen := 0
	for _, row := range published(t, "quorum_math.csv", "quantity", "p_stale_random_quorums", 50) {
		if row.integer(t, "arg_k_t_or_p") != 1 {
			continue
		}
		seen++
		q, value := quorumsOf(t, row), row.number(t, "value")
		require.InDelta(t, value, q.disjoint(), 1e-9, "%v", row)
		stale := partialReads(t, q, trialsFor(q))
		share(stale.Count, stale.Total, q.disjoint()).requireAgrees(t, q.disjoint(), fmt.Sprintf("%+v", q))
	}
	require.Equal(t, 38, seen)
}

// trialsFor is how many trials a figure has: fewer where not a single read may be stale.
func trialsFor(q quorums) int {
	if q.r+q.w > q.n {
		return trialsOfRun
	}
	return trials / 2
}

// partialReads runs trials in which a write reaches W replicas and no other.
func partialReads(t *testing.T, q quorums, trials int) *checks.Measure {
	t.Helper()
	return staleReads(t, "partial-quorum", trials/trialsOfRun, append(q.edits(), set("duration", trialsOfRun*time.Second))...)
}

func TestPartialQuorumOffByOne(t *testing.T) {
	for _, wrong := range []struct{ is, taken quorums }{
		{quorums{3, 1, 2}, quorums{3, 1, 1}},
		{quorums{3, 2, 2}, quorums{3, 1, 2}},
		{quorums{3, 1, 2}, quorums{3, 1, 3}},
		{quorums{5, 2, 3}, quorums{5, 2, 2}},
		{quorums{5, 2, 2}, quorums{5, 3, 2}},
		{quorums{5, 2, 3}, quorums{5, 2, 4}},
	} {
		stale, expected := partialReads(t, wrong.is, fewTrials), wrong.taken.disjoint()
		share(stale.Count, stale.Total, expected).requireDiffers(t, expected, fmt.Sprintf("%+v", wrong))
	}
}

// TestPartialQuorumStaleByVersions measures k-staleness: one key is written again and
// again, and a read misses its last k writes. Of the reads every k-th is taken, so
// that no two of them could miss the same write: the trials are independent.
func TestPartialQuorumStaleByVersions(t *testing.T) {
	missed := map[quorums][][]int{}
	seen := 0
	for _, row := range published(t, "quorum_math.csv", "quantity", "p_stale_random_quorums", 50) {
		k := row.integer(t, "arg_k_t_or_p")
		if k == 1 {
			continue
		}
		seen++
		q, value := quorumsOf(t, row), row.number(t, "value")
		require.InDelta(t, value, math.Pow(q.disjoint(), float64(k)), 1e-9, "%v", row)
		if missed[q] == nil {
			missed[q] = missedWrites(t, q)
		}
		part, total := staleBy(missed[q], k)
		share(part, total, value).requireAgrees(t, value, fmt.Sprintf("%+v, %d", q, k))
		if part, total = staleBy(missed[q], k+1); k <= 3 {
			share(part, total, value).requireDiffers(t, value, fmt.Sprintf("%+v, %d taken for %d", q, k+1, k))
		}
	}
	require.Equal(t, 12, seen)
}

// versionRuns is how many runs of versionTrials trials figures of k-staleness have.
const (
	versionRuns   = 20
	versionTrials = 2_500
)

// missedWrites runs trials on one key and counts, in each run, how many writes each read missed.
func missedWrites(t *testing.T, q quorums) [][]int {
	t.Helper()
	var all [][]int
	edits := append(q.edits(), set("workload.reuse", 1), set("duration", versionTrials*time.Second))
	each(t, runner(t, "partial-quorum", edits...), versionRuns, func(run *record.Run) {
		missed := readsMissed(run)
		require.EqualValues(t, slices.Max(missed), measured(t, run, checks.StaleReads, "stale_k_max").Count)
		all = append(all, missed)
	})
	return all
}

// readsMissed counts, for each read, the writes behind the one that it returned. The
// ops of this history never overlap and are all of one key.
func readsMissed(run *record.Run) []int {
	var all []int
	order := map[uint32]int{} // of writes, by their numbers
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Code.Writes() {
			order[op.Number] = len(order) + 1
			continue
		}
		got := 0
		for _, value := range run.History.Values(op) {
			got = max(got, order[value.ID.Number()])
		}
		all = append(all, len(order)-got)
	}
	return all
}

// staleBy counts, of every k-th read, those that missed at least k writes.
func staleBy(missed [][]int, k int) (part, total int64) {
	for _, run := range missed {
		for i := k - 1; i < len(run); i += k {
			total++
			if run[i] >= k {
				part++
			}
		}
	}
	return part, total
}
