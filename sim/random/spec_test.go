package random

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpecErrors(t *testing.T) {
	for _, c := range []struct {
		spec  Spec
		field string
		text  string
	}{
		{Spec{}, "", "no distribution"},
		{Spec{Plus: ms}, "", "no distribution"},
		{Spec{Constant: new(time.Duration), Preset: "ymmr"}, "", "both constant and preset"},
		{Always(-ms), "constant", "negative"},
		{Always(Longest + 1), "constant", "longer than"},
		{Spec{Preset: "ymmr", Plus: -ms}, "plus", "negative"},
		{Spec{Uniform: &Uniform{3 * ms, ms}}, "uniform.high", "below low"},
		{Spec{Uniform: &Uniform{-ms, ms}}, "uniform.low", "negative"},
		{Spec{Uniform: &Uniform{0, -ms}}, "uniform.high", "negative"},
		{Spec{Exponential: &Exponential{}}, "exponential.mean", "above 0"},
		{Spec{Exponential: &Exponential{Mean: -1}}, "exponential.mean", "negative"},
		{Spec{Exponential: &Exponential{ms, PerSecond(One)}}, "exponential", "both mean and rate"},
		{Spec{Exponential: &Exponential{Rate: Rate{-1, ms}}}, "exponential.rate", "above 0"},
		{Spec{Exponential: &Exponential{Rate: Rate{1, time.Hour}}}, "exponential.rate", "between events"},
		{Spec{Pareto: &Pareto{0, One}}, "pareto.min", "above 0"},
		{Spec{Pareto: &Pareto{ms, 0}}, "pareto.alpha", "not between"},
		{Spec{Pareto: &Pareto{ms, 1001 * One}}, "pareto.alpha", "not between"},
		{Spec{Lognormal: &Lognormal{0, One}}, "lognormal.median", "above 0"},
		{Spec{Lognormal: &Lognormal{ms, 0}}, "lognormal.sigma", "not above 0"},
		{Spec{Lognormal: &Lognormal{ms, 9 * One}}, "lognormal.sigma", "not above 0 and up to 8"},
		{Spec{Mixture: []Part{}}, "mixture", "no parts"},
		{Spec{Mixture: []Part{{0, Always(ms)}}}, "mixture[0].weight", "not above 0"},
		{Spec{Mixture: []Part{{One, Always(ms)}, {One, Spec{Pareto: &Pareto{ms, 1}}}}}, "mixture[1].pareto.alpha", "not between"},
		{Spec{Mixture: []Part{{One, Spec{Mixture: []Part{}}}}}, "mixture[0].mixture", "may not be a mixture"},
		{Spec{Mixture: []Part{{One, Spec{}}}}, "mixture[0]", "no distribution"},
		{Spec{Empirical: []Point{}}, "empirical", "two points"},
		{Spec{Empirical: []Point{{1, ms}, {One, ms}}}, "empirical[0].at", "at 0"},
		{Spec{Empirical: []Point{{0, ms}, {1, ms}}}, "empirical[1].at", "at 1"},
		{Spec{Empirical: []Point{{0, ms}, {0, ms}, {One, ms}}}, "empirical[1].at", "not above"},
		{Spec{Empirical: []Point{{0, 2 * ms}, {One, ms}}}, "empirical[1].is", "shorter"},
		{Spec{Empirical: []Point{{0, -1}, {One, ms}}}, "empirical[0].is", "negative"},
		{Spec{Preset: "lnkd"}, "preset", "unknown preset \"lnkd\": lnkd-ssd, lnkd-disk"},
	} {
		_, err := c.spec.Compile()
		var field *FieldError
		require.ErrorAs(t, err, &field, c.text)
		require.Equal(t, c.field, field.Field)
		require.ErrorContains(t, err, c.text)
	}
}

