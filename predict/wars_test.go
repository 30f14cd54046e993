package predict

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim/random"
)

// fresh is the rule of the paper, word for word: a read that begins some time after
// the acknowledgement is stale if each of its first R answers left its replica before
// the write came there.
func fresh(replicas []Replica, r, w int, after int64) bool {
	acked := slices.SortedFunc(slices.Values(replicas), func(p, q Replica) int { return int(p.Acked - q.Acked) })
	told := slices.Clone(replicas)
	slices.SortStableFunc(told, func(p, q Replica) int {
		if p.Told != q.Told {
			return int(p.Told - q.Told)
		}
		return int(p.Asked - q.Asked)
	})
	for _, p := range told[:r] {
		if p.Wrote <= acked[w-1].Acked+after+p.Asked {
			return true
		}
	}
	return false
}

// drawTrial draws a trial with many ties.
func drawTrial(t *rapid.T, n int) *Trial {
	trial := NewTrial(n)
	leg := rapid.Int64Range(0, 12)
	for i := range trial.Replicas {
		p := &trial.Replicas[i]
		p.Wrote, p.Asked = leg.Draw(t, "w"), leg.Draw(t, "r")
		p.Acked, p.Told = p.Wrote+leg.Draw(t, "a"), p.Asked+leg.Draw(t, "s")
	}
	return trial
}

func TestTrialIsTheRuleOfThePaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "n")
		c, trial := NewCurves(n), drawTrial(t, n)
		c.Add(trial)
		for r := 1; r <= n; r++ {
			for w := 1; w <= n; w++ {
				late := trial.Late(r, w)
				for after := range int64(30) {
					want := fresh(trial.Replicas, r, w, after)
					require.Equal(t, want, late <= after)
					require.Equal(t, want, c.Consistent(r, w, time.Duration(after)) == 1)
				}
				require.EqualValues(t, late, c.Visible(r, w, 0.999))
				require.True(t, r+w <= n || late == 0)
			}
			require.EqualValues(t, trial.ReadTime(r), c.ReadLatency(r, 0.5))
			require.EqualValues(t, trial.WriteTime(r), c.WriteLatency(r, 0.5))
		}
	})
}

func TestMergeOfCurves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "n")
		one, other, both := NewCurves(n), NewCurves(n), NewCurves(n)
		for i := range rapid.IntRange(0, 20).Draw(t, "trials") {
			trial := drawTrial(t, n)
			[]*Curves{one, other}[i%2].Add(trial)
			both.Add(trial)
		}
		one.Merge(other)
		require.Equal(t, both, one)
	})
}

// Only the ways of the writes take time: the closed form of Expanding holds where
// the first R answers are as good as drawn ones.
func TestWARSIsTheClosedForm(t *testing.T) {
	none, mean, trials := random.Always(0), time.Millisecond, 100_000
	legs, err := (&LegSpecs{
		W: random.Spec{Exponential: &random.Exponential{Mean: mean}}, A: none,
		R: none, S: random.Spec{Exponential: &random.Exponential{Mean: mean}},
	}).Compile()
	require.NoError(t, err)
	for n := 1; n <= 5; n += 2 {
		c := WARS(legs, n, trials, 7)
		for r := 1; r <= n; r++ {
			for w := 1; w <= n; w++ {
				for _, age := range []float64{0, 0.3, 1, 2.5} {
					stale := Quorums{n, r, w}.Expanding(age)
					got := 1 - c.Consistent(r, w, time.Duration(age*float64(mean)))
					require.InDelta(t, stale, got, 4*math.Sqrt(stale*(1-stale)/float64(trials))+1e-12, "%d %d %d at %v", n, r, w, age)
				}
			}
		}
	}
}

// The median of the fastest of three answers, and the slowest, at LinkedIn with SSDs.
func TestWARSLatencies(t *testing.T) {
	legs, err := func() (Legs, error) { s := known(t, "lnkd-ssd"); return s.Compile() }()
	require.NoError(t, err)
	c := WARS(legs, 3, 200_000, 1)
	require.InEpsilon(t, 488930, int64(c.ReadLatency(1, 0.5)), 0.001)
	require.InEpsilon(t, 565980, int64(c.WriteLatency(3, 0.5)), 0.002)
	require.InDelta(t, 0.5, c.ReadWithin(1, 488930), 0.005)
	require.InDelta(t, 0.5, c.WriteWithin(3, 565980), 0.005)
}

