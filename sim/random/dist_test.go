package random

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const ms = time.Millisecond

// law is a distribution's closed form: the time in ns that is exceeded with
// probability v (upper) or not exceeded with probability v (lower).
type law struct {
	name         string
	spec         Spec
	upper, lower func(v float64) float64
	mean         float64
}

func exponentialLaw(name string, spec Spec, mean float64) law {
	return law{
		name, spec,
		func(v float64) float64 { return -mean * math.Log(v) },
		func(v float64) float64 { return -mean * math.Log1p(-v) }, mean,
	}
}

func paretoLaw(name string, least time.Duration, alpha Decimal) law {
	a, x := float64(alpha)/1e9, float64(least)
	mean := math.Inf(1)
	if a > 1 {
		mean = x * a / (a - 1)
	}
	return law{
		name,
		Spec{Pareto: &Pareto{Min: least, Alpha: alpha}},
		func(v float64) float64 { return x * math.Pow(v, -1/a) },
		func(v float64) float64 { return x * math.Exp(-math.Log1p(-v)/a) }, mean,
	}
}

func lognormalLaw(name string, median time.Duration, sigma Decimal) law {
	s, m := float64(sigma)/1e9, float64(median)
	return law{
		name,
		Spec{Lognormal: &Lognormal{Median: median, Sigma: sigma}},
		func(v float64) float64 { return m * math.Exp(s*deviate(v)) },
		func(v float64) float64 { return m * math.Exp(-s*deviate(v)) }, m * math.Exp(s*s/2),
	}
}

// deviate is the normal deviate exceeded with probability v, by Newton's method
// from Erfcinv, which itself loses the tail's digits.
func deviate(v float64) float64 {
	z := math.Sqrt2 * math.Erfcinv(2*v)
	for range 4 {
		density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		z += (math.Erfc(z/math.Sqrt2)/2 - v) / density
	}
	return z
}

func laws() []law {
	return []law{
		exponentialLaw("exponential", Spec{Exponential: &Exponential{Mean: time.Second}}, 1e9),
		exponentialLaw("exponential by rate", Spec{Exponential: &Exponential{Rate: PerSecond(One / 60)}}, 60e9/.99999996),
		paretoLaw("pareto body", 235*ms, 10*One),
		paretoLaw("pareto infinite variance", 1050*ms, 1_510_000_000),
		paretoLaw("pareto infinite mean", time.Second, One/4),
		paretoLaw("pareto almost constant", time.Second, 1000*One),
		lognormalLaw("lognormal", 5*time.Second, One/2),
		lognormalLaw("lognormal narrow", time.Second, One/1000),
		lognormalLaw("lognormal wide", 5*time.Second, 2*One),
	}
}

// TestClosedForm holds every sampler against its law, with words spread over both
// tails. The allowance besides the relative error is the rounding to a nanosecond.
// Below 2^-40 a word is itself too coarse for the gate.
func TestClosedForm(t *testing.T) {
	for _, l := range laws() {
		t.Run(l.name, func(t *testing.T) {
			d := compile(t, l.spec)
			worst := 0.0
			check := func(word uint64, want float64) {
				if want > float64(Longest)/2 {
					return
				}
				miss := math.Abs(float64(d.Sample(word)) - want)
				worst = max(worst, (miss-0.52)/want)
			}
			for octave := 1; octave <= 39; octave++ {
				for i := range 500 {
					v := math.Ldexp(1+(float64(i)+0.377)/500, -octave-1)
					word := uint64(math.Ldexp(v, 64))
					check(word, l.lower(v))
					check(^word, l.upper(v))
				}
			}
			require.Less(t, worst, 1e-6)
			t.Logf("worst relative error %.1e", worst)
		})
	}
}

// TestClosedFormCanFail shows that TestClosedForm's gate is sharp: a law off by
// 3e-6 in its scale does not pass for the true one.
func TestClosedFormCanFail(t *testing.T) {
	d := compile(t, Spec{Exponential: &Exponential{Mean: time.Second + 3*time.Microsecond}})
	want := 1e9 * math.Ln2
	require.Greater(t, math.Abs(float64(d.Sample(1<<63))-want)/want, 1e-6)
}

