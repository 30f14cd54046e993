package leaderfollower

import (
	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The files on a member's disk.
const (
	fileEpoch = "epoch"
	fileLog   = "log"
	// fileSnapshot has what stands for the log's beginning, where that is not kept.
	fileSnapshot = "snapshot"
)

// The timers of a member.
const (
	timerBeat     sim.TimerKind = iota + 1 // leader: the next heartbeat
	timerMissed                            // follower: nothing was heard from a leader
	timerResend                            // leader: to the follower of rank A, where nothing is confirmed
	timerGather                            // candidate: enough of waiting for answers to epoch A
	timerHeld                              // a read of client op A was held long enough
	timerFlush                             // a failed sync is tried again
	timerDegrade                           // leader: the oldest write waits too long
	timerHandover                          // handing the lead over takes too long
	timerDelay                             // delayed follower: something was kept back for long enough
	timerPull                              // follower: the next pull
)

// The purposes of a member's draws.
const (
	drawPatience uint8 = iota + 1
	drawPromote
	drawPhase
)

// promise is the record of the epoch that the node obeys.
type promise struct {
	Epoch uint64
	Led   bool // the node became that epoch's leader
}

// Encode implements sim.Record.
func (p *promise) Encode(e *sim.Encoder) {
	e.Uint("epoch", p.Epoch)
	e.Bool("led", p.Led)
}

// Damaged implements sim.Damager: another, newer epoch.
func (p *promise) Damaged(word uint64) sim.Record {
	return &promise{Epoch: p.Epoch + 1 + word%8, Led: p.Led}
}

// cluster is what all members share and nobody changes.
type cluster struct {
	config  Config
	members []sim.NodeID
	ranks   []int // by node: its place among the members, -1 for others
}

func newCluster(config Config, members []sim.NodeID) *cluster {
	c := &cluster{config: config, members: members}
	for rank, id := range members {
		for len(c.ranks) <= int(id) {
			c.ranks = append(c.ranks, -1)
		}
		c.ranks[id] = rank
	}
	return c
}

// rank is a member's place among the members, -1 for nobody and others.
func (c *cluster) rank(id sim.NodeID) int {
	if int(id) >= len(c.ranks) {
		return -1
	}
	return c.ranks[id]
}

// fences tells whether older epochs are refused.
func (c *cluster) fences() bool { return c.config.Fencing && !c.config.noFencing() }

// nextEpoch is the first epoch after one that belongs to a member: epoch 1 is the
// first member's, 2 the second's, and so on in turns, so that an epoch has one
// opener even where nobody can be asked.
func (c *cluster) nextEpoch(after uint64, rank int) uint64 {
	n, first := uint64(len(c.members)), uint64(rank)+1
	if first > after {
		return first
	}
	return first + ((after-first)/n+1)*n
}

// Node is one incarnation of a member: leader or follower.
type Node struct {
	*cluster
	self sim.NodeID
	me   int // the node's rank

	promised promise
	log      *replog.Log
	snapshot *snapshot // what the log begins behind, nil where it keeps everything
	store    *machine.Store
	commit   uint64 // known to be committed, at most the last index
	applied  uint64 // stated as applied
	disk     flusher

	role     uint64     // sim.Leader, sim.Follower, or 0 before the start
	held     uint64     // the epoch in which the role was taken
	leader   sim.NodeID // believed to lead; Nobody if unknown
	delay    delay
	follower following
	ruling   ruling
	election election
	handing  handing
	reads    []heldRead
}

var (
	_ sim.Node      = (*Node)(nil)
	_ sim.Inspector = (*Node)(nil)
)

// New returns the maker of a cluster's members: it makes an incarnation of the
// member self. All that an incarnation knows of former ones is on its disk. The first member
// leads epoch 1 from the beginning.
func New(config Config, members []sim.NodeID) func(self sim.NodeID) sim.Node {
	shared := newCluster(config, members)
	return func(self sim.NodeID) sim.Node {
		return &Node{cluster: shared, self: self, me: shared.rank(self)}
	}
}

// Start implements sim.Node.
func (n *Node) Start(env *sim.Env) {
	n.recover(env)
	switch first := n.me == 0; {
	case first && n.isBeginning(env):
		// Nobody can have opened an epoch before: no election is needed.
		n.promised.Epoch = birthright
		n.lead(env)
	case n.isBeginning(env):
		n.leader = n.members[0]
		n.follow(env)
	default:
		n.follow(env)
		// Where nobody takes over by rule, who led comes back to lead.
		if (first || n.promised.Led) && n.config.Failover == "none" {
			n.openEpoch(env)
		}
	}
}

// isBeginning tells whether this is the first start of all: the disk is empty and
// the clock, which goes on through restarts, has not moved. A member that finds
// only its disk empty has lost it and must not lead by birthright.
func (n *Node) isBeginning(env *sim.Env) bool {
	return n.promised.Epoch == 0 && n.log.Last().Index == 0 && env.Now() == 0
}

// recover reads the disk. What survived a crash is durable.
func (n *Node) recover(env *sim.Env) {
	disk := env.Disk()
	if record, err := disk.Read(fileEpoch, 0); err == nil {
		if p, ok := record.(*promise); ok {
			n.promised = *p
		}
	}
	n.store = machine.New(n.config.Remember)
	found := n.openLog(env)
	log := n.log
	n.promised.Epoch = max(n.promised.Epoch, log.Last().Epoch)
	n.store.Rebuild(log)
	n.applied = n.floor()
	n.disk = flusher{durable: log.Last().Index, promise: n.promised}
	n.stateLost(env, found)
	n.stateKept(env)
	for index := log.Base().Index + 1; index <= log.Last().Index; index++ {
		n.stateStored(env, index)
	}
	n.setCommit(env, found.Commit)
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	n.heardFrom(env, from)
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m)
	case *ship:
		n.receiveShip(env, from, m)
	case *ack:
		n.receiveAck(env, from, m)
	case *relay:
		n.receiveRelay(env, m)
	case *pull:
		n.receivePull(env, from, m)
	case *batch:
		n.receiveBatch(env, from, m)
	case *chunk:
		n.receiveChunk(env, from, m)
	case *chunked:
		n.receiveChunked(env, from, m)
	case *notice:
		n.receiveNotice(env, from, m)
	case *fill:
		n.receiveFill(env, from, m)
	case *filled:
		n.receiveFilled(env, from, m)
	case *behind:
		n.receiveBehind(env, from, m)
	case *beat:
		n.receiveBeat(env, from, m)
	case *beatAck:
		n.receiveBeatAck(env, from, m)
	case *suspect:
		n.receiveSuspect(env, from, m)
	case *suspicion:
		n.receiveSuspicion(env, from, m)
	case *query:
		n.receiveQuery(env, from, m)
	case *answer:
		n.receiveAnswer(env, from, m)
	case *promote:
		n.receivePromote(env, m)
	case *takeOver:
		n.receiveTakeOver(env, from, m)
	}
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerBeat:
		n.beat(env)
	case timerMissed:
		n.missed(env)
	case timerResend:
		n.resend(env, int(t.A))
	case timerGather:
		n.gathered(env, t.A)
	case timerHeld:
		n.giveUp(env, sim.OpID(t.A), uint8(t.B))
	case timerFlush:
		n.startFlush(env)
	case timerDegrade:
		n.degrade(env)
	case timerPull:
		n.pullAgain(env)
	case timerDelay:
		n.showDue(env)
	case timerHandover:
		n.handoverOverdue(env)
	case sim.SignalElect:
		n.forced(env)
	case sim.SignalHandover:
		n.handOver(env, sim.NodeID(t.A))
	}
}

