package scenarios

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/workloads"

	"simrun/nodes/kv"
)

// Limits are bounds of a run that no scenario sets.
type Limits struct {
	MaxEvents   uint64
	MaxMemory   int64
	Interrupted func() bool
	Trace       bool
	Check       bool
}

// finalPhase is the longest that final reads may take, in virtual time.
const finalPhase = 10 * time.Minute

// world compiles a cell's scenario into the kernel's terms.
func (s *Scenario) world(l Limits) kernel.Config {
	c := kernel.Config{
		Work: s.Duration, Quiet: s.Quiet, Settle: s.Settle, Final: finalPhase, WarmUp: s.WarmUp,
		MaxEvents: l.MaxEvents, MaxMemory: l.MaxMemory, Interrupted: l.Interrupted, Trace: l.Trace, Check: l.Check,
	}
	b := &builder{s: s}
	c.Nodes = append(b.servers(), b.clients()...)
	c.Network = b.network(c.Nodes)
	for _, e := range s.Faults {
		c.Schedule = append(c.Schedule, entryOf(e))
	}
	c.Nemesis = s.nemesis()
	return c
}

func (s *Scenario) nemesis() func(*random.Source) fault.Schedule {
	if s.Nemesis == nil {
		return nil
	}
	servers, places, work := s.serverNames(), s.placeNames(), s.Duration
	return func(source *random.Source) fault.Schedule {
		draw := func(subject uint64, p random.Purpose) uint64 { return source.Draw(random.Address(subject), p) }
		drawn := s.Nemesis.Schedule(draw, servers, places, work)
		for i := range drawn {
			if drawn[i].Number == 0 {
				drawn[i].Number = len(s.Faults) + i + 1
			}
		}
		return drawn
	}
}

// builder makes the nodes and links of a world.
type builder struct {
	s      *Scenario
	layout kv.Layout
	places []string // of the servers, by name
}

// layout is the servers, by their number, and where they stand.
func (t *Topology) layout() kv.Layout {
	var l kv.Layout
	for i := range t.Nodes {
		l.Members = append(l.Members, sim.NodeID(i+1))
	}
	for place, d := range t.Datacentres {
		for range d.Nodes {
			l.Places = append(l.Places, place)
		}
	}
	return l
}

func (b *builder) servers() []kernel.Node {
	t := &b.s.Topology
	for _, d := range t.Datacentres {
		for range d.Nodes {
			b.places = append(b.places, d.Name)
		}
	}
	b.layout = t.layout()
	make := b.s.Protocol.Server(b.layout)
	var nodes []kernel.Node
	for i, name := range b.s.serverNames() {
		n := kernel.Node{Name: name, New: make}
		if i < len(b.places) {
			n.Place = b.places[i]
		}
		b.equip(&n)
		nodes = append(nodes, n)
	}
	return nodes
}

// equip gives a server what it runs on.
func (b *builder) equip(n *kernel.Node) {
	t := &b.s.Topology
	t.Server.equip(n)
	n.WallSpread, n.DriftSpread = t.Clocks.Offset, int64(t.Clocks.Drift)/partsPerBillion
	for i := range t.Servers {
		if some := &t.Servers[i]; slices.Contains(some.Nodes, n.Name) {
			some.ServerSpec.equip(n)
			n.WallOffset += some.Offset
			n.Drift += int64(some.Drift) / partsPerBillion
		}
	}
}

// partsPerBillion divides a decimal of parts per million (in units of 1e-9) down to
// parts per billion.
const partsPerBillion = 1_000_000

func (s *ServerSpec) equip(n *kernel.Node) {
	n.Sync, _ = s.Sync.Compile()
	n.Writes = nil
	for _, write := range s.Writes {
		d, _ := write.Sync.Compile()
		n.Writes = append(n.Writes, kernel.Write{Name: write.Records, Sync: d})
	}
	n.Checksums = s.Checksums
	n.Service, n.Servers, n.Inbox = random.Dist{}, 0, s.Inbox
	if s.Service != nil {
		n.Service, _ = s.Service.Compile()
		n.Servers = s.Workers
	}
}

