package kernel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/record"
)

// sendAll sends notes numbered from first to last.
func sendAll(env *sim.Env, to sim.NodeID, first, last uint64) {
	for n := first; n <= last; n++ {
		env.Send(to, &note{n: n})
	}
}

// TestEventsOfOneInstantKeepTheirOrder: equal times are ordered by sequence number,
// and what handlers ask for is numbered in call order.
func TestEventsOfOneInstantKeepTheirOrder(t *testing.T) {
	var got []uint64
	s := newStage()
	s.node(&puppet{
		start: func(env *sim.Env) {
			env.After(ms, sim.Timer{Kind: 1, A: 100})
			sendAll(env, 2, 1, 20)
		},
		timeout: func(env *sim.Env, timer sim.Timer) { env.Send(2, &note{n: timer.A}) },
	})
	s.node(&puppet{receive: func(_ *sim.Env, _ sim.NodeID, m sim.Message) { got = append(got, m.(*note).n) }})
	r := s.finished(t)
	want := make([]uint64, 20)
	for i := range want {
		want[i] = uint64(i) + 1
	}
	require.Equal(t, append(want, 100), got)
	for i, e := range of(r, record.Delivered, 2)[:20] {
		require.Equal(t, ms, e.At)
		require.Equal(t, uint32(i), e.Stamp-of(r, record.Delivered, 2)[0].Stamp)
	}
}

// TestHandlersAreAtomic: a handler sees its own disk and timer calls at once; what
// others can see happens when it returns, in call order.
func TestHandlersAreAtomic(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) {
		id := env.After(ms, sim.Timer{Kind: 1})
		require.True(t, env.Cancel(id))
		require.False(t, env.Cancel(id))
		env.Disk().Append("log", line(1))
		require.Equal(t, 1, env.Disk().Len("log"))
		env.Observe(sim.Observation{Fact: sim.Stored, A: 1})
		env.Send(1, &note{n: 1})
		env.Begin(sim.Call{Op: sim.NewOpID(1, 1), Code: sim.Put})
		env.Observe(sim.Observation{Fact: sim.Stored, A: 2})
		env.End(sim.Result{Op: sim.NewOpID(1, 1), Outcome: sim.OK})
	}})
	r := s.finished(t)
	var kinds []record.EventKind
	for _, e := range r.Trace {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []record.EventKind{
		record.Started, record.Observed, record.Sent, record.Began, record.Observed,
		record.Ended, record.Delivered,
	}, kinds)
	require.Empty(t, of(r, record.Fired, 1))
	op := r.History.Ops[0]
	require.Less(t, r.Observations[0].Stamp, op.Invoked)
	require.Less(t, op.Invoked, r.Observations[1].Stamp)
	require.Less(t, r.Observations[1].Stamp, op.Returned)
}

// TestPanicIsAFinding: the effects of the handler that panicked are dropped, the
// run stops, and the report names the node and the event.
func TestPanicIsAFinding(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) { sendAll(env, 2, 1, 2) }})
	s.node(&puppet{receive: func(env *sim.Env, _ sim.NodeID, m sim.Message) {
		env.Observe(sim.Observation{Fact: sim.Stored, A: m.(*note).n})
		env.Send(1, &note{})
		if m.(*note).n == 2 {
			panic("two is too many")
		}
	}})
	r := s.run()
	require.Equal(t, record.Panicked, r.Stop.Reason)
	require.Equal(t, "two is too many", r.Stop.Panic)
	require.Equal(t, sim.NodeID(2), r.Stop.Node)
	require.Len(t, r.Observations, 1, "only of the first note")
	require.Equal(t, of(r, record.Delivered, 2)[1].Stamp, r.Stop.Stamp)
	require.Empty(t, of(r, record.Delivered, 1), "the run has stopped")
	require.Equal(t, ms, r.Phases.End)
}

// TestWhoIsToBlame: whatever a node's own code does wrong is a finding about it,
// not a panic of the kernel.
func TestWhoIsToBlame(t *testing.T) {
	op := sim.Call{Op: sim.NewOpID(1, 1), Code: sim.Get}
	cases := map[string]*puppet{
		"handler":    {start: func(*sim.Env) { panic("no") }},
		"nowhere":    {start: func(env *sim.Env) { env.Send(9, &note{}) }},
		"nobody":     {start: func(env *sim.Env) { env.Send(sim.Nobody, &note{}) }},
		"twice":      {start: func(env *sim.Env) { env.Begin(op); env.Begin(op) }},
		"unnumbered": {start: func(env *sim.Env) { env.Begin(sim.Call{}) }},
		"encode":     {start: func(env *sim.Env) { env.Send(1, (*note)(nil)) }},
		"stop":       {stop: func() { panic("no") }},
		"inspect":    {inspect: func(func(sim.Copy)) { panic("no") }},
		"synced":     {start: func(env *sim.Env) { env.Sync(1) }, synced: func(*sim.Env, sim.Sync) { panic("no") }},
		"timeout":    {start: func(env *sim.Env) { env.After(0, sim.Timer{Kind: 1}) }, timeout: func(*sim.Env, sim.Timer) { panic("no") }},
		"mutation":   {start: func(env *sim.Env) { m := &note{}; env.Send(1, m); env.Send(1, m); m.n++; env.Send(1, m) }, receive: mutate},
		"reception":  {start: func(env *sim.Env) { env.Send(1, &note{}) }, receive: func(*sim.Env, sim.NodeID, sim.Message) { panic("no") }},
	}
	for name, p := range cases {
		t.Run(name, func(t *testing.T) {
			r := newStage().node(p).run()
			require.Equal(t, record.Panicked, r.Stop.Reason)
			require.Equal(t, sim.NodeID(1), r.Stop.Node)
			require.NotEmpty(t, r.Stop.Panic)
		})
	}
	r := newStage().nodes(func(int) *puppet { panic("no") }).run()
	require.Equal(t, record.Panicked, r.Stop.Reason, "making an incarnation")
	require.Equal(t, sim.NodeID(1), r.Stop.Node)
}

