package checks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
)

// memberships counts the versions of which any two statements differ.
func (t *twin) memberships() (n int64) {
	differ := map[edition]bool{}
	for _, a := range t.run.Observations {
		for _, b := range t.run.Observations {
			same := a.Fact == sim.Configured && b.Fact == sim.Configured && a.Key == b.Key && a.A == b.A
			if same && (a.B != b.B || a.C != b.C) {
				differ[edition{a.Key, a.A}] = true
			}
		}
	}
	return int64(len(differ))
}

// A change lasts from its first step, wherever it is stated, to its end.
func TestChangesOfMembers(t *testing.T) {
	b := histories.New(3)
	state := func(stamp uint32, node sim.NodeID, version uint64, why sim.Why) {
		b.State(stamp, node, sim.Observation{Fact: sim.Configured, Why: why, A: version, B: 3, C: version})
	}
	state(10, 1, 2, sim.NoReason)
	state(15, 2, 2, sim.NoReason)
	state(30, 1, 3, sim.NoReason)
	state(40, 2, 4, sim.Agreed)
	state(45, 3, 4, sim.Agreed) // it had missed the steps
	state(50, 1, 4, sim.Agreed)
	state(60, 1, 5, sim.NoReason)
	state(90, 1, 6, sim.Undone)
	state(100, 3, 7, sim.NoReason)
	state(110, 3, 8, sim.NoReason)
	b.State(105, 3, sim.Observation{Fact: sim.Streamed, Why: sim.ByTransfer, A: 3, C: 120})
	b.State(106, 3, sim.Observation{Fact: sim.Streamed, Why: sim.ByTree, A: 3, C: 7})
	reports := Judge(b.Run(), Options{})
	require.Equal(t, int64(1), measure(t, reports, "membership_changes").Count)
	require.Equal(t, int64(1), measure(t, reports, "membership_undone").Count)
	took := measure(t, reports, "membership_change_ns")
	require.Equal(t, [2]int64{int64(30 * time.Millisecond), 1}, [2]int64{took.Count, took.Total})
	require.Equal(t, int64(120), measure(t, reports, "transfer_bytes").Count)
	for name, want := range map[string]int64{"repair_bytes": 7, "repair_bytes_tree": 7, "streamed_keys": 3} {
		require.Equal(t, want, measure(t, reports, name).Count, "%s: a transfer is no repair", name)
	}
}
