package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/predict"
	"simrun/results"
	"simrun/sim"
)

// quorumOf is an experiment with legs as on the command line.
func quorumOf(t testing.TB, n int, legs string, trials int) Quorum {
	t.Helper()
	parsed, err := ParseLegs(legs)
	require.NoError(t, err, legs)
	q := Quorum{N: n, Legs: parsed, After: []time.Duration{0, time.Millisecond, 10 * time.Millisecond}, Trials: trials, Seed: 1}
	require.NoError(t, q.Check())
	return q
}

// Whatever R, W and time a trial was run with, the protocol did what the messages of
// the trial tell; where messages arrive at the same time too.
func TestQuorumTellsWhatTheProtocolDoes(t *testing.T) {
	for _, of := range []struct {
		n    int
		legs string
	}{
		{3, "lnkd-ssd"},
		{3, "lnkd-disk"},
		{1, "lnkd-disk"},
		{2, "ymmr"},
		{5, "W=exponential:mean=10ms,A=R=S=1ms"},
		{3, "2ms"},
		{3, "0ms"},
		{4, "uniform:low=0ms:high=3ns"},
		{3, "W=uniform:low=0ms:high=9ns,R=uniform:low=0ms:high=2ns,A=S=0ms"},
		{16, "exponential:mean=3ms"},
	} {
		what := fmt.Sprintf("%d replicas, %s", of.n, of.legs)
		trials := 1000 * of.n * of.n // every R and W
		if of.n > 5 {
			trials = 1000
		}
		s := quorumOf(t, of.n, of.legs, trials).Run(context.Background(), 2, nil)
		require.EqualValues(t, trials, s.Judged, what)
		require.EqualValues(t, trials, s.Model.Trials(), what)
		require.Zero(t, s.Odd, "%s: %s", what, s.Oddity)
		require.Zero(t, s.Unfinished, what)
		for _, c := range s.Figures(what).Claims {
			require.Equal(t, results.AsExpected, c.State, "%s: %s: %s", what, c.Text, c.Why)
		}
	}
}

// A protocol that waits for another number of answers, or begins to read at another
// time, is not mistaken for the right one.
func TestQuorumNoticesAnOffByOne(t *testing.T) {
	for _, wrong := range []struct {
		is, taken predict.Quorums
		differ    string
	}{
		{predict.Quorums{N: 3, R: 1, W: 1}, predict.Quorums{N: 3, R: 2, W: 1}, "the read took"},
		{predict.Quorums{N: 3, R: 2, W: 1}, predict.Quorums{N: 3, R: 1, W: 1}, "the read took"},
		{predict.Quorums{N: 3, R: 1, W: 1}, predict.Quorums{N: 3, R: 1, W: 2}, "the write took"},
		{predict.Quorums{N: 3, R: 1, W: 3}, predict.Quorums{N: 3, R: 1, W: 2}, "the write took"},
	} {
		q := quorumOf(t, 3, "lnkd-disk", 1000)
		w, s := newWatch(&q), q.study()
		w.resize(wrong.is.R, wrong.is.W)
		run := w.world.Run(1)
		w.sizes = wrong.taken
		for k := range w.trials {
			w.judge(s, run, k)
		}
		require.Greater(t, s.Odd, uint64(900), "%+v", wrong)
		require.Contains(t, s.Oddity, wrong.differ)
		s.Model = s.Measured
		claims := s.Figures("").Claims
		require.Equal(t, results.Broken, claims[0].State)
		require.Contains(t, claims[0].Why, "of 1000 trials differ; seed 1, trial ")
	}
}

// What a read returned is held against the times too, not only how long it took.
func TestQuorumNoticesAnotherOutcome(t *testing.T) {
	q := quorumOf(t, 3, "lnkd-disk", 1000)
	w, s := newWatch(&q), q.study()
	w.resize(1, 1)
	run := w.world.Run(1)
	for k := range w.trials {
		for i := range w.trials[k].replicas {
			w.trials[k].replicas[i].Wrote = 0 // as if writes took no time
		}
		w.judge(s, run, k)
	}
	require.Greater(t, s.Odd, uint64(100))
	require.Contains(t, s.Oddity, "saw the write: false; by the times of the messages: true")
}

