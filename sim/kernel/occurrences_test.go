package kernel

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestOccurrencesAgainstAModel: each use of an address is counted, for as long as
// it is used at least once in a generation, also after a reset and in tables that
// have grown.
func TestOccurrencesAgainstAModel(t *testing.T) {
	var o occurrences
	rapid.Check(t, func(t *rapid.T) {
		o.reset()
		type account struct {
			uses uint32
			last int64
		}
		model := map[uint64]account{}
		now := int64(0)
		for range rapid.IntRange(0, 2000).Draw(t, "sends") {
			if rapid.IntRange(0, 50).Draw(t, "wait") == 0 {
				now += rapid.Int64Range(0, 3*generation).Draw(t, "later")
			}
			address := rapid.Uint64Range(0, 600).Draw(t, "address") << 16
			before := model[address]
			got := o.count(now, address)
			switch turn := now &^ (generation - 1); {
			case before.last >= turn-generation: // in this generation or the one before
				require.Equal(t, before.uses, got)
			case got != 0:
				require.Equal(t, before.uses, got, "forgotten or not")
			}
			model[address] = account{got + 1, now}
		}
	})
}

// TestAResetTableIsEmpty, also when it has grown.
func TestAResetTableIsEmpty(t *testing.T) {
	var o occurrences
	for range 3 {
		for i := range uint64(5 * smallTable) {
			require.Zero(t, o.count(0, i<<16))
		}
		require.EqualValues(t, 1, o.count(0, 7<<16))
		require.EqualValues(t, 2, o.count(generation, 7<<16), "of the past generation")
		o.reset()
	}
}

// TestCountsBeginAgain without disturbing their neighbours.
func TestCountsBeginAgain(t *testing.T) {
	var o occurrences
	for i := range uint32(mostUses) {
		require.Equal(t, i, o.count(0, 7<<16))
	}
	require.Zero(t, o.count(0, 8<<16))
	require.Zero(t, o.count(0, 7<<16))
	require.EqualValues(t, 1, o.count(generation, 7<<16))
}

// TestOnlyTheUpperBitsTell, in a table of any size: what a run draws must not depend
// on what the world ran before.
func TestOnlyTheUpperBitsTell(t *testing.T) {
	for _, others := range []uint64{0, 10 * smallTable} {
		var o occurrences
		for i := range others {
			o.count(0, (i+100)<<16)
		}
		require.Zero(t, o.count(0, 7<<16))
		require.EqualValues(t, 1, o.count(0, 7<<16+1))
		require.Zero(t, o.count(0, 7<<16+1<<63))
	}
}
