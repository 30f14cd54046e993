package kernel_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/record"
)

// serve gives a node servers with a constant service time.
func serve(servers int, d time.Duration) func(*kernel.Node) {
	return func(n *kernel.Node) { n.Servers, n.Service = servers, constant(d) }
}

// burst sends so many notes at the beginning.
func burst(to sim.NodeID, n uint64) *puppet {
	return &puppet{start: func(env *sim.Env) { sendAll(env, to, 1, n) }}
}

// TestServiceIsFIFO: handlers run when their service ends, in order of arrival.
func TestServiceIsFIFO(t *testing.T) {
	for _, c := range []struct {
		servers int
		want    []time.Duration
	}{
		{1, []time.Duration{3 * ms, 5 * ms, 7 * ms, 9 * ms, 11 * ms}},
		{2, []time.Duration{3 * ms, 3 * ms, 5 * ms, 5 * ms, 7 * ms}},
		{9, []time.Duration{3 * ms, 3 * ms, 3 * ms, 3 * ms, 3 * ms}},
		{0, []time.Duration{ms, ms, ms, ms, ms}},
	} {
		var got []uint64
		s := newStage().node(burst(2, 5))
		s.node(&puppet{receive: func(_ *sim.Env, _ sim.NodeID, m sim.Message) { got = append(got, m.(*note).n) }},
			serve(c.servers, 2*ms))
		r := s.finished(t)
		require.Equal(t, c.want, times(of(r, record.Delivered, 2)))
		require.Equal(t, []uint64{1, 2, 3, 4, 5}, got)
	}
}

// TestTimersAndCompletionsQueueToo, behind what came before them.
func TestTimersAndCompletionsQueueToo(t *testing.T) {
	s := newStage()
	s.node(&puppet{start: func(env *sim.Env) {
		env.After(ms+1, sim.Timer{Kind: 1})
		env.Disk().Append("log", line(1))
		env.Sync(1)
		sendAll(env, 1, 1, 2)
	}}, serve(1, 10*ms), func(n *kernel.Node) { n.Sync = constant(ms + 2) })
	r := s.finished(t)
	require.Equal(t, []time.Duration{11 * ms, 21 * ms}, times(of(r, record.Delivered, 1)))
	require.Equal(t, []time.Duration{31 * ms}, times(of(r, record.Fired, 1)))
	require.Equal(t, []time.Duration{41 * ms}, times(of(r, record.Synced, 1)))
	require.Equal(t, []time.Duration{0}, times(of(r, record.Started, 1)), "a start takes no service")
}

// TestInboxRefusesWhenFull: what is in service counts, timers do not.
func TestInboxRefusesWhenFull(t *testing.T) {
	for room := 1; room <= 6; room++ {
		s := newStage().node(burst(2, 5))
		s.node(&puppet{}, serve(1, 2*ms), func(n *kernel.Node) { n.Inbox = room })
		r := s.finished(t)
		require.Len(t, of(r, record.Delivered, 2), min(room, 5))
		require.Equal(t, slices.Repeat([]string{"refused"}, max(0, 5-room)), append([]string{}, whys(r, 2)...))
		require.EqualValues(t, max(0, 5-room), r.Counters.Get("inbox.refused"))
	}
}

// TestAFullInboxUnderPause counts what was served in the pause once.
func TestAFullInboxUnderPause(t *testing.T) {
	s := newStage()
	s.node(&puppet{
		start:   func(env *sim.Env) { env.Send(2, &note{}); env.After(8*ms, sim.Timer{Kind: 1}) },
		timeout: func(env *sim.Env, _ sim.Timer) { sendAll(env, 2, 1, 2) },
	})
	s.node(&puppet{}, serve(1, 2*ms), func(n *kernel.Node) { n.Inbox = 2 })
	r := s.finished(t, at(2*ms, 30*ms, pause(2)))
	require.Equal(t, []string{"refused"}, whys(r, 2))
	require.Equal(t, []time.Duration{32 * ms, 34 * ms}, times(of(r, record.Delivered, 2)))
}

func pause(id sim.NodeID) func(w fault.World) func() {
	return func(w fault.World) func() {
		w.Pause(id)
		return func() { w.Resume(id) }
	}
}

// TestPause: overdue timers, completions and the inbox run in their original order
// at the end, at one instant; nothing is lost.
func TestPause(t *testing.T) {
	var got []string
	s := newStage().node(&puppet{start: func(env *sim.Env) {
		env.Send(2, &note{n: 1})
		env.After(4*ms, sim.Timer{Kind: 1})
	}, timeout: func(env *sim.Env, _ sim.Timer) { env.Send(2, &note{n: 2}) }})
	s.node(&puppet{
		start: func(env *sim.Env) {
			env.After(3*ms, sim.Timer{Kind: 1})
			env.After(7*ms, sim.Timer{Kind: 2})
			env.Disk().Append("log", line(1))
			env.Sync(1)
		},
		receive: func(_ *sim.Env, _ sim.NodeID, m sim.Message) {
			got = append(got, "note"+string(rune('0'+m.(*note).n)))
		},
		timeout: func(_ *sim.Env, timer sim.Timer) { got = append(got, "timer"+string(rune('0'+timer.Kind))) },
		synced:  func(*sim.Env, sim.Sync) { got = append(got, "synced") },
	}, func(n *kernel.Node) { n.Sync = constant(6 * ms) })
	r := s.finished(t, at(ms/2, 20*ms, pause(2)), at(10*ms, 20*ms, pause(2)))
	require.Equal(t, []string{"note1", "timer1", "note2", "synced", "timer2"}, got)
	for _, e := range append(of(r, record.Fired, 2), of(r, record.Delivered, 2)...) {
		require.Equal(t, 30*ms, e.At, "both pauses have to end")
	}
}

