// Package quorum counts distinct responders: k answers out of n, in which the
// same one never counts twice.
package quorum

import "math/bits"

// MaxMembers is the most members that a Tally can tell apart.
const MaxMembers = 64

// Tally is the set of members, by index, that have answered. The zero Tally is
// empty.
type Tally uint64

// All is the tally of the first n members.
func All(n int) Tally { return Tally(1)<<uint(n) - 1 }

// Add counts a member. It returns false, and counts nothing, where that member
// was counted before.
func (t *Tally) Add(member int) bool {
	bit := Tally(1) << uint(member)
	if *t&bit != 0 {
		return false
	}
	*t |= bit
	return true
}

// Has tells whether a member was counted.
func (t Tally) Has(member int) bool { return t>>uint(member)&1 != 0 }

// Count is how many members were counted.
func (t Tally) Count() int { return bits.OnesCount64(uint64(t)) }

// Met tells whether at least k members were counted.
func (t Tally) Met(k int) bool { return t.Count() >= k }

// Majority is the smallest number such that any two sets of so many out of n
// members share one.
func Majority(n int) int { return n/2 + 1 }

// Overlap tells whether every r out of n members share one with every w of them
// (Gifford, SOSP 1979: r + w > n).
func Overlap(n, r, w int) bool { return r+w > n }
