package kernel_test

import (
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
)

// The toy is a little store to try the kernel with: clusters of three servers, each
// with a client that writes to all three and waits for two, while the servers of a
// cluster gossip with each other and time each other out.

const (
	toyClusters = 3
	toyServers  = 3
)

// toyPanics makes a server panic.
var toyPanics bool

type toyMessage struct {
	code  uint8
	op    sim.OpID
	count uint64
}

const (
	toyWrite uint8 = iota + 1
	toyAck
	toyGossip
)

// Every message boxed into the interface would cost: kinds are ready made.
func (m *toyMessage) Kind() sim.Kind {
	if m.code == toyGossip {
		return sim.Kind{Class: sim.Control, Code: toyGossip, Name: "gossip"}
	}
	return sim.Kind{Class: sim.Client, Code: m.code, Name: "op"}
}

func (m *toyMessage) Subject() sim.Subject {
	if m.code == toyGossip {
		return 0
	}
	return sim.OpSubject(m.op, 0)
}

func (m *toyMessage) Encode(e *sim.Encoder) {
	e.Uint("code", uint64(m.code))
	e.Op("op", m.op)
	e.Uint("count", m.count)
}

// toyServer keeps writes on disk and gossips how many it has seen.
type toyServer struct {
	peers   []sim.NodeID
	waiting []toyWaiting
	count   uint64
	silence sim.TimerID
}

type toyWaiting struct {
	client sim.NodeID
	op     sim.OpID
}

const (
	toyTick sim.TimerKind = iota + 1
	toySilence
	toyArrival
	toyLimit
)

func (s *toyServer) Start(env *sim.Env) {
	env.After(10*ms, sim.Timer{Kind: toyTick})
	s.silence = env.After(30*ms, sim.Timer{Kind: toySilence})
}

func (s *toyServer) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if toyPanics {
		panic("a toy breaks")
	}
	switch m := m.(*toyMessage); m.code {
	case toyWrite:
		s.count++
		env.Disk().Append("log", line(m.op))
		s.waiting = append(s.waiting, toyWaiting{from, m.op})
		env.Sync(uint64(len(s.waiting) - 1))
	case toyGossip:
		s.count = max(s.count, m.count) + 1
		env.Reset(s.silence, 30*ms)
	}
}

func (s *toyServer) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case toyTick:
		peer := s.peers[sim.Below(env.Draw(1, t.Subject), uint64(len(s.peers)))]
		env.Send(peer, &toyMessage{code: toyGossip, count: s.count})
		env.After(10*ms, sim.Timer{Kind: toyTick})
	case toySilence:
		env.Observe(sim.Observation{Fact: sim.Elected, A: s.count})
		s.silence = env.After(30*ms, sim.Timer{Kind: toySilence})
	}
}

func (s *toyServer) Synced(env *sim.Env, y sim.Sync) {
	w := s.waiting[y.Tag]
	env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: w.op, A: s.count})
	env.Send(w.client, &toyMessage{code: toyAck, op: w.op})
}

// toyClient writes at drawn times, whether or not the write before has ended.
type toyClient struct {
	number  uint16
	servers []sim.NodeID
	ops     uint32
	acks    []int
}

func (c *toyClient) Start(env *sim.Env) { c.next(env) }

func (c *toyClient) next(env *sim.Env) {
	c.ops++
	op := sim.NewOpID(c.number, c.ops)
	word := env.Draw(2, sim.OpSubject(op, 0))
	env.After(time.Duration(1+sim.Below(word, 8e6)), sim.Timer{Kind: toyArrival, Subject: sim.OpSubject(op, 0)})
}

func (c *toyClient) Timeout(env *sim.Env, t sim.Timer) {
	op, _, _ := t.Subject.Op()
	switch t.Kind {
	case toyArrival:
		c.acks = append(c.acks, 0)
		env.Begin(sim.Call{Op: op, Code: sim.Put, Value: sim.Value{ID: op}})
		m := &toyMessage{code: toyWrite, op: op}
		for _, s := range c.servers {
			env.Send(s, m)
		}
		env.After(50*ms, sim.Timer{Kind: toyLimit, Subject: t.Subject})
		c.next(env)
	case toyLimit:
		if c.acks[op.Number()-1] < 2 {
			c.acks[op.Number()-1] = 2
			env.End(sim.Result{Op: op, Outcome: sim.Unknown, Error: sim.TimedOut})
		}
	}
}

func (c *toyClient) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	op := m.(*toyMessage).op
	n := &c.acks[op.Number()-1]
	if *n++; *n == 2 {
		env.End(sim.Result{Op: op, Outcome: sim.OK, Served: from})
	}
}

func (c *toyClient) Synced(*sim.Env, sim.Sync) {}

// toyConfig is the toy under a schedule, over links with some loss.
func toyConfig(schedule fault.Schedule) kernel.Config {
	c := kernel.Config{
		Work: 500 * ms, Quiet: 20 * ms, Settle: 100 * ms,
		Network:  network.Config{Links: []network.Link{{Latency: exponential(2 * ms), Lose: random.Probability(1 << 58)}}},
		Schedule: schedule,
	}
	for i := range toyClusters * toyServers {
		first := i - i%toyServers
		var peers []sim.NodeID
		for j := first; j < first+toyServers; j++ {
			if j != i {
				peers = append(peers, sim.NodeID(j+1))
			}
		}
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: "n" + string(rune('1'+i)), Sync: exponential(ms),
			New: func(sim.NodeID) sim.Node { return &toyServer{peers: peers} },
		})
	}
	for i := range toyClusters {
		var servers []sim.NodeID
		for j := range toyServers {
			servers = append(servers, sim.NodeID(i*toyServers+j+1))
		}
		c.Nodes = append(c.Nodes, kernel.Node{
			Name: "c" + string(rune('1'+i)), Client: true,
			New: func(sim.NodeID) sim.Node { return &toyClient{number: uint16(i + 1), servers: servers} },
		})
	}
	return c
}

func toyWorld(schedule fault.Schedule) *kernel.World { return kernel.New(toyConfig(schedule)) }
