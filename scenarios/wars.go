package scenarios

import (
	"slices"
	"time"

	"simrun/checks"
	"simrun/predict"
	"simrun/sim"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/workloads"
)

// A wars is the WARS model (Bailis et al., PBS, VLDB 2012, section 5.1) of a cell's own
// links, disks and clients. It knows what a scenario says of a healthy world: no
// fault, no queue, no repair, no clock.
type wars struct {
	network   network.Config
	dynamo    *dynamoStyle
	servers   int
	clients   int
	near      []sim.NodeID // by client: whom it asks to coordinate
	sync      random.Dist
	service   random.Dist
	hasQueue  bool
	homes     []sim.NodeID // those that can be
	replicas  []sim.NodeID // of the trial
	draws     random.Address
	drawn     uint64
	firstOnly bool // read_fanout: r
	alone     bool // clients read what they wrote themselves
}

// warsTrials is how many trials a model has: a share of 1 % is known to 0.07 %.
const warsTrials = 20_000

// warsSeed fixes the trials: what is foretold depends on the scenario alone.
const warsSeed = 1

// late is, for each r and w that need not overlap, the times t* of the trials, sorted:
// a read that begins so long after the acknowledgement misses the write.
type late [][]int64

func (l late) of(n, r, w int) *[]int64 { return &l[(r-1)*n+w-1] }

// newWars prepares the model of a cell.
func newWars(s *Scenario) *wars {
	d := s.Protocol.(*dynamoStyle)
	m := &wars{
		network: s.world(Limits{}).Network, dynamo: d, servers: s.Topology.Nodes, clients: s.Workload.Count(),
		firstOnly: d.ReadFanout == "r",
	}
	_, m.alone = s.Workload.(*workloads.Probe)
	b := &builder{s: s}
	b.servers()
	m.homes = b.layout.Members
	if d.Config.Members > 0 {
		m.homes = m.homes[:d.Config.Members] // the others are spare
	}
	for i := range m.clients {
		near, _ := b.nearest(i)
		m.near = append(m.near, near)
	}
	m.sync, _ = s.Topology.Server.Sync.Compile()
	if spec := s.Topology.Server.Service; spec != nil {
		m.service, _ = spec.Compile()
		m.hasQueue = true
	}
	return m
}

// run makes the trials.
func (m *wars) run() late {
	n := m.dynamo.N
	all, curves := make(late, n*n), predict.NewCurves(n)
	trial := predict.NewTrial(n)
	for i := range uint64(warsTrials) {
		m.draws, m.drawn = random.Address(random.Mix(warsSeed, i)), 0
		m.draw(trial)
		curves.Add(trial) // which puts the answers in order
		for r := 1; r < n; r++ {
			for w := 1; r+w <= n; w++ {
				if t := m.late(trial, r, w); t > 0 {
					times := all.of(n, r, w)
					*times = append(*times, t)
				}
			}
		}
	}
	for _, times := range all {
		slices.Sort(times)
	}
	return all
}

// late is t* of a read of R: of the first to answer, or of drawn ones alone.
func (m *wars) late(t *predict.Trial, r, w int) int64 {
	if !m.firstOnly {
		return t.Late(r, w)
	}
	newest := t.Replicas[0].Wrote - t.Replicas[0].Asked
	for _, p := range t.Replicas[1:r] {
		newest = min(newest, p.Wrote-p.Asked)
	}
	return max(0, newest-t.WriteTime(w))
}

func (m *wars) word() uint64 {
	m.drawn++
	return uint64(m.draws.With(m.drawn))
}

// one draws one of so many.
func (m *wars) one(of int) int { return int(m.word() >> 33 % uint64(of)) }

// draw draws a trial: homes of some key, who writes, and who reads. A home handles
// what comes in its order, so that no read overtakes a write there.
func (m *wars) draw(t *predict.Trial) {
	m.choose()
	writing, reading := m.one(m.clients), m.one(m.clients)
	if m.alone {
		reading = writing
	}
	writer, out, back := m.coordinator(writing)
	reader, there, _ := m.coordinator(reading)
	for i, home := range m.replicas {
		p := &t.Replicas[i]
		p.Wrote = out + m.leg(writer, home, "write")
		p.Acked = p.Wrote + m.handling(home) + m.synced(home) + m.leg(home, writer, "written") + m.handling(writer) + back
		p.Asked = there + m.leg(reader, home, "read")
		p.Told = p.Asked + m.handling(home) + m.leg(home, reader, "value") + m.handling(reader)
	}
}

// choose draws the homes of a key, in a drawn order: as shuffling all members would,
// of which only the first n are looked at. Each trial begins with the same order, so
// that it depends on its own draws alone.
func (m *wars) choose() {
	m.replicas = append(m.replicas[:0], m.homes...)
	for i := range m.dynamo.N {
		j := i + m.one(len(m.replicas)-i)
		m.replicas[i], m.replicas[j] = m.replicas[j], m.replicas[i]
	}
	m.replicas = m.replicas[:m.dynamo.N]
}

// coordinator is who runs the quorum for a client, and how long a request takes to
// it, and its reply back.
func (m *wars) coordinator(client int) (id sim.NodeID, out, back int64) {
	self := sim.NodeID(m.servers + client + 1)
	if m.dynamo.Coordinator == "client" {
		return self, 0, 0
	}
	id = m.near[client]
	return id, m.leg(self, id, "request") + m.handling(id), m.leg(id, self, "reply")
}

// synced draws how long a home's sync takes, and the handling of its end.
func (m *wars) synced(home sim.NodeID) int64 {
	if !m.dynamo.Durable {
		return 0
	}
	return m.sync.Sample(m.word()) + m.handling(home)
}

// leg draws how long a message takes. Who coordinates and is a home sends itself none.
func (m *wars) leg(from, to sim.NodeID, name string) int64 {
	if from == to {
		return 0
	}
	kind := sim.Kind{Class: sim.Replicate, Name: name}
	if name == "request" || name == "reply" {
		kind.Class = sim.Client
	}
	d := m.network.Latency(from, to, kind)
	return d.Sample(m.word())
}

// handling draws how long a server takes for an event; clients take no time.
func (m *wars) handling(at sim.NodeID) int64 {
	if !m.hasQueue || int(at) > m.servers {
		return 0
	}
	return m.service.Sample(m.word())
}

// foretold is the share of reads, in millionths, that miss a write acknowledged so
// long before them.
func foretold(times []int64) checks.Prediction {
	return func(age time.Duration) int64 {
		upTo, _ := slices.BinarySearch(times, int64(age)+1)
		return int64(len(times)-upTo) * checks.Million / warsTrials
	}
}
