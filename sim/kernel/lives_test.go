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

// TestNothingOfAFormerLifeReachesTheNext: not its timers, its syncs, its inbox,
// what was in service, nor messages that were sent to it.
func TestNothingOfAFormerLifeReachesTheNext(t *testing.T) {
	s := newStage()
	s.config.Network.Links[0].Latency = constant(4 * ms)
	s.node(&puppet{start: func(env *sim.Env) {
		sendAll(env, 2, 1, 3) // one in service, two in the inbox at 5 ms
		env.After(2*ms, sim.Timer{Kind: 1})
	}, timeout: func(env *sim.Env, _ sim.Timer) { env.Send(2, &note{n: 4}) }}) // in flight at 5 ms
	var got []string
	s.nodes(func(life int) *puppet {
		name := string(rune('0' + life))
		return &puppet{
			start: func(env *sim.Env) {
				got = append(got, "start"+name)
				if life == 1 {
					env.After(7*ms, sim.Timer{Kind: 1})
					env.Disk().Append("log", line(1))
					env.Sync(1)
				}
			},
			receive: func(*sim.Env, sim.NodeID, sim.Message) { got = append(got, "note"+name) },
			timeout: func(*sim.Env, sim.Timer) { got = append(got, "timer"+name) },
			synced:  func(*sim.Env, sim.Sync) { got = append(got, "synced"+name) },
			stop:    func() { got = append(got, "stop"+name) },
		}
	}, serve(1, 3*ms), func(n *kernel.Node) { n.Sync = constant(8 * ms) })
	r := s.finished(t, at(5*ms, ms/2, crash(2)))
	require.Equal(t, []string{"start1", "stop1", "start2", "stop2"}, got)
	require.Equal(t, []string{"crash", "crash", "crash", "former life"}, whys(r, 2))
	require.Equal(t, []time.Duration{0, 5*ms + ms/2}, times(of(r, record.Started, 2)))
	require.Equal(t, []time.Duration{5 * ms}, times(of(r, record.Crashed, 2)))
}

// TestMessagesToADeadNode are lost when they are due.
func TestMessagesToADeadNode(t *testing.T) {
	s := newStage().node(burst(2, 1))
	s.node(&puppet{})
	r := s.finished(t, at(ms/2, 10*ms, crash(2)))
	require.Equal(t, []string{"down"}, whys(r, 2))
}

// TestWhatADeadNodeHadSent survives, unless its connections die with it; what its
// next life sends passes in any case.
func TestWhatADeadNodeHadSent(t *testing.T) {
	for _, connections := range []bool{false, true} {
		s := newStage()
		s.nodes(func(life int) *puppet {
			return &puppet{start: func(env *sim.Env) {
				env.Send(2, &note{n: uint64(life)})
				env.Send(3, &note{n: uint64(life)})
			}}
		})
		s.node(&puppet{}).node(&puppet{})
		r := s.finished(t,
			at(0, 50*ms, func(w fault.World) func() { // holds what goes to n3
				id := w.Impose(sim.Rule{Name: "jam", To: []sim.NodeID{3}, Hold: true})
				return func() { w.Lift(id) }
			}),
			at(ms/2, 10*ms, func(w fault.World) func() {
				w.Crash(1, connections)
				return func() { w.Restart(1) }
			}))
		if connections {
			require.Equal(t, []string{"connection"}, whys(r, 2))
			require.Equal(t, []string{"connection"}, whys(r, 3))
			require.Equal(t, []time.Duration{11*ms + ms/2}, times(of(r, record.Delivered, 2)))
			require.Equal(t, []time.Duration{50 * ms}, times(of(r, record.Delivered, 3)))
		} else {
			require.Equal(t, []time.Duration{ms, 11*ms + ms/2}, times(of(r, record.Delivered, 2)))
			require.Equal(t, []time.Duration{50 * ms, 50 * ms}, times(of(r, record.Delivered, 3)))
		}
	}
}

