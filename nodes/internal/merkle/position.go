package merkle

import (
	"math/bits"

	"simrun/nodes/internal/ring"
	"simrun/sim"
)

// Position is where a key stands in [0, 2^64): the same place as on the ring, so
// that a tree can cover one partition of it. No two keys share a position.
func Position(key sim.Key) uint64 { return ring.Position(key) }

// Range is the positions from From on, clockwise, up to and without To. Where
// both are equal it is all of [0, 2^64), as the zero Range is.
//
// A ring's node at b whose predecessor stands at a owns Range{a + 1, b + 1}.
type Range struct{ From, To uint64 }

// Holds tells whether a position lies in the range.
func (r Range) Holds(at uint64) bool {
	size := r.size()
	return size == 0 || at-r.From < size
}

// Part is the i-th, from 0, of n parts of the range, whose sizes differ by at
// most one. The range must have at least n positions.
func (r Range) Part(i, n int) Range {
	return Range{r.From + r.before(i, n), r.From + r.before(i+1, n)}
}

// size is the number of positions; 0 stands for 2^64.
func (r Range) size() uint64 { return r.To - r.From }

// before is how many positions stand before the i-th of n parts: i/n of the size,
// rounded up, so that part is its inverse.
func (r Range) before(i, n int) uint64 {
	if i == n {
		return r.size()
	}
	whole, fraction := uint64(i), uint64(0) // i times the size
	if size := r.size(); size != 0 {
		whole, fraction = bits.Mul64(uint64(i), size)
	}
	count, rest := bits.Div64(whole, fraction, uint64(n))
	if rest != 0 {
		count++
	}
	return count
}

// part is which of n parts a position of the range lies in.
func (r Range) part(at uint64, n uint64) int {
	whole, fraction := bits.Mul64(at-r.From, n)
	if size := r.size(); size != 0 {
		whole, _ = bits.Div64(whole, fraction, size)
	}
	return int(whole)
}
