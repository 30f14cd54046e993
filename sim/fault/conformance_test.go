package fault_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/random"
)

// The tests of this file run faults in the real kernel, each for an effect that
// nodes can observe and for what becomes of messages in flight.

type (
	pair    = [2]sim.NodeID
	targets = fault.Targets
)

func exactly(d time.Duration) *random.Spec {
	spec := random.Always(d)
	return &spec
}

// cutOff is lost by a cut from 52 to 92 ms: tick 5 is in flight when it begins.
var cutOff = []int{5, 6, 7, 8, 9}

func TestCutsInTheKernel(t *testing.T) {
	cases := []struct {
		name  string
		fault fault.Fault
		pairs map[pair]bool
	}{
		{
			"partition",
			fault.Partition{Groups: []targets{{"n1", "n2"}, {"n3", "n4"}}},
			both(pair{1, 3}, pair{1, 4}, pair{2, 3}, pair{2, 4}),
		}, {
			"partition with clients",
			fault.Partition{Groups: []targets{{"n1"}, {"rest"}}, Clients: "with-majority"},
			both(pair{1, 2}, pair{1, 3}, pair{1, 4}, pair{1, 5}, pair{1, 6}),
		}, {
			"one-way",
			fault.OneWay{From: targets{"n1"}, To: targets{"n2", "c1"}},
			map[pair]bool{{1, 2}: true, {1, 6}: true},
		}, {
			"bridge",
			fault.Bridge{Middle: targets{"n3"}, Sides: []targets{{"n1"}, {"rest"}}},
			both(pair{1, 2}, pair{1, 4}, pair{1, 5}),
		}, {
			"isolate",
			fault.Isolate{Targets: targets{"n1"}},
			both(pair{1, 2}, pair{1, 3}, pair{1, 4}, pair{1, 5}),
		}, {
			"isolate from clients too",
			fault.Isolate{Targets: targets{"n1"}, Clients: true},
			both(pair{1, 2}, pair{1, 3}, pair{1, 4}, pair{1, 5}, pair{1, 6}),
		}, {
			"datacentre-cut",
			fault.DatacentreCut{Places: []fault.Place{"east"}},
			both(pair{1, 3}, pair{1, 4}, pair{1, 5}, pair{2, 3}, pair{2, 4}, pair{2, 5}, pair{6, 3}, pair{6, 4}, pair{6, 5}),
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			j := play(t, 1, from52to92(c.fault))
			require.Equal(t, c.pairs, j.lost(t, cutOff))
			require.Equal(t, 52*ms, j.run.Faults[0].Injected)
			require.Equal(t, 92*ms, j.run.Faults[0].Healed)
		})
	}
}

func TestMajoritiesRingInTheKernel(t *testing.T) {
	cut := play(t, 1, from52to92(fault.MajoritiesRing{})).lost(t, cutOff)
	require.Len(t, cut, 10)
	for id := sim.NodeID(1); id <= 5; id++ {
		sees := 0
		for other := sim.NodeID(1); other <= 5; other++ {
			if !cut[pair{id, other}] {
				sees++
			}
			require.Equal(t, cut[pair{id, other}], cut[pair{other, id}])
		}
		require.Equal(t, 3, sees)
	}
}

func TestOverlappingCutsInTheKernel(t *testing.T) {
	j := play(t, 1,
		fault.Entry{At: 52 * ms, For: 20 * ms, Fault: fault.Isolate{Targets: targets{"n1"}}},
		fault.Entry{At: 62 * ms, For: 30 * ms, Fault: fault.Partition{Groups: []targets{{"n1"}, {"n2"}}}})
	require.Equal(t, cutOff, j.missing(1, 2))
	require.Equal(t, []int{5, 6, 7}, j.missing(1, 3))
}

func TestLossInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Loss{Probability: random.Certain, Links: fault.Links{From: targets{"n1"}, To: targets{"n2"}}}))
	require.Equal(t, map[pair]bool{{1, 2}: true}, j.lost(t, []int{6, 7, 8, 9}), "tick 5 is in flight and not touched")

	half := random.Probability(1 << 63)
	j = play(t, 1, fault.Entry{Fault: fault.Loss{Probability: half}})
	total := 0
	for from := sim.NodeID(1); from <= 6; from++ {
		for to := sim.NodeID(1); to <= 6; to++ {
			if from != to {
				total += len(j.missing(from, to))
			}
		}
	}
	require.InDelta(t, 15*30/2, total, 50)
}

func TestDuplicateInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Duplicate{Probability: random.Certain, Spread: exactly(3 * ms), Links: fault.Links{To: targets{"n2"}}}))
	require.Equal(t, []time.Duration{55 * ms}, j.arrivals("note", 1, 2, 5))
	require.Equal(t, []time.Duration{65 * ms, 68 * ms}, j.arrivals("note", 1, 2, 6))
	require.Equal(t, []time.Duration{105 * ms}, j.arrivals("note", 1, 2, 10))
	require.Equal(t, []time.Duration{65 * ms}, j.arrivals("note", 1, 3, 6))
}

func TestReorderInTheKernel(t *testing.T) {
	j := play(t, 1, fault.Entry{At: 52 * ms, For: 60 * ms, Fault: fault.Reorder{
		Probability: 1 << 63, Spread: exactly(25 * ms), Links: fault.Links{From: targets{"n1"}},
	}})
	require.Empty(t, j.lost(t, nil))
	overtaken := 0
	for to := sim.NodeID(2); to <= 6; to++ {
		require.Equal(t, []time.Duration{55 * ms}, j.arrivals("note", 1, to, 5))
		order := j.of("note", to, 1)
		for i := 1; i < len(order); i++ {
			if order[i].number < order[i-1].number {
				overtaken++
			}
		}
	}
	require.Positive(t, overtaken)
	require.True(t, slices.IsSortedFunc(j.of("note", 3, 2), func(a, b entry) int { return int(a.number) - int(b.number) }))
}

func TestDelayInTheKernel(t *testing.T) {
	links := fault.Links{From: targets{"n1"}}
	j := play(t, 1, from52to92(fault.Delay{Add: exactly(30 * ms), Links: links}))
	require.Equal(t, []time.Duration{55 * ms}, j.arrivals("note", 1, 2, 5))
	require.Equal(t, []time.Duration{95 * ms}, j.arrivals("note", 1, 2, 6))
	require.Equal(t, []time.Duration{125 * ms}, j.arrivals("note", 1, 2, 9), "under way when it ended")
	require.Equal(t, []time.Duration{65 * ms}, j.arrivals("note", 2, 1, 6))
	j = play(t, 1, from52to92(fault.Delay{Instead: exactly(1 * ms), Links: links}))
	require.Equal(t, []time.Duration{61 * ms}, j.arrivals("note", 1, 2, 6))
}

func TestJamInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Jam{Links: fault.Links{From: targets{"n1"}}}))
	require.Empty(t, j.lost(t, nil))
	notes := j.of("note", 2, 1)
	for i, e := range notes {
		require.Equal(t, uint64(i+1), e.number, "in order")
	}
	for n := uint64(5); n <= 9; n++ {
		require.Equal(t, []time.Duration{92 * ms}, j.arrivals("note", 1, 2, n), "also tick 5, in flight")
	}
	require.Equal(t, []time.Duration{65 * ms}, j.arrivals("note", 2, 1, 6))
}

func TestHoldInTheKernel(t *testing.T) {
	for _, links := range []fault.Links{{Kinds: []string{"copy"}}, {Classes: []string{"replicate"}}} {
		j := play(t, 1, from52to92(fault.Hold{Links: links}))
		require.Equal(t, []time.Duration{65 * ms}, j.arrivals("note", 1, 2, 6))
		require.Equal(t, []time.Duration{92 * ms}, j.arrivals("copy", 1, 2, 6))
		require.Equal(t, []time.Duration{92 * ms}, j.arrivals("copy", 1, 2, 5))
	}
}

func TestAJamInsideAPartitionLosesNothingThatThePartitionDoesNot(t *testing.T) {
	groups := []targets{{"n1"}, {"n2"}}
	j := play(t, 1,
		fault.Entry{At: 52 * ms, For: 20 * ms, Fault: fault.Jam{Links: fault.Links{From: targets{"n1"}}}},
		fault.Entry{At: 66 * ms, For: 26 * ms, Fault: fault.Partition{Groups: groups}})
	require.Equal(t, cutOff, j.missing(1, 2), "held messages are judged again when they are released")
	require.Nil(t, j.missing(1, 3))
}

func TestCrashInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Crash{Targets: targets{"n1"}}))
	for _, e := range j.entries {
		if e.node == 1 {
			require.False(t, e.at > 52*ms && e.at < 92*ms)
			require.Equal(t, e.at >= 92*ms, e.life == 2)
		}
	}
	require.Equal(t, 92*ms, j.of("start", 1, 0)[1].at)
	require.Equal(t, []int{6, 7, 8, 9}, j.missing(1, 2), "what it had sent before arrives")
	require.Equal(t, []int{5, 6, 7, 8, 9}, j.missing(2, 1), "what was sent to it before it restarted is lost")

	j = play(t, 1, from52to92(fault.Crash{Targets: targets{"n1"}, Connections: true}))
	require.Equal(t, []int{5, 6, 7, 8, 9}, j.missing(1, 2))
}

func TestCrashedTwiceInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Crash{Targets: targets{"n1"}}),
		fault.Entry{At: 60 * ms, For: 10 * ms, Fault: fault.Crash{Targets: targets{"n1"}}},
		fault.Entry{At: 70 * ms, For: 50 * ms, Fault: fault.Pause{Targets: targets{"n1"}}})
	starts := j.of("start", 1, 0)
	require.Len(t, starts, 2)
	require.Equal(t, 120*ms, starts[1].at, "it restarts in a pause, and starts after it")
}

func TestCrashWithoutEndRestartsAtHeal(t *testing.T) {
	j := play(t, 1, fault.Entry{At: 52 * ms, Fault: fault.Crash{Targets: targets{"n1"}}})
	require.Equal(t, 200*ms, j.of("start", 1, 0)[1].at)
	require.Empty(t, j.run.Dead)
}

func TestLoseInTheKernel(t *testing.T) {
	j := play(t, 1, fault.Entry{At: 52 * ms, For: ms, Fault: fault.Lose{Targets: targets{"n1"}}})
	require.Len(t, j.of("start", 1, 0), 1)
	require.Equal(t, []sim.NodeID{1}, j.run.Dead)
	require.NotContains(t, j.missing(1, 2), 5)
}

func TestLateInTheKernel(t *testing.T) {
	blink := fault.Entry{At: 52 * ms, For: ms, Fault: fault.Crash{Targets: targets{"n1"}}}
	require.Equal(t, []int{5}, play(t, 1, blink).missing(2, 1))
	j := play(t, 1, blink, fault.Entry{Fault: fault.Late{}})
	require.Empty(t, j.missing(2, 1))
	for _, e := range j.of("note", 1, 2) {
		require.Equal(t, e.number >= 5, e.life == 2)
	}
}

func TestPauseInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Pause{Targets: targets{"n1"}}))
	require.Nil(t, j.missing(2, 1))
	for n := uint64(5); n <= 8; n++ {
		require.Equal(t, []time.Duration{92 * ms}, j.arrivals("note", 2, 1, n))
	}
	require.Equal(t, []int{7, 8, 9}, j.missing(1, 2), "it did not tick")
	require.Equal(t, []time.Duration{97 * ms}, j.arrivals("note", 1, 2, 6), "its overdue timer ran afterwards")
	require.Len(t, j.of("start", 1, 0), 1)
	var order []uint64
	for _, e := range j.entries {
		if e.node == 1 && e.at == 92*ms && e.from <= 2 {
			order = append(order, e.number)
		}
	}
	require.True(t, slices.IsSorted(order), "in their original order: %v", order)
}

func TestSlowInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Slow{Targets: targets{"n1"}, Factor: random.One, Service: exactly(ms)}))
	require.Equal(t, []time.Duration{45 * ms}, j.arrivals("note", 2, 1, 4))
	require.Greater(t, j.arrivals("note", 2, 1, 6)[0], 65*ms)
	require.Equal(t, []time.Duration{155 * ms}, j.arrivals("note", 2, 1, 15))
}

func TestElectInTheKernel(t *testing.T) {
	j := play(t, 1, fault.Entry{At: 52 * ms, Fault: fault.Elect{Targets: targets{"n1"}}})
	elections := j.of("elect", 1, 0)
	require.Len(t, elections, 1)
	require.Equal(t, 52*ms, elections[0].at)
	require.Empty(t, j.of("elect", 2, 0))
}

