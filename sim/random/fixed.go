package random

import "math/bits"

// Lengths of time are computed in units of 1/256 ns ("fine") and exponents of two
// in units of 2^-52. Both fit an int64 with room to spare.
const (
	fineBits = 8
	fineHalf = 1 << (fineBits - 1)
	ceiling  = 1 << 62 // the longest fine length: about 208 days
	expBits  = 52
)

// exp2 returns 2^x as mantissa * 2^(exponent-63) with the mantissa's top bit set,
// x being in units of 2^-52. The error is a few units of 2^-60, relatively.
func exp2(x int64) (mantissa uint64, exponent int) {
	fraction := uint64(x) << (64 - expBits)
	y, _ := bits.Mul64(fraction<<8, ln2) // in 2^-72: what the table leaves, below 2^-8
	const one = 1 << 63
	series := one + high(one, y)>>8/5 // e^y by Taylor, inside out
	series = one + high(series, y)>>8/4
	series = one + high(series, y)>>8/3
	series = one + high(series, y)>>8/2
	series = one + high(series, y)>>8
	mantissa = high(powers[fraction>>56], series)
	return mantissa << 1, int(x >> expBits)
}

// high is the upper word of a product.
func high(a, b uint64) uint64 {
	h, _ := bits.Mul64(a, b)
	return h
}

// log2 returns the logarithm of x > 0 in units of 2^-52, to about one unit.
func log2(x uint64) int64 {
	shift := bits.LeadingZeros64(x)
	x <<= shift
	j := x >> 55 & 255
	base := 1<<63 + j<<55
	d, _ := bits.Div64((x-base)<<8, 0, base) // in 2^-72: x = base * (1+d)
	const one = 1 << 63
	series := uint64(one/5) - high(one/6, d)>>8 // ln(1+d)/d, inside out
	series = one/4 - high(series, d)>>8
	series = one/3 - high(series, d)>>8
	series = one/2 - high(series, d)>>8
	series = one - high(series, d)>>8
	rest := high(high(d, series), log2e) // in 2^-70
	return int64(63-shift)<<expBits + logs[j] + int64(rest>>(70-expBits))
}

// grow returns scale * 2^x, x in units of 2^-52, at most ceiling.
func grow(scale, x int64) int64 {
	if scale <= 0 {
		return 0
	}
	mantissa, exponent := exp2(x)
	lead := bits.LeadingZeros64(uint64(scale))
	product := high(uint64(scale)<<lead, mantissa)
	shift := exponent + 1 - lead
	switch {
	case shift+bits.Len64(product) > 62:
		return ceiling
	case shift >= 0:
		return int64(product << shift)
	case shift < -63:
		return 0
	}
	return int64((product>>(-shift-1) + 1) >> 1)
}

// times returns scale * factor, factor in units of 2^-52, at most ceiling.
func times(scale, factor int64) int64 {
	h, l := bits.Mul64(uint64(scale), uint64(factor))
	if h >= 1<<(62+expBits-64) {
		return ceiling
	}
	return int64(h<<(64-expBits) | l>>expBits)
}

// ratio returns a * b / c rounded down, or ok = false if it exceeds ceiling.
func ratio(a, b, c int64) (quotient int64, ok bool) {
	h, l := bits.Mul64(uint64(a), uint64(b))
	if h >= uint64(c) {
		return ceiling, false
	}
	q, _ := bits.Div64(h, l, uint64(c))
	return int64(min(q, ceiling)), q <= ceiling
}
