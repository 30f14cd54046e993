package random

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// specs is one Spec of each kind, for benchmarks and golden vectors.
func specs() []struct {
	name string
	spec Spec
} {
	ms := time.Millisecond
	return []struct {
		name string
		spec Spec
	}{
		{"constant", Always(2 * ms)},
		{"uniform", Spec{Uniform: &Uniform{Low: ms, High: 3 * ms}}},
		{"exponential", Spec{Exponential: &Exponential{Mean: 2 * ms}}},
		{"pareto", Spec{Pareto: &Pareto{Min: 235 * time.Microsecond, Alpha: 10 * One}}},
		{"lognormal", Spec{Lognormal: &Lognormal{Median: 5 * ms, Sigma: One / 2}}},
		{"empirical", Spec{Empirical: []Point{{0, ms}, {One / 2, 2 * ms}, {One, 9 * ms}}}},
		{"lnkd-ssd", Spec{Preset: "lnkd-ssd"}},
		{"lnkd-disk-write", Spec{Preset: "lnkd-disk-write", Plus: ms}},
	}
}

func compile(t testing.TB, s Spec) *Dist {
	t.Helper()
	d, err := s.Compile()
	require.NoError(t, err)
	return &d
}

func BenchmarkDraw(b *testing.B) {
	b.ReportAllocs()
	var sum uint64
	for i := range b.N {
		sum += Draw(7, Address(i), Latency)
	}
	sink = sum
}

var sink uint64

// BenchmarkMix is the cost of the words that the samplers below are fed with.
func BenchmarkMix(b *testing.B) {
	var sum uint64
	for i := range b.N {
		sum += Mix(7, uint64(i))
	}
	sink = sum
}

func BenchmarkSample(b *testing.B) {
	for _, c := range specs() {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			d := compile(b, c.spec)
			var sum int64
			for i := range b.N {
				sum += d.Sample(Mix(7, uint64(i)))
			}
			sink = uint64(sum)
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, c := range specs() {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				compile(b, c.spec)
			}
		})
	}
}

func BenchmarkKeys(b *testing.B) {
	for _, n := range []int{10, 1000, 1_000_000} {
		k, err := ZipfKeys(n, One)
		require.NoError(b, err)
		b.Run(Decimal(n*int(One)).String(), func(b *testing.B) {
			var sum uint64
			for i := range b.N {
				sum += uint64(k.Choose(Mix(7, uint64(i))))
			}
			sink = sum
		})
	}
}

func BenchmarkZipfKeys(b *testing.B) {
	for range b.N {
		_, err := ZipfKeys(MostKeys, One)
		require.NoError(b, err)
	}
}

func BenchmarkPickK(b *testing.B) {
	b.ReportAllocs()
	names := []uint64{Hash("n1"), Hash("n2"), Hash("n3"), Hash("n4"), Hash("n5")}
	out := make([]int, 0, 3)
	for i := range b.N {
		out = PickK(7, Address(i), names, 3, out)
	}
	sink = uint64(out[0])
}
