package disk

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/random"
)

type number uint64

func (n number) Encode(e *sim.Encoder) { e.Uint("n", uint64(n)) }

// fragile is a record that shows its damage.
type fragile uint64

func (f fragile) Encode(e *sim.Encoder)          { e.Uint("n", uint64(f)) }
func (f fragile) Damaged(word uint64) sim.Record { return fragile(uint64(f) ^ word | 1<<63) }

var names = []string{"a", "b", "c"}

// plain is the plainest account of a disk: its files now, and what they were after
// every write.
type plain struct {
	files  map[string][]sim.Record
	states []map[string][]sim.Record // [0] is before the first write
}

func newPlain() *plain {
	p := &plain{files: map[string][]sim.Record{}}
	p.keep()
	return p
}

func (p *plain) keep() {
	state := map[string][]sim.Record{}
	for name, records := range p.files {
		state[name] = append([]sim.Record(nil), records...)
	}
	p.states = append(p.states, state)
}

// write does the same to a disk and to its account, and tells whether it was a write
// at all: cutting off nothing is none.
func write(t *rapid.T, d *Disk, p *plain, n uint64) bool {
	name := rapid.SampledFrom(names).Draw(t, "file")
	have := p.files[name]
	switch rapid.IntRange(0, 5).Draw(t, "what") {
	default:
		d.Append(name, number(n))
		p.files[name] = append(have[:len(have):len(have)], number(n))
	case 1:
		d.Replace(name, number(n))
		p.files[name] = []sim.Record{number(n)}
	case 2:
		k := rapid.IntRange(-1, len(have)+1).Draw(t, "cut")
		d.Cut(name, k)
		if max(k, 0) >= len(have) {
			return false
		}
		p.files[name] = have[:max(k, 0)]
	case 3:
		k := rapid.IntRange(-1, len(have)+1).Draw(t, "drop")
		d.Drop(name, k)
		if k <= 0 || len(have) == 0 {
			return false
		}
		p.files[name] = have[min(k, len(have)):]
	}
	p.keep()
	return true
}

// contents reads everything.
func contents(t require.TestingT, d *Disk) map[string][]sim.Record {
	all := map[string][]sim.Record{}
	for _, name := range names {
		for i := range d.Len(name) {
			r, err := d.Read(name, i)
			require.NoError(t, err)
			all[name] = append(all[name], r)
		}
	}
	return all
}

// same compares files, and takes an empty one for none.
func same(t require.TestingT, want, got map[string][]sim.Record) {
	for _, name := range names {
		require.Equal(t, append([]sim.Record{}, want[name]...), append([]sim.Record{}, got[name]...), name)
	}
}

// TestACrashKeepsAPrefix: whatever was written and synced, a crash leaves the disk
// as it was after some write not before the last synced one; what it reports is
// true, and a snapshot shows exactly what is synced.
func TestACrashKeepsAPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, p := New(), newPlain()
		synced := 0
		marks := []uint64{d.Mark()}
		for n := range rapid.IntRange(0, 30).Draw(t, "writes") {
			if write(t, d, p, uint64(n)) {
				marks = append(marks, d.Mark())
			}
			if rapid.IntRange(0, 4).Draw(t, "sync") == 0 {
				i := rapid.IntRange(0, len(p.states)-1).Draw(t, "up to")
				d.Settle(marks[i])
				synced = max(synced, i)
			}
			same(t, p.files, contents(t, d))
			require.Equal(t, len(p.states)-1-synced, d.Pending())
		}
		other := New()
		other.Restore(d.Snapshot())
		same(t, p.states[synced], contents(t, other))
		same(t, p.files, contents(t, d))

		kept, lost := d.Crash(rapid.Uint64().Draw(t, "word"), false)
		require.Equal(t, len(p.states)-1, synced+kept+lost)
		same(t, p.states[synced+kept], contents(t, d))
		require.Zero(t, d.Pending())

		d.Append("a", number(99)) // life goes on
		d.Settle(d.Mark())
		require.Zero(t, d.Pending())
	})
}

// TestWhatIsKept: none, all and everything between occur.
func TestWhatIsKept(t *testing.T) {
	counts := map[int]int{}
	for i := range uint64(3000) {
		counts[keep(random.Draw(1, random.Address(i), random.CrashKeep), 5)]++
	}
	require.Len(t, counts, 6)
	require.InDelta(t, 1000+167, counts[0], 100)
	require.InDelta(t, 1000+167, counts[5], 100)
	require.InDelta(t, 167, counts[3], 50)
	require.Zero(t, keep(^uint64(0), 0))
}

