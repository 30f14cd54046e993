package kernel

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/disk"
	"simrun/sim/fault"
	"simrun/sim/kernel/queue"
	"simrun/sim/random"
	"simrun/sim/record"
)

// host is what one node lives on: its incarnation, inbox, servers, disk and clocks.
type host struct {
	world  *World
	config *Node
	id     sim.NodeID
	env    *sim.Env
	node   sim.Node
	disk   *disk.Disk
	clock  clock
	drift  int64  // of the clocks, the sum of all that bends them
	life   uint32 // incarnation, from 1
	up     bool
	// retired nodes never restart; paused counts the faults that pause the node.
	retired bool
	downs   int // crashes that hold the node down
	paused  int
	// blocked while the handler's Work goes on.
	blocked bool
	busy    int // servers at work
	inbox   inbox
	served  inbox         // service is over, but the node could not handle it yet
	serving []queue.Event // what is in service, by place
	places  []uint32      // free places of serving
	rest    rest
	overdue bool     // the work is done, but the node is paused
	armed   []arming // by slot of the window's timers
	fired   []uint32 // how many timers of each kind came due
	open    int      // ops that this incarnation began and has not ended
	syncs   []pendingSync
	freed   []uint32 // free places of syncs
	// unsynced are writes that a sync covered which failed.
	unsynced uint64
	slow     slowness
	lag      slowness // of the disk
	failing  int      // faults that make syncs fail
	tearing  int      // faults that make crashes tear
	severed  uint32   // messages of this node up to this sequence number are lost
	traps    []*trap
	roles    []fault.Holder
	kinds    []uint64 // the role of each of roles
}

// rest is where in the window's effects to go on when the work is done, and in
// whose name.
type rest struct {
	next    int
	cause   uint32
	subject sim.Subject
}

type pendingSync struct {
	mark   uint64
	tag    uint64
	writes uint64 // that it is the first to cover, as the disk names them
}

// slowness multiplies a time, in parts per thousand, or draws it from elsewhere.
// Faults overlap: their factors multiply, and the latest distribution holds.
type slowness struct {
	faults  []*slowing
	instead sim.Sampler
}

type slowing struct {
	permille int64
	instead  sim.Sampler
}

// begin adds a fault's slowing and returns its end.
func (s *slowness) begin(permille int64, instead sim.Sampler) (end func()) {
	own := &slowing{permille, instead}
	s.faults = append(s.faults, own)
	s.choose()
	return func() {
		s.faults = slices.DeleteFunc(s.faults, func(f *slowing) bool { return f == own })
		s.choose()
	}
}

func (s *slowness) choose() {
	s.instead = nil
	for _, f := range s.faults {
		if f.instead != nil {
			s.instead = f.instead
		}
	}
}

func (s *slowness) apply(d int64) int64 {
	for _, f := range s.faults {
		d = scale(d, f.permille, 1000, 0)
	}
	return d
}

// trap is an armed crash at a persistence boundary.
type trap struct {
	at     fault.Boundary
	skip   int
	salt   uint64 // of the fault that armed it
	sprung bool
}

func (h *host) build(w *World, id sim.NodeID, c *Node) {
	h.world, h.config, h.id = w, c, id
	h.env = sim.NewEnv(id, w)
	h.disk = disk.New()
	for i := range c.Writes {
		h.disk.Names = append(h.disk.Names, c.Writes[i].Name)
	}
}

// reset makes the host as new; the node is not started.
func (h *host) reset() {
	h.stopNode()
	h.env.Clear()
	h.env.ForgetTimers()
	h.disk.Reset()
	h.unsynced = 0
	h.disk.Checksums, h.disk.Check = h.config.Checksums, h.world.config.Check
	h.wind()
	h.life, h.up, h.retired, h.downs, h.paused, h.blocked, h.busy = 0, false, false, 0, 0, false, 0
	h.inbox.reset()
	h.served.reset()
	h.serving, h.places = h.serving[:0], h.places[:0]
	h.overdue, h.open = false, 0
	h.armed, h.syncs, h.freed = h.armed[:0], h.syncs[:0], h.freed[:0]
	clear(h.fired)
	h.slow, h.lag = slowness{}, slowness{}
	h.failing, h.tearing, h.traps, h.severed = 0, 0, nil, 0
	h.roles, h.kinds = h.roles[:0], h.kinds[:0]
}

// wind sets the clocks as they are off at the beginning of a run.
func (h *host) wind() {
	c := h.config
	h.drift = c.Drift
	offset := c.WallOffset
	if c.DriftSpread != 0 || c.WallSpread != 0 {
		a := h.world.nodeAddress(h.id, addressClock, 0)
		h.drift += spread(h.world.source.Draw(a, random.Clock), c.DriftSpread)
		offset += time.Duration(spread(h.world.source.Draw(a.With(1), random.Clock), int64(c.WallSpread)))
	}
	h.clock.reset(h.drift, offset)
	if h.drift != 0 {
		h.recordClock()
	}
}

// recordClock records how the clock runs from now on.
func (h *host) recordClock() {
	h.world.run.Clocks = append(h.world.run.Clocks, record.Clock{
		At: time.Duration(h.clock.since), Base: time.Duration(h.clock.base), Rate: h.clock.rate, Node: h.id,
	})
}

// spread maps a word evenly to -most..most.
func spread(word uint64, most int64) int64 {
	return int64(random.Below(word, uint64(2*most)+1)) - most
}

// stopNode tells the node that its incarnation has ended.
func (h *host) stopNode() {
	s, ok := h.node.(sim.Stopper)
	h.node = nil
	if !ok {
		return
	}
	before := h.world.handling
	h.world.handling = h.id
	s.Stop()
	h.world.handling = before
}

func (h *host) now() time.Duration { return time.Duration(h.clock.mono(h.world.now)) }

// Draw implements sim.Host.
func (w *World) Draw(id sim.NodeID, purpose uint8, about sim.Subject) uint64 {
	return w.source.Draw(w.nodeAddress(id, uint64(purpose)+1, about), drawnByNode)
}

// NameHash implements sim.Host.
func (w *World) NameHash(id sim.NodeID) uint64 { return w.hashes[id] }

// Disk implements sim.Host.
func (w *World) Disk(id sim.NodeID) sim.Disk { return w.hosts[id].disk }
