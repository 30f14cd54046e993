package simtest

import (
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/disk"
	"simrun/sim/random"
	"simrun/sim/record"
)

// Cast is who takes part in a script.
type Cast struct {
	// Names of the nodes; sim.NodeID 1 is the first.
	Names []string
	// New makes an incarnation.
	New func(self sim.NodeID) sim.Node
}

// Script drives nodes by hand. Nothing happens by itself: messages wait until they
// are delivered or dropped, timers until time is advanced. Syncs complete at once
// unless Lag is set. A call that has nothing to do fails the test: a script means
// what it says.
type Script struct {
	// Facts is what the nodes have stated, in order.
	Facts []record.Observation
	// History is what ops the clients have stated.
	History record.History
	// Lag keeps syncs pending until Sync.
	Lag bool
	// Seed is what draws depend on, besides their address.
	Seed uint64

	t      testing.TB
	cast   Cast
	actors []*actor // by sim.NodeID; 0 is nobody
	mail   []Letter
	held   []Letter
	now    time.Duration
	stamp  uint32
	seen   witness
}

// witness is what the contract test wants to see.
type witness struct {
	message func(m sim.Message, receive func())
	record  func(r sim.Record)
	effect  func(node sim.NodeID, x *sim.Effect)
}

// actor is one node of the cast.
type actor struct {
	id    sim.NodeID
	env   *sim.Env
	node  sim.Node
	disk  *disk.Disk
	life  uint32
	up    bool
	syncs []pending
	fired map[sim.TimerKind]uint64
}

type pending struct{ tag, mark uint64 }

// Play makes a script and starts every node, in order.
func Play(t testing.TB, c Cast) *Script {
	t.Helper()
	s := silent(t, c)
	s.startAll()
	return s
}

func (s *Script) startAll() {
	for _, a := range s.actors[1:] {
		if i, ok := s.cast.New(a.id).(sim.Installer); ok {
			i.Install(a.disk)
			a.disk.Settle(a.disk.Mark())
		}
		s.begin(a)
	}
}

// silent makes a script in which nobody has started.
func silent(t testing.TB, c Cast) *Script {
	s := &Script{t: t, cast: c, Seed: 1, actors: []*actor{nil}}
	for i := range c.Names {
		a := &actor{id: sim.NodeID(i + 1), disk: disk.New(), fired: map[sim.TimerKind]uint64{}}
		a.env = sim.NewEnv(a.id, s)
		s.actors = append(s.actors, a)
	}
	t.Cleanup(s.end)
	return s
}

// end releases what nodes hold.
func (s *Script) end() {
	for _, a := range s.actors[1:] {
		if stopper, ok := a.node.(sim.Stopper); ok && a.up {
			stopper.Stop()
		}
	}
}

func (s *Script) begin(a *actor) {
	a.life++
	a.up = true
	a.node = s.cast.New(a.id)
	s.handle(a, func() { a.node.Start(a.env) })
}

// handle runs a handler and carries out what it asked for.
func (s *Script) handle(a *actor, handler func()) {
	a.env.Enter(s.now, s.now)
	handler()
	for i := range a.env.Effects() {
		s.carryOut(a, &a.env.Effects()[i])
	}
	for !s.Lag && a.up && len(a.syncs) > 0 {
		s.synced(a, false)
	}
}

func (s *Script) carryOut(a *actor, x *sim.Effect) {
	if s.seen.effect != nil {
		s.seen.effect(a.id, x)
	}
	s.stamp++
	switch x.Do {
	case sim.DoSend:
		if x.To == sim.Nobody || int(x.To) >= len(s.actors) {
			s.t.Fatalf("%s sends %s to node %d, which does not exist", s.name(a.id), x.Message.Kind().Name, x.To)
		}
		s.mail = append(s.mail, Letter{From: a.id, To: x.To, Message: x.Message, life: s.actors[x.To].life})
	case sim.DoSync:
		a.syncs = append(a.syncs, pending{x.Tag, x.Mark})
	case sim.DoObserve:
		s.Facts = append(s.Facts, record.Observation{
			Observation: *a.env.Observation(x.Index), At: s.now,
			Stamp: s.stamp, Life: a.life, Node: a.id,
		})
	case sim.DoBegin:
		s.History.Begin(a.env.Call(x.Index), s.stamp, s.now)
	case sim.DoEnd:
		s.History.End(a.env.Result(x.Index), s.stamp, s.now)
	}
}

