package checks

import (
	"simrun/checks/internal/histories"
	"simrun/sim"
)

// wipedCases are of disks that were lost with everything on them.
func wipedCases() []recorded {
	return []recorded{
		{
			name: "both disks wiped, then overwritten", checker: "masked_losses", want: Fail, count: 1,
			text:  "c1 wrote k0, c1/1, acknowledged at 0.020 s; its last copy was discarded (wiped)",
			build: func(b *histories.Builder) { wipedDisks(b, 1, 2) },
		},
		{
			name: "one of two disks wiped", checker: "masked_losses", want: Pass,
			build: func(b *histories.Builder) { wipedDisks(b, 1) },
		},
		{
			name: "a disk wiped twice", checker: "masked_losses", want: Pass,
			build: func(b *histories.Builder) { wipedDisks(b, 1, 1) },
		},
		{
			name: "the only copy wiped, and the disk that kept the hint", checker: "masked_losses", want: Fail, count: 1,
			build: func(b *histories.Builder) { wipedHint(b, 1, 2) },
		},
		{
			name: "the only copy wiped, not the disk that kept the hint", checker: "masked_losses", want: Pass,
			build: func(b *histories.Builder) { wipedHint(b, 1, 3) },
		},
	}
}

// wipedDisks is a write that nodes 1 and 2 store.
func wipedDisks(b *histories.Builder, wiped ...sim.NodeID) {
	w := b.Put(1, 0, 10, 20)
	b.Tell(15, 1, sim.Stored, sim.Durable, w).Tell(16, 2, sim.Stored, sim.Durable, w)
	overwritten(b, wiped)
}

// wipedHint is a write of which node 1 has a copy, and node 2 a hint.
func wipedHint(b *histories.Builder, wiped ...sim.NodeID) {
	w := b.Put(1, 0, 10, 20)
	b.Tell(15, 1, sim.Stored, sim.Durable, w).Tell(16, 2, sim.Hint, sim.Kept, w)
	overwritten(b, wiped)
}

// overwritten has disks wiped, and then another write take the place.
func overwritten(b *histories.Builder, wiped []sim.NodeID) {
	for i, node := range wiped {
		b.State(30+uint32(i), node, sim.Observation{Fact: sim.Discarded, Why: sim.Wiped})
	}
	next := b.Put(2, 0, 40, 50)
	b.Tell(45, 1, sim.Stored, sim.Durable, next)
	b.Get(3, 0, 60, 70, next).Final()
}
