package random

import "sort"

// Source is where a world's draws come from: a seed, and the draws that a tape
// overrides. Every draw of a run goes through Source.Draw.
type Source struct {
	Seed      uint64
	overrides []Override
}

// Override replaces one draw.
type Override struct {
	Address Address
	Purpose Purpose
	Word    uint64
}

// NewSource makes a source with overrides, which it copies.
func NewSource(seed uint64, overrides []Override) Source {
	s := Source{Seed: seed, overrides: append([]Override(nil), overrides...)}
	sort.Slice(s.overrides, func(i, j int) bool { return s.overrides[i].before(s.overrides[j]) })
	return s
}

func (o Override) before(p Override) bool {
	return o.Address < p.Address || o.Address == p.Address && o.Purpose < p.Purpose
}

// Draw returns the word of an address and a purpose.
func (s *Source) Draw(a Address, p Purpose) uint64 {
	if s.overrides != nil {
		if word, ok := s.find(Override{Address: a, Purpose: p}); ok {
			return word
		}
	}
	return Draw(s.Seed, a, p)
}

func (s *Source) find(want Override) (uint64, bool) {
	i := sort.Search(len(s.overrides), func(i int) bool { return !s.overrides[i].before(want) })
	if i < len(s.overrides) && s.overrides[i].Address == want.Address && s.overrides[i].Purpose == want.Purpose {
		return s.overrides[i].Word, true
	}
	return 0, false
}
