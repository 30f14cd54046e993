package process_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/process"
	"simrun/sim/random"
	"simrun/sim/record"
)

const ms = time.Millisecond

type note struct{ n uint64 }

func (m *note) Kind() sim.Kind        { return sim.Kind{Class: sim.Control, Code: 1, Name: "note"} }
func (m *note) Subject() sim.Subject  { return sim.NumberSubject(m.n) }
func (m *note) Encode(e *sim.Encoder) { e.Uint("n", m.n) }

type line uint64

func (l line) Encode(e *sim.Encoder) { e.Uint("n", uint64(l)) }

func constant(d time.Duration) random.Dist {
	dist, err := random.Always(d).Compile()
	if err != nil {
		panic(err)
	}
	return dist
}

// world has links of 1 ms and works for 100 ms.
func world(bodies ...func(p *process.P)) kernel.Config {
	c := kernel.Config{
		Work: 100 * ms, Trace: true, Check: true,
		Network: network.Config{Links: []network.Link{{Latency: constant(ms)}}},
	}
	for i, body := range bodies {
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: fmt.Sprintf("n%d", i+1), Client: true, Sync: constant(3 * ms),
			New: func(sim.NodeID) sim.Node { return process.New(body) },
		})
	}
	return c
}

func run(t *testing.T, c kernel.Config) *record.Run {
	t.Helper()
	r := kernel.New(c).Run(1)
	require.Equal(t, record.Finished, r.Stop.Reason, r.Stop.Panic)
	return r
}

// crash is a fault that ends after a while.
type crash struct{ id sim.NodeID }

func (crash) Name() string { return "crash" }
func (c crash) Inject(w fault.World) (fault.Done, bool) {
	w.Crash(c.id, false)
	return fault.Done{Heal: func() { w.Restart(c.id) }}, true
}

// TestAConversation reads from top to bottom.
func TestAConversation(t *testing.T) {
	var log []string
	say := func(p *process.P, format string, args ...any) {
		log = append(log, fmt.Sprintf("%v n%d ", p.Now(), p.Self())+fmt.Sprintf(format, args...))
	}
	run(t, world(func(p *process.P) {
		p.Sleep(10 * ms)
		p.Send(2, &note{1})
		p.Send(2, &note{2})
		from, m, ok := p.Receive(process.Forever)
		say(p, "got %d from n%d %v", m.(*note).n, from, ok)
		_, _, ok = p.Receive(5 * ms)
		say(p, "got another %v", ok)
		_, _, ok = p.Receive(0)
		say(p, "and at once %v", ok)
	}, func(p *process.P) {
		p.Sleep(20 * ms) // messages wait
		for {
			from, m, _ := p.Receive(process.Forever)
			say(p, "got %d", m.(*note).n)
			if m.(*note).n == 2 {
				p.Send(from, &note{m.(*note).n * 10})
			}
		}
	}))
	require.Equal(t, []string{
		"20ms n2 got 1", "20ms n2 got 2", "21ms n1 got 20 from n2 true", "26ms n1 got another false",
		"26ms n1 and at once false",
	}, log)
}

// TestEffectsHappenWhenItBlocks, in call order.
func TestEffectsHappenWhenItBlocks(t *testing.T) {
	op := sim.NewOpID(1, 1)
	r := run(t, world(func(p *process.P) {
		p.Begin(sim.Call{Op: op, Code: sim.Get})
		p.Observe(sim.Observation{Fact: sim.Stored})
		p.Send(1, &note{1})
		p.Work(5 * ms)
		p.Send(1, &note{2})
		p.Receive(process.Forever)
		p.End(sim.Result{Op: op, Outcome: sim.OK})
	}))
	var kinds []record.EventKind
	for _, e := range r.Trace {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []record.EventKind{
		record.Started, record.Began, record.Observed, record.Sent, record.Resumed,
		record.Sent, record.Delivered, record.Ended, record.Delivered, record.Fired,
	}, kinds)
	require.Equal(t, 5*ms, r.History.Ops[0].ReturnedAt, "the first note came while it worked")
}

// TestSync blocks, and tells of failure.
func TestSync(t *testing.T) {
	var at []time.Duration
	var fine []bool
	c := world(func(p *process.P) {
		p.Disk().Append("log", line(1))
		fine = append(fine, p.Sync())
		at = append(at, p.Now())
		p.Sleep(ms)
		fine = append(fine, p.Sync())
	})
	c.Schedule = fault.Schedule{{At: 5 * ms, Fault: fault.FailSync{Targets: fault.Targets{"n1"}}}}
	run(t, c)
	require.Equal(t, []time.Duration{3 * ms}, at)
	require.Equal(t, []bool{true, false}, fine)
}

