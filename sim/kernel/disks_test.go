package kernel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/record"
)

// journal writes a record to its disk on each tick, and reports at start what it
// finds.
func journal(found *[]int, tick time.Duration, sync bool) func(life int) *puppet {
	return func(int) *puppet {
		n := uint64(0)
		return &puppet{
			start: func(env *sim.Env) {
				*found = append(*found, env.Disk().Len("log"))
				env.After(tick, sim.Timer{Kind: 1})
			},
			timeout: func(env *sim.Env, timer sim.Timer) {
				n++
				env.Disk().Append("log", line(n))
				if sync {
					env.Sync(n)
				}
				env.After(tick, timer)
			},
			synced: func(env *sim.Env, y sim.Sync) {
				env.Observe(sim.Observation{Fact: sim.Stored, A: y.Tag, B: uint64(env.Disk().Len("log"))})
			},
		}
	}
}

// TestWhatACrashKeepsOnDisk: all that was synced, plus none, all or a part of the
// rest, each of which occurs.
func TestWhatACrashKeepsOnDisk(t *testing.T) {
	var found []int
	s := newStage()
	s.nodes(journal(&found, 10*ms, true), func(n *kernel.Node) { n.Sync = constant(25 * ms) })
	// At 62 ms six records are written and those of 10, 20 and 30 ms are synced.
	s.config.Schedule = fault.Schedule{at(62*ms, ms, crash(1))}
	w := kernel.New(s.config)
	kept := map[int]int{}
	for seed := range uint64(300) {
		found = nil
		r := w.Run(seed)
		require.Len(t, found, 2)
		require.EqualValues(t, 6-found[1], r.Counters.Get("crash.unsynced_lost"))
		kept[found[1]]++
	}
	require.Len(t, kept, 4)
	for n := 3; n <= 6; n++ {
		require.Greater(t, kept[n], 10, "%d records", n)
	}
	require.InDelta(t, 125, kept[3], 35, "a third, and a quarter of a third")
	require.InDelta(t, 125, kept[6], 35)
}

// TestSyncLatency: what is synced is what had been written when it was asked for.
func TestSyncLatency(t *testing.T) {
	var found []int
	s := newStage().nodes(journal(&found, 10*ms, true), func(n *kernel.Node) { n.Sync = constant(25 * ms) })
	r := s.finished(t)
	require.Equal(t, 35*ms, r.Observations[0].At)
	require.EqualValues(t, 1, r.Observations[0].A)
	require.EqualValues(t, 3, r.Observations[0].B)
}

// TestSlowAndFailingDisks.
func TestSlowAndFailingDisks(t *testing.T) {
	s := newStage()
	var failed []bool
	s.node(&puppet{start: func(env *sim.Env) {
		env.Disk().Append("log", line(1))
		env.Sync(1)
	}, synced: func(env *sim.Env, y sim.Sync) {
		failed = append(failed, y.Failed)
		if y.Failed {
			env.Sync(y.Tag)
		}
	}}, func(n *kernel.Node) { n.Sync = constant(10 * ms) })
	r := s.finished(t,
		at(0, 5*ms, func(w fault.World) func() { return w.SlowSync(1, 2000, nil) }),
		at(0, 35*ms, func(w fault.World) func() {
			w.FailSyncs(1, true)
			return func() { w.FailSyncs(1, false) }
		}))
	require.Equal(t, []time.Duration{20 * ms, 30 * ms, 40 * ms}, times(of(r, record.Synced, 1)))
	require.Equal(t, []bool{true, true, false}, failed)
	require.EqualValues(t, 2, r.Counters.Get("disk.failed_syncs"))
}

// TestSyncsByWhatTheyCover: each write has its own time; the slowest decides; what a failed sync
// was to cover the next one does; a slow disk multiplies all, or has its own.
func TestSyncsByWhatTheyCover(t *testing.T) {
	s := newStage()
	s.config.Work = 700 * ms
	var done []time.Duration
	write := func(files ...string) func(env *sim.Env) {
		return func(env *sim.Env) {
			for _, file := range files {
				env.Disk().Append(file, line(1))
			}
			env.Sync(1)
		}
	}
	steps := []func(env *sim.Env){
		write("log"), write("term"), write("other"), write(), write("other", "log", "term"), write("log"), write(),
	}
	s.node(&puppet{start: func(env *sim.Env) {
		for i := range steps {
			env.After(time.Duration(i)*100*ms, sim.Timer{Kind: 1, A: uint64(i)})
		}
	}, timeout: func(env *sim.Env, timer sim.Timer) { steps[timer.A](env) }, synced: func(env *sim.Env, _ sim.Sync) {
		done = append(done, env.Now()%(100*ms))
	}}, func(n *kernel.Node) {
		n.Sync = constant(10 * ms)
		n.Writes = []kernel.Write{{Name: "log", Sync: constant(30 * ms)}, {Name: "term", Sync: constant(2 * ms)}}
	})
	s.finished(t,
		at(450*ms, 100*ms, func(w fault.World) func() {
			w.FailSyncs(1, true)
			return func() { w.FailSyncs(1, false) }
		}),
		at(550*ms, 100*ms, func(w fault.World) func() { return w.SlowSync(1, 2000, nil) }))
	require.Equal(t, []time.Duration{30 * ms, 2 * ms, 10 * ms, 10 * ms, 30 * ms, 30 * ms, 60 * ms}, done)
}

