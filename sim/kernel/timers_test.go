package kernel_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/record"
)

const second = time.Second

// fired is when one node's timers fire, each with its kind.
func fired(r *record.Run) map[sim.TimerKind][]time.Duration {
	all := map[sim.TimerKind][]time.Duration{}
	for _, e := range of(r, record.Fired, 1) {
		all[sim.TimerKind(e.Content)] = append(all[sim.TimerKind(e.Content)], e.At)
	}
	return all
}

// TestTimers: one that is left alone, one cancelled, one moved later, one moved
// earlier, one moved there and back, and one of the past.
func TestTimers(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) {
		ids := make([]sim.TimerID, 7)
		for kind := sim.TimerKind(1); kind <= 5; kind++ {
			ids[kind] = env.After(10*ms, sim.Timer{Kind: kind})
		}
		require.True(t, env.Cancel(ids[2]))
		require.False(t, env.Reset(ids[2], ms), "it is no longer pending")
		require.True(t, env.Reset(ids[3], 20*ms))
		require.True(t, env.Reset(ids[4], 5*ms))
		env.Reset(ids[5], 90*ms)
		env.Reset(ids[5], 15*ms)
		env.After(-second, sim.Timer{Kind: 6})
		env.Cancel(sim.TimerID{})
	}})
	require.Equal(t, map[sim.TimerKind][]time.Duration{
		1: {10 * ms}, 3: {20 * ms}, 4: {5 * ms}, 5: {15 * ms}, 6: {0},
	}, fired(s.finished(t)))
}

// TestATimerMovedFromLaterHandlers, first later, then earlier than it ever was.
func TestATimerMovedFromLaterHandlers(t *testing.T) {
	s := newStage()
	var moving sim.TimerID
	s.node(&puppet{
		start: func(env *sim.Env) {
			moving = env.After(10*ms, sim.Timer{Kind: 1})
			env.After(2*ms, sim.Timer{Kind: 2})
			env.After(4*ms, sim.Timer{Kind: 3})
		},
		timeout: func(env *sim.Env, timer sim.Timer) {
			switch timer.Kind {
			case 2:
				env.Reset(moving, 50*ms)
			case 3:
				env.Reset(moving, 2*ms)
			}
		},
	})
	require.Equal(t, []time.Duration{6 * ms}, fired(s.finished(t))[1])
}

// TestHeartbeatTimersStayCheap: a timer that is moved on and on needs one event a
// heartbeat and few of its own.
func TestHeartbeatTimersStayCheap(t *testing.T) {
	s := newStage()
	s.config.Work = second
	var silence sim.TimerID
	s.node(&puppet{
		start: func(env *sim.Env) {
			silence = env.After(50*ms, sim.Timer{Kind: 1})
			env.After(ms, sim.Timer{Kind: 2})
		},
		timeout: func(env *sim.Env, timer sim.Timer) {
			env.Reset(silence, 50*ms)
			env.After(ms, sim.Timer{Kind: 2})
		},
	})
	r := s.finished(t)
	require.Empty(t, fired(r)[1])
	require.Less(t, r.Events, uint64(1000+1000/40))
}

// TestTimersAgainstAModel sets, moves and cancels at random and compares with the
// plainest account of what should fire when.
func TestTimersAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		type pending struct {
			id  sim.TimerID
			n   uint64
			due time.Duration
		}
		var model []pending
		next := uint64(0)
		p := &puppet{}
		check := func(env *sim.Env, n uint64) {
			for i, m := range model {
				if m.n == n {
					require.Equal(t, m.due, env.Now())
					model = append(model[:i:i], model[i+1:]...)
					return
				}
			}
			require.Fail(t, "fired, but was not pending", "%d", n)
		}
		p.timeout = func(env *sim.Env, timer sim.Timer) {
			if timer.Kind == 1 {
				check(env, timer.A)
				return
			}
			for range draw.IntN(4) {
				d := time.Duration(draw.IntN(40)) * ms / 4
				switch i := draw.IntN(len(model) + 2); {
				case i >= len(model):
					model = append(model, pending{env.After(d, sim.Timer{Kind: 1, A: next}), next, env.Now() + d})
					next++
				case draw.IntN(2) == 0:
					require.True(t, env.Reset(model[i].id, d))
					model[i].due = env.Now() + d
				default:
					require.True(t, env.Cancel(model[i].id))
					require.False(t, env.Cancel(model[i].id))
					model = append(model[:i:i], model[i+1:]...)
				}
			}
			env.After(ms, timer)
		}
		p.start = func(env *sim.Env) { env.After(0, sim.Timer{Kind: 2}) }
		r := newStage().node(p).run()
		require.Equal(t, record.Finished, r.Stop.Reason, r.Stop.Panic)
		for _, m := range model {
			require.Greater(t, m.due, 100*ms)
		}
	})
}

