package kernel_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/record"
)

// TestHeal: at the end of work networks, clocks, speeds and nodes are right again.
func TestHeal(t *testing.T) {
	var drift []time.Duration
	s := newStage()
	s.config.Settle, s.config.Quiet = 100*ms, 60*ms
	s.nodes(func(life int) *puppet {
		return &puppet{
			start: func(env *sim.Env) {
				if life == 2 {
					env.Send(2, &note{n: 2})
				}
			},
		}
	})
	s.node(&puppet{
		start: func(env *sim.Env) {
			env.Send(1, &note{n: 1})
			env.After(150*ms, sim.Timer{Kind: 1})
		},
		timeout: func(env *sim.Env, _ sim.Timer) { drift = append(drift, env.Now()) },
	}, serve(1, 2*ms))
	r := s.finished(t,
		at(0, 0, impose(sim.Rule{Name: "jam", To: []sim.NodeID{1}, Hold: true})),
		at(0, 0, impose(sim.Rule{Name: "cut", To: []sim.NodeID{2}, Drop: true})),
		at(0, 0, func(w fault.World) func() { return w.Slow(2, 1e6, nil) }),
		at(0, 0, func(w fault.World) func() { w.Drift(2, -5e8); return func() { w.Drift(2, 5e8) } }),
		at(0, 0, pause(2)), // before anything starts
		at(2*ms, 0, crash(1)),
	)
	require.Equal(t, []time.Duration{0, 100 * ms}, times(of(r, record.Started, 1)))
	require.Equal(t, []time.Duration{100 * ms}, times(of(r, record.Started, 2)))
	require.Equal(t, []time.Duration{103 * ms}, times(of(r, record.Delivered, 2)), "nothing cuts, nothing slows")
	for _, f := range r.Faults {
		require.Equal(t, 100*ms, f.Healed)
	}
	require.Equal(t, 160*ms, r.Phases.Settled)
	require.True(t, r.Phases.Converged)
	require.Empty(t, drift, "due at 250 ms: the clock stood at 50 ms")
}

// stating states a fact at some times, and has a copy to show.
func stating(fact sim.Fact, moments ...time.Duration) *puppet {
	return &puppet{
		start: func(env *sim.Env) {
			for _, m := range moments {
				env.After(m, sim.Timer{Kind: 1})
			}
		},
		timeout: func(env *sim.Env, _ sim.Timer) { env.Observe(sim.Observation{Fact: fact}) },
		inspect: func(yield func(sim.Copy)) { yield(sim.Copy{Key: 7}) },
	}
}

// TestSettling waits until nothing has changed for the quiet time, or gives up.
func TestSettling(t *testing.T) {
	cases := []struct {
		name      string
		node      *puppet
		settled   time.Duration
		changed   time.Duration
		converged bool
	}{
		{"still", stating(sim.Stored), 120 * ms, 100 * ms, true},
		{"two changes", stating(sim.Stored, 110*ms, 125*ms), 145 * ms, 125 * ms, true},
		{"a change at the last moment", stating(sim.Discarded, 120*ms), 140 * ms, 120 * ms, true},
		{"a change too late", stating(sim.Stored, 121*ms), 120 * ms, 100 * ms, true},
		{"what is no change", stating(sim.Answered, 110*ms), 120 * ms, 100 * ms, true},
		{"never still", stating(sim.Applied, 110*ms, 120*ms, 130*ms, 140*ms, 150*ms, 160*ms), 150 * ms, 150 * ms, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage().node(c.node)
			s.config.Quiet, s.config.Settle = 20*ms, 50*ms
			r := s.finished(t)
			require.Equal(t, record.Phases{
				Work: 100 * ms, Settled: c.settled, End: c.settled, Changed: c.changed,
				Converged: c.converged,
			}, r.Phases)
			require.Len(t, r.Copies, 1)
			require.Equal(t, sim.Key(7), r.Copies[0].Key)
		})
	}
}

// keeper is a node that says which keys it should hold.
type keeper struct {
	*puppet
	keys []sim.Key
}

func (k keeper) Keeps(key sim.Key) bool { return slices.Contains(k.keys, key) }

// Of what some hold, those that are up and should hold it too are noted.
func TestLacks(t *testing.T) {
	holding := func(keys ...sim.Key) *puppet {
		return &puppet{inspect: func(yield func(sim.Copy)) {
			for _, key := range keys {
				yield(sim.Copy{Key: key})
			}
		}}
	}
	keeping := func(p *puppet, keys ...sim.Key) func(*kernel.Node) {
		return func(n *kernel.Node) { n.New = func(sim.NodeID) sim.Node { return keeper{p, keys} } }
	}
	s := newStage()
	s.node(nil, keeping(holding(1, 2), 1, 2)).node(nil, keeping(holding(3), 2, 3, 4)).node(holding()).node(nil, keeping(holding(), 1))
	s.config.Quiet, s.config.Settle = 20*ms, 50*ms
	lost := fault.Entry{At: 10 * ms, Fault: fault.Lose{Targets: fault.Targets{"n4"}}}
	require.Equal(t, []record.Lack{{Key: 2, Node: 2}}, s.finished(t, lost).Lacks)
}

