package multileader

import (
	"time"

	"simrun/nodes/internal/resolve"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The files on a server's disk.
const (
	fileEpoch = "epoch"
	fileParts = "parts"
	fileLog   = "log"
)

// The timers of a server.
const (
	timerBeat   sim.TimerKind = iota + 1 // leader: its next words to its followers
	timerPulse                           // leader: its next words to the other datacentres
	timerMissed                          // follower: nothing was heard from a leader
	timerResend                          // to the server of rank A, where something is not confirmed
	timerHeld                            // a request of client op A was held long enough
	timerFlush                           // a failed sync is tried again
	timerGraves                          // tombstones may be forgotten
	timerBlank                           // enough of looking for what a lost disk held
)

// The purposes of a server's draws.
const drawPatience uint8 = 1

// promise is the record of the epoch that the server obeys in its datacentre.
type promise struct{ Epoch uint64 }

// Encode implements sim.Record.
func (p *promise) Encode(e *sim.Encoder) { e.Uint("epoch", p.Epoch) }

// Node is one incarnation of a server: the leader of its datacentre, or a follower.
type Node struct {
	*cluster
	self  sim.NodeID
	me    int // the server's rank
	place int // its datacentre

	epoch uint64 // obeyed
	parts parts
	log   []update         // in the order in which they were applied
	cells []resolve.Object // by key
	safe  []resolve.Object // by key: of what is on disk; where state is propagated
	seen  kv.Context       // what has been applied
	known map[sim.OpID]int // where in the log a write is; only looked up
	stash []update         // waiting for what they depend on
	disk  flusher
	owed  []int // ranks to be told what is on disk, once it is

	role    uint64 // sim.Leader or sim.Follower
	held    uint64 // the epoch in which the lead was taken
	actor   uint32 // the lead's identity
	scribe  resolve.Scribe
	count   uint64   // of the writes made in it
	leaders []belief // by datacentre
	peers   []peer   // by rank
	waiting []waiting
	holding []heldRequest
	// forwarded is to whom this lead passed the writes of other homes' keys on; only looked up.
	forwarded map[sim.OpID]belief

	election election
	joining  joining
	ceding   cession
	amends   []amend
	graves   []grave
	noted    int  // of the amends are on disk
	blank    bool // lost its disk, and has not made up for it yet
	watched  sim.TimerID
	heard    time.Duration // when the leader was last heard
}

// belief is who is thought to lead a datacentre.
type belief struct {
	epoch uint64
	id    sim.NodeID
}

var (
	_ sim.Node   = (*Node)(nil)
	_ sim.Keeper = (*Node)(nil)
)

// New returns the maker of a cluster's servers: it makes an incarnation of the server self. All
// that an incarnation knows of former ones is on its disk. The first server of each
// datacentre leads it from the beginning.
func New(config Config, l kv.Layout) func(self sim.NodeID) sim.Node {
	shared := newCluster(config, l)
	return func(self sim.NodeID) sim.Node {
		me := shared.rank(self)
		place := shared.places[me]
		return &Node{
			cluster: shared, self: self, me: me, place: place, known: map[sim.OpID]int{},
			role: sim.Follower, peers: make([]peer, len(shared.members)), scribe: shared.scribe(place, 0, resolve.Clock{}),
		}
	}
}

// Start implements sim.Node.
func (n *Node) Start(env *sim.Env) {
	n.recover(env)
	if n.config.TombstoneGrace > 0 {
		n.collect(env)
	}
	isFirst := n.centres[n.place][0] == n.me
	switch {
	case isFirst && n.isBeginning(env):
		n.promise(env, birthright)
		n.lead(env)
	case isFirst && !n.replaces(n.place):
		n.promise(env, max(n.epoch, n.election.newer)+1)
		n.gather(env)
	default:
		n.greetAll(env, true)
		n.watch(env)
	}
}

// isBeginning tells whether this is the first start of all: the disk is empty and the clock,
// which goes on through restarts, has not moved.
func (n *Node) isBeginning(env *sim.Env) bool {
	return n.epoch == 0 && len(n.log) == 0 && env.Now() == 0
}

// recover reads the disk. What survived a crash is durable.
func (n *Node) recover(env *sim.Env) {
	disk := env.Disk()
	if record, err := disk.Read(fileEpoch, 0); err == nil {
		if p, ok := record.(*promise); ok {
			n.epoch = p.Epoch
		}
	}
	n.leaders = make([]belief, len(n.centres))
	for place, ranks := range n.centres {
		n.leaders[place].id = n.members[ranks[0]]
	}
	n.parts = n.recoverParts(disk)
	n.recoverAmends(disk)
	n.stateRecovered(env, n.recoverLog(env))
	n.blank = n.epoch == 0 && len(n.log) == 0 && env.Now() > 0
	if n.blank && n.config.Homes == "key" {
		n.election.newer = uint64(env.Now() / leadStep) // the clock goes on: a forward's epoch is not led twice
	}
	n.disk = flusher{durable: len(n.log), has: n.seen, epoch: n.epoch}
}

// recoverLog rebuilds the state from the log, and tells whether all of it could be read. What
// stood for more than itself counts only where what came before it is there.
func (n *Node) recoverLog(env *sim.Env) (whole bool) {
	disk := env.Disk()
	whole = true
	for i := range disk.Len(fileLog) {
		record, err := disk.Read(fileLog, i)
		u, ok := record.(*update)
		isMessage := ok && u.Dot.Actor == 0
		if err != nil || !ok || isMessage && !versions.SeesAll(n.seen, u.Deps) {
			whole = false
			continue
		}
		n.admit(*u)
		n.firm(len(n.log) - 1)
		for j := range u.Cells {
			n.merge(env, &u.Cells[j])
		}
		n.bury(env, u)
	}
	return whole
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m)
	case *ship:
		n.receiveUpdates(env, from, m.Updates)
	case *fill:
		n.receiveUpdates(env, from, m.Updates)
	case *state:
		n.receiveState(env, from, m)
	case *ack:
		n.receiveAck(env, from, m)
	case *greet:
		n.receiveGreet(env, from, m)
	case *query:
		n.receiveQuery(env, from, m)
	case *answer:
		n.receiveAnswer(env, from, m)
	case *accepted:
		n.receiveAccepted(env, m)
	case *forward:
		n.receiveForward(env, m)
	}
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerBeat:
		n.beat(env)
	case timerPulse:
		n.pulse(env)
	case timerMissed:
		n.missed(env)
	case timerResend:
		n.resend(env, int(t.A))
	case timerHeld:
		n.giveUp(env, sim.OpID(t.A), uint8(t.B))
	case timerFlush:
		n.startFlush(env)
	case timerGraves:
		n.collect(env)
	case timerBlank:
		n.endBlank(env)
	case sim.SignalElect:
		n.campaign(env, true)
	case sim.SignalHandover:
		n.cede(env)
	case sim.SignalJoin:
		n.join(env)
	case sim.SignalLeave:
		n.leave(env)
	}
}

// Keeps implements sim.Keeper: whose datacentre takes no part need hold nothing.
func (n *Node) Keeps(sim.Key) bool { return n.parts[n.place].In }

// Inspect implements sim.Inspector: keys in their order. What a datacentre still has that takes no
// part is nobody's.
func (n *Node) Inspect(yield func(sim.Copy)) {
	if !n.parts[n.place].In {
		return
	}
	for key := range n.cells {
		if o := &n.cells[key]; !o.Zero() {
			yield(sim.Copy{Key: sim.Key(key), Values: n.resolver.Values(o, nil), Deletes: n.resolver.Deletes(o)})
		}
	}
}
