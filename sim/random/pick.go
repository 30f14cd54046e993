package random

// Pick chooses one of names by rendezvous: each name gets a weight from the
// address and itself alone, and the highest weight wins. Adding a name can only
// move the choice to that name, never between the others. It returns the index
// of the winner, or -1 if names is empty.
func Pick(seed uint64, a Address, names []uint64) int {
	base := Draw(seed, a, Quorum)
	best, top := -1, uint64(0)
	for i, name := range names {
		if weight := Mix(base, name); best < 0 || weight > top {
			best, top = i, weight
		}
	}
	return best
}

// PickK chooses the k names of highest weight, heaviest first, by the weights
// that Pick uses: PickK for k+1 extends PickK for k. It writes their indices to
// out[:0] and allocates only if out has no room. With k above len(names) it
// returns all of them.
func PickK(seed uint64, a Address, names []uint64, k int, out []int) []int {
	base := Draw(seed, a, Quorum)
	out = out[:0]
	for i, name := range names {
		out = insert(out, i, Mix(base, name), k, base, names)
	}
	return out
}

// insert places index i of the given weight into out, which is sorted by falling
// weight and holds at most k.
func insert(out []int, i int, weight uint64, k int, base uint64, names []uint64) []int {
	place := len(out)
	for place > 0 && Mix(base, names[out[place-1]]) < weight {
		place--
	}
	if place >= k {
		return out
	}
	if len(out) < k {
		out = append(out, 0)
	}
	copy(out[place+1:], out[place:])
	out[place] = i
	return out
}
