package leaderfollower_test

import (
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/nodes/leaderfollower"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/workloads"
)

const ms = time.Millisecond

func dist(s random.Spec) random.Dist {
	d, err := s.Compile()
	if err != nil {
		panic(err)
	}
	return d
}

func constant(d time.Duration) random.Dist { return dist(random.Spec{Constant: &d}) }

func exponential(mean time.Duration) random.Dist {
	return dist(random.Spec{Exponential: &random.Exponential{Mean: mean}})
}

// world is servers n1, n2, ... with clients that are nearest to the last of them.
func world(length time.Duration, servers int, config leaderfollower.Config, work workloads.ReadWrite, link network.Link) kernel.Config {
	c := kernel.Config{
		Work: length, Quiet: 300 * ms, Settle: 10 * time.Second, Final: time.Second,
		Network: network.Config{Links: []network.Link{link}}, Check: true,
	}
	var members []sim.NodeID
	for i := range servers {
		members = append(members, sim.NodeID(i+1))
	}
	for i := range servers {
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: "n" + string(rune('1'+i)), New: leaderfollower.New(config, members),
			Sync: constant(0), Checksums: true,
		})
	}
	maker := work.Maker()
	for i := range work.Clients {
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: "c" + string(rune('1'+i)), Client: true,
			New: func(sim.NodeID) sim.Node {
				return maker(workloads.Options{
					Client: uint16(i + 1), End: c.Work,
					Connect: func() kv.Client {
						return leaderfollower.NewClient(config, members, members[servers-1])
					},
				})
			},
		})
	}
	return c
}

func load(rate int64, reads random.Probability) workloads.ReadWrite {
	return workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 4, Pace: "open", Arrivals: "poisson", Sessions: 16},
		Rate:      random.PerSecond(random.Decimal(rate * int64(one))), Reads: reads, Keys: 1, Choice: "uniform", Timeout: time.Second, ReadAt: "strongest", Final: true,
	}
}

var one = func() random.Decimal {
	d, err := random.ParseDecimal("1")
	if err != nil {
		panic(err)
	}
	return d
}()

func TestWholeWorldWithoutFaults(t *testing.T) {
	work := load(200, 1<<63)
	work.Keys, work.CAS, work.Deletes = 5, 1<<62, 1<<62
	c := world(10*time.Second, 3, leaderfollower.Defaults(), work, network.Link{Latency: exponential(2 * ms)})
	run := kernel.New(c).Run(7)
	require.Zero(t, run.Stop)
	require.True(t, run.Phases.Converged)
	counts := map[sim.Outcome]int{}
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Outcome != sim.OK {
			require.Equal(t, sim.Conflict, op.Error)
		}
		counts[op.Outcome]++
	}
	require.Greater(t, counts[sim.OK], 1500)
	requireSameCopies(t, run, 3)
	require.Equal(t, run.Digest, kernel.New(c).Run(7).Digest)
}

func requireSameCopies(t *testing.T, run *record.Run, nodes int) {
	held := map[sim.NodeID][]sim.Copy{}
	for _, c := range run.Copies {
		held[c.Node] = append(held[c.Node], c.Copy)
	}
	require.Len(t, held, nodes)
	for id := range held {
		require.Equal(t, held[1], held[id])
	}
}

// lost are the acknowledged writes to keys of their own that no final copy has.
func lost(run *record.Run) (n int) {
	kept := map[sim.OpID]bool{}
	for _, c := range run.Copies {
		for _, v := range c.Values {
			kept[v.ID] = true
		}
	}
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Code == sim.Put && op.Outcome == sim.OK && !kept[op.ID()] {
			n++
		}
	}
	return n
}

func crashLeader(at time.Duration) fault.Schedule {
	return fault.Schedule{{At: at, For: 3 * time.Second, Fault: fault.Crash{Targets: fault.Targets{"leader"}, Connections: true}}}
}

