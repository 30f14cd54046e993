package random

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestExp2(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int64Range(-500<<expBits, 500<<expBits).Draw(t, "x")
		mantissa, exponent := exp2(x)
		require.NotZero(t, mantissa>>63)
		got := math.Ldexp(float64(mantissa), exponent-63)
		require.InEpsilon(t, math.Exp2(float64(x)/(1<<expBits)), got, 1e-12)
	})
}

func TestLog2(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Uint64Range(1, math.MaxUint64).Draw(t, "x")
		require.InDelta(t, math.Log2(float64(x)), float64(log2(x))/(1<<expBits), 2e-14)
	})
	for shift := range 64 {
		require.Equal(t, int64(shift)<<expBits, log2(1<<shift))
	}
}

// TestLog2UndoesExp2 needs no float: both to about 2^-50.
func TestLog2UndoesExp2(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int64Range(0, 1<<expBits-1).Draw(t, "x")
		mantissa, _ := exp2(x)
		require.InDelta(t, 0, x+63<<expBits-log2(mantissa), 4)
	})
}

func TestGrowSaturates(t *testing.T) {
	require.Equal(t, int64(ceiling), grow(1, 62<<expBits))
	require.Equal(t, int64(ceiling/2), grow(1, 61<<expBits))
	require.Equal(t, int64(ceiling), grow(ceiling, 0))
	require.Equal(t, int64(ceiling), grow(ceiling, 900<<expBits))
	require.Equal(t, int64(1), grow(1<<40, -40<<expBits))
	require.Equal(t, int64(0), grow(1<<40, -42<<expBits))
	require.Equal(t, int64(0), grow(ceiling, -900<<expBits))
	require.Equal(t, int64(ceiling), times(ceiling, 2<<expBits))
	require.Equal(t, int64(3<<20), times(1<<20, 3<<expBits))
}
