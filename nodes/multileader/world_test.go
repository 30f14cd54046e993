package multileader_test

import (
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/nodes/multileader"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
	"simrun/sim/simtest"
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

func exponential(mean time.Duration) random.Dist {
	return dist(random.Spec{Exponential: &random.Exponential{Mean: mean}})
}

func rate(perSecond string) random.Rate {
	d, err := random.ParseDecimal(perSecond)
	if err != nil {
		panic(err)
	}
	return random.PerSecond(d)
}

// layout is so many datacentres with so many servers each.
func layout(centres, servers int) kv.Layout {
	var l kv.Layout
	for i := range centres * servers {
		l.Members = append(l.Members, sim.NodeID(i+1))
		l.Places = append(l.Places, i/servers)
	}
	return l
}

func names(l kv.Layout) (all []string) {
	for i := range l.Members {
		all = append(all, fmt.Sprintf("n%d", i+1))
	}
	return all
}

// world is datacentres of servers, each with a client.
func world(length time.Duration, l kv.Layout, config multileader.Config, work workloads.ReadWrite) kernel.Config {
	c := kernel.Config{
		Work: length, Quiet: 300 * ms, Settle: 20 * time.Second, Final: time.Second, Check: true,
		Network: network.Config{Links: []network.Link{{Latency: exponential(10 * ms), Lose: 1 << 58, Duplicate: 1 << 58}}},
	}
	for i, name := range names(l) {
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: name, Place: fmt.Sprintf("d%d", l.Place(i)), New: multileader.New(config, l), Sync: exponential(ms), Checksums: true,
		})
	}
	maker := work.Maker()
	for i := range work.Clients {
		near := l.Members[i*len(l.Members)/work.Clients]
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: fmt.Sprintf("c%d", i+1), Client: true,
			New: func(sim.NodeID) sim.Node {
				return maker(workloads.Options{
					Client: uint16(i + 1), End: c.Work,
					Connect: func() kv.Client { return multileader.NewClient(config, l, near) },
				})
			},
		})
	}
	return c
}

func load(reads random.Probability) workloads.ReadWrite {
	return workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 3, Pace: "open", Arrivals: "poisson", Sessions: 4},
		Rate:      rate("100"), Reads: reads, Keys: 6, Deletes: 1 << 62, Choice: "uniform", Timeout: 500 * ms, ReadAt: "strongest",
	}
}

func seeds(some, many uint64) uint64 {
	if os.Getenv("SIMRUN_LONG") != "" {
		return many
	}
	return some
}

// requireSame demands that all living servers hold the same.
func requireSame(t *testing.T, run *record.Run, l kv.Layout, seed uint64) {
	t.Helper()
	require.Equal(t, record.Finished, run.Stop.Reason, "seed %d: %s", seed, run.Stop.Panic)
	require.True(t, run.Phases.Converged, "seed %d did not settle", seed)
	held := map[sim.NodeID][]sim.Copy{}
	for _, c := range run.Copies {
		held[c.Node] = append(held[c.Node], c.Copy)
	}
	for _, id := range l.Members {
		require.True(t, reflect.DeepEqual(held[l.Members[0]], held[id]), "seed %d: n1 has %d keys, n%d %d", seed, len(held[l.Members[0]]), id, len(held[id]))
	}
}

// missing are the acknowledged writes to keys of their own that the end does not hold.
func missing(run *record.Run) (n int) {
	kept := map[sim.OpID]bool{}
	for _, c := range run.Copies {
		for _, v := range c.Values {
			kept[v.ID] = true
		}
		for _, id := range c.Deletes {
			kept[id] = true
		}
	}
	for i := range run.History.Ops {
		op := &run.History.Ops[i]
		if op.Code.Writes() && op.Outcome == sim.OK && !kept[op.ID()] {
			n++
		}
	}
	return n
}

