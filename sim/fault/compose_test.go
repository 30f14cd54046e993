package fault

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim/random"
)

// anyFault draws a fault of which nothing is left once it has been healed.
func anyFault(t *rapid.T) Fault {
	targets := Targets{rapid.SampledFrom([]Target{"n1", "n2", "minority", "leader", "servers", "c1"}).Draw(t, "targets")}
	links := Links{From: targets}
	return rapid.SampledFrom([]Fault{
		Partition{Groups: []Targets{{"leader"}, {rest}}, Clients: "spread"},
		Partition{Groups: []Targets{{"n2"}, {"n3", "n4"}}},
		OneWay{From: Targets{"n1"}},
		Bridge{},
		MajoritiesRing{},
		Isolate{Targets: targets},
		Loss{Probability: half(), Links: links},
		Delay{Add: spec(time.Second), Links: links},
		Jam{links},
		Crash{Targets: targets, Torn: true},
		Crash{Targets: targets},
		Pause{Targets: targets},
		Slow{Targets: targets, Factor: 2 * random.One},
		Slow{Targets: targets, Factor: 3 * random.One},
		CrashAt{Targets: targets, Boundary: "before-sync"},
		SlowDisk{Targets: targets, Factor: 2 * random.One},
		FailSync{Targets: targets},
		Torn{Targets: targets},
		ClockJump{Targets: targets, By: time.Second},
		ClockJump{Targets: targets, By: -time.Second},
		ClockDrift{Targets: targets, PPM: 3 * random.One},
		ClockDrift{Targets: targets, PPM: -5 * random.One},
	}).Draw(t, "fault")
}

// Faults overlap in any order: what is in force is what those that have not ended
// would put in force by themselves.
func TestWhatIsInForceIsTheUnionOfWhatHasNotEnded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world := elected()
		type running struct {
			fault Fault
			heal  func()
		}
		var active []running
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if len(active) > 0 && rapid.Bool().Draw(t, "end one") {
				i := rapid.IntRange(0, len(active)-1).Draw(t, "which")
				active[i].heal()
				active = slices.Delete(active, i, i+1)
			} else {
				f := anyFault(t)
				done, ok := f.Inject(world)
				require.True(t, ok)
				active = append(active, running{f, done.Heal})
			}
			alone := elected()
			for _, each := range active {
				each.fault.Inject(alone)
			}
			require.Equal(t, alone.force(), world.force())
		}
		for _, each := range active {
			each.heal()
		}
		require.Equal(t, elected().force(), world.force())
	})
}

func TestCrashedTwiceIsUpWhenBothHaveEnded(t *testing.T) {
	w := newFake(3)
	long, _ := Crash{Targets: Targets{"n1"}}.Inject(w)
	short, _ := Wipe{Targets: Targets{"n1"}}.Inject(w)
	short.Heal()
	require.False(t, w.Up(1))
	long.Heal()
	require.True(t, w.Up(1))
}

func TestLostForGoodStaysSo(t *testing.T) {
	w := newFake(3)
	crash, _ := Crash{Targets: Targets{"n1"}}.Inject(w)
	_, ok := Lose{Targets: Targets{"n1"}}.Inject(w)
	require.True(t, ok)
	crash.Heal()
	require.False(t, w.Up(1))
}
