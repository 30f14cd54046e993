//go:build linux

package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A sleeper runs processes that do nothing but sleep, until they have slept so
// many times in total, and returns how many times they did. Its start and end
// are part of the cost, so that steps must be many more than processes.
type sleeper struct {
	name string
	run  func(processes, steps int, delays []time.Duration) (slept int)
}

// streamSize is how many delays there are before they repeat: enough that the
// branch predictor cannot learn them.
const streamSize = 1 << 16

// turn is how many steps a sleeper runs before the next one has its turn.
const turn = 1 << 17

// BenchmarkSleep measures one step of a sleeping process: schedule the wake-up,
// give the processor away, be woken. The sleepers take turns, and each turn is
// timed by the processor time of the process; the figures are medians over the
// turns. "NAME-x" is how many times a bare coroutine's step NAME takes.
func BenchmarkSleep(b *testing.B) {
	delays := exponential(streamSize, time.Millisecond)
	for _, processes := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(processes), func(b *testing.B) {
			compare(b, processes, delays)
		})
	}
}

func compare(b *testing.B, processes int, delays []time.Duration) {
	sleepers := slices.Concat(ours, peers)
	costs := make([][]float64, len(sleepers))
	for done := 0; done < b.N; done += turn {
		for i, s := range sleepers {
			start := processTime()
			s.run(processes, turn, delays)
			costs[i] = append(costs[i], float64(processTime()-start)/turn)
		}
	}
	b.ReportMetric(0, "ns/op") // wall time of all together: of no use
	b.ReportMetric(median(costs[0]), sleepers[0].name+"-cpu-ns/op")
	for i, s := range sleepers[1:] {
		b.ReportMetric(median(quotients(costs[i+1], costs[0])), s.name+"-x")
	}
}

// TestSleepersSleep checks that every sleeper really takes its steps.
func TestSleepersSleep(t *testing.T) {
	for _, s := range slices.Concat(ours, peers) {
		slept := s.run(3, 100, exponential(128, time.Millisecond))
		if slept < 97 || slept > 100 { // those asleep at the end may not be counted
			t.Errorf("%s slept %d times, want 100", s.name, slept)
		}
	}
}

func exponential(count int, mean time.Duration) []time.Duration {
	r := rand.New(rand.NewPCG(1, 2))
	delays := make([]time.Duration, count)
	for i := range delays {
		delays[i] = time.Duration(-math.Log(1-r.Float64()) * float64(mean))
	}
	return delays
}

func processTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		panic(err)
	}
	return time.Duration(ts.Nano())
}

func quotients(a, b []float64) []float64 {
	result := make([]float64, len(a))
	for i := range a {
		result[i] = a[i] / b[i]
	}
	return result
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