// The toy becomes a member when it is asked to join, so that a member can be aimed at.
func TestMembershipInTheKernel(t *testing.T) {
	j := play(t, 1,
		fault.Entry{At: 30 * ms, For: 100 * ms, Fault: fault.Leave{Targets: targets{"member"}}}, // waits for one
		from52to92(fault.Join{Targets: targets{"n4"}}),
		fault.Entry{At: 60 * ms, Fault: fault.Crash{Targets: targets{"n1"}}},
		fault.Entry{At: 70 * ms, Fault: fault.Replace{Targets: targets{"n5"}, Member: targets{"n1"}}},
		fault.Entry{At: 80 * ms, For: 10 * ms, Fault: fault.Join{Targets: targets{"n1"}}})
	require.Len(t, j.of("join", 4, 0), 1)
	require.Equal(t, 52*ms, j.of("join", 4, 0)[0].at)
	require.Zero(t, j.of("join", 4, 0)[0].number, "in nobody's place")
	require.Len(t, j.of("leave", 4, 0), 1)
	require.Equal(t, 52*ms, j.of("leave", 4, 0)[0].at, "as soon as there was a member")
	require.Len(t, j.of("join", 5, 0), 1)
	require.Equal(t, uint64(1), j.of("join", 5, 0)[0].number, "in the place of n1, which is down")
	require.Equal(t, 70*ms, j.of("join", 5, 0)[0].at)
	require.Empty(t, j.of("join", 1, 0), "who is down cannot be told")
	require.Nil(t, j.missing(4, 2), "no message is touched")
	require.Equal(t, int64(1), j.run.Counters.Get("join.injected"))
	require.Equal(t, int64(1), j.run.Counters.Get("join.skipped"))
	require.Equal(t, "n5 for n1", j.run.Faults[4].Text)
}

// n3 leads from 80 ms on, so that the first handover waits for a leader.
func TestHandoverInTheKernel(t *testing.T) {
	j := play(t, 1,
		from52to92(fault.Handover{Targets: targets{"leader"}, To: targets{"n5"}}),
		fault.Entry{At: 90 * ms, Fault: fault.Handover{Targets: targets{"n3"}}},
		fault.Entry{At: 100 * ms, Fault: fault.Crash{Targets: targets{"n1"}}},
		fault.Entry{At: 110 * ms, For: 10 * ms, Fault: fault.Handover{Targets: targets{"n1"}}})
	asked := j.of("handover", 3, 0)
	require.Len(t, asked, 2)
	require.Equal(t, 80*ms, asked[0].at, "as soon as there was a leader")
	require.Equal(t, uint64(5), asked[0].number, "to n5")
	require.Equal(t, 90*ms, asked[1].at)
	require.Zero(t, asked[1].number, "to whoever is readiest")
	require.Empty(t, j.of("handover", 1, 0), "who is down cannot be told")
	require.Nil(t, j.missing(3, 2), "no message is touched")
	require.Equal(t, int64(2), j.run.Counters.Get("handover.injected"))
	require.Equal(t, int64(1), j.run.Counters.Get("handover.skipped"))
	texts := map[string]bool{}
	for _, f := range j.run.Faults {
		texts[f.Text] = true
	}
	require.True(t, texts["n3 to n5"])
}

func TestCrashAtInTheKernel(t *testing.T) {
	crashAt := func(boundary string, skip int) (*journal, entry) {
		j := play(t, 1, from52to92(fault.CrashAt{Targets: targets{"n1"}, Boundary: boundary, Skip: skip}))
		starts := j.of("start", 1, 0)
		require.Len(t, starts, 2, boundary)
		require.Equal(t, 92*ms, starts[1].at)
		return j, starts[1]
	}
	knows := func(j *journal, number uint64) bool {
		return slices.ContainsFunc(j.of("synced", 1, 0), func(e entry) bool { return e.number == number && e.life == 1 })
	}

	j, restart := crashAt("after-sync", 1)
	require.Equal(t, 7, restart.disk, "the seventh record is durable")
	require.False(t, knows(j, 7), "and the node never heard of it")
	require.True(t, knows(j, 6))
	require.NotContains(t, j.missing(1, 2), 7)

	j, restart = crashAt("before-sync", 0)
	require.False(t, knows(j, 6))
	require.GreaterOrEqual(t, restart.disk, 5)
	require.Contains(t, j.missing(1, 2), 6, "what it would have sent afterwards was not sent")

	j, _ = crashAt("after-send", 0)
	require.False(t, knows(j, 6))
	require.NotContains(t, j.missing(1, 2), 6)
	require.Contains(t, j.missing(1, 2), 7)

	j = play(t, 1, from52to92(fault.CrashAt{Targets: targets{"n1"}, Boundary: "after-sync", Skip: 99}))
	require.Len(t, j.of("start", 1, 0), 1)
}

func TestSlowDiskInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.SlowDisk{Targets: targets{"n1"}, Factor: 3 * random.One}))
	for _, e := range j.of("synced", 1, 0) {
		took := e.at - time.Duration(e.number)*10*ms
		if e.number >= 6 && e.number <= 9 {
			require.Equal(t, 3*ms, took)
		} else {
			require.Equal(t, ms, took)
		}
	}
	j = play(t, 1, from52to92(fault.SlowDisk{Targets: targets{"n1"}, Factor: random.One, Sync: exactly(9 * ms)}))
	require.Equal(t, 69*ms, j.of("synced", 1, 0)[5].at)
}

func TestFailSyncInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.FailSync{Targets: targets{"n1"}}))
	var failed []uint64
	for _, e := range j.of("failed", 1, 0) {
		failed = append(failed, e.number)
	}
	require.Equal(t, []uint64{6, 7, 8, 9}[:len(failed)], failed)
	require.Len(t, failed, 4)
	require.Empty(t, j.of("failed", 2, 0))
	require.Nil(t, j.missing(1, 2))
}

func TestCorruptInTheKernel(t *testing.T) {
	j := play(t, 1, fault.Entry{At: 56 * ms, For: ms, Fault: fault.Corrupt{Targets: targets{"n1"}, Share: random.Certain}})
	for _, e := range j.entries {
		wrong := e.node == 1 && e.at > 55*ms && e.at < 60*ms
		require.Equal(t, wrong, errors.Is(e.first, sim.ErrCorrupt), "%+v", e)
	}
	require.Equal(t, "n1 (5 records)", j.run.Faults[0].Text)
}

func TestWipeInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.Wipe{Targets: targets{"n1"}}))
	starts := j.of("start", 1, 0)
	require.Len(t, starts, 2)
	require.Equal(t, 92*ms, starts[1].at)
	require.Zero(t, starts[1].disk)
	require.NotContains(t, j.missing(1, 2), 5)
}

func TestRollbackInTheKernel(t *testing.T) {
	j := play(t, 1, fault.Entry{At: 55 * ms, For: 60 * ms, Fault: fault.Rollback{Targets: targets{"n1"}, After: 40 * ms}})
	starts := j.of("start", 1, 0)
	require.Len(t, starts, 2)
	require.Equal(t, 115*ms, starts[1].at)
	require.Equal(t, 5, starts[1].disk, "as it was at 55 ms")
	require.Equal(t, []int{10, 11}, j.missing(1, 2), "down from 95 ms")
}

func TestTornInTheKernel(t *testing.T) {
	crash := fault.Entry{At: 61 * ms, For: 10 * ms, Fault: fault.Crash{Targets: targets{"n1"}}}
	torn := fault.Entry{At: 0, For: 65 * ms, Fault: fault.Torn{Targets: targets{"n1"}}}
	inCrash := fault.Entry{At: 61 * ms, For: 10 * ms, Fault: fault.Crash{Targets: targets{"n1"}, Torn: true}}
	tears := func(schedule ...fault.Entry) int {
		seen := 0
		for seed := range uint64(20) {
			if restart := play(t, seed, schedule...).of("start", 1, 0)[1]; errors.Is(restart.first, sim.ErrTorn) {
				seen++
				require.Equal(t, 6, restart.disk)
			}
		}
		return seen
	}
	require.Zero(t, tears(crash))
	require.Positive(t, tears(crash, torn))
	require.Positive(t, tears(inCrash))
	over := torn
	over.For = 20 * ms
	require.Zero(t, tears(crash, over), "it had ended before the crash")
}

func TestClockJumpInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.ClockJump{Targets: targets{"n1"}, By: -time.Hour}),
		fault.Entry{At: 62 * ms, For: 50 * ms, Fault: fault.ClockJump{Targets: targets{"n1"}, By: time.Minute}})
	for _, e := range j.entries {
		want := time.Duration(0)
		if e.node == 1 && e.at >= 52*ms && e.at < 92*ms {
			want -= time.Hour
		}
		if e.node == 1 && e.at >= 62*ms && e.at < 112*ms {
			want += time.Minute
		}
		require.Equal(t, want, e.wall-e.at)
	}
	require.Nil(t, j.missing(1, 2), "timers do not jump")
}

func TestClockDriftInTheKernel(t *testing.T) {
	j := play(t, 1, from52to92(fault.ClockDrift{Targets: targets{"n1"}, PPM: 500_000 * random.One}))
	// n1's clock shows 60 ms at 52 + 8/1.5 ms of true time, which n2's clock keeps.
	require.Equal(t, 52*ms+16*ms/3+1+5*ms, j.arrivals("note", 1, 2, 6)[0])
	last := j.of("note", 2, 1)
	require.Equal(t, 20*ms, time.Duration(last[len(last)-1].number)*10*ms+5*ms-last[len(last)-1].at, "what it gained stays")
}