func TestMean(t *testing.T) {
	for _, l := range laws() {
		d := compile(t, l.spec)
		mean, ok := d.Mean()
		require.Equal(t, !math.IsInf(l.mean, 1), ok, l.name)
		if ok {
			require.InEpsilon(t, l.mean, float64(mean), 1e-8, l.name)
		}
	}
	infinite := compile(t, Spec{Mixture: []Part{
		{One, Always(ms)}, {One, Spec{Pareto: &Pareto{Min: ms, Alpha: One}}},
	}})
	_, ok := infinite.Mean()
	require.False(t, ok)
	for _, c := range []struct {
		spec Spec
		mean time.Duration
	}{
		{Always(2 * ms), 2 * ms},
		{Always(Longest), Longest},
		{Spec{Constant: new(time.Duration), Plus: ms}, ms},
		{Spec{Uniform: &Uniform{ms, 3 * ms}, Plus: ms}, 3 * ms},
		{Spec{Empirical: []Point{{0, ms}, {One / 2, 2 * ms}, {One, 9 * ms}}}, 3500 * time.Microsecond},
		{Spec{Preset: "lnkd-ssd"}, 291077},
		{Spec{Preset: "lnkd-disk-write"}, 4569331},
	} {
		mean, ok := compile(t, c.spec).Mean()
		require.True(t, ok)
		require.InDelta(t, int64(c.mean), mean, 1)
	}
}

// TestSampleMean: the average over evenly spread words is the mean.
func TestSampleMean(t *testing.T) {
	for _, c := range specs() {
		d := compile(t, c.spec)
		mean, ok := d.Mean()
		require.True(t, ok)
		const n = 1 << 18
		sum := int64(0)
		for i := range uint64(n) {
			sum += d.Sample(i<<46 + 1<<45)
		}
		tolerance := 2e-5
		if c.name == "lnkd-disk-write" {
			tolerance = 5e-3 // an infinite variance: the last of the words are missed
		}
		require.InEpsilon(t, mean, float64(sum)/n, tolerance, c.name)
	}
}

// TestMixture: each part has its share of the words, and within it its own law.
func TestMixture(t *testing.T) {
	d := compile(t, Spec{Mixture: []Part{{3 * One, Always(ms)}, {One, Spec{Uniform: &Uniform{2 * ms, 3 * ms}}}}})
	require.Equal(t, int64(ms), d.Sample(0))
	require.Equal(t, int64(ms), d.Sample(3<<62-1))
	require.Equal(t, int64(2*ms), d.Sample(3<<62))
	require.InDelta(t, int64(5*ms/2), d.Sample(7<<61), 1)
	require.Equal(t, int64(3*ms), d.Sample(math.MaxUint64))
}

// TestPresetsAgainstLaw compares with the survival function of the published fit.
func TestPresetsAgainstLaw(t *testing.T) {
	survival := func(x, weight, least, alpha, rate float64) float64 {
		pareto := 1.0
		if x > least {
			pareto = math.Pow(least/x, alpha)
		}
		return weight*pareto + (1-weight)*math.Exp(-rate*x)
	}
	for _, c := range []struct {
		name                       string
		weight, least, alpha, rate float64 // milliseconds
	}{
		{"lnkd-ssd", .9122, .235, 10, 1.66},
		{"lnkd-disk", .9122, .235, 10, 1.66},
		{"lnkd-disk-write", .38, 1.05, 1.51, .183},
		{"ymmr", .982, 1.5, 3.8, .0217},
		{"ymmr-write", .939, 3, 3.35, .0028},
	} {
		d := compile(t, Spec{Preset: c.name})
		for _, p := range []string{"0.001", "0.1", "0.5", "0.9", "0.99", "0.999", "0.9999", "0.999999"} {
			threshold, err := ParseProbability(p)
			require.NoError(t, err)
			x := d.Quantile(threshold)
			before := 1 - survival(float64(x-1)/1e6-1e-6, c.weight, c.least, c.alpha, c.rate)
			after := 1 - survival(float64(x+1)/1e6+1e-6, c.weight, c.least, c.alpha, c.rate)
			want := float64(threshold) / (1 << 64)
			require.LessOrEqual(t, before, want+1e-12, "%s %s", c.name, p)
			require.GreaterOrEqual(t, after, want-1e-12, "%s %s", c.name, p)
		}
	}
	require.Len(t, Presets(), 5)
}