// A model of other latencies is too far apart.
func TestQuorumNoticesAnotherModel(t *testing.T) {
	s := quorumOf(t, 3, "lnkd-disk", 5000).Run(context.Background(), 1, nil)
	legs, err := s.Legs.Compile()
	require.NoError(t, err)
	legs.W, legs.A = legs.A, legs.W
	s.Model = predict.WARS(legs, 3, 5000, 1)
	f := s.Figures("")
	require.Equal(t, results.Broken, f.Claims[1].State)
	require.Contains(t, f.Claims[1].Why, "standard errors apart")
	require.Equal(t, results.ExitBroken, f.Exit())
	legs, _ = s.Legs.Compile()
	legs.W = legs.A
	s.Measured = predict.NewCurves(3)
	trial := predict.NewTrial(3)
	for i := range trial.Replicas {
		trial.Replicas[i] = predict.Replica{Wrote: 5, Acked: 1, Asked: 1, Told: 2} // an acknowledgement before its write
	}
	s.Measured.Add(trial)
	require.Equal(t, results.Broken, s.Figures("").Claims[2].State)
}

// Nothing depends on how many runs there are at a time.
func TestQuorumByAnyNumberOfJobs(t *testing.T) {
	q := quorumOf(t, 3, "lnkd-ssd", 5500)
	one, four := q.Run(context.Background(), 1, nil), q.Run(context.Background(), 4, nil)
	require.Equal(t, one, four)
	require.EqualValues(t, 5500, one.Measured.Trials())
	q.Seed = 2
	require.NotEqual(t, one.Digest, q.Run(context.Background(), 4, nil).Digest)
}

// One trial more changes nothing about the others.
func TestQuorumTrialsAreApart(t *testing.T) {
	few := quorumOf(t, 3, "lnkd-ssd", 1999).Run(context.Background(), 1, nil)
	more := quorumOf(t, 3, "lnkd-ssd", 2000).Run(context.Background(), 1, nil)
	require.Equal(t, few.Digest, more.Digest)
	require.EqualValues(t, 2000, more.Judged)
}

func TestQuorumInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	q := quorumOf(t, 3, "lnkd-ssd", 1_000_000)
	s := q.Run(ctx, 1, func(done uint64) {
		if done == 3000 {
			cancel()
		}
	})
	require.True(t, s.Interrupted)
	require.EqualValues(t, 3000, s.Judged)
	require.EqualValues(t, 3000, s.Figures("").Trials)

	cancelled := q.Run(ctx, 1, nil).Figures("")
	require.Zero(t, cancelled.Trials)
	require.Empty(t, cancelled.All.Rows)
	require.Zero(t, cancelled.Exit())
}

// Legs that may take longer than anybody waits leave trials unfinished, which are told of.
func TestQuorumOfEndlessLegs(t *testing.T) {
	s := quorumOf(t, 3, "W=pareto:min=1h:alpha=0.1,A=R=S=0ms", 2000).Run(context.Background(), 1, nil)
	require.NotZero(t, s.Unfinished)
	require.Zero(t, s.Odd, s.Oddity)
	require.Contains(t, strings.Join(s.Figures("").Words, "\n"), "were not over after 24h")
}

// Messages that came after the end of an op's patience do not make the protocol wrong:
// the trial has not ended. Where too few have, nothing is said of the model. But an op
// that ended otherwise than ok in time is held against the protocol.
func TestQuorumOfImpatience(t *testing.T) {
	q := quorumOf(t, 3, "pareto:min=1ms:alpha=0.1", 2000)
	s := q.Run(context.Background(), 1, nil)
	require.Zero(t, s.Odd, s.Oddity)
	require.Greater(t, s.Unfinished, uint64(400))
	require.Equal(t, s.Measured.Trials(), s.Judged)
	require.EqualValues(t, 2000, s.Judged+s.Unfinished)
	f := s.Figures("")
	require.Len(t, f.Claims, 2)
	require.Zero(t, f.Exit())
	require.Contains(t, strings.Join(f.Words, "\n"), "is not judged")

	w, s := newWatch(&q), q.study()
	w.resize(1, 1)
	run := w.world.Run(1)
	for i := range run.History.Ops {
		run.History.Ops[i].Outcome = sim.Unknown
	}
	for k := range w.trials {
		w.judge(s, run, k)
	}
	require.Greater(t, s.Odd, uint64(100))
	require.Contains(t, s.Oddity, "the write ended unknown, the read unknown")
}

