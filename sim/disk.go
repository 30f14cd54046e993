package sim

import "errors"

// Record is what a disk file is made of. Like a message it is plain data that
// never changes once handed over.
type Record interface {
	Encode(e *Encoder)
}

// Errors of reading a record.
var (
	ErrTorn    = errors.New("record torn by a crash")
	ErrCorrupt = errors.New("record corrupt")
)

// Disk is the node's disk: named files of records. Changes are seen at once by
// the node itself, and survive a crash once a Sync asked for after them has
// completed. A crash keeps all that was synced plus none, all or a prefix of the
// rest, in the order in which it was written, across files.
type Disk interface {
	// Append adds a record at the end of a file, made if absent.
	Append(file string, r Record)
	// Replace makes r the only record of the file, atomically.
	Replace(file string, r Record)
	// Cut keeps the first n records of the file.
	Cut(file string, n int)
	// Drop removes the first n records of the file: those left are renumbered.
	Drop(file string, n int)
	// Len is the number of records in the file.
	Len(file string) int
	// Read returns a record; ErrTorn or ErrCorrupt when its checksum is wrong.
	// Without checksums a damaged record is handed over as it is.
	Read(file string, i int) (Record, error)
}

// Named is a Record with a name of its own, for disks that take longer to make some
// writes durable than others. Other records go by the name of their file.
type Named interface {
	Name() string
}

// Damager is a Record that can show what it looks like when damaged, for disks
// without checksums. Damaged returns a changed copy, chosen by word. Records
// that are no Damager are lost rather than damaged.
type Damager interface {
	Damaged(word uint64) Record
}

// Sync is the completion of Env.Sync: everything written before the call is
// durable, unless Failed.
type Sync struct {
	Tag    uint64
	Failed bool // the disk refused: nothing more became durable; it may be asked again
}
