package raft

import (
	"time"

	"simrun/nodes/internal/boxes"
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a server.
const (
	timerBeat    sim.TimerKind = iota + 1 // leader: the next heartbeat
	timerMissed                           // the election timer
	timerFlush                            // a failed sync is tried again
	timerHeld                             // a read of client op A was held long enough
	timerHanding                          // leader: a transfer of leadership took too long
	timerWish                             // the wish to join or leave is repeated
)

// The purposes of a server's draws.
const (
	drawPatience uint8 = iota + 1
)

// cluster is what all servers share and nobody changes.
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

// firstIdentity is that of the disks that were there from the beginning.
const firstIdentity = 1

// beginning is the configuration that the log begins with.
func (c *cluster) beginning() placed {
	var p placed
	start := c.config.start(len(c.servers))
	for rank, id := range c.servers[:start] {
		m := member{id: id, identity: firstIdentity}
		if rank < start-c.config.Learners {
			m.parts = votes
		}
		p.members = append(p.members, m)
	}
	return p
}

// Node is one incarnation of a server: follower, candidate, leader or learner.
type Node struct {
	*cluster
	self sim.NodeID
	me   int // the node's rank

	hard      hardState
	identity  uint64
	began     bool // this is not the first life of all
	log       *replog.Log
	configs   lineage
	goneUpTo  uint64          // it was told that no configuration before this index makes it a member
	snapshot  *snapshot       // the newest, nil if none
	installed replog.Position // by a leader's snapshot that is on its way to the disk; zero if none
	store     *machine.Store
	commit    uint64 // known to be committed, at most the last index
	applied   uint64
	disk      flusher
	backlog   []event // blocking: what came while a vote is made durable

	role     uint64     // sim.Leader, sim.Follower, sim.Learner or sim.Spare; 0 before the start
	held     uint64     // the term in which the role was taken
	leader   sim.NodeID // believed to lead; Nobody if unknown
	follower following
	ruling   ruling
	election election
	reads    []heldRead
	wish     wish
	cache    cache
	scratch  []uint64
	out      outgoing
}

// outgoing is where the messages that are sent most come from.
type outgoing struct {
	appends boxes.Of[appendEntries]
	answers boxes.Of[appended]
	replies boxes.Of[kv.Reply]
}

var (
	_ sim.Keeper    = (*Node)(nil)
	_ sim.Installer = (*Node)(nil)
)

// New returns the maker of a cluster's servers: it makes an incarnation of the server
// self. All that an incarnation knows of former ones is on its disk.
func New(config Config, servers []sim.NodeID) func(self sim.NodeID) sim.Node {
	shared := newCluster(config, servers)
	return func(self sim.NodeID) sim.Node {
		return &Node{cluster: shared, self: self, me: shared.rank(self)}
	}
}

// event is a message or a timer that has to wait.
type event struct {
	from  sim.NodeID
	m     sim.Message // nil for a timer
	timer sim.Timer
}

// blocks tells whether the node has to finish writing its term and vote first.
func (n *Node) blocks() bool {
	return n.config.Blocking && n.disk.busy && n.disk.hard != n.hard
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if n.blocks() {
		n.backlog = append(n.backlog, event{from: from, m: m})
		return
	}
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m)
	case *ask:
		n.receiveAsk(env, from, m)
	case *vote:
		n.receiveVote(env, from, m)
	case *appendEntries:
		n.receiveAppend(env, from, m)
	case *appended:
		n.receiveAppended(env, from, m)
	case *chunk:
		n.receiveChunk(env, from, m)
	case *received:
		n.receiveReceived(env, from, m)
	case *timeoutNow:
		n.receiveTimeoutNow(env, m)
	case *readAsk:
		n.receiveReadAsk(env, from, m)
	case *readIndex:
		n.receiveReadIndex(env, m)
	case *join:
		n.receiveJoin(env, from, m)
	case *leave:
		n.receiveLeave(env, from, m)
	case *gone:
		n.receiveGone(env, m)
	}
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	if n.blocks() && t.Kind != timerFlush {
		n.backlog = append(n.backlog, event{timer: t})
		return
	}
	switch t.Kind {
	case timerBeat:
		n.tick(env)
	case timerMissed:
		n.missed(env)
	case timerFlush:
		n.startFlush(env)
	case timerHeld:
		n.giveUp(env, sim.OpID(t.A), uint8(t.B))
	case timerHanding:
		n.abortHanding(t.A)
	case timerWish:
		n.repeatWish(env)
	case sim.SignalElect:
		n.forced(env)
	case sim.SignalHandover:
		n.handOver(env, sim.NodeID(t.A))
	case sim.SignalJoin:
		n.wishToJoin(env, sim.NodeID(t.A))
	case sim.SignalLeave:
		n.wishToLeave(env)
	}
}

// catchUp handles what waited for the disk.
func (n *Node) catchUp(env *sim.Env) {
	for len(n.backlog) > 0 && !n.blocks() {
		e := n.backlog[0]
		n.backlog = n.backlog[1:]
		if e.m != nil {
			n.Receive(env, e.from, e.m)
		} else {
			n.Timeout(env, e.timer)
		}
	}
}

// Inspect implements sim.Inspector: it yields what the node has applied.
func (n *Node) Inspect(yield func(sim.Copy)) { n.store.Inspect(n.applied, yield) }

// Keeps implements sim.Keeper: who is no member need hold nothing.
func (n *Node) Keeps(sim.Key) bool { return n.isMember() }

// rest is the role of a node that does not lead.
func (n *Node) rest() uint64 {
	switch {
	case n.mayVote():
		return sim.Follower
	case n.isMember():
		return sim.Learner
	}
	return sim.Spare
}

// take takes a role, in the present term.
func (n *Node) take(env *sim.Env, role uint64) {
	if n.role == role && n.held == n.hard.Term {
		return
	}
	if n.role != 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: n.held, B: n.role})
	}
	n.role, n.held = role, n.hard.Term
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: n.held, B: role})
}

// heldFor tells whether so long has passed since a moment.
func heldFor(env *sim.Env, since, d time.Duration) bool { return env.Now()-since >= d }