// A study of which no trial ended says nothing, and says so.
func TestQuorumOfNothing(t *testing.T) {
	s := quorumOf(t, 3, "100h", 10).Run(context.Background(), 1, nil)
	require.EqualValues(t, 10, s.Unfinished)
	f := s.Figures("")
	require.Equal(t, results.ExitVacuous, f.Exit())
	require.Equal(t, "none of 10 did", f.Claims[0].Why)
	require.Contains(t, f.Words[0], "10 trials were not over")
	require.Empty(t, f.All.Rows)
}

func TestEveryFigureHasItsUnits(t *testing.T) {
	table := quorumOf(t, 2, "lnkd-ssd", 1000).Run(context.Background(), 1, nil).Figures("").All
	for _, row := range table.Rows {
		want := map[string][2]string{
			consistent: {"ns", "share"}, visibility: {"share", "ns"}, readLatency: {"share", "ns"}, writeLatency: {"share", "ns"},
		}[row[2].Text]
		require.Equal(t, want, [2]string{row[7].Text, row[8].Text}, row[2].Text)
	}
	for _, c := range table.Columns[3:6] {
		require.NotEqual(t, "text", c.Unit, c.Name)
	}
}

func TestQuorumCheck(t *testing.T) {
	for _, wrong := range []struct {
		change func(q *Quorum)
		why    string
	}{
		{func(q *Quorum) { q.N = 17 }, "n is 17: it must be from 1 to 16"},
		{func(q *Quorum) { q.Trials = 0 }, "0 trials: it must be from 1 to 1000000000"},
		{func(q *Quorum) { q.After = nil }, "no time is given"},
		{func(q *Quorum) { q.After = []time.Duration{0, 5, 0} }, "is given twice"},
		{func(q *Quorum) { q.After = []time.Duration{-1} }, "cannot begin before"},
		{func(q *Quorum) { q.After = []time.Duration{1 << 62} }, "beyond what is kept"},
		{func(q *Quorum) { q.Legs = predict.LegSpecs{} }, "leg w: no distribution is given"},
	} {
		q := quorumOf(t, 3, "lnkd-ssd", 1)
		wrong.change(&q)
		require.ErrorContains(t, q.Check(), wrong.why)
	}
}

func TestFiguresAreWhatTheCurvesSay(t *testing.T) {
	s := quorumOf(t, 3, "lnkd-disk", 3000).Run(context.Background(), 2, nil)
	f := s.Figures("title")
	require.Len(t, f.All.Rows, 9*4+2*3*3)
	for _, table := range append(f.Tables, f.All) {
		require.NoError(t, table.Check())
	}
	require.Equal(t, []results.Datum{
		sizeOf(2), sizeOf(1), share(s.Measured.Consistent(2, 1, 0)), share(s.Measured.Consistent(2, 1, time.Millisecond)),
		share(s.Measured.Consistent(2, 1, 10*time.Millisecond)), length(s.Measured.Visible(2, 1, 0.999)),
	}, f.Tables[0].Rows[3])
	require.Equal(t, share(s.Model.Consistent(1, 2, 0)), f.Tables[1].Rows[1][2])
	require.Equal(t, results.Datum{Kind: results.Text, Text: "W = 3"}, f.Tables[2].Rows[5][0])
	require.Equal(t, length(s.Measured.WriteLatency(3, 0.999)), f.Tables[2].Rows[5][5])
	require.Equal(t, length(s.Model.ReadLatency(1, 0.5)), f.Tables[2].Rows[0][2])
}

// BenchmarkQuorumTrial measures one trial through the store: a write and a read of
// which come the curves of all nine R and W. A million of them are a million ops a cell.
func BenchmarkQuorumTrial(b *testing.B) {
	b.ReportAllocs()
	quorumOf(b, 3, "lnkd-disk", b.N).Run(context.Background(), 1, nil)
}