func mutate(_ *sim.Env, _ sim.NodeID, m sim.Message) { m.(*note).n++ }

// TestCheckModeCatchesMutation: without it nobody notices.
func TestCheckModeCatchesMutation(t *testing.T) {
	s := newStage()
	var kept *note
	s.node(&puppet{
		start: func(env *sim.Env) {
			kept = &note{n: 1}
			env.Send(2, kept)
			env.After(ms/2, sim.Timer{Kind: 1})
		},
		timeout: func(*sim.Env, sim.Timer) { kept.n = 2 },
	})
	s.node(&puppet{})
	r := s.run()
	require.Equal(t, record.Panicked, r.Stop.Reason)
	require.Equal(t, sim.NodeID(1), r.Stop.Node, "the sender")
	require.Contains(t, r.Stop.Panic, "changed after it was sent")
}

// TestAPanicOfTheKernelIsNotHidden: it is the engine that broke its promise.
func TestAPanicOfTheKernelIsNotHidden(t *testing.T) {
	s := newStage().node(&puppet{})
	require.Panics(t, func() { s.run(do(ms, func(fault.World) { panic("a fault of ours") })) })
}

// TestAWorldSurvivesAPanic: other runs go on.
func TestAWorldSurvivesAPanic(t *testing.T) {
	w := toyWorld(nil)
	want := w.Run(1).Digest
	toyPanics = true
	require.Equal(t, record.Panicked, w.Run(2).Stop.Reason)
	toyPanics = false
	require.Equal(t, want, w.Run(1).Digest)
}

// TestWork: the node is busy, effects asked for later happen after it, and what
// arrives meanwhile waits.
func TestWork(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) { sendAll(env, 2, 1, 2) }})
	s.node(&puppet{
		receive: func(env *sim.Env, _ sim.NodeID, m sim.Message) {
			env.Observe(sim.Observation{Fact: sim.Stored, A: m.(*note).n})
			env.After(3*ms, sim.Timer{Kind: 1})
			env.Work(10 * ms)
			env.Observe(sim.Observation{Fact: sim.Stored, A: 10 * m.(*note).n})
			env.After(3*ms, sim.Timer{Kind: 2})
			env.Work(10 * ms)
			env.Send(1, &note{n: m.(*note).n})
		},
	})
	r := s.finished(t)
	type fact struct {
		at time.Duration
		a  uint64
	}
	var facts []fact
	for _, o := range r.Observations {
		facts = append(facts, fact{o.At, o.A})
	}
	require.Equal(t, []fact{{ms, 1}, {11 * ms, 10}, {21 * ms, 2}, {31 * ms, 20}}, facts)
	require.Equal(t, []time.Duration{22 * ms, 42 * ms}, times(of(r, record.Delivered, 1)))
	require.Equal(t, []time.Duration{41 * ms, 41 * ms, 41 * ms, 41 * ms}, times(of(r, record.Fired, 2)),
		"timers fire when the node is free again, after what arrived before them")
	require.Len(t, of(r, record.Resumed, 2), 4)
}

// TestATimerSetAfterWorkCountsFromItsEnd.
func TestATimerSetAfterWorkCountsFromItsEnd(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) {
		moved := env.After(5*ms, sim.Timer{Kind: 1})
		env.Work(10 * ms)
		env.After(7*ms, sim.Timer{Kind: 2})
		env.Reset(moved, 20*ms)
	}})
	require.Equal(t, []time.Duration{17 * ms, 30 * ms}, times(of(s.finished(t), record.Fired, 1)))
}

// TestWorkUnderPause: what follows the work keeps its cause and subject, whatever
// lets it go on.
func TestWorkUnderPause(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) {
		env.Work(10 * ms)
		env.Send(1, &note{})
	}})
	plain := of(s.finished(t), record.Sent, 1)
	paused := of(s.finished(t, at(5*ms, 20*ms, func(w fault.World) func() {
		w.Pause(1)
		return func() { w.Resume(1) }
	})), record.Sent, 1)
	require.Equal(t, []time.Duration{10 * ms}, times(plain))
	require.Equal(t, []time.Duration{25 * ms}, times(paused))
	require.Equal(t, plain[0].Address, paused[0].Address)
	require.Equal(t, of(s.finished(t), record.Started, 1)[0].Subject, plain[0].Subject)
}

// TestWorkDiesWithItsIncarnation.
func TestWorkDiesWithItsIncarnation(t *testing.T) {
	s := newStage()
	s.nodes(func(life int) *puppet {
		return &puppet{start: func(env *sim.Env) {
			if life == 1 {
				env.Work(10 * ms)
			}
			env.Send(1, &note{n: uint64(life)})
		}}
	})
	r := s.finished(t, at(5*ms, ms, crash(1)))
	require.Equal(t, []time.Duration{7 * ms}, times(of(r, record.Delivered, 1)))
}

// crash is a plain crash that is undone.
func crash(id sim.NodeID) func(w fault.World) func() {
	return func(w fault.World) func() {
		w.Crash(id, false)
		return func() { w.Restart(id) }
	}
}
