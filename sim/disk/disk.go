package disk

import (
	"fmt"
	"slices"

	"simrun/sim"
)

// Disk is one node's disk. It keeps the files as the node sees them and, for what
// is not yet synced, how to undo it: a crash undoes from the newest write back.
type Disk struct {
	files   []file
	pending []change
	synced  uint64 // how many changes, of all ever made, are durable
	// Checksums tells whether damage is noticed when a record is read.
	Checksums bool
	// Check makes sure that records handed over never change: it panics where one has.
	Check bool
	// Names are the writes that Take tells apart, at most 63: the names of records, or of the
	// files of those that have none of their own.
	Names []string
	notes []naming
}

type file struct {
	name    string
	entries []entry
}

type entry struct {
	record sim.Record
	damage damage
	word   uint64 // chooses how a damaged record looks
	print  uint64 // the fingerprint when written, in check mode
}

type damage uint8

const (
	sound damage = iota
	torn
	corrupt
)

// change is one write and its undo.
type change struct {
	file    uint16
	kind    changeKind
	removed []entry // what a replace, cut or drop took away
}

type changeKind uint8

// firstRoom is for how many records a file has room at first.
const firstRoom = 8

const (
	appended changeKind = iota
	replaced
	cutTail
	droppedHead
)

var _ sim.Disk = (*Disk)(nil)

// New makes an empty disk with checksums.
func New() *Disk { return &Disk{Checksums: true} }

// Append implements sim.Disk.
func (d *Disk) Append(name string, r sim.Record) {
	i := d.open(name)
	f := &d.files[i]
	if len(f.entries) == cap(f.entries) {
		f.entries = slices.Grow(f.entries, max(len(f.entries), firstRoom)) // doubled: files grow long
	}
	f.entries = append(f.entries, d.entry(r))
	d.pending = append(d.pending, change{file: uint16(i), kind: appended})
	d.note(i, r, false)
}

// Replace implements sim.Disk.
func (d *Disk) Replace(name string, r sim.Record) {
	i := d.open(name)
	before := d.files[i].entries
	d.files[i].entries = []entry{d.entry(r)}
	d.pending = append(d.pending, change{file: uint16(i), kind: replaced, removed: before})
	d.note(i, r, true)
}

// Cut implements sim.Disk.
func (d *Disk) Cut(name string, n int) {
	i := d.open(name)
	all := d.files[i].entries
	n = max(n, 0)
	if n >= len(all) {
		return
	}
	removed := append([]entry(nil), all[n:]...)
	clear(all[n:])
	d.files[i].entries = all[:n]
	d.pending = append(d.pending, change{file: uint16(i), kind: cutTail, removed: removed})
}

// Drop implements sim.Disk.
func (d *Disk) Drop(name string, n int) {
	i := d.open(name)
	all := d.files[i].entries
	n = min(n, len(all))
	if n <= 0 {
		return
	}
	d.files[i].entries = append([]entry(nil), all[n:]...)
	d.pending = append(d.pending, change{file: uint16(i), kind: droppedHead, removed: all[:n:n]})
}

// Len implements sim.Disk.
func (d *Disk) Len(name string) int {
	if i := d.find(name); i >= 0 {
		return len(d.files[i].entries)
	}
	return 0
}

// Read implements sim.Disk.
func (d *Disk) Read(name string, at int) (sim.Record, error) {
	i := d.find(name)
	if i < 0 || at < 0 || at >= len(d.files[i].entries) {
		return nil, ErrAbsent
	}
	e := &d.files[i].entries[at]
	if d.Check && e.print != sim.Fingerprint(e.record) {
		panic(fmt.Sprintf("record %d of file %q was changed after it was written", at, name))
	}
	return e.read(d.Checksums)
}

func (d *Disk) entry(r sim.Record) entry {
	e := entry{record: r}
	if d.Check {
		e.print = sim.Fingerprint(r)
	}
	return e
}

func (e *entry) read(checksums bool) (sim.Record, error) {
	if e.damage == sound {
		return e.record, nil
	}
	if damager, ok := e.record.(sim.Damager); ok && !checksums {
		return damager.Damaged(e.word), nil
	}
	if e.damage == torn {
		return nil, sim.ErrTorn
	}
	return nil, sim.ErrCorrupt
}

func (d *Disk) find(name string) int {
	for i := range d.files {
		if d.files[i].name == name {
			return i
		}
	}
	return -1
}

func (d *Disk) open(name string) int {
	if i := d.find(name); i >= 0 {
		return i
	}
	if n := len(d.files); n < cap(d.files) {
		d.files = d.files[:n+1] // its entries may be of a former run: room for the new ones
		d.files[n] = file{name: name, entries: d.files[n].entries[:0]}
		return n
	}
	d.files = append(d.files, file{name: name})
	return len(d.files) - 1
}

// Reset empties the disk for the next run, which uses its memory again.
func (d *Disk) Reset() {
	for i := range d.files {
		clear(d.files[i].entries)
	}
	clear(d.pending)
	*d = Disk{files: d.files[:0], pending: d.pending[:0], Checksums: d.Checksums, Check: d.Check, Names: d.Names}
}

// Records is how many records the disk holds, pending ones included.
func (d *Disk) Records() int {
	n := len(d.pending)
	for i := range d.files {
		n += len(d.files[i].entries)
	}
	return n
}