// TestQuantileIsSample: for a distribution in one part or with ascending parts,
// the quantile at p is the sample at the word p.
func TestQuantileIsSample(t *testing.T) {
	for _, c := range specs()[:6] {
		d := compile(t, c.spec)
		rapid.Check(t, func(t *rapid.T) {
			word := rapid.Uint64().Draw(t, "word")
			require.InDelta(t, d.Sample(word), d.Quantile(Probability(word)), 1, c.name)
		})
	}
	empty := Dist{}
	require.Zero(t, empty.Sample(math.MaxUint64))
	require.Zero(t, empty.Quantile(Certain))
	mean, ok := empty.Mean()
	require.True(t, ok)
	require.Zero(t, mean)
}

// TestMonotone: apart from mixtures, longer words give longer times.
func TestMonotone(t *testing.T) {
	for _, c := range specs()[:6] {
		d := compile(t, c.spec)
		rapid.Check(t, func(t *rapid.T) {
			a, b := rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b")
			a, b = min(a, b), max(a, b)
			require.LessOrEqual(t, d.Sample(a), d.Sample(b)+1, c.name) // 1 ns of rounding
		})
	}
}

// TestRange: every legal Spec stays within 0 and Longest, extremes included.
func TestRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := time.Duration(rapid.Int64Range(1, int64(Longest)).Draw(t, "scale"))
		s := rapid.SampledFrom([]Spec{
			{Exponential: &Exponential{Mean: scale}},
			{Pareto: &Pareto{scale, Decimal(rapid.Int64Range(1e8, 1e12).Draw(t, "alpha"))}},
			{Lognormal: &Lognormal{scale, Decimal(rapid.Int64Range(1, 8e9).Draw(t, "sigma"))}},
			{Uniform: &Uniform{0, scale}},
		}).Draw(t, "spec")
		d, err := s.Compile()
		require.NoError(t, err)
		words := []uint64{0, 1, math.MaxUint64, 1 << 63, 1<<63 - 1}
		for range 50 {
			words = append(words, rapid.Uint64().Draw(t, "word"))
		}
		for _, word := range words {
			value := d.Sample(word)
			require.GreaterOrEqual(t, value, int64(0))
			require.LessOrEqual(t, value, int64(Longest))
		}
	})
}

// TestStretch: a share's first word becomes the first word, its last nearly the
// last, and order is kept.
func TestStretch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Uint64Range(1, math.MaxUint64-1).Draw(t, "from")
		width := rapid.Uint64Range(1, -from-1).Draw(t, "width")
		s := newShare(from, width)
		require.Zero(t, s.stretch(from))
		last := float64(s.stretch(from + width - 1))
		require.InDelta(t, 1-1/float64(width), last/(1<<64), 1e-15)
		offset := rapid.Uint64Range(0, width-1).Draw(t, "offset")
		want := float64(offset) / float64(width)
		require.InDelta(t, want, float64(s.stretch(from+offset))/(1<<64), 1e-12)
	})
}

// TestSamples are those of Sample, one by one.
func TestSamples(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SliceOf(rapid.Uint64()).Draw(r, "words")
		for _, c := range specs() {
			d := compile(t, c.spec)
			words, to := append(words, 0, math.MaxUint64, 1<<63, 1<<63-1), make([]int64, len(words)+4)
			if len(d.parts) > 0 {
				words, to = append(words, d.parts[1].from, d.parts[1].from-1), append(to, 0, 0)
			}
			d.Samples(to, words)
			for i, word := range words {
				require.Equal(t, d.Sample(word), to[i], "%s at %d", c.name, word)
			}
		}
	})
}
