package predict

import "math"

// Sighting is how often something happened at a size, such as conflicts among so many
// leaders. Exposure is what the counts are to be divided by before they are compared.
type Sighting struct {
	Size, Exposure float64
	Count          int64
}

// Exponent is k where counts grow with the k-th power of the size, and the 95 % interval.
type Exponent struct{ K, Low, High, StandardError float64 }

// Growth fits an exponent to counts that are Poisson about exposure·c·size^k, by maximum
// likelihood: a logarithm needs no count above zero so. It is false where the counts
// do not tell: all of one size, or next to none.
func Growth(all []Sighting) (Exponent, bool) {
	var total, exposed float64
	for _, s := range all {
		total += float64(s.Count)
		exposed += s.Exposure
	}
	if total < 2 || exposed <= 0 {
		return Exponent{}, false
	}
	level, k := math.Log(total/exposed), 0.0
	for range 100 {
		f := fisher(all, level, k)
		if f.determinant() <= 1e-12 {
			return Exponent{}, false
		}
		up, right := f.step()
		level, k = level+up, k+right
		if math.Abs(up)+math.Abs(right) < 1e-10 {
			break
		}
	}
	f := fisher(all, level, k)
	deviation := math.Sqrt(f.ones / f.determinant())
	if math.IsNaN(k) || math.IsNaN(deviation) {
		return Exponent{}, false
	}
	const twoSided = 1.959964 // of a normal law, 95 %
	return Exponent{K: k, Low: k - twoSided*deviation, High: k + twoSided*deviation, StandardError: deviation}, true
}

// information is the matrix of Fisher about the level and the exponent, and the score.
type information struct{ ones, sizes, squares, score, pull float64 }

func fisher(all []Sighting, level, k float64) (f information) {
	for _, s := range all {
		x := math.Log(s.Size)
		mean := s.Exposure * math.Exp(level+k*x)
		f.ones += mean
		f.sizes += mean * x
		f.squares += mean * x * x
		f.score += float64(s.Count) - mean
		f.pull += (float64(s.Count) - mean) * x
	}
	return f
}

func (f information) determinant() float64 { return f.ones*f.squares - f.sizes*f.sizes }

// step is Newton's.
func (f information) step() (level, k float64) {
	d := f.determinant()
	return (f.squares*f.score - f.sizes*f.pull) / d, (f.ones*f.pull - f.sizes*f.score) / d
}
