//go:build linux

package kernel_test

import (
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"simrun/sim/kernel"
	"simrun/sim/kernel/queue"
)

// TestNothingIsAllocated once a world has warmed up: not for events, timers, syncs
// or a change of seed.
func TestNothingIsAllocated(t *testing.T) {
	w := jugglers(20, 100)
	w.Run(1)
	require.LessOrEqual(t, testing.AllocsPerRun(3, func() { w.Run(1) }), 150.0, "the nodes and their balls")

	s := newStage().nodes(func(int) *puppet { return forever() }, func(n *kernel.Node) { n.Sync = constant(10) })
	w = kernel.New(s.config)
	w.Run(1)
	steps := float64(w.Run(1).Events)
	require.Greater(t, steps, 1e5)
	require.LessOrEqual(t, testing.AllocsPerRun(3, func() { w.Run(1) })/steps, 0.001)
}

// TestSizes: what a pending event and an idle kernel take.
func TestSizes(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(queue.Event{}), uintptr(48))
	const worlds = 200
	var keep [worlds]*kernel.World
	c := jugglerConfig(3, 0) // latency tables are shared between worlds
	before := heap()
	for i := range keep {
		keep[i] = kernel.New(c)
		keep[i].Run(1)
	}
	idle := (heap() - before) / worlds
	runtime.KeepAlive(keep)
	t.Log("an idle kernel of three nodes takes", idle, "bytes")
	require.Less(t, idle, uint64(16<<10))

	pending := 100_000
	w := jugglers(20, pending)
	before = heap()
	w.Run(1)
	each := float64(heap()-before) / float64(pending)
	runtime.KeepAlive(w)
	t.Log("a pending message takes", each, "bytes, itself and its place in the table included")
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestSharedMemoryChangesNothing: worlds of different sizes take turns with one memory, and do
// what each does alone.
func TestSharedMemoryChangesNothing(t *testing.T) {
	for _, limit := range []int64{0, 1 << 20} { // with the small limit nothing is handed on
		var memory kernel.Memory
		var alone, shared []*kernel.World
		for _, c := range []kernel.Config{jugglerConfig(20, 1000), quorumConfig(100), jugglerConfig(3, 30)} {
			c.MaxMemory = limit
			alone = append(alone, kernel.New(c))
			c.Memory = &memory
			shared = append(shared, kernel.New(c))
		}
		for seed := range uint64(3) {
			for i := range shared {
				want, got := alone[i].Run(seed), shared[i].Run(seed)
				require.Equal(t, want.Digest, got.Digest)
				require.Equal(t, want.Stop, got.Stop)
				require.Equal(t, want.Names, got.Names)
				require.Equal(t, want.Sent, got.Sent)
				require.True(t, slices.Equal(want.History.Ops, got.History.Ops))
				require.True(t, slices.Equal(want.Observations, got.Observations))
			}
		}
	}
}

// TestSharedMemoryIsOne: many worlds that take turns hold little more than one.
func TestSharedMemoryIsOne(t *testing.T) {
	const worlds = 20
	var keep [worlds]*kernel.World
	var memory kernel.Memory
	c := jugglerConfig(3, 10_000)
	c.Memory = &memory
	all := int64(0)
	for i := range keep {
		keep[i] = kernel.New(c)
		keep[i].Run(1)
	}
	for _, w := range keep {
		all += w.Held()
	}
	require.Less(t, all, 2*keep[worlds-1].Held())
}