// visible is the index as of which the node answers reads.
func (n *Node) visible() uint64 {
	if n.role == sim.Leader {
		if n.config.Visible == "before-ack" || n.config.visibleBeforeAck() {
			return n.log.Last().Index
		}
		return n.commit
	}
	switch {
	case n.isDelayed(n.me):
		return n.delay.shown
	case n.config.Apply == "received":
		return n.log.Last().Index
	}
	return n.commit
}

// settled is the index before which nobody will ask this node for its state.
func (n *Node) settled() uint64 { return min(n.commit, n.visible()) }

// take takes a role, in the epoch that the node obeys.
func (n *Node) take(env *sim.Env, role uint64) {
	epoch := n.promised.Epoch
	if n.role == role && n.held == epoch {
		return
	}
	if n.role != 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: n.held, B: n.role})
	}
	n.role, n.held = role, epoch
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: epoch, B: role})
}

// setCommit takes note of a higher commit index, and of what can be read since.
func (n *Node) setCommit(env *sim.Env, commit uint64) {
	n.commit = max(n.commit, min(commit, n.log.Last().Index))
	if n.isDelayed(n.me) {
		n.postpone(env)
	}
	n.apply(env)
	n.trim(env)
}

// apply states what has become readable and answers the reads that waited for it.
func (n *Node) apply(env *sim.Env) {
	visible := n.visible()
	for n.applied < visible {
		n.applied++
		n.stateApplied(env, n.applied)
	}
	n.release(env)
}

// cut removes the log's tail after an index, because a leader's log differs there.
func (n *Node) cut(env *sim.Env, after uint64) {
	removed := n.log.Cut(env.Disk(), after)
	if len(removed) == 0 {
		return
	}
	n.store.Pop(after, removed, n.log)
	n.commit, n.applied = min(n.commit, after), min(n.applied, after)
	n.disk.cut(after)
	n.delay.cut(after)
	n.follower.verified = min(n.follower.verified, after)
	for i := range removed {
		n.stateDiscarded(env, &removed[i], after+uint64(i)+1, sim.Truncated)
	}
}
