package random

import (
	"math/bits"
	"time"
)

// Longest is the longest time that a distribution can give: about 208 days.
// Whatever a heavy tail would put beyond it is given as Longest.
const Longest = time.Duration(ceiling >> fineBits)

// Dist is a compiled distribution of times. It never changes, so it may be
// copied and shared by any number of worlds. The zero Dist is always 0.
type Dist struct {
	only  part   // the distribution, if it has one part
	parts []part // its parts in the order of their words, if it has several
}

// part is a simple distribution over a range of the words.
type part struct {
	curve *curve // the quantiles, or nil for an even spread
	low   int64  // added to every value, in nanoseconds
	span  uint64 // how many nanoseconds an even spread covers, both ends included
	mean  int64  // in 1/256 ns and without low; at least ceiling if infinite
	share
}

// share is the range of words that chooses a part.
type share struct {
	from    uint64 // the first word
	inverse uint64 // 2^127 divided by the width once that is shifted to the top
	shift   uint8
}

// Sample returns the value at a word: nanoseconds, at least 0. It costs one
// table look-up whatever the distribution, and no allocation.
func (d *Dist) Sample(word uint64) int64 {
	p := &d.only
	if d.parts != nil {
		p = d.choose(word)
		word = p.stretch(word)
	}
	if p.curve == nil { // as in part.at, without the cost of a call
		return p.low + int64(Below(word, p.span))
	}
	piece, t := p.curve.locate(word)
	return p.low + piece.at(t)
}

// choose finds the part that the word falls into.
func (d *Dist) choose(word uint64) *part {
	low, after := 0, len(d.parts)
	for after-low > 1 {
		if middle := int(uint(low+after) >> 1); d.parts[middle].from <= word {
			low = middle
		} else {
			after = middle
		}
	}
	return &d.parts[low]
}

// at returns the part's value at a word of its own.
func (p *part) at(word uint64) int64 {
	if p.curve == nil {
		return p.low + int64(Below(word, p.span))
	}
	piece, t := p.curve.locate(word)
	return p.low + piece.at(t)
}

// newShare returns the range of width words from from on.
func newShare(from, width uint64) share {
	shift := bits.LeadingZeros64(width)
	inverse := ^uint64(0) // of a power of two: short by 2^-64 of itself
	if top := width << shift; top > 1<<63 {
		inverse, _ = bits.Div64(1<<63, 0, top)
	}
	return share{from, inverse, uint8(shift)}
}

// stretch maps the words of the share evenly onto all words.
func (s *share) stretch(word uint64) uint64 {
	h, l := bits.Mul64((word-s.from)<<(s.shift&63), s.inverse)
	return h<<1 | l>>63
}

// width returns how many words the i-th of several parts has.
func (d *Dist) width(i int) uint64 {
	if i+1 < len(d.parts) {
		return d.parts[i+1].from - d.parts[i].from
	}
	return -d.parts[i].from
}

// Mean returns the mean in nanoseconds, rounded; ok is false if it is infinite or
// beyond Longest. It is the mean of the law, without the cut at Longest.
func (d *Dist) Mean() (mean int64, ok bool) {
	fine, ok := d.only.fineMean()
	for i := range d.parts {
		m, finite := d.parts[i].fineMean()
		fine += high(m, d.width(i))
		ok = ok && finite
	}
	if !ok {
		return 0, false
	}
	return int64((fine + fineHalf) >> fineBits), true
}

// fineMean returns the part's mean, low included, in 1/256 ns.
func (p *part) fineMean() (mean uint64, finite bool) {
	return uint64(p.mean) + uint64(p.low)<<fineBits, p.mean < ceiling
}

// Quantile returns the least value in nanoseconds that is not exceeded with
// probability p, by the very table that Sample reads.
func (d *Dist) Quantile(p Probability) int64 {
	if len(d.parts) == 0 {
		return d.only.at(uint64(p))
	}
	low, high := int64(-1), int64(2*Longest)
	for high-low > 1 { // d is not above high with probability p, but above low
		if middle := low + (high-low)/2; d.below(middle) >= max(p, 1) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// below returns the probability of a value up to limit, several parts given.
func (d *Dist) below(limit int64) Probability {
	sum, carry := uint64(0), uint64(0)
	for i := range d.parts {
		p := &d.parts[i]
		var c uint64
		sum, c = bits.Add64(sum, p.count(limit, d.width(i)), 0)
		carry += c
	}
	if carry != 0 {
		return Certain
	}
	return Probability(sum)
}

// count returns how many of the width words of the part give values up to limit.
func (p *part) count(limit int64, width uint64) uint64 {
	low, after := uint64(0), width // the count lies between, both included
	for low < after {
		if middle := low + (after-low)/2; p.at(p.stretch(p.from+middle)) <= limit {
			low = middle + 1
		} else {
			after = middle
		}
	}
	return low
}