func TestFromScalar(t *testing.T) {
	var s Spec
	require.NoError(t, s.FromScalar("2ms"))
	require.Equal(t, Always(2*ms), s)
	require.NoError(t, s.FromScalar("lnkd-ssd"))
	require.Equal(t, Spec{Preset: "lnkd-ssd"}, s)
	require.NoError(t, s.FromScalar("0"))
	require.Equal(t, Always(0), s)
	require.ErrorContains(t, s.FromScalar("lnkd-sdd"), "unknown preset")
	require.ErrorContains(t, s.FromScalar("5"), "needs a unit")
	require.ErrorContains(t, s.FromScalar("5 parsecs"), "unknown unit")
	require.Error(t, s.FromScalar(""))
	require.Equal(t, Always(0), s, "an error changes nothing")
	require.True(t, Spec{}.IsZero())
	require.False(t, s.IsZero())
}

// TestNestedPreset: a preset may be a part of a mixture; its own parts share the
// part's weight, and both constants are added.
func TestNestedPreset(t *testing.T) {
	d := compile(t, Spec{Plus: ms, Mixture: []Part{
		{One, Always(0)},
		{One, Spec{Preset: "lnkd-ssd", Plus: 2 * ms}},
	}})
	inner := compile(t, Spec{Preset: "lnkd-ssd", Plus: 3 * ms})
	require.Len(t, d.parts, 3)
	require.Equal(t, int64(ms), d.Sample(0))
	require.Equal(t, int64(ms), d.Sample(1<<63-1))
	for _, word := range []uint64{0, 1 << 62, 1 << 63, 1<<64 - 1<<50} {
		require.InDelta(t, inner.Sample(word), d.Sample(1<<63+word/2), 1)
	}
}

// TestWeightsAreRelative: scaling all weights changes no draw.
func TestWeightsAreRelative(t *testing.T) {
	of := func(a, b Decimal) *Dist {
		return compile(t, Spec{Mixture: []Part{{a, Always(ms)}, {b, Spec{Exponential: &Exponential{Mean: ms}}}}})
	}
	a, b := of(One, 2*One), of(7, 14)
	for i := range uint64(100) {
		word := Mix(1, i)
		require.Equal(t, a.Sample(word), b.Sample(word))
	}
}

// TestGoldenSamples freezes what each kind of distribution makes of nine words:
// the ends, both tails, and five that a run might draw.
func TestGoldenSamples(t *testing.T) {
	words := []uint64{0, 1 << 63, ^uint64(0), 1 << 24, ^uint64(1 << 24)}
	for i := range uint64(4) {
		words = append(words, Draw(1, Address(i), Latency))
	}
	golden := map[string][]int64{
		"constant":        {2000000, 2000000, 2000000, 2000000, 2000000, 2000000, 2000000, 2000000, 2000000},
		"uniform":         {1000000, 2000000, 3000000, 1000000, 3000000, 1653837, 1827109, 2021274, 1648704},
		"exponential":     {0, 1386294, 67928424, 0, 55451774, 791778, 1067352, 1429301, 784167},
		"pareto":          {235000, 251867, 7016408, 235000, 3760000, 244490, 247882, 252409, 244397},
		"lognormal":       {97739, 5000000, 255782345, 147428, 169573768, 3995700, 4482732, 5067111, 3981492},
		"empirical":       {1000000, 2000000, 9000000, 1000000, 9000000, 1653837, 1827110, 2148916, 1648705},
		"lnkd-ssd":        {235000, 254429, 20460369, 235000, 15236863, 245663, 249631, 255095, 245556},
		"lnkd-disk-write": {2050000, 2175472, 186596786, 2050000, 149895362, 4866416, 1304044, 2292977, 4747398},
	}
	for _, c := range specs() {
		d := compile(t, c.spec)
		var got []int64
		for _, word := range words {
			got = append(got, d.Sample(word))
		}
		require.Equal(t, golden[c.name], got, c.name)
	}
}

func TestSampleAllocatesNothing(t *testing.T) {
	for _, c := range specs() {
		d := compile(t, c.spec)
		require.Zero(t, testing.AllocsPerRun(100, func() { sink += uint64(d.Sample(1 << 62)) }), c.name)
	}
}