// opening begins an op at once, and ends it later.
func opening(d time.Duration) *puppet {
	op := sim.NewOpID(1, 1)
	return &puppet{
		start: func(env *sim.Env) { env.Begin(sim.Call{Op: op, Code: sim.Put}); env.After(d, sim.Timer{Kind: 1}) },
		timeout: func(env *sim.Env, timer sim.Timer) {
			if timer.Kind == 1 {
				env.End(sim.Result{Op: op, Outcome: sim.OK})
			}
		},
	}
}

// TestSettlingWaitsForOpenOps, but not for those of clients that have died, and
// without turning over every nanosecond.
func TestSettlingWaitsForOpenOps(t *testing.T) {
	run := func(d time.Duration, schedule ...fault.Entry) *record.Run {
		s := newStage().node(opening(d), client)
		s.config.Quiet, s.config.Settle = 20*ms, time.Minute
		return s.finished(t, schedule...)
	}
	r := run(10 * time.Second)
	require.Equal(t, 10*time.Second, r.Phases.Settled)
	require.True(t, r.Phases.Converged)
	r = run(time.Hour)
	require.Equal(t, time.Minute+100*ms, r.Phases.Settled)
	require.False(t, r.Phases.Converged)
	r = run(time.Hour, do(10*ms, func(w fault.World) { w.Retire(1) }))
	require.Equal(t, 120*ms, r.Phases.Settled)
	require.True(t, r.Phases.Converged)
	require.Equal(t, sim.Pending, r.History.Ops[0].Outcome)
}

// promising promises two transactions to n2, and learns of the end of one; then, if it
// ever does, of the other's. Each life of it does so anew.
func promising(d time.Duration) *puppet {
	state := func(env *sim.Env, fact sim.Fact, number uint64) {
		env.Observe(sim.Observation{Fact: fact, A: 2, B: number})
	}
	return &puppet{
		start: func(env *sim.Env) {
			state(env, sim.Prepared, 1)
			state(env, sim.Prepared, 2)
			state(env, sim.Prepared, 2)
			state(env, sim.Ended, 2)
			env.After(d, sim.Timer{Kind: 1})
		},
		timeout: func(env *sim.Env, _ sim.Timer) { state(env, sim.Ended, 1) },
	}
}

// TestSettlingWaitsForOutcomes that living nodes have promised to wait for.
func TestSettlingWaitsForOutcomes(t *testing.T) {
	run := func(d time.Duration, schedule ...fault.Entry) record.Phases {
		s := newStage().node(promising(d)).node(promising(0))
		s.config.Quiet, s.config.Settle = 20*ms, time.Minute
		return s.finished(t, schedule...).Phases
	}
	phases := run(10 * time.Second)
	require.Equal(t, 10*time.Second, phases.Settled)
	require.True(t, phases.Converged)
	require.Equal(t, 120*ms, run(110*ms).Settled)
	phases = run(time.Hour)
	require.Equal(t, time.Minute+100*ms, phases.Settled)
	require.False(t, phases.Converged)
	phases = run(time.Hour, do(10*ms, func(w fault.World) { w.Retire(1) }))
	require.Equal(t, 120*ms, phases.Settled)
	require.True(t, phases.Converged)
	require.Equal(t, 10*time.Second+50*ms, run(10*time.Second, at(40*ms, 10*ms, crash(1))).Settled)
}

// TestFinalReads: living clients are asked, and waited for.
func TestFinalReads(t *testing.T) {
	op := sim.NewOpID(1, 1)
	var signals []sim.TimerKind
	s := newStage().node(&puppet{timeout: func(*sim.Env, sim.Timer) { require.Fail(t, "servers get no signals") }})
	s.node(&puppet{
		timeout: func(env *sim.Env, timer sim.Timer) {
			signals = append(signals, timer.Kind)
			switch timer.Kind {
			case sim.SignalFinal:
				env.Begin(sim.Call{Op: op, Code: sim.Get, Final: true})
				env.After(30*ms, sim.Timer{Kind: 1})
			case 1:
				env.End(sim.Result{Op: op, Outcome: sim.OK})
				env.After(5*ms, sim.Timer{Kind: 2})
			}
		},
	}, client)
	s.config.Final = 40 * ms
	r := s.finished(t)
	require.Equal(t, []sim.TimerKind{sim.SignalStop, sim.SignalFinal, 1}, signals)
	require.Equal(t, 130*ms, r.Phases.End)
	require.True(t, r.History.Ops[0].Is(record.Final))

	signals, s.config.Final = nil, 20*ms
	require.Equal(t, 120*ms, s.finished(t).Phases.End, "given up")
	signals, s.config.Final = nil, 0
	require.Equal(t, 100*ms, s.finished(t).Phases.End)
	require.NotContains(t, signals, sim.SignalFinal, "none are wanted")
}

