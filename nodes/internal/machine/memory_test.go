package machine

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestMemory compares with a plain list of what came.
func TestMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		var m memory
		var twin []Remembered
		forgot := uint32(0)
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			number := rapid.Uint32Range(1, 60).Draw(t, "number")
			if rapid.Bool().Draw(t, "far") {
				number <<= rapid.IntRange(0, 20).Draw(t, "shift")
			}
			found := m.find(number)
			at := -1
			for i := range twin {
				if twin[i].Number == number {
					at = i
				}
			}
			require.Equal(t, at >= 0, found.Known)
			require.Equal(t, at < 0 && number <= forgot, found.TooOld)
			switch {
			case found.Known:
				require.Equal(t, twin[at].Index, found.Index)
				if at == len(twin)-1 {
					m.unknow(number)
					twin = twin[:at]
				}
			default:
				m.know(Remembered{Number: number, Index: uint64(number) + 7}, limit)
				twin = append(twin, Remembered{Number: number, Index: uint64(number) + 7})
				if len(twin) > limit {
					forgot = max(forgot, twin[0].Number)
					twin = twin[1:]
				}
			}
		}
	})
}