// TestTimersRunOnTheNodesClock: with drift, never early; a change of rate maps what
// is pending anew.
func TestTimersRunOnTheNodesClock(t *testing.T) {
	cases := []struct {
		name   string
		drift  int64 // from the beginning
		change int64 // at 10 ms
		want   time.Duration
	}{
		{"true", 0, 0, 40 * ms},
		{"twice as fast", 1e9, 0, 20 * ms},
		{"half as fast", -5e8, 0, 80 * ms},
		{"a third faster, rounded up", 333_333_333, 0, 30*ms + 1},
		{"fast from 10 ms on", 0, 1e9, 25 * ms},
		{"slow from 10 ms on", 0, -5e8, 70 * ms},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var shown []time.Duration
			s := newStage()
			s.node(&puppet{
				start:   func(env *sim.Env) { env.After(40*ms, sim.Timer{Kind: 1}) },
				timeout: func(env *sim.Env, _ sim.Timer) { shown = append(shown, env.Now()) },
			}, func(n *kernel.Node) { n.Drift = c.drift })
			r := s.finished(t, do(10*ms, func(w fault.World) { w.Drift(1, c.change) }))
			require.Equal(t, []time.Duration{c.want}, fired(r)[1])
			require.GreaterOrEqual(t, shown[0], 40*ms)
			require.LessOrEqual(t, shown[0], 40*ms+2)
		})
	}
}

// TestAClockThatHardlyMoves stalls neither the run nor the arithmetic.
func TestAClockThatHardlyMoves(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) { env.After(ms, sim.Timer{Kind: 1}) }})
	r := s.finished(t, do(0, func(w fault.World) { w.Drift(1, -2e9) }))
	require.Empty(t, fired(r))
	r = s.finished(t, at(0, 50*ms, func(w fault.World) func() {
		w.Drift(1, -2e9)
		return func() { w.Drift(1, 2e9) }
	}))
	require.Equal(t, []time.Duration{51 * ms}, fired(r)[1])
}

// TestWallClock: it has an offset and jumps; the other clock does not.
func TestWallClock(t *testing.T) {
	var now, wall []time.Duration
	s := newStage()
	s.node(&puppet{
		start: func(env *sim.Env) { env.After(10*ms, sim.Timer{Kind: 1}) },
		timeout: func(env *sim.Env, timer sim.Timer) {
			now, wall = append(now, env.Now()), append(wall, env.Wall())
			if len(now) < 3 {
				env.After(10*ms, timer)
			}
		},
	}, func(n *kernel.Node) { n.WallOffset = second })
	s.finished(t, at(15*ms, 10*ms, func(w fault.World) func() {
		w.JumpWall(1, -2*second)
		return func() { w.JumpWall(1, 2*second) }
	}))
	require.Equal(t, []time.Duration{10 * ms, 20 * ms, 30 * ms}, now)
	require.Equal(t, []time.Duration{second + 10*ms, -second + 20*ms, second + 30*ms}, wall)
}

// TestFiringsAreNumberedByKind: what a firing draws depends on how many of its kind
// there were before, and on nothing else.
func TestFiringsAreNumberedByKind(t *testing.T) {
	subjects := func(other bool) []sim.Subject {
		var found []sim.Subject
		s := newStage()
		s.node(&puppet{
			start: func(env *sim.Env) {
				env.After(10*ms, sim.Timer{Kind: 1})
				if other {
					env.After(5*ms, sim.Timer{Kind: 2})
				}
			},
			timeout: func(env *sim.Env, timer sim.Timer) {
				if timer.Kind == 1 {
					found = append(found, timer.Subject)
					env.After(10*ms, sim.Timer{Kind: 1})
				}
			},
		})
		s.finished(t)
		return found
	}
	require.Equal(t, subjects(false), subjects(true))
	require.Len(t, subjects(false), 10)
	seen := map[sim.Subject]bool{}
	for _, about := range subjects(false) {
		require.False(t, seen[about])
		seen[about] = true
	}
}
