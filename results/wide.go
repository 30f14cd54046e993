package results

import (
	"math/big"
	"math/bits"
)

// Wide is a signed integer of 192 bits: sums of squares of any int64 stay exact,
// so that they merge exactly in any order.
type Wide struct {
	High   int64
	Middle uint64
	Low    uint64
}

// NewWide is n as a Wide.
func NewWide(n int64) Wide {
	sign := n >> 63
	return Wide{High: sign, Middle: uint64(sign), Low: uint64(n)}
}

// Square is n times n.
func Square(n int64) Wide {
	size := uint64(n)
	if n < 0 {
		size = -size
	}
	high, low := bits.Mul64(size, size)
	return Wide{Middle: high, Low: low}
}

// Add is the sum of both. It wraps beyond 191 bits, which 2^64 squares do not reach.
func (w Wide) Add(o Wide) Wide {
	low, carry := bits.Add64(w.Low, o.Low, 0)
	middle, carry := bits.Add64(w.Middle, o.Middle, carry)
	return Wide{High: w.High + o.High + int64(carry), Middle: middle, Low: low}
}

// Big is the number as a big integer, for what is computed once at the end.
func (w Wide) Big() *big.Int {
	n := big.NewInt(w.High)
	n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(w.Middle))
	return n.Lsh(n, 64).Add(n, new(big.Int).SetUint64(w.Low))
}
