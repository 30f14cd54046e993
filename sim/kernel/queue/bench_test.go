//go:build linux

package queue

import (
	"container/heap"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// streamSize is how many delays a benchmark cycles through.
const streamSize = 1 << 16

// BenchmarkHold is the classic hold model: pop the earliest event, push it
// again a delay later, with a constant number pending. The queue and its rivals
// take turns within one run, and each turn is timed by the processor time of the
// process: only ratios of such turns mean anything on a shared machine. The
// reported figures are medians over the turns:
//
//	cpu-ns/op        processor time of one hold on the queue
//	x-of-4ary        the same, as a multiple of that on a typed 4-ary heap
//	containerheap-x  how many times longer container/heap takes, which
//	                 allocates each event, as a textbook does
func BenchmarkHold(b *testing.B) {
	for _, s := range streams {
		for _, pending := range []int{10, 100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", s.name, pending), func(b *testing.B) {
				compareHolds(b, s.delays(streamSize), pending)
			})
		}
	}
}

// A turn is long enough to hide the cost of changing over.
const turn = 1 << 15

func compareHolds(b *testing.B, delays []int64, pending int) {
	rivals := []func(from int){holdQueue(delays, pending), holdHeap4(delays, pending), holdBoxed(delays, pending)}
	costs := make([][]float64, len(rivals))
	for _, hold := range rivals {
		hold(0) // warm up, and leave the state that the pushes of the start left
	}
	for done := 0; done < b.N; done += turn {
		for i, hold := range rivals {
			start := processTime()
			hold(done)
			costs[i] = append(costs[i], float64(processTime()-start)/turn)
		}
	}
	b.ReportMetric(0, "ns/op") // wall time of all three: of no use
	b.ReportMetric(median(costs[0]), "cpu-ns/op")
	b.ReportMetric(median(quotients(costs[0], costs[1])), "x-of-4ary")
	b.ReportMetric(median(quotients(costs[2], costs[0])), "containerheap-x")
}

func holdQueue(delays []int64, pending int) func(from int) {
	q, seq := New(), uint32(0)
	for ; int(seq) < pending; seq++ {
		q.Push(&Event{At: delays[int(seq)%len(delays)], Seq: seq})
	}
	return func(from int) {
		var e Event
		for i := range turn {
			q.Pop(&e)
			e.At += delays[uint(from+i)%streamSize]
			e.Seq = seq
			seq++
			q.Push(&e)
		}
	}
}

func holdHeap4(delays []int64, pending int) func(from int) {
	h, seq := &heap4{}, uint32(0)
	for ; int(seq) < pending; seq++ {
		h.Push(&Event{At: delays[int(seq)%len(delays)], Seq: seq})
	}
	return func(from int) {
		var e Event
		for i := range turn {
			h.Pop(&e)
			e.At += delays[uint(from+i)%streamSize]
			e.Seq = seq
			seq++
			h.Push(&e)
		}
	}
}

func holdBoxed(delays []int64, pending int) func(from int) {
	h, seq := &boxed{}, uint32(0)
	for ; int(seq) < pending; seq++ {
		heap.Push(h, &Event{At: delays[int(seq)%len(delays)], Seq: seq})
	}
	return func(from int) {
		for i := range turn {
			e := *heap.Pop(h).(*Event)
			e.At += delays[uint(from+i)%streamSize]
			e.Seq = seq
			seq++
			heap.Push(h, &e)
		}
	}
}

// BenchmarkReset is what starting the next seed costs after a large one.
func BenchmarkReset(b *testing.B) {
	q := New()
	for b.Loop() {
		q.Push(&Event{At: 1 << 40})
		q.Reset()
	}
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
