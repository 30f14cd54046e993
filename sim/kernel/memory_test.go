//go:build linux

package kernel_test

import (
	"runtime"
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