// TestAFailedSyncMakesNothingDurable.
func TestAFailedSyncMakesNothingDurable(t *testing.T) {
	var found []int
	s := newStage().nodes(journal(&found, 10*ms, true), func(n *kernel.Node) { n.Sync = constant(ms) })
	s.config.Schedule = fault.Schedule{
		do(0, func(w fault.World) { w.FailSyncs(1, true) }),
		at(55*ms, ms, crash(1)),
	}
	w := kernel.New(s.config)
	lost := 0
	for seed := range uint64(50) {
		found = nil
		w.Run(seed)
		lost += 5 - found[1]
	}
	require.Greater(t, lost, 50)
}

// TestCrashesAtBoundaries: what is on disk and what others got, at each of them.
func TestCrashesAtBoundaries(t *testing.T) {
	cases := []struct {
		at    fault.Boundary
		skip  int
		crash time.Duration
		sent  int // to node 2 by the first life
		least int // records kept
	}{
		{fault.BeforeSync, 0, 10 * ms, 0, 0},
		{fault.BeforeSync, 1, 20 * ms, 1, 1},
		{fault.AfterSync, 0, 15 * ms, 1, 1},
		{fault.AfterSync, 1, 25 * ms, 2, 2},
		{fault.AfterSend, 0, 10 * ms, 1, 0},
		{fault.AfterSend, 2, 30 * ms, 3, 2},
	}
	for _, c := range cases {
		var found []int
		s := newStage()
		s.nodes(func(life int) *puppet {
			p := journal(&found, 10*ms, false)(life)
			tick := p.timeout
			p.timeout = func(env *sim.Env, timer sim.Timer) {
				if life == 1 {
					tick(env, timer)
					env.Sync(1)
					env.Send(2, &note{})
				}
			}
			return p
		}, func(n *kernel.Node) { n.Sync = constant(5 * ms) })
		s.node(&puppet{})
		r := s.finished(t, at(0, 60*ms, func(w fault.World) func() {
			disarm := w.CrashAt(1, c.at, c.skip)
			return func() {
				require.True(t, disarm())
				w.Restart(1)
			}
		}))
		require.Equal(t, []time.Duration{c.crash}, times(of(r, record.Crashed, 1)), "%+v", c)
		require.Len(t, of(r, record.Delivered, 2), c.sent, "%+v", c)
		require.GreaterOrEqual(t, found[1], c.least, "%+v", c)
		require.EqualValues(t, 1, r.Counters.Get("crash-at.sprung"))
	}
	r := newStage().node(&puppet{}).finished(t, at(0, 10*ms, func(w fault.World) func() {
		disarm := w.CrashAt(1, fault.BeforeSync, 0)
		return func() { require.False(t, disarm()) }
	}))
	require.Empty(t, of(r, record.Crashed, 1))
}

// TestDisksUnderFaults: torn, corrupt, wiped and restored.
func TestDisksUnderFaults(t *testing.T) {
	read := func(schedule ...fault.Entry) (records []any, r *record.Run) {
		s := newStage()
		s.nodes(func(int) *puppet {
			return &puppet{start: func(env *sim.Env) {
				records = nil
				for i := range env.Disk().Len("log") {
					got, err := env.Disk().Read("log", i)
					if err != nil {
						records = append(records, err)
					} else {
						records = append(records, got)
					}
				}
				for n := env.Disk().Len("log"); n < 4; n++ {
					env.Disk().Append("log", line(n+1))
					if n == 1 {
						env.Sync(1)
					}
				}
			}}
		}, func(n *kernel.Node) { n.Sync = constant(ms) })
		r = s.finished(t, schedule...)
		return records, r
	}
	records, _ := read(at(0, 0, func(w fault.World) func() { w.Tear(1, true); return nil }), at(5*ms, ms, crash(1)))
	if len(records) < 4 {
		require.Equal(t, sim.ErrTorn, records[len(records)-1])
	}
	require.Equal(t, []any{line(1), line(2)}, records[:2])

	records, r := read(do(5*ms, func(w fault.World) { require.Equal(t, 2, w.Corrupt(1, "log", ^uint64(0))) }), at(6*ms, ms, crash(1)))
	require.Equal(t, []any{sim.ErrCorrupt, sim.ErrCorrupt}, records[:2])
	require.EqualValues(t, 2, r.Counters.Get("corrupt.records"))

	records, r = read(at(5*ms, ms, func(w fault.World) func() {
		w.Crash(1, false)
		w.Wipe(1)
		return func() { w.Restart(1) }
	}))
	require.Empty(t, records)
	require.Equal(t, sim.Observation{Fact: sim.Discarded, Why: sim.Wiped}, r.Observations[0].Observation)

	records, _ = read(at(ms/2, 20*ms, func(w fault.World) func() {
		restore := w.Snapshot(1) // nothing is synced yet
		w.After(5*ms, func() { w.Crash(1, false); restore() })
		return func() { w.Restart(1) }
	}))
	require.Empty(t, records)
}
