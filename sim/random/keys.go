package random

import (
	"fmt"
	"math/bits"
)

// MostKeys is the largest number of keys that a Zipf chooser is built for.
const MostKeys = 1_000_000

// Keys chooses a key from 0 to n-1. It never changes, so it may be shared by any
// number of worlds. The zero Keys always chooses 0.
type Keys struct {
	count  uint64   // of an even choice, or 0
	starts []uint64 // the first word of each key, ascending
	guide  []uint32 // for each value of a word's top bits, the key of its first word
	shift  uint8    // how far a word's top bits are from the bottom
}

// UniformKeys chooses evenly among n keys, 1 to 2^32-1.
func UniformKeys(n int) (Keys, error) {
	if n < 1 || int64(n) >= 1<<32 {
		return Keys{}, fmt.Errorf("the number of keys, %d, is not between 1 and 2^32-1", n)
	}
	return Keys{count: uint64(n)}, nil
}

// ZipfKeys chooses key k with a weight of (k+1)^-s: key 0 is the most popular.
// n is 1 to MostKeys, s is 0 (even) to 20. It takes about 40 ns a key to build.
func ZipfKeys(n int, s Decimal) (Keys, error) {
	switch {
	case n < 1 || n > MostKeys:
		return Keys{}, fmt.Errorf("the number of keys, %d, is not between 1 and %d", n, MostKeys)
	case s < 0 || s > 20*One:
		return Keys{}, fmt.Errorf("the Zipf exponent, %v, is not between 0 and 20", s)
	case s == 0:
		return UniformKeys(n)
	}
	k := Keys{starts: zipfStarts(n, s)}
	k.buildGuide()
	return k, nil
}

// zipfStarts returns where each key's words start: the sum of the weights before
// it, divided by the sum of all.
func zipfStarts(n int, s Decimal) []uint64 {
	sums := make([]wide, n+1)
	for i := range n {
		sums[i+1] = sums[i].plus(zipfWeight(uint64(i+1), s))
	}
	whole := sums[n]
	shift := uint(bits.LeadingZeros64(whole.high))
	starts := make([]uint64, n)
	for i := range starts {
		starts[i] = sums[i].divide(whole, shift)
	}
	return starts
}

// wide is an unsigned 128-bit number.
type wide struct{ high, low uint64 }

func (w wide) plus(v wide) wide {
	low, carry := bits.Add64(w.low, v.low, 0)
	return wide{w.high + v.high + carry, low}
}

// top returns the upper word of w shifted left by less than 64.
func (w wide) top(shift uint) uint64 { return w.high<<shift | w.low>>1>>(63-shift) }

// divide returns 2^64 * w / whole for w up to whole; shift brings whole's top
// bit to the top.
func (w wide) divide(whole wide, shift uint) uint64 {
	part, all := w.top(shift), whole.top(shift)
	if part >= all {
		return ^uint64(0)
	}
	quotient, _ := bits.Div64(part, w.low<<shift, all)
	return quotient
}

// zipfWeight returns rank^-s in units of 2^-100.
func zipfWeight(rank uint64, s Decimal) wide {
	exponent, _ := ratio(log2(rank), int64(s), int64(One))
	mantissa, power := exp2(-exponent)
	switch shift := 100 - 63 + power; { // mantissa * 2^shift
	case shift > 0:
		return wide{mantissa >> (64 - shift), mantissa << shift}
	case shift > -64:
		return wide{0, mantissa >> -shift}
	}
	return wide{}
}

// buildGuide notes, for as many equal ranges of words as there are keys or a few
// more, the key in which each begins.
func (k *Keys) buildGuide() {
	width := bits.Len(uint(len(k.starts)))
	k.shift = uint8(64 - width)
	k.guide = make([]uint32, 1<<width+1)
	key := 0
	for i := range k.guide[:1<<width] {
		for key+1 < len(k.starts) && k.starts[key+1] <= uint64(i)<<k.shift {
			key++
		}
		k.guide[i] = uint32(key)
	}
	k.guide[1<<width] = uint32(len(k.starts) - 1)
}

// Choose returns the key at a word. Keys ascend with words, so that a change of n
// or s moves few choices far.
func (k *Keys) Choose(word uint64) uint32 {
	if k.guide == nil {
		return uint32(Below(word, k.count))
	}
	bucket := word >> (k.shift & 63)
	low, last := k.guide[bucket], k.guide[bucket+1]
	for low < last {
		if middle := (low + last + 1) >> 1; k.starts[middle] <= word {
			low = middle
		} else {
			last = middle - 1
		}
	}
	return low
}

// Len returns the number of keys.
func (k *Keys) Len() int { return max(int(k.count), len(k.starts), 1) }
