package random

import "math/bits"

// The grid. A word u is taken as a distance v to the nearer end of its range: u
// itself below one half, its complement above. Octaves halve v, each has 32
// cells of equal width, and each cell is a cubic through four nodes. So cells
// get finer in proportion to v, towards both tails, down to v = 2^-49.
const (
	octaves = 48
	cells   = 32              // in an octave
	steps   = 3 * cells       // nodes in an octave, end excluded
	half    = octaves * cells // cells on one side
	nodes   = octaves*steps + 1
	nearest = 1 << 15 // the smallest v told apart: 2^-49 of the range
)

// cell is the cubic a + t(b + t(c + t*d)), in units of 1/256 ns, for t from 0 to
// 1 across the cell in the direction of growing v. The last three are stored with
// bias added, so that no product has a sign; a with one half, to round.
type cell struct{ a, b, c, d uint64 }

const bias = 1 << 62

// curve is a quantile function: the cells of the lower half of the words by
// growing v, then those of the upper half.
type curve [2 * half]cell

// locate returns the cell that a word falls into and where, in 2^-64 of the cell.
func (c *curve) locate(word uint64) (piece *cell, t uint64) {
	side := uint64(int64(word) >> 63) // all ones in the upper half
	v := max(word^side, nearest)
	lead := uint(bits.LeadingZeros64(v))
	index := uint(v>>((58-lead)&63)) + (47-lead)*cells + uint(side&half)
	return &c[index], v << ((lead + 6) & 63)
}

// at returns the cubic's value in nanoseconds.
func (c *cell) at(t uint64) int64 {
	off := t >> 2 // bias * t
	y, _ := bits.Mul64(c.d, t)
	y, _ = bits.Mul64(y+c.c-off, t)
	y, _ = bits.Mul64(y+c.b-off, t)
	return int64(y+c.a-off) >> fineBits
}

// newCurve compiles a quantile function that is given at the grid's nodes, in
// units of 1/256 ns and at most ceiling.
func newCurve(height func(node int, upper bool) int64) *curve {
	c := new(curve)
	for side, upper := range [2]bool{false, true} {
		var y [4]int64
		y[3] = height(0, upper)
		for i := range half {
			y[0] = y[3]
			for k := 1; k <= 3; k++ {
				y[k] = height(3*i+k, upper)
			}
			c[side*half+i] = cubic(y)
		}
	}
	return c
}

// cubic interpolates four equidistant heights, meeting the outer two exactly. A
// cell that reaches the ceiling is flat.
func cubic(y [4]int64) cell {
	if y[0] >= ceiling || y[3] >= ceiling {
		y = [4]int64{ceiling, ceiling, ceiling, ceiling}
	}
	one, two := y[1]-y[0], y[2]-y[1]
	bend := two - one
	twist := y[3] - y[2] - two - bend
	c, d := (9*bend-9*twist)/2, 9*twist/2
	b := y[3] - y[0] - c - d
	return cell{uint64(y[0] + fineHalf), uint64(b + bias), uint64(c + bias), uint64(d + bias)}
}

// surprisal returns -log2 of the probability to exceed the quantile at a node, in
// units of 2^-52.
func surprisal(node int, upper bool) int64 {
	octave, step := octaves-1-node/steps, node%steps
	if upper {
		return int64(octave+2)<<expBits - (log2(uint64(steps+step)) - log2(steps))
	}
	h, l := bits.Mul64(uint64(steps+step), 1<<(62-octave))
	v, _ := bits.Div64(h, l, steps)
	return 64<<expBits - log2(-v)
}

// exponentialCurve is -mean * ln(survival); the mean in 1/256 ns.
func exponentialCurve(mean int64) *curve {
	return newCurve(func(node int, upper bool) int64 {
		return times(mean, int64(high(uint64(surprisal(node, upper)), ln2)))
	})
}

// paretoCurve is least * survival^(-1/alpha); least in 1/256 ns.
func paretoCurve(least int64, alpha Decimal) *curve {
	return newCurve(func(node int, upper bool) int64 {
		exponent, _ := ratio(surprisal(node, upper), int64(One), int64(alpha))
		return grow(least, exponent)
	})
}

// lognormalCurve is median * e^(sigma*z); the median in 1/256 ns.
func lognormalCurve(median int64, sigma Decimal) *curve {
	return newCurve(func(node int, upper bool) int64 {
		z, _ := ratio(normals[node], int64(sigma), int64(One)) // in 2^-50
		h, l := bits.Mul64(uint64(z), log2e)
		exponent := int64(h<<3 | l>>61)
		if !upper {
			exponent = -exponent
		}
		return grow(median, exponent)
	})
}
