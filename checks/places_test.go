package checks

import (
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks/internal/histories"
	"simrun/sim"
	"simrun/sim/record"
)

// apart puts the run's clients into datacentres, by turns of a list.
func apart(run *record.Run, clients int, places ...string) *record.Run {
	for i := range clients {
		run.Names = append(run.Names, "c")
		run.Places = append(run.Places, places[i%len(places)])
		run.IsClient = append(run.IsClient, true)
	}
	return run
}

func named(t *testing.T, list []Measure, name string) Measure {
	for _, m := range list {
		if m.Name == name {
			return m
		}
	}
	require.Fail(t, "no such measure", name)
	return Measure{}
}

func TestPlacesAreThoseOfClients(t *testing.T) {
	b := histories.New(1).Break(1, 100, 200)
	first := b.Put(1, 0, 10, 20)
	b.Put(2, 0, 30, 90, first)
	b.Get(1, 0, 95, 99, first) // misses the second write
	b.Put(1, 0, 150, 160).Failed(sim.Unavailable)
	b.Put(2, 0, 199, 210)
	b.Get(2, 0, 200, 300).Unknown() // healed by then
	b.Put(2, 1, 1, 2).WarmUp()
	run := apart(b.Run(), 2, "east", "west")
	run.Faults = append(run.Faults, record.Fault{Name: "crash", Injected: 0, Healed: time.Hour, Skipped: true})

	all := Places(run, Options{})
	require.Len(t, all, 2)
	east, west := all[0], all[1]
	require.Equal(t, []any{"east", 1, "west", 1}, []any{east.Name, east.Clients, west.Name, west.Clients})
	for name, want := range map[string][4]int64{ // count and total in the east, then in the west
		"availability_write":           {1, 2, 2, 2},
		"availability_write_in_faults": {0, 1, 1, 1},
		"availability_read":            {1, 1, 0, 1},
		"availability_read_in_faults":  {0, 0, 0, 0},
		"stale_share":                  {1, 1, 0, 0},
	} {
		e, w := named(t, east.Measures, name), named(t, west.Measures, name)
		require.Equal(t, want, [4]int64{e.Count, e.Total, w.Count, w.Total}, name)
	}
	require.Len(t, east.Measures, len(placeMetrics()))
	require.Nil(t, Places(histories.New(1).Run(), Options{}))
}

// The places together are what the whole store did.
func TestPlacesAddUp(t *testing.T) {
	for seed := range int64(200) {
		run, o := careless(seed)
		apart(run, 6, "a", "b", "c")
		reports := Judge(run, o)
		for _, name := range []string{"availability_read", "availability_write", "stale_share"} {
			var count, total int64
			for _, p := range Places(run, o) {
				m := named(t, p.Measures, name)
				count, total = count+m.Count, total+m.Total
			}
			whole := measure(t, reports, name)
			require.Equal(t, [2]int64{whole.Count, whole.Total}, [2]int64{count, total}, "%s, seed %d", name, seed)
		}
	}
}

func TestFarthestDatacentre(t *testing.T) {
	b := histories.New(1)
	for i := range uint32(10) {
		b.Put(1, 0, 100*i, 100*i+2)
		b.Put(2, 0, 100*i, 100*i+80)
	}
	run := apart(b.Run(), 2, "near", "far")
	reports := Judge(run, Options{})
	require.InEpsilon(t, 80*time.Millisecond, measure(t, reports, "latency_write_p50_far_ns").Count, 0.01)
	require.True(t, measure(t, reports, "latency_read_p50_far_ns").Undefined)
}

// Fault times against a literal reading: some fault was injected, and not healed yet.
func TestFaultTimes(t *testing.T) {
	for seed := range int64(300) {
		draw := rand.New(rand.NewSource(seed))
		b := histories.New(1)
		for range draw.Intn(6) {
			from := uint32(draw.Intn(50))
			b.Break(1, from, from+uint32(draw.Intn(20)))
		}
		run := b.Run()
		times := newView(run, Options{}).faultTimes()
		for at := range 80 * time.Millisecond / time.Millisecond {
			at *= time.Millisecond
			want := false
			for _, f := range run.Faults {
				want = want || f.Injected <= at && at < f.Healed
			}
			require.Equal(t, want, times.hold(at), "seed %d, %v", seed, at)
		}
	}
}

func TestThroughputCountsWhatEndsInTime(t *testing.T) {
	b := histories.New(1)
	b.Put(1, 0, 1, 150).WarmUp() // began before, ended within
	b.Put(1, 0, 160, 170)
	b.Put(1, 0, 180, 2000)
	b.Put(1, 0, 190, 200).Unknown()
	b.Get(1, 0, 300, 310)
	run := b.Run()
	run.Phases.Began, run.Phases.Work = 100*time.Millisecond, 1100*time.Millisecond
	reports := Judge(run, Options{})
	writes, reads := measure(t, reports, "throughput_write"), measure(t, reports, "throughput_read")
	require.Equal(t, [2]int64{2, 1}, [2]int64{writes.Count / writes.Total, reads.Count / reads.Total})
}
