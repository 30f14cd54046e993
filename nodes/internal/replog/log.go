package replog

import "simrun/sim"

// Log is one replica's copy of the replicated log, in memory and in one file of
// its disk. Slices that it hands out are never overwritten.
type Log struct {
	file    string
	entries []Entry
}

// Recovered is what Open found besides the log itself.
type Recovered struct {
	// Commit is the newest commit index that a record told of, at most the last index.
	Commit uint64
	// Damaged is the index of the first record that could not be read, 0 if none:
	// the log was cut before it.
	Damaged uint64
	// Lost are the entries behind the damage that could still be read, in order; a
	// zero entry stands for each that could not, so that Lost[0] is always zero.
	Lost []Entry
}

// Open reads a log from its file. At the first record that is torn, corrupt or out
// of place the file is cut: what follows a gap may not be kept.
func Open(disk sim.Disk, file string) (*Log, Recovered) {
	l := &Log{file: file}
	var found Recovered
	n := disk.Len(file)
	for i := range n {
		r, ok := read(disk, file, i)
		if !ok {
			found.Damaged = uint64(i + 1)
			found.Lost = salvage(disk, file, i, n)
			disk.Cut(file, i)
			break
		}
		l.entries = append(l.entries, r.Entry)
		found.Commit = max(found.Commit, r.Commit)
	}
	found.Commit = min(found.Commit, l.Last().Index)
	return l, found
}

func read(disk sim.Disk, file string, i int) (*Record, bool) {
	record, err := disk.Read(file, i)
	if err != nil {
		return nil, false
	}
	r, ok := record.(*Record)
	return r, ok && r.Index == uint64(i+1)
}

// salvage reads what lies from a damaged record on.
func salvage(disk sim.Disk, file string, from, to int) []Entry {
	lost := make([]Entry, to-from)
	for i := from; i < to; i++ {
		if r, ok := read(disk, file, i); ok {
			lost[i-from] = r.Entry
		}
	}
	return lost
}

// Last is the position of the last entry.
func (l *Log) Last() Position {
	n := uint64(len(l.entries))
	return Position{Epoch: l.Epoch(n), Index: n}
}

// Epoch is the epoch of the entry at index: 0 at index 0 and beyond the end.
func (l *Log) Epoch(index uint64) uint64 {
	if index == 0 || index > uint64(len(l.entries)) {
		return 0
	}
	return l.entries[index-1].Epoch
}

// At is the entry at an index from 1 to the last. It belongs to the log.
func (l *Log) At(index uint64) *Entry { return &l.entries[index-1] }

// Position is the position of an index up to the last.
func (l *Log) Position(index uint64) Position {
	return Position{Epoch: l.Epoch(index), Index: index}
}

// Holds tells whether the log contains a position; every log holds the beginning.
func (l *Log) Holds(p Position) bool {
	return p.Index == 0 || p.Index <= uint64(len(l.entries)) && l.Epoch(p.Index) == p.Epoch
}

// Slice is at most limit entries after an index. It may be sent: it never changes.
func (l *Log) Slice(after uint64, limit int) []Entry {
	n := uint64(len(l.entries))
	if after >= n {
		return nil
	}
	end := min(n, after+uint64(limit))
	return l.entries[after:end:end]
}

// Append adds an entry at the end, in memory and on disk, and returns its index.
// Commit is how far the log is known to be committed.
func (l *Log) Append(disk sim.Disk, commit uint64, e Entry) uint64 {
	l.entries = append(l.entries, e)
	index := uint64(len(l.entries))
	disk.Append(l.file, &Record{Index: index, Commit: commit, Entry: e})
	return index
}

// Cut removes everything after an index and returns it, in order.
func (l *Log) Cut(disk sim.Disk, after uint64) []Entry {
	if after >= uint64(len(l.entries)) {
		return nil
	}
	removed := l.entries[after:]
	// Without capacity the next append copies: slices handed out stay as they are.
	l.entries = l.entries[:after:after]
	disk.Cut(l.file, int(after))
	return removed
}

// Meeting is the last index, at most p.Index, at which this log may agree with
// another log that holds p: none above it can, for epochs never fall along a log.
// Where two logs answer each other's Meeting in turns, each mismatch brings it
// down, at the latest to 0, where all logs agree.
func (l *Log) Meeting(p Position) uint64 {
	index := min(p.Index, uint64(len(l.entries)))
	for index > 0 && l.Epoch(index) > p.Epoch {
		index--
	}
	return index
}

// Standing is how a log's history relates to a position.
type Standing uint8

// The standings.
const (
	Contained Standing = iota // the history has the position
	Ahead                     // not here, and this log cannot tell whether it is elsewhere
	Lost                      // this history went on without it into a later epoch
)

// Standing tells whether this history contains a position, cannot know, or has
// left it behind: an entry of a later epoch is committed in a history without it.
// Had the position been committed first, every later epoch's leader would have it.
// What is not committed proves nothing. A leader that was cut off right after it was
// promoted holds an entry of its epoch where the others may go on to commit an
// older one (as in Raft, figure 8). Nor do entries of older epochs, committed or not,
// in the position's place: this log may be a deposed leader's.
func (l *Log) Standing(p Position, commit uint64) Standing {
	if l.Holds(p) {
		return Contained
	}
	if l.Epoch(min(commit, l.Last().Index)) > p.Epoch {
		return Lost
	}
	return Ahead
}