// ways are the configurations that differ in how updates come about.
func ways() map[string]func(*multileader.Config) {
	return map[string]func(*multileader.Config){
		"operations":   func(*multileader.Config) {},
		"state":        func(c *multileader.Config) { c.Propagate = "state" },
		"arrival":      func(c *multileader.Config) { c.Delivery = "arrival" },
		"pull":         func(c *multileader.Config) { c.Exchange = "pull" },
		"ring":         func(c *multileader.Config) { c.Topology = "ring" },
		"star":         func(c *multileader.Config) { c.Topology = "star" },
		"ring, state":  func(c *multileader.Config) { c.Topology, c.Propagate = "ring", "state" },
		"star, pull":   func(c *multileader.Config) { c.Topology, c.Exchange = "star", "pull" },
		"state, pull":  func(c *multileader.Config) { c.Propagate, c.Exchange = "state", "pull" },
		"state, late":  func(c *multileader.Config) { c.Propagate, c.Delivery = "state", "arrival" },
		"move":         func(c *multileader.Config) { c.OnLoss = "move" },
		"semi-sync":    func(c *multileader.Config) { c.Mode = "semi-sync" },
		"siblings":     func(c *multileader.Config) { c.Resolve, c.Propagate = "siblings", "state" },
		"mv-register":  func(c *multileader.Config) { c.Resolve, c.Delivery = "mv-register", "arrival" },
		"highest node": func(c *multileader.Config) { c.Resolve, c.Deletes = "highest-node", "delete-wins" },
		"wall, stamps": func(c *multileader.Config) { c.Resolve, c.Detect = "wall", "stamps" },
		"homes":        func(c *multileader.Config) { c.Homes = "key" },
		"homes, move": func(c *multileader.Config) {
			c.Homes, c.HomeMoves, c.OnLoss, c.Propagate = "key", "suspicion", "move", "state"
		},
		"ring, arrive": func(c *multileader.Config) { c.Topology, c.Delivery = "ring", "arrival" },
	}
}

func TestNoFaultThatKeepsDisksLosesAWrite(t *testing.T) {
	for name, change := range ways() {
		t.Run(name, func(t *testing.T) {
			config := multileader.Defaults()
			config.Batch = 8
			change(&config)
			l := layout(3, 2)
			work := load(0)
			work.Choice = "fresh"
			if config.Resolve == "mv-register" {
				work.Deletes = 0 // they leave nothing that could be found
			}
			c := world(4*time.Second, l, config, work)
			stormy(&c, l, fault.NewNemesis())
			w := kernel.New(c)
			for seed := range seeds(2, 1000) {
				run := w.Run(seed)
				requireSame(t, run, l, seed)
				require.Zero(t, missing(run), "seed %d", seed)
			}
		})
	}
}

// stormy draws faults. A sync under way when all is healed keeps the time that a slow disk gave
// it, and resending takes a while: quiet has to be longer.
func stormy(c *kernel.Config, l kv.Layout, nemesis fault.Nemesis) {
	nemesis.MostFactor, nemesis.MostDelay = 5, 50*ms
	c.Quiet, c.Settle = 5*time.Second, time.Minute
	var places []string
	for i := range l.Datacentres() {
		places = append(places, fmt.Sprintf("d%d", i))
	}
	work := c.Work
	c.Nemesis = func(source *random.Source) fault.Schedule {
		draw := func(subject uint64, purpose random.Purpose) uint64 {
			return source.Draw(random.Address(subject), purpose)
		}
		return nemesis.Schedule(draw, names(l), places, work)
	}
}

func TestServersAgreeWhateverIsDestroyed(t *testing.T) {
	for name, change := range ways() {
		t.Run(name, func(t *testing.T) {
			config := multileader.Defaults()
			config.Batch = 8
			change(&config)
			l := layout(3, 2)
			c := world(4*time.Second, l, config, load(1<<62))
			nemesis := fault.NewNemesis()
			nemesis.Destroy = true
			stormy(&c, l, nemesis)
			w := kernel.New(c)
			for seed := range seeds(2, 1000) {
				if run := w.Run(seed); len(run.Dead) == 0 {
					requireSame(t, run, l, seed)
				}
			}
		})
	}
}

func TestContract(t *testing.T) {
	some := []string{"ring, state", "homes"}
	if seeds(0, 1) > 0 {
		some = []string{"operations", "ring, state", "siblings", "mv-register", "homes", "star, pull"}
	}
	for _, name := range some {
		t.Run(name, func(t *testing.T) {
			config := multileader.Defaults()
			config.Members = 2
			ways()[name](&config)
			l := layout(2, 2)
			work := load(1 << 62)
			work.Clients, work.Tokens = 1, true
			maker := work.Maker()
			server := multileader.New(config, l)
			cast := simtest.Cast{Names: append(names(l), "c1"), New: func(self sim.NodeID) sim.Node {
				if int(self) <= len(l.Members) {
					return server(self)
				}
				return maker(workloads.Options{
					Client: 1, End: time.Minute,
					Connect: func() kv.Client { return multileader.NewClient(config, l, 1) },
				})
			}}
			simtest.Node(t, cast)
		})
	}
}
