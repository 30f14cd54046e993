package checks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

func TestRepairBytesByMeans(t *testing.T) {
	b := histories.New(3)
	b.State(1, 1, sim.Observation{Fact: sim.Repaired, Why: sim.ByRead, A: 70})
	b.State(2, 1, sim.Observation{Fact: sim.Repaired, Why: sim.ByHint, A: 5})
	b.State(3, 1, sim.Observation{Fact: sim.Repaired, Why: sim.ByTree, A: 40})
	b.State(3, 1, sim.Observation{Fact: sim.Streamed, Why: sim.ByTree, A: 4, B: 3, C: 100})
	b.State(4, 1, sim.Observation{Fact: sim.Streamed, Why: sim.ByCopy, A: 6, B: 6, C: 1000})
	b.State(5, 1, sim.Observation{Fact: sim.Compared, A: 2, B: 30<<32 | 2, C: 16<<32 | 1})
	run := b.Run()
	run.Traffic = []record.Traffic{{}, {Messages: 9}, {Messages: 8}, {Messages: 7, Bytes: 6}}
	reports := Judge(run, Options{})
	for name, want := range map[string]int64{
		"repair_messages": 7, "repair_bytes_read": 70, "repair_bytes_hint": 5, "repair_bytes_tree": 130, "repair_bytes_copy": 1000,
		"repair_bytes": 1205, "tree_comparisons": 16, "tree_messages": 2, "tree_bytes": 30,
		"streamed_keys": 10, "streamed_needlessly": 9,
	} {
		require.Equal(t, want, measure(t, reports, name).Count, name)
	}
	for _, name := range []string{"repair_bytes_log", "hints_wasted"} {
		require.True(t, measure(t, reports, name).Undefined, name)
	}
}

// TestWastedHints tells hints that came after another repair from those that brought
// something, and from those whose write had come late by itself.
func TestWastedHints(t *testing.T) {
	b := histories.New(3)
	useful, wasted, late := b.Put(1, 0, 1, 2), b.Put(1, 1, 3, 4), b.Put(1, 2, 5, 6)
	for key, w := range []*histories.Op{useful, wasted, late} {
		b.State(7, 1, sim.Observation{Fact: sim.Hint, Why: sim.Kept, Op: w.ID, Key: sim.Key(key), A: 3})
	}
	b.State(8, 3, sim.Observation{Fact: sim.Repaired, Why: sim.ByTree, Op: wasted.ID, Key: 1, A: 9})
	b.State(9, 3, sim.Observation{Fact: sim.Repaired, Why: sim.ByHint, Op: useful.ID, Key: 0, A: 9})
	for key, w := range []*histories.Op{useful, wasted, late} {
		b.State(10, 1, sim.Observation{Fact: sim.Hint, Why: sim.Replayed, Op: w.ID, Key: sim.Key(key), A: 3})
	}
	require.Equal(t, int64(1), measure(t, Judge(b.Run(), Options{}), "hints_wasted").Count)
}

// level is a statement of one comparison.
func level(exchange uint32, scope sim.Key, depth, compared, differing, first uint64) sim.Observation {
	return sim.Observation{
		Fact: sim.Compared, Key: scope, Op: sim.NewOpID(1, exchange), A: first<<32 | depth, B: 24<<32 | 2,
		C: compared<<32 | differing,
	}
}

func TestComparedGathersDescents(t *testing.T) {
	b := histories.New(2)
	require.Zero(t, Compared(b.Run()).Exchanges)
	b.State(1, 1, level(1, 0, 0, 1, 0, 0)) // alike
	b.State(2, 1, level(2, 0, 0, 1, 1, 0)) // two leaves differ
	b.State(3, 1, level(2, 0, 1, 4, 2, 1))
	b.State(4, 1, level(2, 1, 0, 1, 1, 0)) // one leaf of another range, in two messages
	b.State(5, 1, level(2, 1, 1, 2, 0, 0))
	b.State(6, 1, level(2, 1, 1, 2, 1, 3))
	b.State(7, 2, level(1, 0, 0, 1, 1, 0)) // given up after the root
	c := Compared(b.Run())
	require.Equal(t, int64(4), c.Exchanges)
	require.Equal(t, int64(3), c.Differing)
	require.Equal(t, []Level{{0, 4, 3, 2, -1}, {1, 8, 3, 0, -1}}, c.Levels)
	require.Equal(t, []Level{{0, 1, 1, 1, 0}, {1, 4, 1, 0, 3}}, c.Witness)
	require.Equal(t, [2]sim.NodeID{1, 2}, [2]sim.NodeID{c.Began, c.Asked})
}

// outage is a run in which n3 misses two of three writes until the heal at 100.
func outage(b *histories.Builder) (missed, other *histories.Op) {
	known, elsewhere := b.Put(1, 0, 1, 2), b.Put(2, 1, 1, 2)
	missed, other = b.Put(1, 0, 50, 52, known), b.Put(1, 1, 60, 62)
	for node := sim.NodeID(1); node <= 3; node++ {
		b.Tell(3, node, sim.Stored, sim.Durable, known)
		b.Tell(4, node, sim.Stored, sim.Durable, elsewhere)
	}
	for node := sim.NodeID(1); node <= 2; node++ {
		b.Tell(53, node, sim.Stored, sim.Durable, missed)
		b.Tell(63, node, sim.Stored, sim.Durable, other)
	}
	return missed, other
}