func (b *builder) clients() []kernel.Node {
	var nodes []kernel.Node
	client := b.s.Workload.Maker()
	for i, name := range b.s.clientNames() {
		near, place := b.nearest(i)
		o := workloads.Options{Client: uint16(i + 1), End: b.s.Duration}
		o.Connect = func() kv.Client { return b.s.Protocol.Client(b.layout, near) }
		for _, far := range b.elsewhere(i, place) {
			o.Elsewhere = append(o.Elsewhere, func() kv.Client { return b.s.Protocol.Client(b.layout, far) })
		}
		nodes = append(nodes, kernel.Node{
			Name: name, Place: place, Client: true, Checksums: true,
			New: func(sim.NodeID) sim.Node { return client(o) },
		})
	}
	return nodes
}

// nearest places the i-th client: its datacentre, and the server that it is nearest to.
func (b *builder) nearest(i int) (near sim.NodeID, place string) {
	t := &b.s.Topology
	if len(t.Near) > 0 {
		at := slices.Index(b.s.serverNames(), t.Near[i%len(t.Near)])
		if at < len(b.places) {
			place = b.places[at]
		}
		return b.layout.Members[at], place
	}
	if len(t.Datacentres) == 0 {
		return b.layout.Members[i%len(b.layout.Members)], ""
	}
	place, turn := b.placeOf(i)
	local := b.at(place)
	if len(local) == 0 {
		return b.layout.Members[0], place
	}
	return local[turn%len(local)], place
}

// at are the servers of a datacentre.
func (b *builder) at(place string) (local []sim.NodeID) {
	for j, p := range b.places {
		if p == place {
			local = append(local, b.layout.Members[j])
		}
	}
	return local
}

// elsewhere are servers of the other datacentres, one of each, in their order after the
// one where the i-th client is.
func (b *builder) elsewhere(i int, place string) (far []sim.NodeID) {
	all := b.s.Topology.Datacentres
	own := slices.IndexFunc(all, func(d Datacentre) bool { return d.Name == place })
	for k := 1; k < len(all); k++ {
		if there := b.at(all[(own+k)%len(all)].Name); len(there) > 0 {
			far = append(far, there[i%len(there)])
		}
	}
	return far
}

// placeOf is the datacentre of the i-th client, and which of its clients it is.
func (b *builder) placeOf(i int) (place string, turn int) {
	all := b.s.Topology.Datacentres
	for _, d := range all {
		if i < d.Clients {
			return d.Name, i
		}
		i -= d.Clients
	}
	return all[i%len(all)].Name, i / len(all)
}

// network compiles the links.
func (b *builder) network(nodes []kernel.Node) network.Config {
	t := &b.s.Topology
	c := network.Config{Size: len(nodes) + 1}
	self := network.Link{}
	c.Links = append(c.Links, self, t.Link.compile())
	clientLink := 1
	if t.ClientLink != nil {
		c.Links = append(c.Links, t.ClientLink.compile())
		clientLink = len(c.Links) - 1
	}
	first := len(c.Links)
	for i := range t.Links {
		c.Links = append(c.Links, t.Links[i].compile())
	}
	c.Of = make([]uint16, c.Size*c.Size)
	for from := range nodes {
		for to := range nodes {
			c.Of[(from+1)*c.Size+to+1] = uint16(t.choose(&nodes[from], &nodes[to], first, clientLink))
		}
	}
	return c
}

// choose finds the link between two nodes: 0 is the loopback, 1 the default.
func (t *Topology) choose(from, to *kernel.Node, first, clientLink int) int {
	if from.Name == to.Name {
		return 0
	}
	for i := range t.Links {
		l := &t.Links[i]
		if named(l.From, from) && named(l.To, to) || !l.OneWay && named(l.From, to) && named(l.To, from) {
			return first + i
		}
	}
	if from.Client != to.Client {
		return clientLink
	}
	return 1
}

func named(names []string, n *kernel.Node) bool {
	for _, name := range names {
		switch {
		case name == "all", name == n.Name, name == n.Place && n.Place != "":
			return true
		case name == "servers" && !n.Client, name == "clients" && n.Client:
			return true
		}
	}
	return false
}

func (l *LinkSpec) compile() network.Link {
	link := network.Link{Once: l.Once, Ordered: l.Ordered, Lose: l.Loss, Duplicate: l.Duplicate}
	link.Latency, _ = l.Latency.Compile()
	for _, leg := range l.Legs {
		d, _ := leg.Latency.Compile()
		link.Legs = append(link.Legs, network.Leg{Kind: leg.Messages, Latency: d})
		for class := sim.Client; class <= sim.Control; class++ {
			if class.String() == leg.Messages {
				link.Legs = append(link.Legs, network.Leg{Class: class, Latency: d})
			}
		}
	}
	return link
}
