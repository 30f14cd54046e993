package fault_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
	"simrun/sim/record"
)

func TestAFaultWaitsForItsTarget(t *testing.T) {
	crash := fault.Entry{At: 52 * ms, For: 60 * ms, Fault: fault.Crash{Targets: targets{"leader"}}}
	j := play(t, 1, crash)
	require.Len(t, j.run.Faults, 1)
	got := j.run.Faults[0]
	require.Equal(t, []sim.NodeID{3}, got.Targets)
	require.Equal(t, 80*ms, got.Injected, "when n3 came to lead")
	require.Equal(t, 112*ms, got.Healed)
	require.Equal(t, "n3", got.Text)
	require.Equal(t, 112*ms, j.of("start", 3, 0)[1].at)
}

func TestAFaultWhoseTargetNeverComesIsSkipped(t *testing.T) {
	j := play(t, 1, from52to92(fault.Crash{Targets: targets{"stale-leader"}}))
	require.Equal(t, []record.Fault{{Name: "crash", Skipped: true}}, j.run.Faults)
	require.Empty(t, j.lost(t, nil))
}

func TestANumberKeepsTheDrawsOfAFault(t *testing.T) {
	moved := 0
	crash := fault.Entry{At: 52 * ms, For: 10 * ms, Fault: fault.Crash{Targets: targets{"random"}}}
	jam := fault.Entry{At: 10 * ms, For: ms, Fault: fault.Jam{}}
	hit := func(seed uint64, schedule ...fault.Entry) []sim.NodeID {
		for _, f := range play(t, seed, schedule...).run.Faults {
			if f.Name == "crash" {
				return f.Targets
			}
		}
		return nil
	}
	for seed := range uint64(10) {
		named := crash
		named.Number = 77
		require.Equal(t, hit(seed, named), hit(seed, jam, named))
		if hit(seed, crash)[0] != hit(seed, jam, crash)[0] {
			moved++
		}
	}
	require.Positive(t, moved, "without a number the place in the schedule counts")
}

// Whatever a nemesis draws, the kernel survives it, twice alike, and all that can
// be alive is alive afterwards.
func TestNemesisInTheKernel(t *testing.T) {
	n := fault.NewNemesis()
	n.Destroy, n.Gap, n.Shortest, n.Longest = true, 20*ms, 5*ms, 100*ms
	n.LeastDelay, n.MostDelay = ms, 4*ms // what is under way at the heal must arrive in the time that is left
	servers, places := []string{"n1", "n2", "n3", "n4", "n5"}, []string{"east", "west"}
	injected := 0
	for seed := range uint64(40) {
		schedule := n.Schedule(func(subject uint64, purpose random.Purpose) uint64 {
			return random.Draw(seed, random.Address(subject), purpose)
		}, servers, places, 200*ms)
		one, two := play(t, seed, schedule...), play(t, seed, schedule...)
		require.Equal(t, one.run.Digest, two.run.Digest)
		require.Equal(t, one.entries, two.entries)
		lost := map[sim.NodeID]bool{}
		for _, f := range one.run.Faults {
			if f.Skipped {
				continue
			}
			injected++
			if f.Name == "lose" {
				lost[f.Targets[0]] = true
			}
		}
		require.Len(t, one.run.Dead, len(lost))
		for _, id := range one.run.Dead {
			require.True(t, lost[id])
		}
		alive(t, one, lost)
	}
	require.Greater(t, injected, 200)
}

// alive asks that all but the lost heard from each other after the heal.
func alive(t *testing.T, j *journal, lost map[sim.NodeID]bool) {
	t.Helper()
	for from := sim.NodeID(1); from <= 6; from++ {
		for to := sim.NodeID(1); to <= 6; to++ {
			if from == to || lost[from] || lost[to] {
				continue
			}
			heard := j.of("note", to, from)
			require.NotEmpty(t, heard)
			require.Greater(t, heard[len(heard)-1].at, 195*time.Millisecond, "%d -> %d", from, to)
		}
	}
}