func TestFailoverInAWholeWorldLosesNothing(t *testing.T) {
	work := load(100, 0)
	work.Choice, work.Final = "fresh", false
	for seed := range uint64(5) {
		c := world(10*time.Second, 3, leaderfollower.Defaults(), work, network.Link{Latency: exponential(2 * ms), Lose: 1 << 58, Duplicate: 1 << 58})
		c.Schedule = crashLeader(3 * time.Second)
		run := kernel.New(c).Run(seed)
		require.Zero(t, run.Stop)
		require.Zero(t, lost(run))
		requireSameCopies(t, run, 3)
		elected := 0
		for _, o := range run.Observations {
			if o.Fact == sim.Elected {
				elected++
			}
		}
		require.GreaterOrEqual(t, elected, 2)
	}
}

// Writes lost at an asynchronous failover: the rate times the expected delay of the
// follower that is promoted, each link's delay drawn once: lambda * E[D] for a random one,
// lambda * E[min of k] for the most advanced of k. Derived; D is exponential.
func TestWritesLostAtAsynchronousFailover(t *testing.T) {
	runs := uint64(60)
	if os.Getenv("SIMRUN_LONG") != "" {
		runs = 2000
	}
	tests := []struct {
		promote string
		want    float64
	}{{"best", 5}, {"random", 10}}
	for _, test := range tests {
		t.Run(test.promote, func(t *testing.T) {
			config := leaderfollower.Defaults()
			config.Mode, config.Ack, config.Promote, config.Answers = "async", "leader-memory", test.promote, 2
			config.Resend, config.Timeout = time.Hour, 2*time.Second
			work := load(100, 0)
			work.Choice, work.Final = "fresh", false
			c := world(9*time.Second, 3, config, work, network.Link{Latency: constant(0)})
			c.Check = false
			slowFromLeader(&c.Network, len(c.Nodes), network.Link{Latency: exponential(100 * ms), Once: true})
			c.Schedule = crashLeader(4 * time.Second)
			w := kernel.New(c)
			sum, squares := 0.0, 0.0
			for seed := range runs {
				n := float64(lost(w.Run(seed)))
				sum, squares = sum+n, squares+n*n
			}
			mean := sum / float64(runs)
			deviation := math.Sqrt((squares/float64(runs) - mean*mean) / float64(runs))
			t.Logf("lost %.2f ± %.2f, expected %.0f", mean, deviation, test.want)
			require.InDelta(t, test.want, mean, 4*deviation)
		})
	}
}

// slowFromLeader gives the links from n1 to the other two their own delay.
func slowFromLeader(c *network.Config, nodes int, link network.Link) {
	c.Size = nodes + 1
	c.Of = make([]uint16, c.Size*c.Size)
	c.Of[c.Size+2], c.Of[c.Size+3] = 1, 1
	c.Links = append(c.Links, link)
}

// Reads at a follower behind an in-order log with delay D are stale with
// probability 1-exp(-wD) under w writes a second. Derived.
func TestStaleReadsAtAFollower(t *testing.T) {
	config := leaderfollower.Defaults()
	config.Mode, config.Ack, config.Reads, config.Failover, config.Resend = "async", "leader-memory", "nearest", "none", time.Hour
	work := load(200, random.Probability(math.MaxUint64/20*19))
	link := network.Link{Latency: constant(0), Legs: []network.Leg{{Kind: "ship", Latency: constant(100 * ms)}}}
	c := world(60*time.Second, 3, config, work, link)
	run := kernel.New(c).Run(1)
	stale, reads, shares := 0, 0, []float64{}
	newest := sim.OpID(0)
	for i := range run.History.Ops { // in the order of beginnings; latency is nought
		op := &run.History.Ops[i]
		if op.Outcome != sim.OK || op.Flags&record.Final != 0 {
			continue
		}
		if op.Code == sim.Put {
			newest = op.ID()
			continue
		}
		reads++
		values := run.History.Values(op)
		if newest != 0 && (len(values) == 0 || values[0].ID != newest) {
			stale++
		}
		if reads == 500 {
			shares = append(shares, float64(stale)/float64(reads))
			stale, reads = 0, 0
		}
	}
	require.Greater(t, len(shares), 15)
	mean, deviation := summary(shares)
	want := 1 - math.Exp(-10*0.1)
	t.Logf("stale %.4f ± %.4f, expected %.4f", mean, deviation, want)
	require.InDelta(t, want, mean, 4*deviation)
}

func summary(of []float64) (mean, deviation float64) {
	for _, x := range of {
		mean += x / float64(len(of))
	}
	for _, x := range of {
		deviation += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(deviation) / float64(len(of))
}