// TestTear leaves the first lost append behind, damaged.
func TestTear(t *testing.T) {
	torn := func(word uint64, checksums bool, write func(d *Disk)) (*Disk, int) {
		d := New()
		d.Checksums = checksums
		d.Append("log", fragile(1))
		d.Settle(d.Mark())
		write(d)
		kept, _ := d.Crash(word, true)
		return d, kept
	}
	three := func(d *Disk) {
		for n := fragile(2); n <= 4; n++ {
			d.Append("log", n)
		}
	}
	for i := range uint64(50) {
		d, kept := torn(random.Mix(i, 1), true, three)
		for at := range kept + 1 {
			_, err := d.Read("log", at)
			require.NoError(t, err)
		}
		if kept == 3 {
			require.Equal(t, 4, d.Len("log"))
			continue
		}
		require.Equal(t, kept+2, d.Len("log"))
		_, err := d.Read("log", kept+1)
		require.ErrorIs(t, err, sim.ErrTorn)
	}
	d, _ := torn(0, false, three)
	r, err := d.Read("log", 1)
	require.NoError(t, err, "without checksums nobody is told")
	require.NotEqual(t, fragile(2), r)
	d, _ = torn(0, true, func(d *Disk) { d.Cut("log", 0) })
	require.Equal(t, 1, d.Len("log"), "only an append can be torn")
}

// TestCorrupt damages what is certainly synced, each record by its own draw.
func TestCorrupt(t *testing.T) {
	d := New()
	for n := range 100 {
		d.Append("log", number(n))
		d.Append("other", fragile(n))
	}
	d.Settle(d.Mark())
	d.Append("log", number(100))
	draw := func(file string, record int) uint64 {
		return random.Draw(1, random.Address(random.Hash(file)).With(uint64(record)), random.Corrupt)
	}
	hit := d.Corrupt("log", 1<<62, draw)
	require.InDelta(t, 25, hit, 15)
	require.Zero(t, d.Corrupt("log", 1<<62, draw), "the same draws, the same records")
	bad := 0
	for i := range 101 {
		if _, err := d.Read("log", i); err != nil {
			require.ErrorIs(t, err, sim.ErrCorrupt)
			bad++
		}
	}
	require.Equal(t, hit, bad)
	require.Equal(t, 200-hit, d.Corrupt("", random.Certain, draw), "all the rest, but not what is pending")
	_, err := d.Read("log", 100)
	require.NoError(t, err)

	d.Checksums = false
	_, err = d.Read("log", 0)
	require.ErrorIs(t, err, sim.ErrCorrupt, "a record that cannot show damage is lost")
	r, err := d.Read("other", 5)
	require.NoError(t, err)
	require.NotEqual(t, fragile(5), r)

	d.Replace("log", number(7))
	require.Zero(t, d.Corrupt("log", random.Certain, draw), "nothing of it is certainly synced")
}

func TestReadingWhatIsNotThere(t *testing.T) {
	d := New()
	for _, at := range []int{-1, 0, 1} {
		_, err := d.Read("log", at)
		require.ErrorIs(t, err, ErrAbsent)
	}
	require.Zero(t, d.Len("log"))
	d.Append("log", number(1))
	d.Wipe()
	require.Zero(t, d.Len("log"))
	require.Zero(t, d.Pending())
	require.Zero(t, d.Records())
}

// TestResetLeavesNothing although the memory is used again.
func TestResetLeavesNothing(t *testing.T) {
	d := New()
	for n := range 20 {
		d.Append("a", number(n))
		d.Replace("b", number(n))
	}
	before := d.Snapshot()
	d.Reset()
	require.Zero(t, d.Records())
	d.Append("b", number(7))
	require.Equal(t, 1, d.Len("b"))
	require.Zero(t, d.Len("a"))
	d.Append("a", number(8))
	r, err := d.Read("a", 0)
	require.NoError(t, err)
	require.Equal(t, number(8), r)
	require.Equal(t, 2, d.Pending())
	d.Restore(before)
	require.Zero(t, d.Len("a"), "nothing had been synced")
}

// vote is a record with a name of its own.
type vote uint64

func (v vote) Encode(e *sim.Encoder) { e.Uint("vote", uint64(v)) }
func (vote) Name() string            { return "vote" }

// TestWhatASyncCovers: each write is told of once, to the first sync asked for after it, and not
// at all where it was replaced before.
func TestWhatASyncCovers(t *testing.T) {
	const other, log, ballot = 1 << 0, 1 << 1, 1 << 2
	d := New()
	d.Names = []string{"log", "vote"}
	require.Zero(t, d.Take(d.Mark()), "nothing was written")
	d.Append("log", number(1))
	d.Replace("term", number(1))
	first := d.Mark()
	d.Replace("term", vote(2))
	require.EqualValues(t, log|other, d.Take(first), "the term was not replaced when this sync was asked for")
	require.EqualValues(t, ballot, d.Take(d.Mark()))
	require.Zero(t, d.Take(d.Mark()))
	d.Append("log", number(2))
	d.Replace("term", number(3))
	d.Replace("term", vote(3))
	require.EqualValues(t, log|ballot, d.Take(d.Mark()))
	d.Append("log", vote(4))
	d.Append("log", number(4))
	require.EqualValues(t, log|ballot, d.Take(d.Mark()), "an append replaces nothing, a record's own name goes first")
	for _, forget := range []func(){func() { d.Crash(0, false) }, d.Wipe, func() { d.Restore(d.Snapshot()) }} {
		d.Append("log", number(5))
		forget()
		require.Zero(t, d.Take(d.Mark()))
	}
	d.Names = nil
	d.Append("log", number(6))
	require.Zero(t, d.Take(d.Mark()), "nobody asks")
}
