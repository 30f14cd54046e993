package kernel_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/random"
	"simrun/sim/record"
)

// nemesis is a schedule with a bit of everything.
func nemesis() fault.Schedule {
	return fault.Schedule{
		at(50*ms, 100*ms, impose(sim.Rule{Name: "cut", From: []sim.NodeID{1}, To: []sim.NodeID{2}, Drop: true})),
		at(80*ms, 60*ms, crash(4)),
		at(90*ms, 60*ms, pause(5)),
		at(100*ms, 300*ms, impose(sim.Rule{Name: "jam", From: []sim.NodeID{7}, Hold: true})),
		at(100*ms, 300*ms, impose(sim.Rule{Name: "twice", Duplicate: 1 << 62, Add: sampled(exponential(ms))})),
		at(100*ms, 300*ms, func(w fault.World) func() { w.Drift(2, 1e8); return func() { w.Drift(2, -1e8) } }),
	}
}

// TestASeedIsAUniverse: the same seed gives the same run, in the same world after
// others and in another one; another seed gives another.
func TestASeedIsAUniverse(t *testing.T) {
	w := toyWorld(nemesis())
	want := map[uint64]uint64{}
	for seed := range uint64(20) {
		want[seed] = w.Run(seed).Digest
	}
	digests := map[uint64]bool{}
	for seed := uint64(20); seed > 0; seed-- {
		r := w.Run(seed - 1)
		require.Equal(t, want[seed-1], r.Digest)
		require.Equal(t, want[seed-1], toyWorld(nemesis()).Run(seed-1).Digest)
		digests[r.Digest] = true
	}
	require.Len(t, digests, 20)
}

// TestARunLeavesNothingBehind: everything that is recorded is the same in a used
// world, not the digest alone.
func TestARunLeavesNothingBehind(t *testing.T) {
	c := toyConfig(nemesis())
	c.Trace = true
	used := kernel.New(c)
	for seed := range uint64(5) {
		used.Run(seed)
	}
	got, want := used.Run(3), kernel.New(c).Run(3)
	require.Equal(t, want.Trace, got.Trace)
	require.Equal(t, want.History.Ops, got.History.Ops)
	require.Equal(t, want.Observations, got.Observations)
	require.Equal(t, want.Counters.All(), got.Counters.All())
	require.Equal(t, want.Checkpoints, got.Checkpoints)
	require.Equal(t, want.Traffic, got.Traffic)
	require.Equal(t, want.Phases, got.Phases)
	require.Equal(t, want.Faults, got.Faults)
}

// TestLookingChangesNothing: traces, checks and a choice of facts leave the digest
// as it is.
func TestLookingChangesNothing(t *testing.T) {
	want := toyWorld(nemesis()).Run(1)
	c := toyConfig(nemesis())
	c.Trace, c.Check, c.Keep = true, true, kernel.Facts(sim.Lease)
	got := kernel.New(c).Run(1)
	require.Equal(t, record.Finished, got.Stop.Reason, got.Stop.Panic)
	require.Equal(t, want.Digest, got.Digest)
	require.Equal(t, want.Events, got.Events)
}

// TestCheckpointsBisect: two runs that differ from some time on have the same
// checkpoints up to there.
func TestCheckpointsBisect(t *testing.T) {
	plain := slices.Clone(toyWorld(nil).Run(1).Checkpoints)
	other := slices.Clone(toyWorld(fault.Schedule{
		at(300*ms, 50*ms, impose(sim.Rule{Name: "cut", From: []sim.NodeID{1}, Drop: true})),
	}).Run(1).Checkpoints)
	require.Greater(t, len(plain), 3)
	// A schedule shifts sequence numbers, not stamps: the runs agree until it acts.
	first := 0
	for first < len(plain) && plain[first] == other[first] {
		first++
	}
	require.Positive(t, first)
	require.Less(t, first, len(plain))
	for i := first; i < min(len(plain), len(other)); i++ {
		require.NotEqual(t, plain[i], other[i], "once different, always different")
	}
}

// TestOverridesReplaceDraws: a tape changes one delay, and what follows from it.
func TestOverridesReplaceDraws(t *testing.T) {
	c := toyConfig(nil)
	c.Trace = true
	plain := *kernel.New(c).Run(1)
	i := slices.IndexFunc(plain.Trace, func(e record.Event) bool { return e.Kind == record.Delivered && e.At > 100*ms })
	first := plain.Trace[i]
	c.Overrides = []random.Override{{Address: random.Address(first.Address), Purpose: random.Latency, Word: ^uint64(0)}}
	changed := kernel.New(c).Run(1)
	j := slices.IndexFunc(changed.Trace, func(e record.Event) bool { return e.Kind == record.Delivered && e.Address == first.Address })
	require.Greater(t, changed.Trace[j].At, first.At+20*ms)
	require.Equal(t, plain.Trace[:i], changed.Trace[:i])
}

// TestNemesisIsDrawnFromTheSeed.
func TestNemesisIsDrawnFromTheSeed(t *testing.T) {
	c := toyConfig(nil)
	c.Nemesis = func(s *random.Source) fault.Schedule {
		if s.Draw(1, random.Nemesis)%2 == 0 {
			return nil
		}
		return fault.Schedule{at(10*ms, 10*ms, crash(1))}
	}
	w := kernel.New(c)
	crashed := 0
	for seed := range uint64(20) {
		crashed += len(w.Run(seed).Faults)
	}
	require.Greater(t, crashed, 3)
	require.Less(t, crashed, 17)
}