func healed(b *histories.Builder) *record.Run {
	run := b.Run()
	run.Faults = []record.Fault{
		{Name: "isolate", Injected: 40 * time.Millisecond, Healed: 100 * time.Millisecond},
		{Name: "isolate", Healed: 900 * time.Millisecond, Skipped: true},
	}
	run.Phases.Settled = time.Second
	return run
}

func TestCatchUp(t *testing.T) {
	for _, o := range []Options{{}, {Siblings: true}} {
		b := histories.New(3)
		missed, other := outage(b)
		b.Tell(130, 3, sim.Stored, sim.Durable, missed)
		b.Tell(600, 3, sim.Stored, sim.Durable, b.Put(1, 1, 500, 520, other)) // newer will do
		c, known := CaughtUp(healed(b), o)
		require.True(t, known)
		require.Equal(t, []time.Duration{30 * time.Millisecond, 500 * time.Millisecond}, c.Keys)
		for after, want := range map[time.Duration]int{0: 2, 29: 2, 30: 1, 499: 1, 500: 0} {
			require.Equal(t, want, c.Missing(after*time.Millisecond), after)
		}
		require.Zero(t, c.Never)
	}
}

// TestNeverCaughtUp has a replica lack one key for ever, and a disk be lost.
func TestNeverCaughtUp(t *testing.T) {
	b := histories.New(3)
	missed, _ := outage(b)
	b.Tell(130, 3, sim.Stored, sim.Durable, missed)
	b.State(70, 2, sim.Observation{Fact: sim.Discarded, Why: sim.Wiped})
	run := healed(b)
	reports := Judge(run, Options{})
	require.Equal(t, int64(2), measure(t, reports, "missed_keys").Count)
	require.Equal(t, int64(2), measure(t, reports, "never_caught_up").Count, "n2 lost both, n3 lacks one")
	require.True(t, measure(t, reports, "catch_up_ns").Undefined)
	run.Dead = []sim.NodeID{2, 3}
	require.Zero(t, measure(t, Judge(run, Options{}), "missed_keys").Count, "who is dead need not catch up")
	_, known := CaughtUp(b.Run(), Options{})
	require.False(t, known && len(run.Faults) == 0)
	run.Faults = nil
	require.True(t, measure(t, Judge(run, Options{}), "missed_keys").Undefined)
}

// TestHomesThatNeverStored are known by their answers: who never stored a key is behind
// on it all the same.
func TestHomesThatNeverStored(t *testing.T) {
	b := histories.New(3)
	w := b.Put(1, 0, 50, 52)
	b.Tell(53, 1, sim.Stored, sim.Durable, w)
	read := b.Get(2, 0, 2000, 2010, w)
	b.State(2005, 1, sim.Observation{Fact: sim.Answered, Op: read.ID, Key: 0, A: 2, B: 2})
	b.State(2006, 1, sim.Observation{Fact: sim.Answered, Op: read.ID, Key: 0, A: 1, B: 3}) // stands in
	b.Hold(1, 0, w)
	c, _ := CaughtUp(healed(b), Options{})
	require.Equal(t, 1, c.Never, "n2 is a home, of n3 nothing is known but that it was away")
}

// TestStoppedWhileSettling is of a run that was broken off: who would have caught up is
// not known.
func TestStoppedWhileSettling(t *testing.T) {
	b := histories.New(3)
	outage(b)
	run := healed(b)
	require.Equal(t, int64(2), measure(t, Judge(run, Options{}), "never_caught_up").Count)
	run.Stop.Reason = record.OutOfEvents
	for _, name := range []string{"missed_keys", "never_caught_up", "catch_up_ns"} {
		require.True(t, measure(t, Judge(run, Options{}), name).Undefined, name)
	}
}

// TestReplacedUnseen has a write replace a delete that its writer had seen, and a replica
// get the write alone. In the end all hold the same: nothing is amiss.
func TestReplacedUnseen(t *testing.T) {
	b := histories.New(2)
	gone, last := b.Delete(1, 0, 50, 52), b.Put(1, 0, 60, 62) // whose context names nothing
	b.Tell(20, 2, sim.Stored, sim.Durable, b.Put(1, 0, 10, 12))
	b.Tell(53, 1, sim.Stored, sim.Durable, gone)
	b.Tell(63, 1, sim.Stored, sim.Durable, last)
	b.Tell(140, 2, sim.Stored, sim.Durable, last)
	for name, want := range map[string]int{"alike": 0, "apart": 1} {
		run := healed(b)
		run.Copies = nil
		b.Hold(1, 0, last)
		if name == "alike" {
			b.Hold(2, 0, last)
		}
		c, _ := CaughtUp(b.Run(), Options{Siblings: true})
		require.Equal(t, want, c.Never, name)
		require.Len(t, c.Keys, 1-want, name)
	}
}

// TestOnlyWhatMatters follows all keys, and finds no more than by following those on
// which some replica may be behind.
func TestOnlyWhatMatters(t *testing.T) {
	behindAtAll := 0
	for seed := range int64(400) {
		run, o := careless(seed)
		run.Phases.Settled = time.Hour
		v := newView(run, o)
		for healed := time.Duration(0); healed < 100*time.Millisecond; healed += 20 * time.Millisecond {
			keys, _ := (&behind{view: v, healed: healed}).keys()
			all := make([]bool, len(keys))
			for i := range all {
				all[i] = true
			}
			late := v.catching(healed, all)
			require.Equal(t, late, v.catching(healed, keys), "seed %d, %v", seed, healed)
			behindAtAll += len(late)
		}
	}
	require.Greater(t, behindAtAll, 100)
}
