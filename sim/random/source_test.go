package random

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestSourceOverrides: an overridden draw is as the tape says, and no other draw
// is touched.
func TestSourceOverrides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Custom(func(t *rapid.T) Override {
			return Override{Address(rapid.Uint64Max(9).Draw(t, "address")), Purpose(rapid.Uint8Max(3).Draw(t, "purpose")), rapid.Uint64().Draw(t, "word")}
		})
		tape := rapid.SliceOfNDistinct(small, 0, 20, func(o Override) [2]uint64 { return [2]uint64{uint64(o.Address), uint64(o.Purpose)} }).Draw(t, "tape")
		source := NewSource(5, tape)
		for a := range Address(10) {
			for p := range Purpose(4) {
				want := Draw(5, a, p)
				for _, o := range tape {
					if o.Address == a && o.Purpose == p {
						want = o.Word
					}
				}
				require.Equal(t, want, source.Draw(a, p))
			}
		}
	})
}

func TestConstant(t *testing.T) {
	for _, c := range specs() {
		value, ok := compile(t, c.spec).Constant()
		require.Equal(t, c.name == "constant", ok, c.name)
		if ok {
			require.Equal(t, int64(2*time.Millisecond), value)
		}
	}
}
