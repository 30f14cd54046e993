package boxes

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachValueIsItsOwn(t *testing.T) {
	var b Of[int]
	var all []*int
	for i := range 500 {
		next := b.Next()
		require.Zero(t, *next)
		*next = i + 1
		all = append(all, next)
	}
	for i, value := range all {
		require.Equal(t, i+1, *value)
	}
}

func TestChunksAreFewAllocations(t *testing.T) {
	var b Of[[4]uint64]
	require.Less(t, testing.AllocsPerRun(1000, func() { b.Next() }), 0.05)
}
