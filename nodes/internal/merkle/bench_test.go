//go:build linux

package merkle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"simrun/sim"
)

// The benchmarks read the process's CPU clock and report the median of five or
// more, for wall time on a busy machine says little.

const million = 1_000_000

var benchShapes = []Shape{{Fanout: 2, Depth: 15}, {Fanout: 16, Depth: 4}}

// cpu is the CPU time of this process so far, in nanoseconds.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// median runs f at least five times and returns the median of its CPU time, in
// nanoseconds.
func median(b *testing.B, f func()) float64 {
	b.Helper()
	times := make([]int64, 0, max(5, b.N))
	b.ResetTimer()
	for range cap(times) {
		before := cpu()
		f()
		times = append(times, cpu()-before)
	}
	b.ReportMetric(0, "ns/op")
	slices.Sort(times)
	return float64(times[len(times)/2])
}

func onEachShape(b *testing.B, f func(b *testing.B, shape Shape)) {
	for _, shape := range benchShapes {
		b.Run(fmt.Sprintf("fanout=%d/depth=%d", shape.Fanout, shape.Depth), func(b *testing.B) { f(b, shape) })
	}
}

// fill tells the tree of a million keys, in drawn order.
func fill(t *Tree, order []int) {
	for _, key := range order {
		t.Set(sim.Key(key), Absent, uint64(key)+1)
	}
}

func shuffled() []int { return rand.New(rand.NewPCG(1, 2)).Perm(million) }

// BenchmarkRebuild is a tree of a million keys from scratch, root and all.
func BenchmarkRebuild(b *testing.B) {
	onEachShape(b, func(b *testing.B, shape Shape) {
		tree, order := New(shape), shuffled()
		b.ReportMetric(median(b, func() {
			tree.Clear()
			fill(tree, order)
			tree.Root()
		})/million, "cpu-ns/key")
	})
}

// BenchmarkUpdate is one key of a million, with the root asked for only after all.
func BenchmarkUpdate(b *testing.B) {
	onEachShape(b, func(b *testing.B, shape Shape) {
		tree, order := New(shape), shuffled()
		fill(tree, order)
		shift := uint64(0)
		b.ReportMetric(median(b, func() {
			for _, key := range order {
				tree.Set(sim.Key(key), uint64(key)+1+shift, uint64(key)+2+shift)
			}
			shift++
			tree.Root()
		})/million, "cpu-ns/update")
	})
}

// BenchmarkUpdateAndRoot is one key of a million, with the root after each.
func BenchmarkUpdateAndRoot(b *testing.B) {
	onEachShape(b, func(b *testing.B, shape Shape) {
		tree, order := New(shape), shuffled()
		fill(tree, order)
		tree.Root()
		const updates = 50_000
		shift := uint64(0)
		b.ReportMetric(median(b, func() {
			for _, key := range order[:updates] {
				tree.Set(sim.Key(key), uint64(key)+1+shift, uint64(key)+2+shift)
				tree.Root()
			}
			shift++
		})/updates, "cpu-ns/update")
	})
}

// BenchmarkIndex is a key struck and listed again, among a million.
func BenchmarkIndex(b *testing.B) {
	onEachShape(b, func(b *testing.B, shape Shape) {
		index, order := NewIndex(shape), shuffled()
		for key := range sim.Key(million) {
			index.Add(key)
		}
		b.ReportMetric(median(b, func() {
			for _, key := range order[:100_000] {
				index.Remove(sim.Key(key))
				index.Add(sim.Key(key))
			}
		})/200_000, "cpu-ns/change")
	})
}

// BenchmarkDiff is a descent over two trees of a million keys of which some differ,
// with both trees up to date; as many descents as the clock needs.
func BenchmarkDiff(b *testing.B) {
	onEachShape(b, func(b *testing.B, shape Shape) {
		for _, differing := range []int{0, 1, 100, 10_000} {
			b.Run(fmt.Sprintf("differing=%d", differing), func(b *testing.B) {
				p, order := &pair{a: New(shape), b: New(shape)}, shuffled()
				fill(p.a, order)
				fill(p.b, order)
				for _, key := range order[:differing] {
					p.b.Set(sim.Key(key), uint64(key)+1, 7)
				}
				p.a.Root()
				p.b.Root()
				repeats := max(1, 100_000/(differing+1))
				var d *Descent
				taken := median(b, func() {
					for range repeats {
						d = pull(p.a, p.b, 0)
					}
				}) / float64(repeats)
				b.ReportMetric(taken, "cpu-ns/diff")
				b.ReportMetric(taken/float64(d.Comparisons()), "cpu-ns/comparison")
			})
		}
	})
}