// TestLate: under this rule messages to a former life reach the present one.
func TestLate(t *testing.T) {
	s := newStage().node(burst(2, 1))
	s.node(&puppet{})
	late := at(0, 50*ms, func(w fault.World) func() {
		id := w.Impose(sim.Rule{Name: "late", Late: true})
		return func() { w.Lift(id) }
	})
	r := s.finished(t, late, at(ms/4, ms/4, crash(2)))
	require.Equal(t, []time.Duration{ms}, times(of(r, record.Delivered, 2)))
	require.Equal(t, uint32(2), of(r, record.Delivered, 2)[0].Life)
	require.EqualValues(t, 1, r.Counters.Get("late.messages"))
	r = s.finished(t, late, at(ms/4, 5*ms, crash(2)))
	require.Equal(t, []string{"down"}, whys(r, 2), "there must be a present one")
}

// TestOverlappingCrashes: a node stays down until the last of them ends; a retired
// one does not even restart at heal.
func TestOverlappingCrashes(t *testing.T) {
	s := newStage().node(&puppet{})
	r := s.finished(t, at(5*ms, 20*ms, crash(1)), at(10*ms, 40*ms, crash(1)))
	require.Equal(t, []time.Duration{0, 50 * ms}, times(of(r, record.Started, 1)))
	require.Len(t, of(r, record.Crashed, 1), 1, "it dies once")

	r = s.finished(t, do(5*ms, func(w fault.World) { w.Crash(1, false) }))
	require.Equal(t, []time.Duration{0, 100 * ms}, times(of(r, record.Started, 1)), "healed at the end of work")

	r = s.finished(t, at(5*ms, 10*ms, func(w fault.World) func() {
		w.Retire(1)
		return func() { w.Restart(1) }
	}))
	require.Equal(t, []time.Duration{0}, times(of(r, record.Started, 1)))
	require.Equal(t, []sim.NodeID{1}, r.Dead)
}

// TestACrashBeforeTheStart, at the first instant: faults come before all else.
func TestACrashBeforeTheStart(t *testing.T) {
	s := newStage().node(&puppet{})
	r := s.finished(t, at(0, 10*ms, crash(1)))
	require.Equal(t, []time.Duration{10 * ms}, times(of(r, record.Started, 1)))
	require.Equal(t, uint32(2), of(r, record.Started, 1)[0].Life)
}

// TestRestartInAPause: the new life starts after it.
func TestRestartInAPause(t *testing.T) {
	s := newStage().node(burst(2, 1))
	s.node(&puppet{})
	r := s.finished(t, at(ms/4, 20*ms, pause(2)), at(ms/2, ms/4, crash(2)))
	require.Equal(t, []time.Duration{0, 20*ms + ms/4}, times(of(r, record.Started, 2)))
}

// TestNoServiceBeforeTheStart: with many servers a message cannot overtake the
// start of the incarnation.
func TestNoServiceBeforeTheStart(t *testing.T) {
	s := newStage().node(burst(2, 3))
	s.config.Network.Links[0].Latency = constant(0)
	started := false
	s.node(&puppet{
		start:   func(*sim.Env) { started = true },
		receive: func(*sim.Env, sim.NodeID, sim.Message) { require.True(t, started) },
	}, func(n *kernel.Node) { n.Servers, n.Service = 5, exponential(ms) })
	s.finished(t)
}

// installed is a node that finds something on its disk from the beginning.
type installed struct{ puppet }

func (*installed) Install(d sim.Disk) { d.Replace("installed", mark{}) }

type mark struct{}

func (mark) Encode(*sim.Encoder) {}

// TestWhatWasInstalledOutlivesACrash, also one at the first instant; a wipe it does not.
func TestWhatWasInstalledOutlivesACrash(t *testing.T) {
	var found []int
	s := newStage().node(&puppet{}, func(n *kernel.Node) {
		n.New = func(sim.NodeID) sim.Node {
			return &installed{puppet{start: func(env *sim.Env) { found = append(found, env.Disk().Len("installed")) }}}
		}
	})
	s.finished(t, at(0, 10*ms, crash(1)), at(20*ms, 10*ms, crash(1)), at(40*ms, 10*ms, wipe(1)))
	require.Equal(t, []int{1, 1, 0}, found)
}

// wipe is a crash in which the disk is lost.
func wipe(id sim.NodeID) func(w fault.World) func() {
	return func(w fault.World) func() {
		w.Crash(id, false)
		w.Wipe(id)
		return func() { w.Restart(id) }
	}
}
