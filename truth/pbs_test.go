package truth

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/predict"
	"simrun/scenarios"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/sim/record"
)

const (
	pbsFile   = "pbs_expected.csv"
	pbsTrials = 1_000_000 // of which the published tolerances speak
)

// pbsRow is a row of the figures of Bailis et al. (PBS, VLDB 2012), recomputed there.
type pbsRow struct {
	dataset   string
	n, r, w   int // r or w is 0 where it does not matter
	metric    string
	arg       string
	value     float64
	tolerance float64 // of a million trials; 0 is exact
}

// pbsRows are the rows of a metric.
func pbsRows(t *testing.T, metric string, count int) []pbsRow {
	t.Helper()
	var rows []pbsRow
	for _, r := range published(t, pbsFile, "metric", metric, count) {
		rows = append(rows, pbsRow{
			strings.ToLower(r["dataset"]), r.integer(t, "N"), r.integer(t, "R"), r.integer(t, "W"), metric, r["arg"],
			r.number(t, "recommended"), r.number(t, "tolerance_abs_at_1e6_trials"),
		})
	}
	return rows
}

// agrees tells whether a figure of so many trials may be that of the row.
func (r *pbsRow) agrees(figure float64, trials uint64) bool {
	return math.Abs(figure-r.value) <= r.tolerance*math.Sqrt(pbsTrials/float64(trials))+1e-12
}

func (r *pbsRow) requireAgrees(t *testing.T, figure float64, trials uint64) {
	t.Helper()
	require.True(t, r.agrees(figure, trials), "%+v: measured %v in %d trials", *r, figure, trials)
}

// after is the time of a row of consistency.
func (r *pbsRow) after(t *testing.T) time.Duration {
	t.Helper()
	after, err := time.ParseDuration(r.arg + "ms")
	require.NoError(t, err)
	return after
}

// quantile is what a row of latencies speaks of.
func (r *pbsRow) quantile(t *testing.T) float64 {
	t.Helper()
	q, known := map[string]float64{"p50": 0.5, "p99": 0.99, "p999": 0.999}[r.arg]
	require.True(t, known, r.arg)
	return q
}

// of is the figure of the row by some curves, with other sizes where they are given.
func (r *pbsRow) of(t *testing.T, c *predict.Curves, readMore, writeMore int) float64 {
	t.Helper()
	inMs := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	switch r.metric {
	case "p_consistent":
		return c.Consistent(r.r+readMore, r.w+writeMore, r.after(t))
	case "t_visibility_ms":
		require.Equal(t, "0.999", r.arg)
		return inMs(c.Visible(r.r+readMore, r.w+writeMore, 0.999))
	case "read_latency_ms":
		return inMs(c.ReadLatency(r.r+readMore, r.quantile(t)))
	}
	require.Equal(t, "write_latency_ms", r.metric)
	return inMs(c.WriteLatency(r.w+writeMore, r.quantile(t)))
}

// pbsStudy runs the experiment through the store, once for each dataset.
var pbsStudy = func() func(t *testing.T, dataset string) *scenarios.Study {
	var mutex sync.Mutex
	done := map[string]*scenarios.Study{}
	return func(t *testing.T, dataset string) *scenarios.Study {
		t.Helper()
		mutex.Lock()
		defer mutex.Unlock()
		if done[dataset] == nil {
			legs, known := predict.Preset(dataset)
			require.True(t, known, dataset)
			q := scenarios.Quorum{N: 3, Legs: legs, Trials: 50_000, Seed: 1}
			for _, row := range pbsRows(t, "p_consistent", 84) {
				if after := row.after(t); !slices.Contains(q.After, after) {
					q.After = append(q.After, after)
				}
			}
			if long {
				q.Trials = pbsTrials
			}
			require.NoError(t, q.Check())
			done[dataset] = q.Run(context.Background(), 2, nil)
		}
		return done[dataset]
	}
}()

// pbsCounts is how many rows there are of each metric with reads that go to all replicas.
var pbsCounts = map[string]int{"p_consistent": 84, "t_visibility_ms": 6, "read_latency_ms": 18, "write_latency_ms": 18}

// Every row, by trials of the store. Each trial ran with one R, W and time, and did
// what its messages tell of all others.
func TestPublishedPBS(t *testing.T) {
	for metric, count := range pbsCounts {
		for _, row := range pbsRows(t, metric, count) {
			s := pbsStudy(t, row.dataset)
			require.Zero(t, s.Odd+s.Unfinished, s.Oddity)
			row.requireAgrees(t, row.of(t, s.Measured, 0, 0), s.Judged)
		}
	}
}

