package kernel

import (
	"time"

	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
)

// World is one universe. It can be run again and again with other seeds: memory,
// tables and topology are kept, nothing else is.
type World struct {
	config   Config
	source   random.Source
	queue    *queue.Queue
	hosts    []host // indexed by sim.NodeID; 0 is nobody
	hashes   []uint64
	links    []uint64 // what a pair of nodes contributes to an address
	network  *network.Network
	fate     network.Fate // of the message being sent
	messages messageTable
	sends    occurrences
	resends  occurrences // of what servers say by themselves: never forgotten
	rules    []*rule
	plan     []planned

	now      int64
	sequence uint32 // of the next event
	stamp    uint32 // of the last thing that happened
	cause    uint32 // stamp of the event being handled
	subject  sim.Subject
	digest   record.Digest
	encoder  sim.Encoder
	run      *record.Run
	open     int       // ops that began and have not ended
	promises []promise // whose outcome is awaited
	changed  int64
	events   uint64
	check    uint64 // the next checkpoint, in events
	stopped  bool
	handling sim.NodeID // whose handler is running, to blame a panic
	waiting  bool       // some fault waits for a target and a role changed
	salt     uint64     // of the fault being executed
	working  bool       // the phase of work
	fired    bool       // a timer is being handled

	executing int    // the fault being executed
	reserved  uint32 // the last sequence number given to what faults postpone
	later     []postponed
}

// New makes a world. The configuration is not changed and must not change.
func New(c Config) *World {
	if c.MaxEvents == 0 {
		c.MaxEvents = defaultMaxEvents
	}
	c.MaxEvents = min(c.MaxEvents, 1<<31) // stamps have 32 bits
	if c.MaxMemory == 0 {
		c.MaxMemory = defaultMaxMemory
	}
	w := &World{config: c, queue: queue.New()}
	w.name()
	w.network = network.New(c.Network, w.hashes, &w.source)
	w.hosts = make([]host, len(c.Nodes)+1)
	for i := range c.Nodes {
		w.hosts[i+1].build(w, sim.NodeID(i+1), &c.Nodes[i])
	}
	return w
}

// name computes what names contribute to addresses.
func (w *World) name() {
	w.hashes = make([]uint64, len(w.config.Nodes)+1)
	for i, n := range w.config.Nodes {
		w.hashes[i+1] = random.Hash(n.Name)
	}
	size := len(w.hashes)
	if size > maxPaired {
		return
	}
	w.links = make([]uint64, size*size)
	for i := range w.links {
		w.links[i] = random.Mix(w.hashes[i/size], w.hashes[i%size])
	}
}

// maxPaired bounds the table of pairs; larger worlds mix for each message.
const maxPaired = 512

func (w *World) pair(from, to sim.NodeID) uint64 {
	if w.links == nil {
		return random.Mix(w.hashes[from], w.hashes[to])
	}
	return w.links[int(from)*len(w.hashes)+int(to)]
}

// reset makes everything as new, for a seed.
func (w *World) reset(seed uint64) {
	if w.run == nil {
		w.makeRun()
	}
	w.inherit()
	w.source = random.Source{Seed: seed}
	if len(w.config.Overrides) > 0 {
		w.source = random.NewSource(seed, w.config.Overrides)
	}
	w.queue.Reset()
	w.network.Reset()
	w.messages.reset()
	w.sends.reset()
	w.resends.reset()
	w.rules = w.rules[:0]
	w.now, w.stamp, w.cause, w.subject = 0, 0, 0, 0
	w.digest, w.open, w.changed, w.events = record.NewDigest(), 0, 0, 0
	w.check = min(record.CheckpointEvery, w.config.MaxEvents)
	w.promises = w.promises[:0]
	w.stopped, w.handling, w.waiting, w.working = false, 0, false, true
	w.prepareRun(seed)
	w.planFaults()
	for i := 1; i < len(w.hosts); i++ {
		w.hosts[i].reset()
	}
}

// makeRun makes the record of runs.
func (w *World) makeRun() {
	w.run = &record.Run{Traffic: make([]record.Traffic, int(sim.Control)+1)}
	w.run.Names, w.run.Places, w.run.IsClient = []string{""}, []string{""}, []bool{false}
	w.run.Sent = make([]record.Traffic, len(w.config.Nodes)+1)
	for _, n := range w.config.Nodes {
		w.run.Names = append(w.run.Names, n.Name)
		w.run.Places = append(w.run.Places, n.Place)
		w.run.IsClient = append(w.run.IsClient, n.Client)
	}
}

// prepareRun empties the record of the last run.
func (w *World) prepareRun(seed uint64) {
	r := w.run
	r.Seed = seed
	r.History.Reset()
	r.Counters.Reset()
	clear(r.Traffic)
	r.ForReads = record.Traffic{}
	clear(r.Sent)
	r.Observations, r.Copies, r.Lacks, r.Dead = r.Observations[:0], r.Copies[:0], r.Lacks[:0], r.Dead[:0]
	r.Faults, r.Clocks, r.Checkpoints, r.Trace = r.Faults[:0], r.Clocks[:0], r.Checkpoints[:0], r.Trace[:0]
	r.Phases, r.Stop, r.Events, r.Digest = record.Phases{}, record.Stop{}, 0, 0
}

func (w *World) time() time.Duration { return time.Duration(w.now) }

// next numbers the next thing that happens.
func (w *World) next() uint32 {
	w.stamp++
	return w.stamp
}