// Trials that are counted together count as if each was added alone.
func TestWARSCountsEveryTrial(t *testing.T) {
	for n := 1; n <= 4; n++ {
		specs := known(t, "lnkd-disk")
		legs, err := specs.Compile()
		require.NoError(t, err)
		const trials = 3*batchTrials + 17
		b, one, trial := newBatch(n), NewCurves(n), NewTrial(n)
		for k := range trials {
			b.draw(&legs, uint64(k), 5)
			for i := range trial.Replicas {
				w, a, r, s := b.legs[0][i], b.legs[1][i], b.legs[2][i], b.legs[3][i]
				trial.Replicas[i] = Replica{w, w + a, r, r + s}
			}
			one.Add(trial)
		}
		require.Equal(t, one, WARS(legs, n, trials, 5))
	}
}

// A replica more or a trial more changes none of the other draws.
func TestWARSDrawsApart(t *testing.T) {
	specs := known(t, "ymmr")
	legs, err := specs.Compile()
	require.NoError(t, err)
	few, many, later := newBatch(2), newBatch(5), newBatch(2)
	few.draw(&legs, 64, 99)
	many.draw(&legs, 64, 99)
	later.draw(&legs, 70, 99)
	for leg := range few.legs {
		require.Equal(t, few.legs[leg][2*6:2*7], many.legs[leg][5*6:5*6+2])
		require.Equal(t, few.legs[leg][2*6:2*7], later.legs[leg][:2])
		require.NotEqual(t, few.legs[leg][:2], few.legs[leg][2:4])
	}
	require.NotEqual(t, few.legs[1], few.legs[2])
	require.Equal(t, WARS(legs, 3, 1000, 5), WARS(legs, 3, 1000, 5))
	require.NotEqual(t, WARS(legs, 3, 1000, 5), WARS(legs, 3, 1000, 6))
	require.EqualValues(t, 1000, WARS(legs, 3, 1000, 5).Trials())
	require.Zero(t, WARS(legs, 3, 0, 5).Trials())
}

func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		specs := known(t, name)
		_, err := specs.Compile()
		require.NoError(t, err, name)
	}
	_, ok := Preset("lnkd")
	require.False(t, ok)
	bad := LegSpecs{}
	_, err := bad.Compile()
	require.ErrorContains(t, err, "leg w: no distribution is given")
	require.Nil(t, bad.Leg("x"))
}

func TestApart(t *testing.T) {
	require.Zero(t, Apart(0, 10, 0, 20))
	require.Zero(t, Apart(1, 10, 1, 20))
	require.InDelta(t, 0.1/math.Sqrt(0.25*0.02), Apart(0.55, 100, 0.45, 100), 1e-12)
	require.InDelta(t, -Apart(0.55, 100, 0.45, 300), Apart(0.45, 300, 0.55, 100), 1e-12)

	legs, err := func() (Legs, error) { s := known(t, "lnkd-disk"); return s.Compile() }()
	require.NoError(t, err)
	one, other := WARS(legs, 3, 20_000, 1), WARS(legs, 3, 30_000, 2)
	legs.W = legs.A
	far := WARS(legs, 3, 20_000, 3)
	for _, apart := range []func(*Curves) float64{
		func(c *Curves) float64 { return one.ConsistentApart(c, 1, 1, 0) },
		func(c *Curves) float64 { return one.VisibleApart(c, 1, 1, 0.999) },
		func(c *Curves) float64 { return one.WriteApart(c, 2, 0.5) },
	} {
		require.Less(t, math.Abs(apart(other)), 4.0)
		require.Greater(t, math.Abs(apart(far)), 5.0)
	}
	require.Less(t, math.Abs(one.ReadApart(other, 3, 0.99)), 4.0)
}

func known(t testing.TB, name string) LegSpecs {
	t.Helper()
	legs, ok := Preset(name)
	require.True(t, ok, name)
	return legs
}
