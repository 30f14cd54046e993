package replog

import (
	"slices"

	"simrun/nodes/internal/boxes"
	"simrun/sim"
)

// Log is one replica's copy of the replicated log, in memory and in one file of
// its disk. Slices that it hands out are never overwritten.
type Log struct {
	file    string
	base    Position // the entries up to here are not kept: a snapshot stands for them
	starts  []Position
	entries []Entry
	records boxes.Of[Record]
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
	return OpenBehind(disk, file, Position{})
}

// OpenBehind is Open for a log that may begin behind a snapshot: an empty one begins
// behind base, and one with records where its first says. Starts are where the epochs
// of what it does not keep began, if the snapshot knows; without them all of that is
// taken to be of base's epoch. The zero base is that of a log that keeps everything:
// there a first record of another index than 1 is damage.
func OpenBehind(disk sim.Disk, file string, base Position, starts ...Position) (*Log, Recovered) {
	l := &Log{file: file, base: base, starts: starts}
	var found Recovered
	n := disk.Len(file)
	if n > 0 {
		l.base.Index = first(disk, file, base) - 1
		if len(starts) > 0 {
			l.base.Epoch = l.Epoch(l.base.Index)
		}
	}
	for i := range n {
		r, ok := read(disk, file, l.base.Index, i)
		if !ok {
			found.Damaged = l.base.Index + uint64(i+1)
			found.Lost = l.salvage(disk, i, n)
			disk.Cut(file, i)
			break
		}
		l.entries = append(l.entries, r.Entry)
		found.Commit = max(found.Commit, r.Commit)
	}
	found.Commit = min(found.Commit, l.Last().Index)
	return l, found
}

// first is the index of a file's first record; where it cannot be read, what follows
// on base, for the log is then empty.
func first(disk sim.Disk, file string, base Position) uint64 {
	keepsAll := base == Position{}
	if record, err := disk.Read(file, 0); err == nil && !keepsAll {
		if r, ok := record.(*Record); ok && r.Index > 0 {
			return r.Index
		}
	}
	return base.Index + 1
}

func read(disk sim.Disk, file string, base uint64, i int) (*Record, bool) {
	record, err := disk.Read(file, i)
	if err != nil {
		return nil, false
	}
	r, ok := record.(*Record)
	return r, ok && r.Index == base+uint64(i+1)
}

// salvage reads what lies from a damaged record on.
func (l *Log) salvage(disk sim.Disk, from, to int) []Entry {
	lost := make([]Entry, to-from)
	for i := from; i < to; i++ {
		if r, ok := read(disk, l.file, l.base.Index, i); ok {
			lost[i-from] = r.Entry
		}
	}
	return lost
}

// Base is the position behind which the log begins; the zero Position where it keeps
// every entry.
func (l *Log) Base() Position { return l.base }

// end is the index of the last entry.
func (l *Log) end() uint64 { return l.base.Index + uint64(len(l.entries)) }

// Last is the position of the last entry.
func (l *Log) Last() Position { return l.Position(l.end()) }

// Epoch is the epoch of the entry at index: 0 at index 0 and beyond the end; at what is
// not kept what the starts of epochs tell or, without them, base's.
func (l *Log) Epoch(index uint64) uint64 {
	switch {
	case index == 0 || index > l.end():
		return 0
	case index <= l.base.Index:
		return l.before(index)
	}
	return l.entries[index-l.base.Index-1].Epoch
}

// before is the epoch of an index that is not kept.
func (l *Log) before(index uint64) uint64 {
	epoch := l.base.Epoch
	for i := len(l.starts) - 1; i >= 0; i-- {
		if epoch = l.starts[i].Epoch; l.starts[i].Index <= index {
			return epoch
		}
	}
	return epoch
}

