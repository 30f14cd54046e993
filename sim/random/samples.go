package random

import "math/bits"

// Samples puts the values at many words into to, which must be as long: what Sample
// returns for each, at a lower cost.
func (d *Dist) Samples(to []int64, words []uint64) {
	to = to[:len(words)]
	switch {
	case len(d.parts) == 2 && d.parts[0].curve != nil && d.parts[1].curve != nil:
		d.ofTwo(to, words)
	case d.parts == nil && d.only.curve != nil:
		for i, word := range words {
			piece, t := d.only.curve.locate(word)
			to[i] = d.only.low + piece.at(t)
		}
	default:
		for i, word := range words {
			to[i] = d.Sample(word)
		}
	}
}

// ofTwo is Samples of a mixture of two curves. Which of them a word chooses cannot be
// foretold, so that no branch depends on it.
func (d *Dist) ofTwo(to []int64, words []uint64) {
	parts := (*[2]part)(d.parts)
	for i, word := range words {
		_, first := bits.Sub64(word, parts[1].from, 0)
		p := &parts[(1-first)&1]
		piece, t := p.curve.locate(p.stretch(word))
		to[i] = p.low + piece.at(t)
	}
}
