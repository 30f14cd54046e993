//go:build linux

package predict

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"simrun/sim/random"
)

// BenchmarkWARS measures one trial, of which come the curves of all nine R and W of
// three replicas, and by turns with it the twelve draws alone, one by one. The figures
// are medians over the turns of the processor time of the process, which on a busy
// machine vary by a factor: their quotient does less.
func BenchmarkWARS(b *testing.B) {
	exponential := random.Spec{Exponential: &random.Exponential{Mean: time.Millisecond}}
	for _, of := range []struct {
		name string
		legs LegSpecs
	}{
		{"exponential", LegSpecs{exponential, exponential, exponential, exponential}},
		{"lnkd-ssd", known(b, "lnkd-ssd")},
		{"lnkd-disk", known(b, "lnkd-disk")},
	} {
		legs, err := of.legs.Compile()
		require.NoError(b, err)
		b.Run(of.name, func(b *testing.B) { benchmarkWARS(b, legs) })
	}
}

func benchmarkWARS(b *testing.B, legs Legs) {
	const turn = 200_000
	var trials, draws []float64
	for done := 0; done < b.N || len(trials) < 11; done += turn {
		start := processTime(b)
		WARS(legs, 3, turn, uint64(done))
		middle := processTime(b)
		bare(legs, turn, uint64(done))
		trials = append(trials, float64(middle-start)/turn)
		draws = append(draws, float64(processTime(b)-middle)/turn)
	}
	slices.Sort(trials)
	slices.Sort(draws)
	trial, draw := trials[len(trials)/2], draws[len(draws)/2]
	b.ReportMetric(trial, "cpu-ns/trial")
	b.ReportMetric(draw, "cpu-ns/12-draws")
	b.ReportMetric(trial/draw, "x-of-draws")
	b.ReportMetric(0, "ns/op") // wall time of both: of no use
}

var sink int64

// bare draws what trials need and forgets it.
func bare(legs Legs, trials int, seed uint64) {
	for k := range uint64(trials) {
		for leg, d := range [4]*random.Dist{&legs.W, &legs.A, &legs.R, &legs.S} {
			for i := range uint64(3) {
				sink += d.Sample(random.Mix(seed, k*16+uint64(leg)*4+i))
			}
		}
	}
}

// processTime is the processor time that the process has used.
func processTime(b *testing.B) int64 {
	var now unix.Timespec
	require.NoError(b, unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &now))
	return now.Nano()
}
