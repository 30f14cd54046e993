package checks

import (
	"cmp"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// placesByKey lists the places of the ops sorted by key and, within a key, by
// beginning. Keys are small numbers as a rule, so that counting does it without a
// sort; where they are not, a sort does the same.
func placesByKey(ops []record.Op) []uint32 {
	var highest sim.Key
	inOrder := true
	for i := range ops {
		highest = max(highest, ops[i].Key)
		inOrder = inOrder && (i == 0 || ops[i].Invoked >= ops[i-1].Invoked)
	}
	if inOrder && uint64(highest) <= 2*uint64(len(ops))+1024 {
		return countedByKey(ops, int(highest)+1)
	}
	places := make([]uint32, len(ops))
	for i := range places {
		places[i] = uint32(i)
	}
	slices.SortStableFunc(places, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(ops[a].Key, ops[b].Key), cmp.Compare(ops[a].Invoked, ops[b].Invoked))
	})
	return places
}

func countedByKey(ops []record.Op, keys int) []uint32 {
	next := make([]uint32, keys+1)
	for i := range ops {
		next[ops[i].Key+1]++
	}
	for k := 1; k <= keys; k++ {
		next[k] += next[k-1]
	}
	places := make([]uint32, len(ops))
	for i := range ops {
		key := ops[i].Key
		places[next[key]] = uint32(i)
		next[key]++
	}
	return places
}
