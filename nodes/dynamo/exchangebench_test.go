//go:build linux

package dynamo

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

const million = 1_000_000

// alike is two replicas that hold the same million keys.
func alike(b *testing.B) *hand {
	c := comparing("merkle", "lww")
	c.MerkleFanout, c.MerkleDepth = 2, 15 // as in Cassandra
	h := newHand(b, c, 2, 1)
	for _, id := range h.members {
		for key := range sim.Key(million) {
			h.replica(id).store.merge(key, version(0))
		}
		h.root(id)
	}
	return h
}

// version is a set of one version, with a time of its own.
func version(n uint64) versions.Set {
	return versions.Set{{Value: sim.Value{ID: sim.NewOpID(1, uint32(n+1))}, Time: n + 1, Size: preloadSize}}
}

// BenchmarkExchange is a whole exchange of two replicas of a million keys of which some
// differ, with all its handlers: the changes, the descent, the streams and their syncs.
func BenchmarkExchange(b *testing.B) {
	h := alike(b)
	n := uint64(0)
	for _, differing := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("differing=%d", differing), func(b *testing.B) {
			spent, streamed := int64(0), uint64(0)
			for b.Loop() {
				for range differing {
					n++
					h.replica(1).store.merge(sim.Key(n*7919%million), version(n))
				}
				h.facts = h.facts[:0]
				before := cpu()
				h.exchangeAlone(1)
				spent += cpu() - before
				_, keys := h.stated(sim.Streamed, func(f fact) uint64 { return f.A })
				streamed += keys
			}
			require.Equal(b, h.root(1), h.root(2))
			b.ReportMetric(float64(spent)/float64(b.N), "cpu-ns/exchange")
			b.ReportMetric(float64(streamed)/float64(b.N), "keys-streamed/exchange")
		})
	}
}

// BenchmarkTakeWithTree is what a tree over a million keys costs a write at a replica.
func BenchmarkTakeWithTree(b *testing.B) {
	for _, by := range []string{"none", "merkle"} {
		b.Run(by, func(b *testing.B) {
			c := comparing(by, "lww")
			h := newHand(b, c, 2, 0)
			store := &h.replica(1).store
			for key := range sim.Key(million) {
				store.merge(key, version(0))
			}
			n, before := uint64(0), cpu()
			for b.Loop() {
				n++
				store.merge(sim.Key(n*7919%million), version(n))
			}
			b.ReportMetric(float64(cpu()-before)/float64(n), "cpu-ns/merge")
		})
	}
}
