package random

// The generator is deprecated upstream in favour of math/rand/v2, but it is the
// project's named generator, its algorithm is frozen, and golden vectors guard
// it. This is the only file that imports it.
import (
	//lint:ignore SA1019 the project's named generator; wrapped here only and guarded by golden vectors
	"golang.org/x/exp/rand"
)

// Draw returns the word at (seed, address, purpose): the first output of a PCG
// (XSL RR 128/64) that is seeded afresh for this draw. The three are mixed
// before seeding because PCGSource.Seed copies its argument into both halves of
// the state, which leaves consecutive raw seeds correlated.
func Draw(seed uint64, a Address, p Purpose) uint64 {
	var source rand.PCGSource
	source.Seed(Mix(seed, uint64(a)+uint64(p)*golden))
	return source.Uint64()
}
