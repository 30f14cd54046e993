//go:build linux

package kernel_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/kernel/queue"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
)

// turn is how many events one turn of a benchmark handles. Rivals take turns in one
// run, each timed by the processor time of the process; the figures are medians.
const turn = 1 << 16

// BenchmarkEvent is the whole of a kernel event (pop, judge, hash, dispatch, digest,
// draw, push) in a world of twenty nodes with a constant number of balls in flight,
// as a multiple of the queue's hold: pop an event, push it again.
func BenchmarkEvent(b *testing.B) {
	for _, pending := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(pending), func(b *testing.B) {
			w := jugglers(20, pending)
			w.Run(1)
			hold := holder(pending)
			b.ReportAllocs()
			costs := paired(b, func() { w.Run(1) }, hold)
			b.ReportMetric(0, "ns/op") // of both together: of no use
			b.ReportMetric(median(costs[0]), "cpu-ns/event")
			b.ReportMetric(median(quotients(costs[0], costs[1])), "x-of-hold")
		})
	}
}

// BenchmarkDigest is what the digest costs of an event: the two records that a
// message adds, sent and delivered, as a share of the whole.
func BenchmarkDigest(b *testing.B) {
	w := jugglers(20, 100)
	w.Run(1)
	digest := record.NewDigest()
	costs := paired(b, func() { w.Run(1) }, func() {
		for i := range uint64(turn) {
			digest.Add(i, i, i, i, i, i)
			digest.Add(i, i, i, i, i, i)
		}
	})
	b.ReportMetric(0, "ns/op") // of both together: of no use
	b.ReportMetric(median(costs[1]), "cpu-ns/event")
	b.ReportMetric(100*median(quotients(costs[1], costs[0])), "percent")
}

// BenchmarkTimer is an event without a message: a timer that sets itself again.
func BenchmarkTimer(b *testing.B) {
	c := jugglerConfig(100, 0)
	for i := range c.Nodes {
		c.Nodes[i].New = func(sim.NodeID) sim.Node { return clockwork{} }
	}
	w := kernel.New(c)
	w.Run(1)
	costs := paired(b, func() { w.Run(1) }, holder(100))
	b.ReportMetric(0, "ns/op") // of both together: of no use
	b.ReportMetric(median(costs[0]), "cpu-ns/event")
	b.ReportMetric(median(quotients(costs[0], costs[1])), "x-of-hold")
}

type clockwork struct{ idle }

func (c clockwork) Start(env *sim.Env) { c.Timeout(env, sim.Timer{}) }

func (clockwork) Timeout(env *sim.Env, t sim.Timer) {
	env.After(time.Duration(uint64(t.Subject)>>36&(1<<20-1)), sim.Timer{Kind: 1})
}

// paired lets rivals take turns and returns their costs in ns for each event.
func paired(b *testing.B, rivals ...func()) [][]float64 {
	costs := make([][]float64, len(rivals))
	for done := 0; done < b.N || len(costs[0]) < 5; done += turn {
		for i, rival := range rivals {
			start := processTime()
			rival()
			costs[i] = append(costs[i], float64(processTime()-start)/turn)
		}
	}
	return costs
}

// juggler passes every ball on to the next node but one.
type juggler struct {
	to    sim.NodeID
	nodes int
	balls int
}

func (j *juggler) Start(env *sim.Env) {
	j.to = sim.NodeID((int(env.Self())+1)%j.nodes + 1)
	for i := range j.balls {
		env.Send(j.to, &ball{bounce: uint64(i)})
	}
}

func (j *juggler) Receive(env *sim.Env, _ sim.NodeID, m sim.Message) { env.Send(j.to, m) }
func (j *juggler) Timeout(*sim.Env, sim.Timer)                       {}
func (j *juggler) Synced(*sim.Env, sim.Sync)                         {}

func jugglers(nodes, pending int) *kernel.World { return kernel.New(jugglerConfig(nodes, pending)) }

func jugglerConfig(nodes, pending int) kernel.Config {
	c := kernel.Config{
		Work: time.Hour, MaxEvents: turn,
		Network: network.Config{Links: []network.Link{{Latency: exponential(ms)}}},
	}
	for i := range nodes {
		balls := pending / nodes
		if i < pending%nodes {
			balls++
		}
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: fmt.Sprint("n", i+1),
			New:  func(sim.NodeID) sim.Node { return &juggler{nodes: nodes, balls: balls} },
		})
	}
	return c
}