// Every row by the WARS model alone.
func TestPublishedPBSByTheModel(t *testing.T) {
	const trials = 200_000
	for _, dataset := range []string{"lnkd-ssd", "lnkd-disk"} {
		specs, _ := predict.Preset(dataset)
		legs, err := specs.Compile()
		require.NoError(t, err)
		curves := predict.WARS(legs, 3, trials, 1)
		for metric, count := range pbsCounts {
			for _, row := range pbsRows(t, metric, count) {
				if row.dataset == dataset {
					row.requireAgrees(t, row.of(t, curves, 0, 0), trials)
				}
			}
		}
	}
}

// A quorum that is larger by one is noticed in each row where it makes a difference
// of some size.
func TestPublishedPBSOffByOne(t *testing.T) {
	noticed := map[string]int{}
	for metric, count := range pbsCounts {
		for _, row := range pbsRows(t, metric, count) {
			s := pbsStudy(t, row.dataset)
			for _, more := range [][2]int{{1, 0}, {0, 1}} {
				if row.r+more[0] > 3 || row.w+more[1] > 3 || row.r == 0 && more[0] > 0 || row.w == 0 && more[1] > 0 {
					continue
				}
				if !row.agrees(row.of(t, s.Measured, more[0], more[1]), s.Judged) {
					noticed[fmt.Sprintf("%s %s R+%d W+%d", row.dataset, metric, more[0], more[1])]++
				}
			}
		}
	}
	for _, dataset := range []string{"lnkd-ssd", "lnkd-disk"} {
		require.GreaterOrEqual(t, noticed[dataset+" p_consistent R+1 W+0"], 5, "%v", noticed)
		require.GreaterOrEqual(t, noticed[dataset+" p_consistent R+0 W+1"], 2, "%v", noticed)
		require.Equal(t, 6, noticed[dataset+" read_latency_ms R+1 W+0"], "%v", noticed)
		require.Equal(t, 6, noticed[dataset+" write_latency_ms R+0 W+1"], "%v", noticed)
		require.GreaterOrEqual(t, noticed[dataset+" t_visibility_ms R+1 W+0"], 2, "%v", noticed)
	}
}

// The presets are the published fits.
func TestPublishedLegs(t *testing.T) {
	decimal := func(r row, column string) random.Decimal {
		d, err := random.ParseDecimal(r[column])
		require.NoError(t, err)
		return d
	}
	for _, legs := range []struct{ dataset, leg, preset string }{
		{"LNKD-SSD", "W=A=R=S", "lnkd-ssd"}, {"LNKD-DISK", "W", "lnkd-disk-write"}, {"LNKD-DISK", "A=R=S", "lnkd-disk"},
	} {
		var fit row
		for _, r := range published(t, "pbs_distributions.csv", "dataset", legs.dataset, 1+strings.Count(legs.dataset, "DISK")) {
			if r["leg"] == legs.leg {
				fit = r
			}
		}
		require.NotNil(t, fit, legs)
		least, err := time.ParseDuration(fit["pareto_xm_ms"] + "ms")
		require.NoError(t, err)
		spec := random.Spec{Mixture: []random.Part{
			{Weight: decimal(fit, "weight_pareto"), Of: random.Spec{Pareto: &random.Pareto{Min: least, Alpha: decimal(fit, "pareto_alpha")}}},
			{Weight: decimal(fit, "weight_exp"), Of: random.Spec{Exponential: &random.Exponential{Rate: random.PerSecond(1000 * decimal(fit, "exp_lambda_per_ms"))}}},
		}}
		want, err := spec.Compile()
		require.NoError(t, err)
		got, err := random.Spec{Preset: legs.preset}.Compile()
		require.NoError(t, err)
		require.Equal(t, want, got, legs)
		mean, finite := got.Mean()
		require.True(t, finite)
		require.InEpsilon(t, fit.number(t, "mean_ms"), float64(mean)/1e6, 1e-5)
	}
}

// pbsRuns is how many runs of a thousand trials a figure of a shipped scenario has.
func pbsRuns() int {
	if long {
		return 100
	}
	return 5
}

