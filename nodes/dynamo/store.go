package dynamo

import (
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// store is the versions that a replica holds: in memory by key, and as a file of
// records that rebuilds them. A record is the message that brought the versions.
type store struct {
	rule     versions.Rule
	datatype datatype
	cells    []cell
	// Writes to the disk are numbered from 1 in each life. Those up to safe are
	// synced, those up to asked will be when the sync under way completes.
	last, asked, safe uint64
	records           int     // in the file
	live              int     // keys held
	forest            *forest // to be told of every change; nil where nothing is compared
}

// cell is one key.
type cell struct {
	set  versions.Set
	mark uint64 // number of the last write to the disk about this key
}

// logFile is the replica's only file.
const logFile = "versions"

// snapshot is a record of all that a replica held.
type snapshot struct{ Cells []kept }

// kept is one key of a snapshot.
type kept struct {
	Key sim.Key
	Set versions.Set
}

// Encode implements sim.Record.
func (s *snapshot) Encode(e *sim.Encoder) {
	e.Uint("cells", uint64(len(s.Cells)))
	for i := range s.Cells {
		s.Cells[i].Encode(e)
	}
}

// load rebuilds the memory from the disk. What a crash tore or time corrupted is
// not there any more.
func (s *store) load(disk sim.Disk) {
	s.records = disk.Len(logFile)
	for i := range s.records {
		record, err := disk.Read(logFile, i)
		if err != nil {
			continue
		}
		if c, ok := record.(*collection); ok {
			s.remove(c.Key, c.Op)
			continue
		}
		eachKey(record, func(key sim.Key, set versions.Set) { s.merge(key, set) })
	}
}

// merge takes versions into memory and tells whether they changed anything.
func (s *store) merge(key sim.Key, brought versions.Set) (*cell, bool) {
	c := s.cell(key)
	merged, changed := s.rule.Merge(c.set, brought)
	if changed && len(c.set) == 0 {
		s.live++
	}
	c.set = merged
	if changed && s.forest != nil {
		s.forest.update(key, merged)
	}
	return c, changed
}

// cell is the place of a key, made if absent: keys are small and dense.
func (s *store) cell(key sim.Key) *cell {
	if int(key) >= len(s.cells) {
		s.cells = append(s.cells, make([]cell, int(key)+1-len(s.cells))...)
	}
	return &s.cells[key]
}

// held is what the replica holds of a key.
func (s *store) held(key sim.Key) cell {
	if int(key) >= len(s.cells) {
		return cell{}
	}
	return s.cells[key]
}

// append writes a record about a key.
func (s *store) append(disk sim.Disk, c *cell, record sim.Record) {
	disk.Append(logFile, record)
	s.records++
	s.last++
	c.mark = s.last
}

// compact replaces the file by one record when most of what it says is outdated.
func (s *store) compact(disk sim.Disk) {
	if s.records < compactAbove+compactTimes*s.live {
		return
	}
	s.rewrite(disk)
}

// rewrite replaces the file by one record of all that is held.
func (s *store) rewrite(disk sim.Disk) {
	image := &snapshot{Cells: make([]kept, 0, s.live)}
	for key := range s.cells {
		if set := s.cells[key].set; len(set) > 0 {
			image.Cells = append(image.Cells, kept{Key: sim.Key(key), Set: slices.Clip(set)})
		}
	}
	disk.Replace(logFile, image)
	s.records = 1
	s.last++
}

// The file is rewritten when it has this many records, plus this many for each key.
const (
	compactAbove = 1024
	compactTimes = 4
)

// inspect yields what is held, by key. An initial value is nothing.
func (s *store) inspect(yield func(sim.Copy)) {
	for key := range s.cells {
		set := s.cells[key].set
		if len(set) == 0 {
			continue
		}
		if c := (sim.Copy{Key: sim.Key(key), Values: s.datatype.values(set, nil), Deletes: set.Deletes()}); len(c.Values)+len(c.Deletes) > 0 {
			yield(c)
		}
	}
}
