//go:build linux

package checks

import (
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/record"
)

// BenchmarkRegister judges a million ops of registers of unique values, and sorts
// their two million stamps, the yardstick, in the same process. It reports the
// ratio by the processor's clock, which should be at most 0.25 (shuffled stamps),
// and the bytes an op, which should be under 100.
func BenchmarkRegister(b *testing.B) {
	for _, shape := range []struct {
		name string
		keys int
	}{{"1key", 1}, {"1000keys", 1000}} {
		b.Run(shape.name, func(b *testing.B) { benchmarkRegister(b, 1_000_000, shape.keys) })
	}
}

func benchmarkRegister(b *testing.B, ops, keys int) {
	run := keyedRegister(ops, keys)
	held, shuffled := stampsOf(run)
	var judged, sortedHeld, sortedShuffled []float64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range b.N {
		start := processorTime()
		require.Equal(b, Pass, Linearizable(run, Options{}).Verdict.Result)
		judged = append(judged, float64(processorTime()-start))
	}
	runtime.ReadMemStats(&after)
	for range b.N {
		sortedHeld = append(sortedHeld, timeOfSorting(held))
		sortedShuffled = append(sortedShuffled, timeOfSorting(shuffled))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(middle(judged)/float64(ops), "cpu-ns/histop")
	b.ReportMetric(middle(judged)/middle(sortedShuffled), "ratio")
	b.ReportMetric(middle(judged)/middle(sortedHeld), "ratio-nearly-sorted")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N*ops), "B/histop")
}

// keyedRegister is a perfect register's history whose clients go from key to key.
func keyedRegister(ops, keys int) *record.Run {
	run := &record.Run{}
	h := &run.History
	state := make([]sim.OpID, keys)
	type open struct {
		op    *sim.Call
		value sim.OpID
	}
	const clients = 8
	var pending [clients]*open
	var numbers [clients]uint32
	x := uint64(1)
	for stamp := uint32(1); len(h.Ops) < ops; stamp++ {
		x = x*6364136223846793005 + 1442695040888963407
		c := int(x>>33) % clients
		if p := pending[c]; p != nil {
			result := sim.Result{Op: p.op.Op, Outcome: sim.OK}
			if p.op.Code == sim.Get && p.value != 0 {
				result.Values = []sim.Value{{ID: p.value}}
			}
			h.End(&result, stamp, 0)
			pending[c] = nil
			continue
		}
		numbers[c]++
		key := sim.Key(x>>40) % sim.Key(keys)
		call := &sim.Call{Op: sim.NewOpID(uint16(c+1), numbers[c]), Code: sim.Get, Key: key}
		if x>>20&1 == 0 {
			call.Code, state[key] = sim.Put, call.Op
		}
		h.Begin(call, stamp, 0)
		pending[c] = &open{op: call, value: state[key]}
	}
	return run
}

// stampsOf are the stamps of a history as it holds them, which is nearly in order,
// and shuffled, as a judge would find them that is given ops in no order.
func stampsOf(run *record.Run) (held, shuffled []uint32) {
	for i := range run.History.Ops {
		held = append(held, run.History.Ops[i].Invoked, run.History.Ops[i].Returned)
	}
	shuffled = slices.Clone(held)
	x := uint64(1)
	for i := len(shuffled) - 1; i > 0; i-- {
		x = x*6364136223846793005 + 1442695040888963407
		j := int((x >> 33) % uint64(i+1))
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	}
	return held, shuffled
}

func timeOfSorting(stamps []uint32) float64 {
	scratch := slices.Clone(stamps)
	start := processorTime()
	slices.Sort(scratch)
	return float64(processorTime() - start)
}

func middle(values []float64) float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	return values[len(values)/2]
}

// processorTime is the time that the process has had on processors.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
