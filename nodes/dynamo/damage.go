package dynamo

import (
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// damaged is what a set of versions looks like on a damaged disk without
// checksums: one of them is the value of another write, or has another time.
func damaged(set versions.Set, word uint64) versions.Set {
	if len(set.Writes()) == 0 {
		return set
	}
	set = slices.Clone(set)
	written := set.Writes()
	v := &written[int(word>>32)%len(written)]
	if v.Time != 0 && word&1 == 0 {
		v.Time ^= 1 << (word >> 1 & 31)
		return set
	}
	id := v.Value.ID
	v.Value.ID = sim.NewOpID(id.Client(), id.Number()^uint32(1+word>>1&7))
	return set
}

// Damaged implements sim.Damager.
func (m *write) Damaged(word uint64) sim.Record {
	return &write{leg: m.leg, Spread: m.Spread, Set: damaged(m.Set, word)}
}

// Damaged implements sim.Damager.
func (m *spread) Damaged(word uint64) sim.Record {
	return &spread{leg: m.leg, Coordinator: m.Coordinator, Set: damaged(m.Set, word)}
}

// Damaged implements sim.Damager.
func (m *mend) Damaged(word uint64) sim.Record {
	return &mend{leg: m.leg, Set: damaged(m.Set, word)}
}

// Damaged implements sim.Damager.
func (m *hint) Damaged(word uint64) sim.Record {
	return &hint{leg: m.leg, Owner: m.Owner, Until: m.Until, Set: damaged(m.Set, word)}
}

// Damaged implements sim.Damager.
func (m *replay) Damaged(word uint64) sim.Record {
	return &replay{leg: m.leg, Until: m.Until, Set: damaged(m.Set, word)}
}

// Damaged implements sim.Damager: one key is damaged.
func (s *snapshot) Damaged(word uint64) sim.Record {
	if len(s.Cells) == 0 {
		return s
	}
	cells := slices.Clone(s.Cells)
	c := &cells[int(word>>40)%len(cells)]
	c.Set = damaged(c.Set, word)
	return &snapshot{cells}
}
