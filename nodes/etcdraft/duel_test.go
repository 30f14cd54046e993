//go:build linux

package etcdraft_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"simrun/nodes/etcdraft"
	"simrun/nodes/kv"
	"simrun/nodes/raft"
	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
)

// What the Raft benchmarks do: one client proposes a write, waits until it is committed,
// applied and answered, and proposes the next. So nothing is batched, by nobody.
const (
	proposals = 4000 // of one turn
	rowBytes  = 100
	rowKeys   = 50
)

// A raftSystem commits proposals and returns how many there were.
type raftSystem struct {
	name string
	run  func(seed uint64) (committed int)
}

// raftSystems are nodes/raft in a whole kernel, the library of etcd in a whole kernel, and the
// library alone on a network that is a list.
func raftSystems(servers int) []raftSystem {
	ours, theirs := raft.Defaults(), etcdraft.Defaults()
	members := memberIDs(servers)
	return []raftSystem{
		{"raft", inWorld(members, raft.New(ours, members), func() kv.Client { return raft.NewClient(ours, members, sim.Nobody) })},
		{"etcdraft", inWorld(members, etcdraft.New(theirs, members), func() kv.Client { return etcdraft.NewClient(theirs, members, sim.Nobody) })},
		{"library", func(uint64) int { return proposeToLibrary(servers) }},
	}
}

// inWorld runs a world again and again and counts what was acknowledged. Nothing is checked.
func inWorld(members []sim.NodeID, server func(sim.NodeID) sim.Node, connect func() kv.Client) func(uint64) int {
	w := kernel.New(proposing(members, server, connect))
	return func(seed uint64) (committed int) {
		ops := w.Run(seed).History.Ops
		for i := range ops {
			if ops[i].Outcome == sim.OK {
				committed++
			}
		}
		return committed
	}
}

func memberIDs(servers int) (members []sim.NodeID) {
	for i := range servers {
		members = append(members, sim.NodeID(i+1))
	}
	return members
}

// BenchmarkRaft measures one committed proposal. The systems take turns, each timed by the
// processor time of the process; the figures are medians over the turns. "NAME-x" is how many
// times the cost of nodes/raft NAME's is.
func BenchmarkRaft(b *testing.B) {
	for _, servers := range []int{3, 5} {
		b.Run(fmt.Sprint(servers), func(b *testing.B) { compareRafts(b, servers) })
	}
}

func compareRafts(b *testing.B, servers int) {
	systems := raftSystems(servers)
	costs := make([][]float64, len(systems))
	for done := 0; done < b.N || len(costs[0]) < 5; done += proposals {
		for i, s := range systems {
			costs[i] = append(costs[i], cost(uint64(done), s.run))
		}
	}
	b.ReportMetric(0, "ns/op") // wall time of all together: of no use
	for i, s := range systems {
		b.ReportMetric(median(costs[i]), s.name+"-cpu-ns/op")
		if i > 0 {
			b.ReportMetric(median(quotients(costs[i], costs[0])), s.name+"-x")
		}
	}
}

// shortest is how much processor time one turn takes at least: the clock of some machines
// goes in steps of 10 ms.
const shortest = 100 * time.Millisecond

// cost is the processor time of one proposal, in nanoseconds.
func cost(seed uint64, run func(uint64) int) float64 {
	runtime.GC() // what the others left is not its to clear away
	start, spent, committed := processTime(), time.Duration(0), 0
	for spent < shortest {
		committed += run(seed)
		spent = processTime() - start
	}
	return float64(spent) / float64(committed)
}

func processTime() time.Duration {
	var ts unix.Timespec
	must(unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts))
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

// TestRaftSystemsCommit checks that every system commits each of its proposals.
func TestRaftSystemsCommit(t *testing.T) {
	for _, servers := range []int{3, 5} {
		for _, s := range raftSystems(servers) {
			if committed := s.run(1); committed != proposals {
				t.Errorf("%s, %d servers: %d proposals were committed, want %d", s.name, servers, committed, proposals)
			}
		}
	}
}

// proposing is a world of servers and one client. Neither links nor disks have a tail: as in
// the other harnesses, nobody is late.
func proposing(members []sim.NodeID, server func(sim.NodeID) sim.Node, connect func() kv.Client) kernel.Config {
	c := kernel.Config{
		Work: proposals*proposalTime + time.Second, Keep: 1 << sim.Role,
		Network: network.Config{Links: []network.Link{{Latency: dist(random.Always(linkTime))}}},
	}
	for _, id := range members {
		c.Nodes = append(c.Nodes, kernel.Node{Name: fmt.Sprint("n", id), New: server, Sync: dist(random.Always(diskTime))})
	}
	c.Nodes = append(c.Nodes, kernel.Node{
		Name: "c1", Client: true, New: func(sim.NodeID) sim.Node { return &proposer{store: connect()} },
	})
	return c
}

// How long things take in a world: a proposal goes over four links and waits for one disk.
const (
	linkTime     = 50 * time.Microsecond
	diskTime     = 20 * time.Microsecond
	proposalTime = 4*linkTime + diskTime
)

// proposer is a client that writes, one op after another.
type proposer struct {
	store  kv.Client
	number uint32
}

func (p *proposer) next(env *sim.Env) {
	if p.number == proposals {
		return
	}
	p.number++
	op, key := sim.NewOpID(1, p.number), sim.Key(p.number%rowKeys)
	env.Begin(sim.Call{Op: op, Code: sim.Put, Key: key, Value: sim.Value{ID: op}})
	p.store.Call(env, kv.Request{Op: op, Code: sim.Put, Key: key, Value: sim.Value{ID: op}, Size: rowBytes})
}

func (p *proposer) end(env *sim.Env, r *kv.Reply) {
	env.End(sim.Result{Op: r.Op, Outcome: r.Outcome, Error: r.Error, Served: r.Leader})
	p.next(env)
}

func (p *proposer) Start(env *sim.Env) { p.next(env) }

func (p *proposer) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if reply, over := p.store.Receive(env, from, m); over {
		p.end(env, &reply)
	}
}

func (p *proposer) Timeout(env *sim.Env, t sim.Timer) {
	if reply, over := p.store.Timeout(env, t); over {
		p.end(env, &reply)
	}
}

func (p *proposer) Synced(*sim.Env, sim.Sync) {}
