package disk

import (
	"slices"

	"simrun/sim"
)

// naming is one write that no sync was asked for since.
type naming struct {
	mark     uint64 // the first that covers it
	file     uint16
	replaces bool // what was in the file before
	name     int  // 0 is any that is not among Names, 1 the first of these
}

// note notes what a write is, where Names tells writes apart.
func (d *Disk) note(file int, r sim.Record, replaces bool) {
	if len(d.Names) == 0 {
		return
	}
	name := d.files[file].name
	if own, ok := r.(sim.Named); ok {
		name = own.Name()
	}
	d.notes = append(d.notes, naming{d.Mark(), uint16(file), replaces, slices.Index(d.Names, name) + 1})
}

// Take tells which writes a sync up to a mark is the first to cover: a bit for each of
// Names, the first being bit 1, and bit 0 for any other. What was replaced before
// the mark need not be written at all.
func (d *Disk) Take(mark uint64) (names uint64) {
	n := 0
	for n < len(d.notes) && d.notes[n].mark <= mark {
		n++
	}
	for i, w := range d.notes[:n] {
		isReplaced := slices.ContainsFunc(d.notes[i+1:n], func(o naming) bool { return o.replaces && o.file == w.file })
		if !isReplaced {
			names |= 1 << w.name
		}
	}
	d.notes = d.notes[:copy(d.notes, d.notes[n:])]
	return names
}