// Starts are the positions at which the epochs up to an index began, which is all that
// needs to be known of what is not kept: whether the history contains a position can
// still be told. Kafka keeps the same beside its log (the leader epoch cache of KIP-101).
func (l *Log) Starts(upTo uint64) []Position {
	var starts []Position
	for _, p := range l.starts {
		if p.Index <= min(upTo, l.base.Index) {
			starts = append(starts, p)
		}
	}
	last := uint64(0)
	switch {
	case len(starts) > 0:
		last = starts[len(starts)-1].Epoch
	case len(l.starts) == 0 && l.base.Index > 0 && upTo > 0:
		starts, last = append(starts, Position{Epoch: l.base.Epoch, Index: 1}), l.base.Epoch
	}
	for index := l.base.Index + 1; index <= min(upTo, l.end()); index++ {
		if epoch := l.Epoch(index); epoch != last || index == 1 {
			starts, last = append(starts, Position{Epoch: epoch, Index: index}), epoch
		}
	}
	return starts
}

// Drop forgets the entries up to an index, which a snapshot on disk stands for.
func (l *Log) Drop(disk sim.Disk, upTo uint64) {
	if upTo <= l.base.Index || upTo > l.end() {
		return
	}
	n := upTo - l.base.Index
	base, starts := l.Position(upTo), l.Starts(upTo)
	// A copy: what was sent of the old entries must not keep them all in memory.
	l.entries = append([]Entry(nil), l.entries[n:]...)
	l.base, l.starts = base, starts
	disk.Drop(l.file, int(n))
}

// At is the entry at an index behind the base, up to the last. It belongs to the log.
func (l *Log) At(index uint64) *Entry { return &l.entries[index-l.base.Index-1] }

// Position is the position of an index up to the last.
func (l *Log) Position(index uint64) Position {
	return Position{Epoch: l.Epoch(index), Index: index}
}

// Holds tells whether the log contains a position; every log holds the beginning.
func (l *Log) Holds(p Position) bool {
	return p.Index == 0 || p.Index <= l.end() && l.Epoch(p.Index) == p.Epoch
}

// Slice is at most limit entries after an index; none where the log does not reach
// back so far. It may be sent: it never changes.
func (l *Log) Slice(after uint64, limit int) []Entry {
	if after < l.base.Index || after >= l.end() {
		return nil
	}
	from, n := after-l.base.Index, uint64(len(l.entries))
	end := min(n, from+uint64(limit))
	return l.entries[from:end:end]
}

// Append adds an entry at the end, in memory and on disk, and returns its index.
// Commit is how far the log is known to be committed.
func (l *Log) Append(disk sim.Disk, commit uint64, e Entry) uint64 {
	if len(l.entries) == cap(l.entries) {
		l.grow()
	}
	l.entries = append(l.entries, e)
	r := l.records.Next()
	r.Index, r.Commit, r.Entry = l.end(), commit, e
	disk.Append(l.file, r)
	return r.Index
}

// grow doubles the room: a long log that grew by less would be copied again and again.
func (l *Log) grow() { l.entries = slices.Grow(l.entries, max(len(l.entries), firstRoom)) }

const firstRoom = 16

// Cut removes everything after an index, which may not lie before the base, and
// returns it, in order.
func (l *Log) Cut(disk sim.Disk, after uint64) []Entry {
	if after >= l.end() {
		return nil
	}
	keep := after - l.base.Index
	removed := l.entries[keep:]
	// Without capacity the next append copies: slices handed out stay as they are.
	l.entries = l.entries[:keep:keep]
	disk.Cut(l.file, int(keep))
	return removed
}

// Restart forgets every entry: from now on a snapshot as of base stands for them, in
// whose history the epochs began at these starts, if it knows.
func (l *Log) Restart(disk sim.Disk, base Position, starts ...Position) {
	l.base, l.starts, l.entries = base, starts, nil
	disk.Cut(l.file, 0)
}

// Meeting is the last index, at most p.Index, at which this log may agree with
// another log that holds p: none above it can, for epochs never fall along a log.
// Where two logs answer each other's Meeting in turns, each mismatch brings it
// down, at the latest to 0, where all logs agree.
func (l *Log) Meeting(p Position) uint64 {
	index := min(p.Index, l.end())
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
