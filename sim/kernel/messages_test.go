package kernel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
)

// impose is a rule as a fault that is undone.
func impose(rule sim.Rule) func(w fault.World) func() {
	return func(w fault.World) func() {
		id := w.Impose(rule)
		return func() { w.Lift(id) }
	}
}

// ticker sends a numbered note to node 2 each millisecond.
func ticker(count uint64) *puppet {
	n := uint64(0)
	return &puppet{
		start: func(env *sim.Env) { n = 0; env.After(ms, sim.Timer{Kind: 1}) },
		timeout: func(env *sim.Env, timer sim.Timer) {
			n++
			env.Send(2, &note{n: n})
			if n < count {
				env.After(ms, timer)
			}
		},
	}
}

// listener notes down what it gets.
func listener(got *[]uint64) *puppet {
	return &puppet{receive: func(_ *sim.Env, _ sim.NodeID, m sim.Message) { *got = append(*got, m.(*note).n) }}
}

// tickerStage is a ticker and a listener over a link.
func tickerStage(got *[]uint64, link network.Link) *stage {
	s := newStage().node(ticker(10)).node(listener(got))
	s.config.Network.Links[0] = link
	return s
}

// TestMessagesAreJudgedTwice: a cut drops what is sent under it, and what was in
// flight when it is due; what is due after it passes.
func TestMessagesAreJudgedTwice(t *testing.T) {
	var got []uint64
	s := tickerStage(&got, network.Link{Latency: constant(4 * ms)}) // note n travels from n to n+4 ms
	r := s.finished(t, at(6*ms+1, 2*ms, impose(sim.Rule{Name: "cut", Drop: true})))
	require.Equal(t, []uint64{1, 2, 5, 6, 9, 10}, got)
	require.Equal(t, []time.Duration{7 * ms, 7 * ms, 8 * ms, 8 * ms}, times(of(r, record.Lost, 2)),
		"3 and 4 when they are due, 7 and 8 when they are sent")
	require.Equal(t, []string{"cut", "cut", "cut", "cut"}, whys(r, 2))
	require.EqualValues(t, 4, r.Counters.Get("cut.messages"))
}

// TestHeldMessagesAreReleasedInOrder: in the order in which they were held.
func TestHeldMessagesAreReleasedInOrder(t *testing.T) {
	var got []uint64
	s := tickerStage(&got, network.Link{Latency: constant(4 * ms)})
	r := s.finished(t, at(6*ms+1, 2*ms, impose(sim.Rule{Name: "jam", Hold: true})))
	require.Equal(t, []uint64{1, 2, 3, 7, 4, 8, 5, 6, 9, 10}, got, "held: 3 due, 7 sent, 4 due, 8 sent")
	require.Equal(t, []time.Duration{5 * ms, 6 * ms, 8*ms + 1, 8*ms + 1, 8*ms + 1, 8*ms + 1, 9 * ms, 10 * ms, 13 * ms, 14 * ms},
		times(of(r, record.Delivered, 2)))
	require.Len(t, of(r, record.Held, 2), 4)
}

// TestOrderedLinks: whatever the latencies, copies and jams, notes arrive in the
// order in which they were sent. Without it they do not.
func TestOrderedLinks(t *testing.T) {
	faults := map[string]sim.Rule{
		"none":      {Name: "none"},
		"jam":       {Name: "jam", Hold: true},
		"delay":     {Name: "delay", Add: sampled(exponential(9 * ms))},
		"duplicate": {Name: "duplicate", Duplicate: ^uint64(0), Add: sampled(exponential(3 * ms))},
	}
	for name, rule := range faults {
		for _, ordered := range []bool{false, true} {
			var got []uint64
			s := tickerStage(&got, network.Link{Latency: exponential(5 * ms), Ordered: ordered})
			s.finished(t, at(4*ms, 3*ms, impose(rule)))
			require.Equal(t, ordered, ascending(got), "%s: %v", name, got)
			require.GreaterOrEqual(t, len(got), 10)
		}
	}
}

func sampled(d random.Dist) sim.Sampler { return &d }

