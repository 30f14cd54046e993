package paxos

import (
	"time"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// The timers of a server.
const (
	timerBeat   sim.TimerKind = iota + 1 // leader: the next heartbeat
	timerMissed                          // proposer: nothing was heard from a leader
	timerResend                          // proposer: what was not answered is sent again
	timerCatch                           // learner: what is missing is asked for
	timerHeld                            // a read of client op A was held long enough
	timerFlush                           // a failed sync is tried again
	timerWish                            // a change of acceptors is asked for again
)

// drawPatience is the purpose of a proposer's draws.
const drawPatience uint8 = 1

// Node is one incarnation of a server, in all its roles.
type Node struct {
	*cluster
	self sim.NodeID
	me   int // the node's rank

	disk     flusher
	acceptor acceptor
	proposer proposer
	learner  learner
	reads    []heldRead
	wish     wish

	seen   uint64     // the highest ballot heard of
	leader sim.NodeID // believed to lead; Nobody if unknown
	role   uint64     // as stated: sim.Leader, sim.Follower, sim.Learner, or 0
	held   uint64     // the ballot in which the role was taken
}

var (
	_ sim.Node   = (*Node)(nil)
	_ sim.Keeper = (*Node)(nil)
)

// New returns the maker of a cluster's servers: it makes an incarnation of the server
// self. All that an incarnation knows of former ones is on its disk. The first
// proposer opens a ballot at the beginning.
func New(config Config, servers []sim.NodeID) func(self sim.NodeID) sim.Node {
	shared := newCluster(config, servers)
	return func(self sim.NodeID) sim.Node {
		return &Node{cluster: shared, self: self, me: shared.rank(self)}
	}
}

// plays tells whether the node is in a set of servers.
func (n *Node) plays(set uint64) bool { return set&bit(n.me) != 0 }

// learns tells whether the node is told what is chosen.
func (n *Node) learns() bool { return n.plays(n.told()) }

// told are those who are told what is chosen. Proposers are: they answer their clients,
// and have to know which slots are taken and who accepts for the next ones.
func (c *cluster) told() uint64 { return c.learners | c.proposers }

// Start implements sim.Node.
func (n *Node) Start(env *sim.Env) {
	isBeginning := env.Now() == 0
	n.recover(env)
	n.seen = n.acceptor.promised
	if n.config.leases() && !isBeginning {
		// A former incarnation may have promised to nobody else for that long.
		n.acceptor.lentUntil = env.Now() + n.config.Lease
	}
	if !n.plays(n.proposers) {
		role := sim.Acceptor
		if n.plays(n.learners) {
			role = sim.Learner
		}
		n.take(env, role, 0)
		return
	}
	n.follow(env)
	if isBeginning && n.proposers&(bit(n.me)-1) == 0 && n.seen == 0 {
		n.campaign(env, 0)
	}
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m)
	case *accept:
		n.receiveAccept(env, from, m)
	case *accepted:
		n.receiveAccepted(env, from, m)
	case *chosen:
		n.receiveChosen(env, m)
	case *beat:
		n.receiveBeat(env, from, m)
	case *beatAck:
		n.receiveBeatAck(env, from, m)
	case *prepare:
		n.receivePrepare(env, from, m)
	case *promise:
		n.receivePromise(env, from, m)
	case *refused:
		n.receiveRefused(env, m)
	case *want:
		n.receiveWant(env, from, m)
	case *taught:
		n.receiveTaught(env, from, m)
	case *image:
		n.receiveImage(env, m)
	case *probe:
		n.receiveProbe(env, from, m)
	case *probed:
		n.receiveProbed(env, from, m)
	case *inquiry:
		n.receiveInquiry(env, from, m)
	case *change:
		n.receiveChange(env, from, m)
	case *handover:
		n.receiveHandover(env, m)
	case *stands:
		n.receiveStands(env, from, m)
	case *changed:
		n.receiveChanged()
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
		n.resend(env)
	case timerCatch:
		n.catchUp(env)
	case timerHeld:
		n.giveUp(env, sim.OpID(t.A), uint8(t.B))
	case timerFlush:
		n.startFlush(env)
	case timerWish:
		n.insist(env)
	case sim.SignalHandover:
		n.handOver(env, t)
	case sim.SignalJoin, sim.SignalLeave:
		n.wishes(env, t)
	case sim.SignalElect:
		n.forced(env)
	}
}

// Inspect implements sim.Inspector: it yields what the node has learnt.
func (n *Node) Inspect(yield func(sim.Copy)) { n.learner.store.Inspect(n.learner.applied, yield) }

// Keeps implements sim.Keeper: only who learns is to hold anything.
func (n *Node) Keeps(sim.Key) bool { return n.learns() }

// send sends to a server, which may be the node itself.
func (n *Node) send(env *sim.Env, to sim.NodeID, m sim.Message) {
	if to == n.self {
		n.Receive(env, n.self, m)
		return
	}
	env.Send(to, m)
}

// sendTo sends to a set of servers; to the node itself last, for it answers at once.
func (n *Node) sendTo(env *sim.Env, set uint64, m sim.Message) {
	for rank, id := range n.servers {
		if set&bit(rank) != 0 && rank != n.me {
			env.Send(id, m)
		}
	}
	if n.plays(set) {
		n.Receive(env, n.self, m)
	}
}

// take states a role.
func (n *Node) take(env *sim.Env, role, ballot uint64) {
	if n.role == role && n.held == ballot {
		return
	}
	if n.role != 0 {
		env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Left, A: n.held, B: n.role})
	}
	n.role, n.held = role, ballot
	env.Observe(sim.Observation{Fact: sim.Role, Why: sim.Held, A: ballot, B: role})
}

// hear takes note of a ballot in which somebody leads; false when it is over.
func (n *Node) hear(env *sim.Env, from sim.NodeID, ballot uint64) bool {
	if ballot < n.seen {
		return false
	}
	n.notice(env, ballot)
	if n.seen != ballot {
		return false // the node has opened one of its own
	}
	n.leader = from
	if from != n.self {
		n.proposer.tries = 0
		n.calm(env)
	}
	return true
}

// notice takes note of a ballot: a higher one ends what the node itself was at.
func (n *Node) notice(env *sim.Env, ballot uint64) {
	if ballot <= n.seen {
		return
	}
	n.seen, n.leader = ballot, sim.Nobody
	if p := &n.proposer; p.phase != idle && p.ballot < ballot {
		n.preempted(env)
	}
}

// learner is what a node knows to be chosen.
type learner struct {
	store   *machine.Store
	base    uint64         // a snapshot stands for the slots up to here
	log     []replog.Entry // what is chosen for the slots behind base, up to applied
	applied uint64         // every slot up to here is chosen, and applied
	ahead   map[uint64]*tally

	known   uint64        // somebody knows the slots up to here to be chosen
	wanted  uint64        // a read waits for the slots up to here
	teacher int           // the rank that was asked last in turn
	turn    uint64        // how often somebody was asked
	fresh   time.Duration // all that was acknowledged by then is known; before 0: nothing
	timer   sim.TimerID
	asked   uint64 // as of which applied slot something was asked for

	// configurations are those that rule slots from applied on, and what comes after.
	configurations []configuration
	shot           snapshot // the newest
	coming         uint64   // a snapshot up to here is on its way to the disk
}