// holder is the queue alone under the same delays.
func holder(pending int) func() {
	dist := exponential(ms)
	delays := make([]int64, turn)
	for i := range delays {
		delays[i] = dist.Sample(random.Draw(1, random.Address(i), random.Latency))
	}
	q, seq := queue.New(), uint32(0)
	for ; int(seq) < pending; seq++ {
		q.Push(&queue.Event{At: delays[seq], Seq: seq})
	}
	return func() {
		var e queue.Event
		for i := range turn {
			q.Pop(&e)
			e.At += delays[i]
			e.Seq = seq
			seq++
			q.Push(&e)
		}
	}
}

// BenchmarkQuorum runs whole seeds of a hundred quorum ops (three replicas, two
// answers), one after another in one world.
//
//	cpu-ns/op      processor time of one op
//	seeds/cpu-s    seeds in a second of processor time
func BenchmarkQuorum(b *testing.B) {
	const ops = 100
	w := quorums(ops)
	w.Run(0)
	b.ReportAllocs()
	start := processTime()
	seeds := 0
	for b.Loop() {
		seeds++
		if r := w.Run(uint64(seeds)); len(r.History.Ops) != ops {
			b.Fatal(len(r.History.Ops), "ops")
		}
	}
	spent := processTime() - start
	b.ReportMetric(float64(spent)/float64(seeds)/ops, "cpu-ns/quorum-op")
	b.ReportMetric(float64(seeds)/spent.Seconds(), "seeds/cpu-s")
}

// BenchmarkReset is what changing over to another seed costs by itself: a run that
// ends at its first event, in a world that a long one has filled.
func BenchmarkReset(b *testing.B) {
	c := quorumConfig(100)
	long := kernel.New(c)
	long.Run(0)
	c.Work = 0
	for i := range c.Nodes {
		c.Nodes[i].New = func(sim.NodeID) sim.Node { return idle{} }
	}
	short := kernel.New(c)
	short.Run(0)
	b.ReportAllocs()
	start, n := processTime(), 0
	for b.Loop() {
		n++
		short.Run(uint64(n))
	}
	b.ReportMetric(float64(processTime()-start)/float64(n), "cpu-ns/reset")
}

type idle struct{}

func (idle) Start(*sim.Env)                            {}
func (idle) Receive(*sim.Env, sim.NodeID, sim.Message) {}
func (idle) Timeout(*sim.Env, sim.Timer)               {}
func (idle) Synced(*sim.Env, sim.Sync)                 {}

// replica acknowledges what it is asked.
type replica struct{ idle }

func (replica) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	env.Send(from, &toyMessage{code: toyAck, op: m.(*toyMessage).op})
}

// quorumClient writes to three replicas and waits for two, so many times, at an
// even pace.
type quorumClient struct {
	idle
	ops  uint32
	next uint32
	acks []uint8
}

func (c *quorumClient) Start(env *sim.Env) { env.After(0, sim.Timer{Kind: toyArrival}) }

func (c *quorumClient) Timeout(env *sim.Env, t sim.Timer) {
	if t.Kind != toyArrival {
		return
	}
	c.next++
	op := sim.NewOpID(1, c.next)
	env.Begin(sim.Call{Op: op, Code: sim.Put, Value: sim.Value{ID: op}})
	m := &toyMessage{code: toyWrite, op: op}
	for to := sim.NodeID(1); to <= 3; to++ {
		env.Send(to, m)
	}
	if c.next < c.ops {
		env.After(ms, sim.Timer{Kind: toyArrival})
	}
}

func (c *quorumClient) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	op := m.(*toyMessage).op
	acks := &c.acks[op.Number()-1]
	if *acks++; *acks == 2 {
		env.End(sim.Result{Op: op, Outcome: sim.OK, Served: from})
	}
}

func quorums(ops uint32) *kernel.World { return kernel.New(quorumConfig(ops)) }

func quorumConfig(ops uint32) kernel.Config {
	c := kernel.Config{Work: time.Second, Network: network.Config{Links: []network.Link{{Latency: exponential(2 * ms)}}}}
	for _, name := range []string{"n1", "n2", "n3"} {
		c.Nodes = append(c.Nodes, kernel.Node{Name: name, New: func(sim.NodeID) sim.Node { return replica{} }})
	}
	c.Nodes = append(c.Nodes, kernel.Node{
		Name: "c1", Client: true,
		New: func(sim.NodeID) sim.Node { return &quorumClient{ops: ops, acks: make([]uint8, ops)} },
	})
	return c
}

func processTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		panic(err)
	}
	return time.Duration(ts.Nano())
}

func quotients(a, b []float64) []float64 {
	result := make([]float64, len(a))
	for i := range a {
		result[i] = a[i] / b[i]
	}
	return result
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
