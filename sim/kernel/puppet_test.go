package kernel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
)

const ms = time.Millisecond

// puppet is a node made of functions; those that are nil do nothing.
type puppet struct {
	start   func(env *sim.Env)
	receive func(env *sim.Env, from sim.NodeID, m sim.Message)
	timeout func(env *sim.Env, t sim.Timer)
	synced  func(env *sim.Env, s sim.Sync)
	inspect func(yield func(sim.Copy))
	stop    func()
}

func (p *puppet) Start(env *sim.Env) {
	if p.start != nil {
		p.start(env)
	}
}

func (p *puppet) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if p.receive != nil {
		p.receive(env, from, m)
	}
}

func (p *puppet) Timeout(env *sim.Env, t sim.Timer) {
	if p.timeout != nil {
		p.timeout(env, t)
	}
}

func (p *puppet) Synced(env *sim.Env, s sim.Sync) {
	if p.synced != nil {
		p.synced(env, s)
	}
}

func (p *puppet) Inspect(yield func(sim.Copy)) {
	if p.inspect != nil {
		p.inspect(yield)
	}
}

func (p *puppet) Stop() {
	if p.stop != nil {
		p.stop()
	}
}

// note is a numbered message, about whatever the test says.
type note struct {
	n     uint64
	about sim.Subject
	class sim.Class // Control where it is 0
}

func (m *note) Kind() sim.Kind {
	if m.class != 0 {
		return sim.Kind{Class: m.class, Code: 2, Name: "note-" + m.class.String()}
	}
	return sim.Kind{Class: sim.Control, Code: 1, Name: "note"}
}
func (m *note) Subject() sim.Subject  { return m.about }
func (m *note) Encode(e *sim.Encoder) { e.Uint("n", m.n) }

// line is a record on disk.
type line uint64

func (l line) Encode(e *sim.Encoder)       { e.Uint("n", uint64(l)) }
func (l line) Damaged(_ uint64) sim.Record { return l + 1000 }

// act is a fault made of a function that returns its undo.
type act struct {
	do func(w fault.World) func()
}

func (a act) Name() string { return "act" }

func (a act) Inject(w fault.World) (fault.Done, bool) {
	return fault.Done{Heal: a.do(w)}, true
}

// at is an entry that does something at a time, and undoes it for a length of time
// after that.
func at(when, long time.Duration, do func(w fault.World) func()) fault.Entry {
	return fault.Entry{At: when, For: long, Fault: act{do}}
}

// do is an entry that is not undone.
func do(when time.Duration, do func(w fault.World)) fault.Entry {
	return at(when, 0, func(w fault.World) func() { do(w); return nil })
}

func constant(d time.Duration) random.Dist {
	dist, err := random.Always(d).Compile()
	if err != nil {
		panic(err)
	}
	return dist
}

func compiled(s random.Spec) random.Dist {
	dist, err := s.Compile()
	if err != nil {
		panic(err)
	}
	return dist
}

func exponential(mean time.Duration) random.Dist {
	return compiled(random.Spec{Exponential: &random.Exponential{Mean: mean}})
}

// stage is a world of puppets. What each incarnation is, its test says.
type stage struct {
	config kernel.Config
}

// newStage has links of 1 ms and works for 100 ms.
func newStage() *stage {
	return &stage{kernel.Config{
		Work:    100 * ms,
		Network: network.Config{Links: []network.Link{{Latency: constant(ms)}}},
	}}
}

// node adds a node that is the same puppet in each incarnation.
func (s *stage) node(p *puppet, changes ...func(*kernel.Node)) *stage {
	return s.nodes(func(int) *puppet { return p }, changes...)
}

// nodes adds a node of which each incarnation, from 1, is made anew.
func (s *stage) nodes(lives func(life int) *puppet, changes ...func(*kernel.Node)) *stage {
	life := 0
	n := kernel.Node{Name: "n" + string(rune('1'+len(s.config.Nodes))), Checksums: true}
	n.New = func(sim.NodeID) sim.Node {
		life++
		return lives(life)
	}
	for _, change := range changes {
		change(&n)
	}
	s.config.Nodes = append(s.config.Nodes, n)
	return s
}

func client(n *kernel.Node) { n.Client, n.Name = true, "c"+n.Name[1:] }

// run plays with a schedule, with trace and checks on.
func (s *stage) run(schedule ...fault.Entry) *record.Run {
	s.config.Schedule = schedule
	s.config.Trace, s.config.Check = true, true
	return kernel.New(s.config).Run(1)
}

// finished plays and demands that nobody panicked.
func (s *stage) finished(t *testing.T, schedule ...fault.Entry) *record.Run {
	t.Helper()
	r := s.run(schedule...)
	require.Equal(t, record.Finished, r.Stop.Reason, "%+v", r.Stop)
	return r
}

// of are the events of a trace of some kind at some node.
func of(r *record.Run, kind record.EventKind, node sim.NodeID) []record.Event {
	var found []record.Event
	for _, e := range r.Trace {
		if e.Kind == kind && e.Node == node {
			found = append(found, e)
		}
	}
	return found
}

// times are when events happened.
func times(events []record.Event) []time.Duration {
	var all []time.Duration
	for _, e := range events {
		all = append(all, e.At)
	}
	return all
}

// whys are why messages to a node were lost.
func whys(r *record.Run, node sim.NodeID) []string {
	var all []string
	for _, e := range of(r, record.Lost, node) {
		all = append(all, e.Why)
	}
	return all
}

// forever keeps a timer, a disk and a message going.
func forever() *puppet {
	m := &note{}
	return &puppet{
		start: func(env *sim.Env) {
			env.After(1000, sim.Timer{Kind: 1})
			env.Send(1, m)
		},
		timeout: func(env *sim.Env, timer sim.Timer) {
			env.Reset(env.After(500, timer), 1000)
			env.Sync(1)
			env.Send(1, m)
		},
	}
}