// TestAServiceThatEndsInAPause: the servers go on afterwards, and what waited
// behind keeps its order.
func TestAServiceThatEndsInAPause(t *testing.T) {
	for _, servers := range []int{1, 2} {
		var got []uint64
		s := newStage().node(burst(2, 5))
		s.node(&puppet{receive: func(_ *sim.Env, _ sim.NodeID, m sim.Message) { got = append(got, m.(*note).n) }},
			serve(servers, 2*ms))
		r := s.finished(t, at(2*ms, 20*ms, pause(2)))
		require.Equal(t, []uint64{1, 2, 3, 4, 5}, got)
		require.Equal(t, 22*ms, of(r, record.Delivered, 2)[0].At)
		require.Equal(t, 22*ms+2*time.Duration((5-1)/servers)*ms, of(r, record.Delivered, 2)[4].At)
	}
}

// TestServedInWork: while a handler works nothing else is handled, and no service
// begins.
func TestServedInWork(t *testing.T) {
	s := newStage().node(burst(2, 3))
	s.node(&puppet{receive: func(env *sim.Env, _ sim.NodeID, m sim.Message) { env.Work(10 * ms) }}, serve(2, 2*ms))
	r := s.finished(t)
	require.Equal(t, []time.Duration{3 * ms, 13 * ms, 25 * ms}, times(of(r, record.Delivered, 2)))
}

// TestSlow multiplies service, or gives a node service that had none; what it
// began keeps its time.
func TestSlow(t *testing.T) {
	slow := func(permille int64, d time.Duration) fault.Entry {
		return at(2*ms, 50*ms, func(w fault.World) func() {
			if d == 0 {
				return w.Slow(2, permille, nil)
			}
			dist := constant(d)
			return w.Slow(2, permille, &dist)
		})
	}
	run := func(servers int, e fault.Entry) []time.Duration {
		s := newStage().node(burst(2, 3))
		s.config.Network.Links[0].Latency = constant(2 * ms)
		s.node(&puppet{}, serve(servers, 2*ms))
		return times(of(s.finished(t, e), record.Delivered, 2))
	}
	require.Equal(t, []time.Duration{8 * ms, 14 * ms, 20 * ms}, run(1, slow(3000, 0)))
	require.Equal(t, []time.Duration{9 * ms, 16 * ms, 23 * ms}, run(1, slow(1000, 7*ms)))
	require.Equal(t, []time.Duration{2 * ms, 2 * ms, 2 * ms}, run(0, slow(3000, 0)), "three times nothing")
	require.Equal(t, []time.Duration{9 * ms, 16 * ms, 23 * ms}, run(0, slow(1000, 7*ms)), "one server, while it is slow")
}

// TestQueueingTheory: with Poisson arrivals and exponential service at three
// quarters of capacity, messages spend 1/(mu-lambda) in the system: the M/M/1 queue.
func TestQueueingTheory(t *testing.T) {
	if testing.Short() {
		t.Skip("needs many arrivals")
	}
	arrivals := exponential(4 * ms)
	s := newStage()
	s.config.Work = 400 * second
	s.config.Network = network.Config{Links: []network.Link{{Latency: constant(0)}}}
	s.node(&puppet{
		start: func(env *sim.Env) { env.After(0, sim.Timer{Kind: 1}) },
		timeout: func(env *sim.Env, timer sim.Timer) {
			env.Send(2, &note{n: uint64(env.Now())})
			env.After(time.Duration(arrivals.Sample(env.Draw(1, timer.Subject))), sim.Timer{Kind: 1})
		},
	})
	var sum time.Duration
	count := 0
	s.node(&puppet{receive: func(env *sim.Env, _ sim.NodeID, m sim.Message) {
		sum += env.Now() - time.Duration(m.(*note).n)
		count++
	}}, func(n *kernel.Node) { n.Servers, n.Service = 1, exponential(3*ms) })
	s.config.Keep = kernel.Facts(sim.Role)
	r := kernel.New(s.config).Run(7)
	require.Equal(t, record.Finished, r.Stop.Reason)
	require.InDelta(t, 100_000, count, 1500)
	require.InEpsilon(t, 12.0, float64(sum)/float64(count)/float64(ms), 0.08)
}
