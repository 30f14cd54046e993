package versions

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/nodes/kv"
	"simrun/sim"
)

// lastWrites draws sets under last-write-wins, with many equal times. A writer
// writes at one time only.
func lastWrites() *rapid.Generator[Set] {
	return rapid.Custom(func(t *rapid.T) Set {
		op := rapid.Uint32Range(0, 12).Draw(t, "op")
		if op == 0 {
			return nil
		}
		return Set{{Value: sim.Value{ID: sim.NewOpID(uint16(op%3+1), op)}, Time: uint64(op % 4), Deleted: op%5 == 0}}
	})
}

func TestLastWriteLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkLaws(t, LastWrite, lastWrites())
		a, b := lastWrites().Draw(t, "a"), lastWrites().Draw(t, "b")
		if len(a) == 1 && len(b) == 1 {
			aMajor, aMinor := a[0].Place()
			bMajor, bMinor := b[0].Place()
			require.Equal(t, aMajor < bMajor || aMajor == bMajor && aMinor < bMinor, a[0].Before(&b[0]))
		}
	})
}

func TestLastWriteTies(t *testing.T) {
	value := Version{Value: sim.Value{ID: sim.NewOpID(9, 9)}, Time: 5}
	deleted := Version{Value: sim.Value{ID: sim.NewOpID(1, 1)}, Time: 5, Deleted: true}
	smaller := Version{Value: sim.Value{ID: sim.NewOpID(9, 8)}, Time: 5}
	require.True(t, value.Before(&deleted), "a delete wins at the same time")
	require.False(t, deleted.Before(&value))
	require.True(t, smaller.Before(&value))
	require.False(t, value.Before(&value))
}

func contexts() *rapid.Generator[kv.Context] {
	return rapid.Custom(func(t *rapid.T) kv.Context {
		var c kv.Context
		for actor := uint32(1); actor <= 4; actor++ {
			if counter := rapid.Uint64Range(0, 3).Draw(t, "counter"); counter > 0 {
				c = append(c, kv.Dot{Actor: actor, Counter: counter})
			}
		}
		return c
	})
}

func TestJoinCoversWhatEitherCovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := contexts().Draw(t, "a"), contexts().Draw(t, "b")
		joined := Join(a, b)
		for actor := uint32(0); actor <= 5; actor++ {
			for counter := uint64(1); counter <= 4; counter++ {
				d := kv.Dot{Actor: actor, Counter: counter}
				require.Equal(t, Covers(a, d) || Covers(b, d), Covers(joined, d))
			}
		}
		for i := 1; i < len(joined); i++ {
			require.Less(t, joined[i-1].Actor, joined[i].Actor)
		}
	})
}

func TestDeletesAreSiblings(t *testing.T) {
	put := Version{Value: sim.Value{ID: sim.NewOpID(1, 1)}, Dot: kv.Dot{Actor: 1, Counter: 1}}
	gone := Version{Value: sim.Value{ID: sim.NewOpID(2, 1)}, Dot: kv.Dot{Actor: 2, Counter: 1}, Deleted: true}
	both, _ := Causal.Merge(Set{put}, Set{gone})
	require.Equal(t, []sim.Value{put.Value}, both.Values(nil), "a concurrent delete hides nothing")
	require.Equal(t, []sim.OpID{gone.Value.ID}, both.Deletes())

	gone.Past = Set{put}.Context()
	after, _ := Causal.Merge(Set{put}, Set{gone})
	require.Empty(t, after.Values(nil))
	again, changed := Causal.Merge(after, Set{put})
	require.False(t, changed, "what was deleted does not return")
	require.Equal(t, after, again)
}

func TestTruncatedDropsTheLeastCounters(t *testing.T) {
	c := kv.Context{{Actor: 1, Counter: 9}, {Actor: 2, Counter: 4}, {Actor: 3, Counter: 7}, {Actor: 4, Counter: 4}}
	require.Equal(t, c, Truncated(c, 4))
	require.Equal(t, kv.Context{{Actor: 1, Counter: 9}, {Actor: 2, Counter: 4}, {Actor: 3, Counter: 7}}, Truncated(c, 3))
	require.Equal(t, kv.Context{{Actor: 1, Counter: 9}}, Truncated(c, 1))
	require.Empty(t, Truncated(c, 0))
}
