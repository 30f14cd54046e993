package replog

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/disk"
)

func logOf(epochs ...uint64) (*Log, *disk.Disk) {
	d := disk.New()
	l, _ := Open(d, "log")
	for i, epoch := range epochs {
		l.Append(d, uint64(i), Entry{Epoch: epoch, Op: sim.OpID(i + 1), Code: sim.Put})
	}
	return l, d
}

func TestReopenedLogIsTheSame(t *testing.T) {
	l, d := logOf(1, 1, 2)
	again, found := Open(d, "log")
	require.Equal(t, l.entries, again.entries)
	require.Equal(t, Recovered{Commit: 2}, found)
	require.Equal(t, Position{Epoch: 2, Index: 3}, again.Last())
}

func TestOpenCutsAtTheFirstDamage(t *testing.T) {
	_, d := logOf(1, 1, 2, 2)
	d.Settle(d.Mark())
	require.Equal(t, 1, d.Corrupt("log", 1<<63, func(_ string, i int) uint64 {
		if i == 1 {
			return 0
		}
		return ^uint64(0)
	}))
	l, found := Open(d, "log")
	require.Equal(t, Position{Epoch: 1, Index: 1}, l.Last())
	require.EqualValues(t, 2, found.Damaged)
	require.Len(t, found.Lost, 3)
	require.Zero(t, found.Lost[0])
	require.EqualValues(t, 4, found.Lost[2].Op)
	require.Equal(t, 1, d.Len("log"))
	require.LessOrEqual(t, found.Commit, uint64(1))
}

func TestRecordOutOfPlaceIsDamage(t *testing.T) {
	_, d := logOf(1, 1)
	d.Append("log", &Record{Index: 9})
	l, found := Open(d, "log")
	require.EqualValues(t, 2, l.Last().Index)
	require.EqualValues(t, 3, found.Damaged)
}

func TestSlicesHandedOutNeverChange(t *testing.T) {
	l, d := logOf(1, 1, 1)
	sent := l.Slice(1, 10)
	one := l.Slice(2, 1)
	l.Cut(d, 1)
	l.Append(d, 0, Entry{Epoch: 5, Op: 50})
	l.Append(d, 0, Entry{Epoch: 5, Op: 51})
	require.EqualValues(t, 2, sent[0].Op)
	require.EqualValues(t, 3, sent[1].Op)
	require.EqualValues(t, 3, one[0].Op)
	require.EqualValues(t, 50, l.At(2).Op)
}

func TestSlice(t *testing.T) {
	l, _ := logOf(1, 1, 1)
	require.Len(t, l.Slice(0, 2), 2)
	require.Len(t, l.Slice(2, 9), 1)
	require.Empty(t, l.Slice(3, 9))
	require.Empty(t, l.Slice(7, 9))
}

func TestStanding(t *testing.T) {
	l, _ := logOf(1, 1, 3, 3)
	tests := []struct {
		epoch, index uint64
		want         Standing
	}{
		{0, 0, Contained},
		{1, 2, Contained},
		{3, 4, Contained},
		{1, 3, Lost},
		{1, 9, Lost},
		{2, 1, Lost},
		{2, 3, Lost},
		{2, 9, Lost},
		{3, 5, Ahead},
		{4, 1, Ahead},
		{4, 9, Ahead},
	}
	for _, test := range tests {
		require.Equal(t, test.want, l.Standing(Position{test.epoch, test.index}, 4), "%+v", test)
	}
	require.Equal(t, Ahead, l.Standing(Position{1, 3}, 2), "epoch 3 is not committed")
	require.Equal(t, Ahead, l.Standing(Position{2, 1}, 2), "another entry is in its place, but this log may be a deposed leader's")
	require.Equal(t, Lost, l.Standing(Position{2, 1}, 3), "epoch 3 began without it")
	require.Equal(t, Lost, l.Standing(Position{1, 3}, 3))
	require.Equal(t, Lost, l.Standing(Position{1, 9}, 3))
	empty, _ := logOf()
	require.Equal(t, Ahead, empty.Standing(Position{1, 1}, 0))
	require.Equal(t, Contained, empty.Standing(Position{}, 0))
}

func TestBefore(t *testing.T) {
	require.True(t, Position{1, 9}.Before(Position{2, 1}))
	require.True(t, Position{2, 1}.Before(Position{2, 2}))
	require.False(t, Position{2, 2}.Before(Position{2, 2}))
	require.False(t, Position{3, 1}.Before(Position{2, 2}))
}

func TestDamagedRecordDiffers(t *testing.T) {
	r := &Record{Index: 1, Entry: Entry{Epoch: 1, Op: 1}}
	require.NotEqual(t, sim.Fingerprint(r), sim.Fingerprint(r.Damaged(77)))
}

