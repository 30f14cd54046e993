package random

import "math/big"

// weighted is a part before its weight becomes a range of words.
type weighted struct {
	part
	weight *big.Rat
}

// total sums the weights.
func total(parts []weighted) *big.Rat {
	sum := new(big.Rat)
	for _, p := range parts {
		sum.Add(sum, p.weight)
	}
	return sum
}

// reweigh scales the weights so that together they make up weight.
func reweigh(parts []weighted, weight Decimal) []weighted {
	scale := big.NewRat(int64(weight), 1)
	scale.Quo(scale, total(parts))
	for _, p := range parts {
		p.weight.Mul(p.weight, scale)
	}
	return parts
}

// join lays the parts side by side over all words, each as wide as its weight.
func join(parts []weighted) (Dist, error) {
	sum, before := total(parts), new(big.Rat)
	starts := make([]uint64, len(parts)+1) // the last wraps to 0, as differences need
	for i, p := range parts {
		starts[i] = threshold(before, sum)
		before.Add(before, p.weight)
	}
	d := Dist{parts: make([]part, len(parts))}
	for i, p := range parts {
		width := starts[i+1] - starts[i]
		if width == 0 {
			return Dist{}, wrong("mixture", "a weight is too small beside the others")
		}
		d.parts[i] = p.part
		d.parts[i].share = newShare(starts[i], width)
	}
	return d, nil
}

// threshold returns 2^64 * part / whole rounded down, for part below whole.
func threshold(part, whole *big.Rat) uint64 {
	share := new(big.Rat).Quo(part, whole)
	scaled := new(big.Int).Lsh(share.Num(), 64)
	return scaled.Quo(scaled, share.Denom()).Uint64()
}
