package vr

import (
	"time"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/quorum"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a replica.
const (
	timerBeat   sim.TimerKind = iota + 1 // primary: the next heartbeat
	timerMissed                          // the primary, or who should become it, is suspected
	timerRepeat                          // what a view change or a recovery waits for is asked again
	timerFlush                           // a failed sync is tried again
	timerHeld                            // a read of client op A was held long enough
)

// The purposes of a replica's draws.
const (
	drawPatience uint8 = iota + 1
)

// firstView is the one that everybody begins in; nobody has to start it.
const firstView = 1

// cluster is what all replicas share and nobody changes.
type cluster struct {
	config  Config
	servers []sim.NodeID
	ranks   []int // by node: its place among the servers, -1 for others
}

func newCluster(config Config, servers []sim.NodeID) *cluster {
	c := &cluster{config: config, servers: servers}
	for rank, id := range servers {
		for len(c.ranks) <= int(id) {
			c.ranks = append(c.ranks, -1)
		}
		c.ranks[id] = rank
	}
	return c
}

// rank is a server's place among the servers, -1 for nobody and others.
func (c *cluster) rank(id sim.NodeID) int {
	if int(id) >= len(c.ranks) {
		return -1
	}
	return c.ranks[id]
}

// primary is who leads a view if anybody does: views go around (section 4).
func (c *cluster) primary(view uint64) sim.NodeID {
	return c.servers[(view-firstView)%uint64(len(c.servers))]
}

// quorum is the paper's f + 1, of 2f + 1.
func (c *cluster) quorum() int { return quorum.Majority(len(c.servers)) }

// status is what a replica is doing (section 4: normal, view-change, recovering).
type status uint8

const (
	normal     status = iota + 1
	changing          // the view has not started, as far as it knows
	fetching          // the view has started, and its log is being fetched
	recovering        // it crashed, and what it knew was in memory (section 4.3)
)

// Node is one incarnation of a replica: primary or backup.
type Node struct {
	*cluster
	self sim.NodeID
	me   int // the node's rank

	views     views
	status    status
	began     bool // this is not the first life of all
	log       *replog.Log
	snapshot  *snapshot       // the newest, nil if none
	installed replog.Position // by another's checkpoint that is on its way to the disk; zero if none
	store     *machine.Store
	commit    uint64 // known to be committed, at most the last index
	applied   uint64
	disk      flusher

	role     uint64 // sim.Leader or sim.Follower; 0 before the start
	held     uint64 // the view in which the role was taken
	timer    sim.TimerID
	tries    uint32 // suspicions since a primary was last heard
	backup   following
	ruling   ruling
	change   change
	fetch    fetch
	recovery recovery
	reads    []heldRead
}

var _ sim.Node = (*Node)(nil)

// New returns the maker of a cluster's replicas: it makes an incarnation of the server
// self. All that an incarnation knows of former ones is on its disk.
func New(config Config, servers []sim.NodeID) func(self sim.NodeID) sim.Node {
	shared := newCluster(config, servers)
	return func(self sim.NodeID) sim.Node {
		return &Node{cluster: shared, self: self, me: shared.rank(self)}
	}
}

// Start implements sim.Node. A backup goes on in the view that its disk tells. A primary does
// not: others may have entries of its view that its disk lost. It opens the next view.
func (n *Node) Start(env *sim.Env) {
	n.recover(env)
	n.watch(env)
	leads := n.primary(n.views.View) == n.self
	switch {
	case n.began && !n.config.keepsLog():
		n.askForState(env)
	case !n.began && leads:
		n.lead(env)
	case leads && !n.config.restartedPrimaryResumes():
		n.enter(env, n.views.View+1, changing)
	case n.views.LastNormal < n.views.View && !n.config.restartedBackupResumes():
		n.enter(env, n.views.View, changing)
	case leads:
		n.lead(env)
	default:
		n.status = normal
		n.take(env, sim.Follower)
	}
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if n.status == recovering {
		n.receiveRecovering(env, from, m)
		return
	}
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m)
	case *prepare:
		n.receivePrepare(env, from, m)
	case *prepareOK:
		n.receivePrepareOK(env, from, m)
	case *startViewChange:
		n.receiveStartViewChange(env, from, m)
	case *doViewChange:
		n.receiveDoViewChange(env, from, m)
	case *startView:
		n.receiveStartView(env, from, m)
	case *getState:
		n.receiveGetState(env, from, m)
	case *newState:
		n.receiveNewState(env, from, m)
	case *recoveryAsk:
		n.receiveRecoveryAsk(env, from, m)
	}
}

// receiveRecovering takes messages while this replica does not know what it had: it takes no
// part in anything (section 4.3).
func (n *Node) receiveRecovering(env *sim.Env, from sim.NodeID, m sim.Message) {
	switch m := m.(type) {
	case *kv.Request:
		n.refuse(env, from, m, sim.NotLeader)
	case *recoveryResponse:
		n.receiveRecoveryResponse(env, from, m)
	}
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerBeat:
		n.tick(env)
	case timerMissed:
		n.missed(env)
	case timerRepeat:
		n.repeat(env)
	case timerFlush:
		n.startFlush(env)
	case timerHeld:
		n.giveUp(env, sim.OpID(t.A), uint8(t.B))
	case sim.SignalElect:
		n.forced(env)
	}
}

// Inspect implements sim.Inspector: it yields what the node has applied.
func (n *Node) Inspect(yield func(sim.Copy)) { n.store.Inspect(n.applied, yield) }

// take takes a role, in the present view.
func (n *Node) take(env *sim.Env, role uint64) {
	if n.role == role && n.held == n.views.View {
		return
	}
	if n.role != 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: n.held, B: n.role})
	}
	n.role, n.held = role, n.views.View
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: n.held, B: role})
}

// believed is who leads, as far as this replica knows; Nobody while the view has not started.
func (n *Node) believed() sim.NodeID {
	if n.status == normal || n.status == fetching {
		return n.primary(n.views.View)
	}
	return sim.Nobody
}

// heldFor tells whether so long has passed since a moment.
func heldFor(env *sim.Env, since, d time.Duration) bool { return env.Now()-since >= d }