// Two logs that share a prefix find a place where they agree by answering each other's
// Meeting in turns, and the place falls with each mismatch.
func TestLogsMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		common := rapid.SliceOfN(rapid.Uint64Range(0, 1), 0, 8).Draw(t, "common")
		grow := func(name string, parity uint64) []uint64 {
			epochs := ascending(common, 0)
			last := uint64(0)
			if len(epochs) > 0 {
				last = epochs[len(epochs)-1]
			}
			// Epochs of one parity belong to one log, so that the tails differ.
			for _, step := range rapid.SliceOfN(rapid.Uint64Range(0, 1), 0, 8).Draw(t, name) {
				next := last + 2*step
				if next%2 != parity {
					next++
				}
				if next == 0 {
					next = 2
				}
				last = max(last, next)
				epochs = append(epochs, last)
			}
			return epochs
		}
		a, _ := logOf(grow("a", 0)...)
		b, _ := logOf(grow("b", 1)...)
		at := a.Last()
		for rounds := 0; !b.Holds(at); rounds++ {
			require.Less(t, rounds, 40)
			back := b.Position(b.Meeting(at))
			next := a.Position(a.Meeting(back))
			require.Less(t, next.Index, at.Index)
			at = next
		}
		require.True(t, a.Holds(at))
		for i := uint64(1); i <= at.Index; i++ {
			require.Equal(t, a.Epoch(i), b.Epoch(i))
		}
	})
}

func ascending(steps []uint64, from uint64) (epochs []uint64) {
	for _, step := range steps {
		from = max(from+step, 1)
		epochs = append(epochs, from)
	}
	return epochs
}

// TestALogBehindASnapshot keeps its places through a restart and a crash of the node.
func TestALogBehindASnapshot(t *testing.T) {
	l, d := logOf(1, 1, 1)
	base := Position{Epoch: 1, Index: 40}
	l.Restart(d, base)
	require.Equal(t, base, l.Last())
	require.Equal(t, base, l.Base())
	require.Zero(t, d.Len("log"))
	require.EqualValues(t, 41, l.Append(d, 0, Entry{Epoch: 1, Op: 7, Body: []uint64{1}}))
	l.Append(d, 0, Entry{Epoch: 2, Op: 8})
	require.True(t, l.Holds(base))
	require.True(t, l.Holds(Position{Epoch: 2, Index: 42}))
	require.Empty(t, l.Slice(39, 9), "what is not kept cannot be sent")
	require.Len(t, l.Slice(40, 9), 2)
	require.EqualValues(t, 8, l.At(42).Op)
	again, found := OpenBehind(d, "log", Position{Epoch: 1, Index: 7})
	require.Equal(t, base, again.Base(), "the file knows better")
	require.Equal(t, l.entries, again.entries)
	require.Zero(t, found.Damaged)
	require.Len(t, again.Cut(d, 41), 1)
	require.EqualValues(t, 41, again.Last().Index)
	_, found = Open(d, "log")
	require.EqualValues(t, 1, found.Damaged, "a log that keeps everything begins with 1")
	empty, _ := OpenBehind(d, "log", base)
	require.Equal(t, base, empty.Last())
}

// A log that forgot its beginning tells of every position what the whole one does.
func TestDroppedPrefixIsKnownByItsStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		epochs := ascending(rapid.SliceOfN(rapid.Uint64Range(0, 1), 1, 12).Draw(t, "steps"), 1)
		whole, _ := logOf(epochs...)
		short, d := logOf(epochs...)
		for range 2 {
			upTo := rapid.Uint64Range(0, uint64(len(epochs))).Draw(t, "dropped")
			starts := short.Starts(upTo)
			require.Equal(t, whole.Starts(upTo), starts)
			base := short.Position(upTo)
			short.Drop(d, upTo)
			if upTo >= base.Index && short.Base() == base && upTo > 0 {
				again, found := OpenBehind(d, "log", base, starts...)
				require.Zero(t, found.Damaged)
				require.Equal(t, short.entries, again.entries)
				require.Equal(t, short.Base(), again.Base())
			}
		}
		require.Equal(t, whole.Last(), short.Last())
		require.Equal(t, whole.Starts(whole.end()), short.Starts(short.end()))
		for index := uint64(0); index <= whole.end()+1; index++ {
			require.Equal(t, whole.Epoch(index), short.Epoch(index), index)
			for epoch := range uint64(9) {
				p := Position{epoch, index}
				require.Equal(t, whole.Holds(p), short.Holds(p))
				require.Equal(t, whole.Meeting(p), short.Meeting(p))
				require.Equal(t, whole.Standing(p, whole.end()), short.Standing(p, short.end()))
			}
			if index > short.Base().Index && index <= whole.end() {
				require.Equal(t, whole.At(index), short.At(index))
			}
		}
	})
}

// Where the drop was undone by a crash, the log that is found reaches back before the
// snapshot's base.
func TestDropUndoneByACrash(t *testing.T) {
	l, d := logOf(1, 1, 2, 2, 3)
	base, starts := l.Position(3), l.Starts(4)
	again, _ := OpenBehind(d, "log", base, starts...)
	require.Zero(t, again.Base())
	again.Drop(d, base.Index)
	require.Equal(t, base, again.Base())
	require.Equal(t, l.Last(), again.Last())
	l.Restart(d, Position{3, 9}, Position{1, 1}, Position{3, 4})
	require.EqualValues(t, 1, l.Epoch(3))
	require.EqualValues(t, 3, l.Epoch(4))
	require.Equal(t, Position{3, 9}, l.Last())
}