// measuredPBS is what runs of a shipped scenario at one R and W show, by its ops alone.
type measuredPBS struct {
	trials, stale uint64
	reads, writes []time.Duration
}

// shippedPBS runs a shipped scenario with one R and W, with reads at the very time of
// the acknowledgement, and with further changes.
func shippedPBS(t *testing.T, dataset string, r, w int, edits ...scenarios.Edit) *measuredPBS {
	t.Helper()
	text, ships := scenarios.Shipped("pbs-" + dataset)
	require.True(t, ships, dataset)
	edits = append([]scenarios.Edit{set("case.read", "at_once"), set("protocol.r", r), set("protocol.w", w)}, edits...)
	plan, err := scenarios.Load(dataset, text, edits...)
	require.NoError(t, err)
	require.Len(t, plan.Cells, 1)
	m := &measuredPBS{}
	each(t, plan.NewRunner(scenarios.Limits{}, scenarios.Tape{}), pbsRuns(), func(run *record.Run) {
		stale := measured(t, run, checks.StaleReads, "stale_share")
		m.stale += uint64(stale.Count)
		m.trials += uint64(stale.Total)
		for i := range run.History.Ops {
			switch op := &run.History.Ops[i]; {
			case op.Outcome != sim.OK:
			case op.Code.Writes():
				m.writes = append(m.writes, op.Latency())
			default:
				m.reads = append(m.reads, op.Latency())
			}
		}
	})
	slices.Sort(m.reads)
	slices.Sort(m.writes)
	require.InEpsilon(t, 1000*pbsRuns(), m.trials, 0.01)
	return m
}

// ofOps is the figure of a row by ops.
func (r *pbsRow) ofOps(t *testing.T, m *measuredPBS) float64 {
	t.Helper()
	samples := m.writes
	switch {
	case strings.HasPrefix(r.metric, "p_consistent"):
		return 1 - float64(m.stale)/float64(m.trials)
	case strings.HasPrefix(r.metric, "read"):
		samples = m.reads
	}
	rank := int(math.Ceil(r.quantile(t)*float64(len(samples)) - 1e-9)) // the nearest
	return float64(samples[rank-1]) / float64(time.Millisecond)
}

// The shipped scenarios, judged as any other: by their ops and the judge of stale reads.
func TestPublishedPBSOfShippedScenarios(t *testing.T) {
	skipWhenShort(t)
	seen := 0
	for _, dataset := range []string{"lnkd-ssd", "lnkd-disk"} {
		for r := 1; r <= 3; r++ {
			for w := 1; w <= 3; w++ {
				m := shippedPBS(t, dataset, r, w)
				for _, metric := range []string{"p_consistent", "read_latency_ms", "write_latency_ms"} {
					for _, row := range pbsRows(t, metric, pbsCounts[metric]) {
						if row.dataset != dataset || row.r != r && row.r > 0 || row.w != w && row.w > 0 || metric == "p_consistent" && row.arg != "0" {
							continue
						}
						seen++
						row.requireAgrees(t, row.ofOps(t, m), m.trials)
					}
				}
			}
		}
	}
	require.Equal(t, 2*(9+9*3+9*3), seen)
}

// Reads that go to R drawn replicas only: the same scenarios with one field changed.
func TestPublishedPBSWithFanoutR(t *testing.T) {
	for _, row := range pbsRows(t, "p_consistent_fanoutR", 6) {
		m := shippedPBS(t, row.dataset, row.r, row.w, set("protocol.read_fanout", "r"))
		row.requireAgrees(t, row.ofOps(t, m), m.trials)
		if row.dataset == "lnkd-disk" {
			for _, wrong := range [][2]int{{row.r + 1, row.w}, {row.r, row.w + 1}} {
				other := shippedPBS(t, row.dataset, wrong[0], wrong[1], set("protocol.read_fanout", "r"))
				require.False(t, row.agrees(row.ofOps(t, other), other.trials), "%+v taken for %v", row, wrong)
			}
		}
	}
	for _, row := range pbsRows(t, "read_latency_ms_fanoutR", 6) {
		m := shippedPBS(t, row.dataset, row.r, 1, set("protocol.read_fanout", "r"))
		row.requireAgrees(t, row.ofOps(t, m), m.trials)
		all := shippedPBS(t, row.dataset, row.r, 1)
		require.False(t, row.agrees(row.ofOps(t, all), all.trials), "%+v with reads of all replicas", row)
	}
}