// synced completes a node's oldest sync.
func (s *Script) synced(a *actor, failed bool) {
	p := a.syncs[0]
	a.syncs = a.syncs[1:]
	if !failed {
		a.disk.Settle(p.mark)
	}
	s.handle(a, func() { a.node.Synced(a.env, sim.Sync{Tag: p.tag, Failed: failed}) })
}

// alive is the actor of a living node.
func (s *Script) alive(id sim.NodeID) *actor {
	s.t.Helper()
	if a := s.actors[id]; a.up {
		return a
	}
	s.t.Fatalf("%s is down", s.name(id))
	return nil
}

func (s *Script) name(id sim.NodeID) string { return s.cast.Names[id-1] }

// Node is the present incarnation of a node.
func (s *Script) Node(id sim.NodeID) sim.Node { return s.actors[id].node }

// Now is the time on every clock.
func (s *Script) Now() time.Duration { return s.now }

// Do runs a handler of the test's own at a node.
func (s *Script) Do(id sim.NodeID, handler func(env *sim.Env)) {
	s.t.Helper()
	a := s.alive(id)
	s.handle(a, func() { handler(a.env) })
}

// Sync completes the oldest sync of a node, or has it fail.
func (s *Script) Sync(id sim.NodeID, failed bool) {
	s.t.Helper()
	a := s.alive(id)
	if len(a.syncs) == 0 {
		s.t.Fatalf("%s waits for no sync", s.name(id))
	}
	s.synced(a, failed)
}

// Unsynced says what a crash does to the writes that no sync has covered.
type Unsynced uint64

// The fates of unsynced writes.
const (
	Lost Unsynced = 0
	Kept Unsynced = 1 << 63
)

// Crash ends a node's incarnation: its timers, syncs, and messages to it are gone.
func (s *Script) Crash(id sim.NodeID, writes Unsynced) {
	s.t.Helper()
	a := s.alive(id)
	a.disk.Crash(uint64(writes), false)
	if stopper, ok := a.node.(sim.Stopper); ok {
		stopper.Stop()
	}
	a.env.Clear()
	a.env.ForgetTimers()
	a.up, a.syncs = false, nil
}

// Restart begins a new incarnation.
func (s *Script) Restart(id sim.NodeID) {
	s.t.Helper()
	if s.actors[id].up {
		s.t.Fatalf("%s is up", s.name(id))
	}
	s.begin(s.actors[id])
}

// Wipe empties the disk of a node that is down.
func (s *Script) Wipe(id sim.NodeID) { s.actors[id].disk.Wipe() }

// Draw implements sim.Host.
func (s *Script) Draw(id sim.NodeID, purpose uint8, about sim.Subject) uint64 {
	a := random.Address(random.Mix(s.NameHash(id)+uint64(purpose), uint64(about)))
	return random.Draw(s.Seed, a, random.Workload)
}

// NameHash implements sim.Host.
func (s *Script) NameHash(id sim.NodeID) uint64 { return random.Hash(s.name(id)) }

// Disk implements sim.Host.
func (s *Script) Disk(id sim.NodeID) sim.Disk {
	if s.seen.record == nil {
		return s.actors[id].disk
	}
	return tapped{s.actors[id].disk, s.seen.record}
}

// tapped is a disk that shows what is written to it.
type tapped struct {
	*disk.Disk
	seen func(r sim.Record)
}

// Append implements sim.Disk.
func (d tapped) Append(file string, r sim.Record) {
	d.seen(r)
	d.Disk.Append(file, r)
}

// Replace implements sim.Disk.
func (d tapped) Replace(file string, r sim.Record) {
	d.seen(r)
	d.Disk.Replace(file, r)
}
