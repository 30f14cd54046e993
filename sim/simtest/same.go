package simtest

import (
	"slices"
	"testing"

	"simrun/sim/kernel"
	"simrun/sim/record"
)

// Same runs a world n times with a seed, by turns in a world of its own and in one
// that has run other seeds, and demands the same digest each time. Where runs
// differ it names the first stretch of events in which they do. Running twice would
// miss a map of two keys half the time: n should be 10 at least.
func Same(t testing.TB, build func() *kernel.World, seed uint64, n int) {
	t.Helper()
	used := build()
	first := keep(used.Run(seed))
	for i := 1; i < n; i++ {
		w := used
		if i%2 == 1 {
			w = build()
		} else {
			used.Run(seed + uint64(i))
		}
		if other := keep(w.Run(seed)); other.digest != first.digest {
			t.Errorf("seed %d: run %d has digest %016x, the first %016x; they differ %s", seed, i+1, other.digest,
				first.digest, first.differs(other))
			return
		}
	}
}

// marks are the digests of a run.
type marks struct {
	digest      uint64
	checkpoints []uint64
}

func keep(r *record.Run) marks { return marks{r.Digest, slices.Clone(r.Checkpoints)} }

// differs says where two runs part.
func (m marks) differs(other marks) string {
	at := 0
	for at < min(len(m.checkpoints), len(other.checkpoints)) && m.checkpoints[at] == other.checkpoints[at] {
		at++
	}
	return "after event " + number(at*record.CheckpointEvery) + " and by event " + number((at+1)*record.CheckpointEvery)
}
