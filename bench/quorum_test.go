//go:build linux

package bench

import (
	"fmt"
	"testing"
	"time"

	"simrun/nodes/dynamo"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

// What a trial of the quorum benchmarks is: each client writes a key to three
// replicas and waits for two acknowledgements, then reads it from three and waits
// for two answers. Every leg of a message has an exponential delay of this mean.
const (
	replicas  = 3
	quorum    = 2
	leg       = time.Millisecond
	askers    = 20
	trials    = 4000 // of one turn, by all clients together
	trialKeys = 50
	every     = 20 * time.Millisecond // between a client's trials
)

// A quorumSystem runs trials under a seed and returns how many ops were answered.
type quorumSystem struct {
	name string
	run  func(seed uint64) (answered int)
}

// quorumSystems are, in the order of the work that they do: the store dynamo in a
// whole kernel, durable and not; handlers that do no more than the trial in a whole
// kernel; the same trial in a textbook kernel; and only its draws.
func quorumSystems() []quorumSystem {
	return []quorumSystem{
		{"durable", inWorld(dynamoWorld(true))},
		{"dynamo", inWorld(dynamoWorld(false))},
		{"plain", inWorld(plainWorld())},
		{"textbook", func(seed uint64) int { return newTextbook(seed).run() }},
		{"wars", warsTrials()},
	}
}

// BenchmarkQuorum measures one op: half of a trial. The systems take turns, each
// timed by the processor time of the process; the figures are medians over the
// turns. "textbook-x-of-NAME" is how many times NAME's cost the textbook's is,
// "NAME-x-of-trial" how many bare trials, of twelve draws each, one op of NAME takes.
func BenchmarkQuorum(b *testing.B) {
	systems := quorumSystems()
	costs := make([][]float64, len(systems))
	for done := 0; done < b.N || len(costs[0]) < 5; done += 2 * trials {
		for i, s := range systems {
			costs[i] = append(costs[i], s.cost(uint64(done)))
		}
	}
	b.ReportMetric(0, "ns/op") // wall time of all together: of no use
	textbook, trial := costs[3], make([]float64, len(costs[4]))
	for i, half := range costs[4] {
		trial[i] = 2 * half
	}
	for i, s := range systems {
		b.ReportMetric(median(costs[i]), s.name+"-cpu-ns/op")
		if i < 3 {
			b.ReportMetric(median(quotients(textbook, costs[i])), "textbook-x-of-"+s.name)
			b.ReportMetric(median(quotients(costs[i], trial)), s.name+"-x-of-trial")
		}
	}
}

// shortest is how much processor time one turn takes at least: the clock of some
// machines goes in steps of 10 ms.
const shortest = 200 * time.Millisecond

// cost is the processor time of one op, in nanoseconds.
func (s *quorumSystem) cost(seed uint64) float64 {
	start, spent, answered := processTime(), time.Duration(0), 0
	for spent < shortest {
		answered += s.run(seed)
		spent = processTime() - start
	}
	return float64(spent) / float64(answered)
}

// TestQuorumSystemsAnswer checks that every system does its trials, and that they
// agree on how long an op takes on average.
func TestQuorumSystemsAnswer(t *testing.T) {
	for _, s := range quorumSystems() {
		if answered := s.run(1); answered < 2*trials*95/100 || answered > 2*trials {
			t.Errorf("%s answered %d ops, want %d", s.name, answered, 2*trials)
		}
	}
}

// TestTrialsTakeTheSameTime in every kernel: they run the same experiment.
func TestTrialsTakeTheSameTime(t *testing.T) {
	want := meanTime(newTextbook(1).history())
	for _, w := range []*kernel.World{dynamoWorld(false), plainWorld()} {
		if got := meanTime(&w.Run(1).History); got < want*95/100 || got > want*105/100 {
			t.Errorf("an op takes %v, in the textbook's kernel %v", got, want)
		}
	}
}

func meanTime(h *record.History) time.Duration {
	sum, n := time.Duration(0), 0
	for i := range h.Ops {
		if op := &h.Ops[i]; op.Outcome == sim.OK {
			sum += op.Latency()
			n++
		}
	}
	return sum / time.Duration(max(n, 1))
}

func inWorld(w *kernel.World) func(uint64) int {
	return func(seed uint64) (answered int) {
		ops := w.Run(seed).History.Ops
		for i := range ops {
			if ops[i].Outcome == sim.OK {
				answered++
			}
		}
		return answered
	}
}

// worldConfig has three servers and the clients; there is no service time.
func worldConfig(server func(sim.NodeID) sim.Node, client func(number uint16) sim.Node) kernel.Config {
	latency, err := random.Spec{Exponential: &random.Exponential{Mean: leg}}.Compile()
	if err != nil {
		panic(err)
	}
	c := kernel.Config{
		Work: trials / askers * every, Keep: 1 << sim.Role,
		Network: network.Config{Links: []network.Link{{Latency: latency}}},
	}
	for i := range replicas {
		c.Nodes = append(c.Nodes, kernel.Node{Name: fmt.Sprint("n", i+1), New: server})
	}
	for i := range askers {
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: fmt.Sprint("c", i+1), Client: true,
			New: func(sim.NodeID) sim.Node { return client(uint16(i + 1)) },
		})
	}
	return c
}

func dynamoWorld(durable bool) *kernel.World {
	c := dynamo.Defaults()
	c.N, c.R, c.W = replicas, quorum, quorum
	c.Coordinator, c.Versions, c.ReadRepair, c.Durable = "client", "lww", "none", durable
	members := []sim.NodeID{1, 2, 3}
	work := &workloads.Probe{Clients: askers, Every: every, After: []time.Duration{0}, Timeout: time.Second, Reuse: trialKeys}
	probe, connect := work.Maker(), func() kv.Client { return dynamo.NewClient(c, members, members[0]) }
	return kernel.New(worldConfig(dynamo.New(c, members), func(number uint16) sim.Node {
		return probe(workloads.Options{Client: number, Connect: connect, End: time.Hour})
	}))
}
