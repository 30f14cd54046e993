package machine

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

func entries(t *rapid.T) (drawn []replog.Entry) {
	for range rapid.IntRange(0, 60).Draw(t, "entries") {
		op := sim.NewOpID(rapid.Uint16Range(1, 3).Draw(t, "client"), rapid.Uint32Range(1, 30).Draw(t, "number"))
		drawn = append(drawn, replog.Entry{
			Epoch: 1, Op: op, Key: sim.Key(rapid.IntRange(0, 3).Draw(t, "key")), Value: sim.Value{ID: op},
			Code:   rapid.SampledFrom([]sim.Code{sim.Put, sim.Delete, sim.CAS}).Draw(t, "code"),
			Expect: sim.OpID(rapid.Uint64Range(0, 3).Draw(t, "expect")) << 32,
		})
	}
	return drawn
}

// TestARestoredStoreGoesOnAlike: one that begins with an image applies what follows as
// the one that the image was taken of.
func TestARestoredStoreGoesOnAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := entries(t)
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		at := rapid.IntRange(0, len(log)).Draw(t, "at")
		whole, restored := New(limit), New(limit)
		for i := range log {
			if i == at {
				restored.Restore(whole.Image(replog.Position{Epoch: 1, Index: uint64(i)}))
			}
			did := whole.Apply(uint64(i+1), &log[i])
			if i >= at {
				require.Equal(t, did, restored.Apply(uint64(i+1), &log[i]))
			}
		}
		if at < len(log) {
			end := replog.Position{Epoch: 1, Index: uint64(len(log))}
			require.Equal(t, whole.Image(end), restored.Image(end))
		}
	})
}

// TestAnOpTakesEffectOnce however often it is chosen.
func TestAnOpTakesEffectOnce(t *testing.T) {
	s := New(8)
	a, b := sim.NewOpID(1, 1), sim.NewOpID(2, 1)
	put := replog.Entry{Op: a, Code: sim.Put, Key: 1, Value: sim.Value{ID: a}}
	cas := replog.Entry{Op: b, Code: sim.CAS, Key: 1, Value: sim.Value{ID: b}, Expect: a}
	late := replog.Entry{Op: sim.NewOpID(2, 2), Code: sim.CAS, Key: 1, Value: sim.Value{ID: sim.NewOpID(2, 2)}, Expect: a}
	require.Equal(t, Applied{Index: 1}, s.Apply(1, &put))
	require.Equal(t, Applied{Index: 2}, s.Apply(2, &cas))
	require.Equal(t, Applied{Index: 1, Again: true}, s.Apply(3, &put))
	require.Equal(t, b, s.Writer(1, 3), "the put did not come back")
	require.Equal(t, Applied{Index: 4, Refused: true}, s.Apply(4, &late))
	require.Equal(t, Applied{Index: 4, Refused: true, Again: true}, s.Apply(5, &late))
	require.Equal(t, Applied{Index: 6}, s.Apply(6, &replog.Entry{}), "an entry without an op does nothing")
}
