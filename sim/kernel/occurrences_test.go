package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

// TestOccurrencesAgainstAModel: each use of an address is counted, for as long as
// it is used at least once in a generation, also after a reset and in tables that
// have grown, whether a subject has few addresses or very many.
func TestOccurrencesAgainstAModel(t *testing.T) {
	var o occurrences
	rapid.Check(t, func(t *rapid.T) {
		o.reset()
		type address struct{ about, rest uint64 }
		type account struct {
			uses uint32
			last int64
		}
		model := map[address]account{}
		subjects := rapid.Uint64Range(1, 300).Draw(t, "subjects")
		now := int64(0)
		for range rapid.IntRange(0, 2000).Draw(t, "sends") {
			if rapid.IntRange(0, 50).Draw(t, "wait") == 0 {
				now += rapid.Int64Range(0, 3*generation).Draw(t, "later")
			}
			a := address{rapid.Uint64Range(1, subjects).Draw(t, "subject"), rapid.Uint64Range(0, 1+600/subjects).Draw(t, "rest")}
			before := model[a]
			got := o.countAbout(now, sim.Subject(a.about), a.rest<<32)
			switch turn := now &^ (generation - 1); {
			case before.last >= turn-generation: // in this generation or the one before
				require.Equal(t, before.uses, got)
			case got != 0:
				require.Equal(t, before.uses, got, "forgotten or not")
			}
			model[a] = account{got + 1, now}
		}
	})
}

// TestAResetTableIsEmpty, also when it has grown.
func TestAResetTableIsEmpty(t *testing.T) {
	var o occurrences
	for range 3 {
		for i := range uint64(5 * smallTable) {
			require.Zero(t, o.countAbout(0, sim.Subject(i), i<<32))
		}
		require.EqualValues(t, 1, o.countAbout(0, 7, 7<<32))
		require.EqualValues(t, 2, o.countAbout(generation, 7, 7<<32), "of the past generation")
		o.reset()
	}
}

// TestCountsBeginAgain without disturbing their neighbours.
func TestCountsBeginAgain(t *testing.T) {
	var o occurrences
	for i := range uint32(mostUses) {
		require.Equal(t, i, o.countAbout(0, 1, 7<<32))
	}
	require.Zero(t, o.countAbout(0, 1, 8<<32))
	require.Zero(t, o.countAbout(0, 1, 7<<32))
	require.EqualValues(t, 1, o.countAbout(generation, 1, 7<<32))
}

// TestSizeTellsNothing: what is taken for the same address must not depend on what
// the world ran before.
func TestSizeTellsNothing(t *testing.T) {
	for _, others := range []uint64{0, 10 * smallTable} {
		var o occurrences
		for i := range others {
			o.countAbout(0, sim.Subject(i+100), i<<32)
		}
		require.Zero(t, o.countAbout(0, 7, 7<<32))
		require.EqualValues(t, 1, o.countAbout(0, 7, 7<<32+1))
		require.Zero(t, o.countAbout(0, 7, 8<<32))
		require.Zero(t, o.countAbout(0, 8, 7<<32))
	}
}