// TestNoFinalReads: where no client begins one there is nothing to wait for.
func TestNoFinalReads(t *testing.T) {
	s := newStage().node(stating(sim.Answered, 130*ms)).node(&puppet{}, client)
	s.config.Final = time.Second
	r := s.finished(t)
	require.Equal(t, 100*ms, r.Phases.End)
	require.Empty(t, r.Observations)
}

// TestWarmUp marks the ops that begin before.
func TestWarmUp(t *testing.T) {
	s := newStage().node(&puppet{
		start: func(env *sim.Env) { env.After(10*ms, sim.Timer{Kind: 1, A: 1}) },
		timeout: func(env *sim.Env, timer sim.Timer) {
			if timer.Kind == 1 {
				env.Begin(sim.Call{Op: sim.NewOpID(1, uint32(timer.A)), Code: sim.Get})
				env.After(10*ms, sim.Timer{Kind: 1, A: timer.A + 1})
			}
		},
	}, client)
	s.config.WarmUp = 30 * ms
	ops := s.finished(t).History.Ops
	require.True(t, ops[0].Is(record.WarmUp) && ops[1].Is(record.WarmUp))
	require.False(t, ops[2].Is(record.WarmUp))
}

// endless sends to itself without delay.
func endless(keep *[]byte) *puppet {
	return &puppet{
		start: func(env *sim.Env) { env.Send(1, &note{}) },
		receive: func(env *sim.Env, _ sim.NodeID, m sim.Message) {
			env.Send(1, m)
			if keep != nil {
				env.Disk().Append("log", line(1))
			}
		},
	}
}

// TestLimits: events, memory and the wish to stop end a run that would not end.
func TestLimits(t *testing.T) {
	s := newStage().node(endless(nil))
	s.config.Network.Links[0].Latency = constant(0)
	for _, limit := range []uint64{1, 1000, 1024, 5000} {
		s.config.MaxEvents = limit
		r := kernel.New(s.config).Run(1)
		require.Equal(t, record.OutOfEvents, r.Stop.Reason)
		require.Equal(t, limit, r.Events)
		require.Len(t, r.Checkpoints, int(limit/record.CheckpointEvery))
	}
	s.config.MaxEvents = 0
	asked := 0
	s.config.Interrupted = func() bool { asked++; return asked == 3 }
	r := kernel.New(s.config).Run(1)
	require.Equal(t, record.Interrupted, r.Stop.Reason)
	require.EqualValues(t, 3*record.CheckpointEvery, r.Events)

	s = newStage().node(endless(new([]byte)))
	s.config.Network.Links[0].Latency = constant(0)
	s.config.MaxMemory = 10 << 20
	w := kernel.New(s.config)
	r = w.Run(1)
	require.Equal(t, record.OutOfMemory, r.Stop.Reason)
	require.InEpsilon(t, 10<<20, w.Used(), 0.1)
	events := r.Events

	// Where it stops does not depend on what the world ran before.
	w.Run(2)
	require.Equal(t, events, w.Run(1).Events)
}

// TestKeep records only the facts that are asked for; roles and settling go by all.
func TestKeep(t *testing.T) {
	s := newStage().node(stating(sim.Stored, 90*ms))
	s.config.Keep = kernel.Facts(sim.Elected, sim.Stored)
	require.Len(t, s.finished(t).Observations, 1)
	s.config.Keep = kernel.Facts(sim.Elected)
	r := s.finished(t)
	require.Empty(t, r.Observations)
}

// TestRolesAndWaitingFaults: a fault waits until its target exists, and is skipped
// where it never does.
func TestRolesAndWaitingFaults(t *testing.T) {
	s := newStage()
	s.node(&puppet{
		start: func(env *sim.Env) { env.After(20*ms, sim.Timer{Kind: 1}) },
		timeout: func(env *sim.Env, timer sim.Timer) {
			if timer.Kind == 1 {
				env.Work(5 * ms)
				env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: 3, B: sim.Leader})
			}
		},
	})
	elect := fault.Elect{Targets: fault.Targets{"leader"}}
	r := s.finished(t,
		fault.Entry{At: 10 * ms, For: 5 * ms, Fault: elect},
		fault.Entry{At: 10 * ms, For: 50 * ms, Fault: elect},
		fault.Entry{At: 200 * ms, Fault: elect})
	require.Equal(t, []time.Duration{20 * ms, 25 * ms}, times(of(r, record.Fired, 1)), "elected as soon as it leads")
	require.Len(t, r.Faults, 3)
	require.True(t, r.Faults[0].Skipped && r.Faults[1].Skipped)
	require.Equal(t, 25*ms, r.Faults[2].Injected)
	require.Equal(t, 60*ms, r.Faults[2].Healed)
	require.Equal(t, []sim.NodeID{1}, r.Faults[2].Targets)
	require.EqualValues(t, 2, r.Counters.Get("elect.skipped"))
	require.EqualValues(t, 1, r.Counters.Get("elect.injected"))
}
