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
			address := rapid.Uint64Range(0, 600).Draw(t, "address")
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

// TestAResetTableIsEmpty, even when its ages have wrapped round.
func TestAResetTableIsEmpty(t *testing.T) {
	var table useTable
	for range 3 {
		u := table.at(7)
		require.NotEqual(t, table.age, u.age)
		*u = use{7, 5, table.age}
		table.used++
		require.EqualValues(t, 5, table.count(7))
		table.age = ^uint32(0)
		table.clear()
		require.Zero(t, table.count(7))
	}
}
