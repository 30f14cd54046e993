package ring

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

func hashes(n int) []uint64 {
	list := make([]uint64, n)
	for i := range list {
		list[i] = Mix(uint64(i) * 77)
	}
	return list
}

func TestPreferenceIsDistinctAndFollowsTheNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(2, 12).Draw(t, "nodes")
		length := rapid.IntRange(1, nodes-1).Draw(t, "length")
		key := sim.Key(rapid.Uint32().Draw(t, "key"))
		names := hashes(nodes)
		order := rapid.Permutation(names).Draw(t, "order")
		list := New(names, 8, length).Preference(key, nil)
		again := New(order, 8, length).Preference(key, nil)
		require.Len(t, list, length)
		for i, node := range list {
			require.Equal(t, names[node], order[again[i]], "the order of the list of nodes must not matter")
			require.NotContains(t, list[:i], node)
		}
	})
}

// TestOrderBeginsWithThePreferenceList and then names every other node once.
func TestOrderBeginsWithThePreferenceList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 70).Draw(t, "nodes")
		length := rapid.IntRange(1, nodes).Draw(t, "length")
		key := sim.Key(rapid.Uint32().Draw(t, "key"))
		r := New(hashes(nodes), 8, length)
		order := r.Order(key, []int{-1})[1:]
		require.Equal(t, r.Preference(key, nil), order[:length])
		slices.Sort(order)
		for node := range nodes {
			require.Equal(t, node, order[node])
		}
		require.Len(t, order, nodes)
	})
}

// TestPreferenceTwin walks the circle without any index.
func TestPreferenceTwin(t *testing.T) {
	names := hashes(7)
	r := New(names, 16, 3)
	for key := range sim.Key(500) {
		points := slices.Clone(r.points)
		slices.SortFunc(points, func(a, b point) int {
			from := Position(key)
			if a.at-from < b.at-from { // modulo the circle
				return -1
			}
			return 1
		})
		var want []int
		for _, p := range points {
			if len(want) < 3 && !slices.Contains(want, int(p.node)) {
				want = append(want, int(p.node))
			}
		}
		require.Equal(t, want, r.Preference(key, nil))
	}
}

func TestWholeRingKeepsTheOrder(t *testing.T) {
	r := New(hashes(3), 64, 3)
	for key := range sim.Key(50) {
		require.Equal(t, []int{0, 1, 2}, r.Preference(key, nil))
	}
	require.Equal(t, []int{9, 0, 1, 2}, r.Preference(1, []int{9}), "it appends")
}

// TestJoinMovesOnlyTowardsTheNewcomer is what consistent hashing is for.
func TestJoinMovesOnlyTowardsTheNewcomer(t *testing.T) {
	before, after := New(hashes(8), 32, 1), New(hashes(9), 32, 1)
	moved := 0
	for key := range sim.Key(4000) {
		old, now := before.Preference(key, nil)[0], after.Preference(key, nil)[0]
		if old != now {
			require.Equal(t, 8, now)
			moved++
		}
	}
	require.InDelta(t, 4000/9, moved, 250)
}

func TestShareOfEachNode(t *testing.T) {
	counts := make([]int, 5)
	r := New(hashes(5), 128, 3)
	for key := range sim.Key(20000) {
		for _, node := range r.Preference(key, nil) {
			counts[node]++
		}
	}
	for _, c := range counts {
		require.InDelta(t, 12000, c, 2400)
	}
}

// TestEveryListIsAPartitions finds the list of any key among those of the partitions.
func TestEveryListIsAPartitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 8).Draw(t, "nodes")
		length := rapid.IntRange(1, nodes).Draw(t, "length")
		r := New(hashes(nodes), 4, length)
		known := map[string]bool{}
		r.Partitions(func(list []int) {
			require.Len(t, list, length)
			known[fmt.Sprint(list)] = true
		})
		for key := range sim.Key(200) {
			require.Contains(t, known, fmt.Sprint(r.Preference(key, nil)))
		}
	})
}