func ascending(ns []uint64) bool {
	for i := 1; i < len(ns); i++ {
		if ns[i] < ns[i-1] {
			return false
		}
	}
	return true
}

// TestLatencyOnce: drawn once for each pair and run.
func TestLatencyOnce(t *testing.T) {
	var got []uint64
	s := tickerStage(&got, network.Link{Latency: exponential(5 * ms), Once: true})
	r := s.finished(t)
	sent, delivered := times(of(r, record.Sent, 2)), times(of(r, record.Delivered, 2))
	for i := range sent {
		require.Equal(t, delivered[0]-sent[0], delivered[i]-sent[i])
	}
}

// TestLegs: the latency of a kind or class of messages.
func TestLegs(t *testing.T) {
	s := newStage().node(&puppet{start: func(env *sim.Env) {
		for class := sim.Client; class <= sim.Control; class++ {
			env.Send(2, &note{class: class})
		}
	}}).node(&puppet{})
	s.config.Network.Links[0].Legs = []network.Leg{
		{Kind: "note-repair", Latency: constant(5 * ms)},
		{Class: sim.Repair, Latency: constant(90 * ms)},
		{Class: sim.Client, Latency: constant(3 * ms)},
	}
	r := s.finished(t)
	require.Equal(t, []time.Duration{ms, ms, 3 * ms, 5 * ms}, times(of(r, record.Delivered, 2)))
}

// TestDuplicates: the link's own, and the charge of a fault's.
func TestDuplicates(t *testing.T) {
	var got []uint64
	s := tickerStage(&got, network.Link{Latency: constant(0), Duplicate: random.Certain})
	r := s.finished(t)
	require.Equal(t, []uint64{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10}, got)
	addresses := map[uint64]int{}
	for _, e := range of(r, record.Delivered, 2) {
		addresses[e.Address]++
	}
	require.Len(t, addresses, 20, "a copy is told from its original")
}

// TestCountersSpeakOfOps: what a rule touched, in messages and in ops.
func TestCountersSpeakOfOps(t *testing.T) {
	s := newStage().node(&puppet{start: func(env *sim.Env) {
		for op := range uint32(3) {
			about := sim.OpSubject(sim.NewOpID(1, op+1), 0)
			env.Send(2, &note{about: about, class: sim.Replicate})
			env.Send(2, &note{about: about, class: sim.Replicate})
			env.Send(2, &note{about: about}) // control
		}
	}}).node(&puppet{})
	r := s.finished(t, at(0, 0, impose(sim.Rule{Name: "cut", Drop: true})))
	require.EqualValues(t, 9, r.Counters.Get("cut.messages"))
	require.EqualValues(t, 3, r.Counters.Get("cut.crossed_quorum_ops"))
	require.EqualValues(t, 9, r.Traffic[0].Messages, "lost")
	require.EqualValues(t, record.Traffic{Messages: 6, Bytes: 48}, r.Traffic[sim.Replicate])
}

// TestAddressesAreSharedBetweenWorlds: the delays of messages hang neither on time
// nor on order nor on what else is sent, but on what the messages are about.
func TestAddressesAreSharedBetweenWorlds(t *testing.T) {
	delays := func(before time.Duration, others bool) map[sim.Subject]time.Duration {
		s := newStage().node(&puppet{
			start: func(env *sim.Env) { env.After(before, sim.Timer{Kind: 1}) },
			timeout: func(env *sim.Env, _ sim.Timer) {
				for n := range uint64(10) {
					if others {
						env.Send(2, &note{about: sim.NumberSubject(1000 + n)})
					}
					env.Send(2, &note{about: sim.NumberSubject(n + 1)})
				}
			},
		}).node(&puppet{})
		s.config.Network.Links[0].Latency = exponential(5 * ms)
		r := s.finished(t)
		found := map[sim.Subject]time.Duration{}
		for _, e := range of(r, record.Delivered, 2) {
			if e.Subject < sim.NumberSubject(1000) {
				found[e.Subject] = e.At - before
			}
		}
		return found
	}
	require.Equal(t, delays(0, false), delays(7*ms, true))
}
