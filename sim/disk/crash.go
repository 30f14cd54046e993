package disk

import (
	"errors"

	"simrun/sim/random"
)

// ErrAbsent is the error of reading a record that is not there.
var ErrAbsent = errors.New("no such record")

// Mark names everything written so far, for a later Settle.
func (d *Disk) Mark() uint64 { return d.synced + uint64(len(d.pending)) }

// Settle makes everything up to a mark durable.
func (d *Disk) Settle(mark uint64) {
	n := int64(mark) - int64(d.synced)
	if n <= 0 {
		return
	}
	n = min(n, int64(len(d.pending)))
	rest := copy(d.pending, d.pending[n:])
	clear(d.pending[rest:])
	d.pending = d.pending[:rest]
	d.synced += uint64(n)
}

// Pending is how many writes are not durable.
func (d *Disk) Pending() int { return len(d.pending) }

// Crash keeps what is durable and a prefix of the pending writes, in the order in
// which they were made, across files: none of them with one chance in three, all
// with one in three, else a drawn number. With tear, the first pending append
// that is not kept stays behind as a torn record. It returns how many pending
// writes were kept and lost.
func (d *Disk) Crash(word uint64, tear bool) (kept, lost int) {
	kept = keep(word, len(d.pending))
	lost = len(d.pending) - kept
	var first change
	var half entry
	for i := len(d.pending) - 1; i >= kept; i-- {
		first = d.pending[i]
		half = d.undo(first)
	}
	if tear && lost > 0 && first.kind == appended {
		half.damage, half.word = torn, word
		f := &d.files[first.file]
		f.entries = append(f.entries, half)
	}
	clear(d.pending)
	d.pending, d.notes = d.pending[:0], d.notes[:0]
	d.synced += uint64(kept)
	return kept, lost
}

// keep chooses how many of n pending writes survive.
func keep(word uint64, n int) int {
	low := word << 32
	switch random.Below(word, 3) {
	case 0:
		return 0
	case 1:
		return n
	}
	return int(random.Below(low, uint64(n)+1))
}

// undo takes back one change and returns the entry that an append had added.
func (d *Disk) undo(c change) (added entry) {
	f := &d.files[c.file]
	switch c.kind {
	case appended:
		last := len(f.entries) - 1
		added = f.entries[last]
		f.entries = f.entries[:last]
	case replaced:
		f.entries = c.removed
	case cutTail:
		f.entries = append(f.entries, c.removed...)
	case droppedHead:
		f.entries = append(append([]entry(nil), c.removed...), f.entries...)
	}
	return added
}

// Wipe empties the disk.
func (d *Disk) Wipe() { d.files, d.pending, d.notes = nil, nil, nil }

// Corrupt damages each synced record of a file ("" is every file) for which a
// draw hits; it returns how many.
func (d *Disk) Corrupt(name string, share random.Probability, draw func(file string, record int) uint64) int {
	hit := 0
	for i := range d.files {
		f := &d.files[i]
		if name != "" && f.name != name {
			continue
		}
		for j := range f.entries[:d.durable(i)] {
			word := draw(f.name, j)
			if e := &f.entries[j]; e.damage == sound && share.Hit(word) {
				e.damage, e.word = corrupt, random.Mix(word, 1)
				hit++
			}
		}
	}
	return hit
}

// durable is how many records of a file are certainly synced: those before the
// first pending append, and none while anything else of the file is pending.
func (d *Disk) durable(at int) int {
	n := len(d.files[at].entries)
	for _, c := range d.pending {
		if int(c.file) != at {
			continue
		}
		if c.kind != appended {
			return 0
		}
		n--
	}
	return n
}

// Image is a copy of what was durable at some time.
type Image struct{ files []file }

// Snapshot copies what is durable.
func (d *Disk) Snapshot() Image {
	twin := Disk{files: cloneFiles(d.files), pending: append([]change(nil), d.pending...)}
	for i := len(twin.pending) - 1; i >= 0; i-- {
		twin.undo(twin.pending[i])
	}
	return Image{files: cloneFiles(twin.files)}
}

// Restore puts an image in the place of everything.
func (d *Disk) Restore(im Image) {
	d.files, d.pending, d.notes = cloneFiles(im.files), nil, nil
}

func cloneFiles(files []file) []file {
	out := make([]file, len(files))
	for i, f := range files {
		out[i] = file{name: f.name, entries: append([]entry(nil), f.entries...)}
	}
	return out
}