// TestSignals: a client begins nothing new, then makes its final reads.
func TestSignals(t *testing.T) {
	var log []string
	c := world(func(p *process.P) {
		for !p.Stopped() {
			p.Sleep(30 * ms)
			log = append(log, p.Now().String())
		}
		for {
			signal, ok := p.Signal(50 * ms)
			log = append(log, fmt.Sprint(signal, ok))
			if !ok {
				return
			}
			if signal == sim.SignalFinal {
				p.Begin(sim.Call{Op: sim.NewOpID(1, 1), Code: sim.Get, Final: true})
				p.Sleep(ms)
				p.End(sim.Result{Op: sim.NewOpID(1, 1), Outcome: sim.OK})
			}
		}
	})
	c.Final, c.Settle, c.Quiet = time.Second, time.Second, 40*ms
	r := run(t, c)
	require.Equal(t, []string{
		"30ms", "60ms", "90ms", "120ms", fmt.Sprint(sim.SignalStop, true),
		fmt.Sprint(sim.SignalFinal, true),
	}, log)
	require.Equal(t, 141*ms, r.Phases.End)
}

// TestACrashUnwinds: deferred calls run, and nothing that they ask for happens; the
// next incarnation begins at the top.
func TestACrashUnwinds(t *testing.T) {
	var log []string
	c := world(func(p *process.P) {
		log = append(log, "begin "+p.Now().String())
		defer func() { log = append(log, "end") }()
		defer func() {
			defer func() { log = append(log, "late") }()
			p.Send(2, &note{1})
			log = append(log, "not reached")
		}()
		defer func() { p.Disk().Append("log", line(1)) }()
		p.Sleep(time.Hour)
		log = append(log, "not reached")
	}, func(p *process.P) {
		p.Receive(process.Forever)
		log = append(log, "a ghost spoke")
	})
	c.Schedule = fault.Schedule{{At: 10 * ms, For: 5 * ms, Fault: crash{1}}}
	run(t, c)
	require.Equal(t, []string{"begin 0s", "late", "end", "begin 15ms", "late", "end"}, log)
}

// TestAPanicIsTheNodes, at the start, later, and in what runs when it is unwound.
func TestAPanicIsTheNodes(t *testing.T) {
	bodies := map[string]func(p *process.P){
		"at the start": func(*process.P) { panic("oh") },
		"later":        func(p *process.P) { p.Sleep(ms); panic("oh") },
		"unwinding":    func(p *process.P) { defer func() { panic("oh") }(); p.Sleep(time.Hour) },
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			c := world(func(p *process.P) { p.Sleep(time.Hour) }, body)
			c.Schedule = fault.Schedule{{At: 10 * ms, For: ms, Fault: crash{2}}}
			w := kernel.New(c)
			for range 2 {
				r := w.Run(1)
				require.Equal(t, record.Panicked, r.Stop.Reason)
				require.Equal(t, sim.NodeID(2), r.Stop.Node)
				require.True(t, strings.HasPrefix(r.Stop.Panic, "oh"), r.Stop.Panic)
			}
		})
	}
}

// TestAProcessThatReturns ignores what comes.
func TestAProcessThatReturns(t *testing.T) {
	r := run(t, world(func(p *process.P) { p.Send(1, &note{1}) }))
	require.Equal(t, record.Delivered, r.Trace[2].Kind)
}

// TestNoCoroutineIsLeft, whatever becomes of the runs.
func TestNoCoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	sleeper := func(p *process.P) {
		for {
			p.Sleep(time.Duration(1 + sim.Below(p.Draw(1, sim.NumberSubject(uint64(p.Now()))), uint64(10*ms))))
			if p.Draw(2, sim.NumberSubject(uint64(p.Now()))) < 1<<56 {
				panic("now and then")
			}
		}
	}
	c := world(sleeper, sleeper, func(*process.P) {})
	c.Schedule = fault.Schedule{{At: 10 * ms, For: 5 * ms, Fault: crash{1}}, {At: 50 * ms, Fault: crash{2}}}
	c.MaxEvents = 100
	w := kernel.New(c)
	digests := map[uint64]uint64{}
	for i := range uint64(200) {
		r := w.Run(i % 100)
		if want, again := digests[i%100]; again {
			require.Equal(t, want, r.Digest)
		}
		digests[i%100] = r.Digest
	}
	for wait := 0; runtime.NumGoroutine() > before; wait++ {
		require.Less(t, wait, 1000, "%d goroutines, %d before", runtime.NumGoroutine(), before)
		time.Sleep(ms)
	}
}

// TestSleepingAllocatesNothing.
func TestSleepingAllocatesNothing(t *testing.T) {
	c := world(func(p *process.P) {
		for {
			p.Sleep(10 * time.Microsecond)
		}
	})
	c.Trace, c.Check = false, false
	w := kernel.New(c)
	w.Run(1)
	steps := float64(w.Run(1).Events)
	require.Greater(t, steps, 9999.0)
	require.Less(t, testing.AllocsPerRun(5, func() { w.Run(1) })/steps, 0.01)
}
