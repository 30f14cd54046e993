package dynamo

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// The kinds of a node's timers.
const (
	timerGiveUp sim.TimerKind = iota + 1
	timerSync
	timerSpread
	timerDetect
	timerHints
	timerReplay
	timerCollect
	timerPrepare
	timerDecision
	timerInquire
	timerEntropy
	timerExchange
	timerGossip
)

// Node is one member of the store: a replica, and a coordinator for the clients
// that ask it.
type Node struct {
	plan        *plan
	members     []sim.NodeID
	replica     replica
	coordinator coordinator
	entropy     antiEntropy
	recent      recent[sim.OpID]
	ring        *membership // where nodes gossip
}

// New returns the maker of a member's incarnations. The configuration must have
// passed Check and Fits; members are all of the store's nodes, in order.
func New(c Config, members []sim.NodeID) func(self sim.NodeID) sim.Node {
	p := c.plan()
	return func(self sim.NodeID) sim.Node {
		n := &Node{plan: p, members: members}
		n.replica = replica{plan: p, self: self, store: store{rule: p.rule, datatype: p.datatype}, local: &n.coordinator}
		n.ring = newMembership(n, self)
		n.coordinator = coordinator{plan: p, replica: &n.replica, ring: n.ring}
		n.entropy = antiEntropy{plan: p, replica: &n.replica}
		return n
	}
}

// Start implements sim.Node. The monotonic clock goes on through restarts, so that
// no two incarnations begin at the same time: that makes each another actor.
func (n *Node) Start(env *sim.Env) {
	n.coordinator.start(env, n.members, sim.NumberSubject(uint64(env.Now())), timerDetect)
	n.plantForest()
	n.replica.preload(env)
	n.replica.store.load(env.Disk())
	n.replica.recovered(env)
	n.replica.buryAll(env)
	n.replica.loadHints(env, n.members)
	n.resumeTransactions(env)
	n.entropy.start(env)
	n.ring.start(env)
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if n.replica.receive(env, from, m) || n.coordinator.receive(env, from, m) {
		return
	}
	if n.plan.entropy != entropyNone && n.entropy.receive(env, from, m) {
		return
	}
	switch m := m.(type) {
	case *kv.Request:
		n.request(env, from, m, wallTime(env))
	case *timed:
		n.request(env, from, &m.Request, m.Time)
	case *forward:
		n.takeForward(env, m)
	}
}

// request coordinates an op for a client.
func (n *Node) request(env *sim.Env, from sim.NodeID, q *kv.Request, time uint64) {
	if !n.plan.datatype.supports(q.Code) {
		n.refuse(env, from, q)
		return
	}
	if q.Code.Writes() && !n.plan.repeatable() && !n.recent.add(q.Op) {
		return // the network's copy: it would be another write, here or at another home
	}
	if n.forwards(env, from, q, time) {
		return
	}
	r := n.coordinator.begin(env, q, from, time)
	if r.stage != closed {
		r.due = env.After(n.plan.patience, sim.Timer{Kind: timerGiveUp, Subject: r.Subject(), A: r.Round})
	}
}

func refusal(q *kv.Request) kv.Reply {
	return kv.Reply{Op: q.Op, Attempt: q.Attempt, Outcome: sim.Fail, Error: sim.Unavailable}
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	switch t.Kind {
	case timerGiveUp:
		n.coordinator.giveUp(env, t.A)
	case timerSync:
		n.replica.askAgain(env)
	case timerSpread:
		n.replica.passNext(env)
	case timerDetect:
		n.coordinator.detect(env)
	case timerHints:
		n.replica.lookAtHints(env)
	case timerReplay:
		n.replica.resume(env, sim.NodeID(t.A))
	case timerCollect:
		n.replica.collect(env)
	case timerPrepare:
		n.coordinator.outOfPatience(env, t.A)
	case timerDecision:
		n.coordinator.spreadAgain(env, t.A)
	case timerInquire:
		n.replica.inquire(env, t.A, sim.Key(t.B))
	case timerEntropy:
		n.entropy.turn(env)
	case timerExchange:
		n.entropy.retry(env, t.A)
	case timerGossip:
		n.ring.tick(env)
	case sim.SignalJoin, sim.SignalLeave:
		n.ring.signal(env, t)
	}
}

// Synced implements sim.Node.
func (n *Node) Synced(env *sim.Env, s sim.Sync) { n.replica.synced(env, s) }

// Keeps implements sim.Keeper: a home is to hold a key.
func (n *Node) Keeps(key sim.Key) bool {
	return place(n.coordinator.layout.homes(key), n.replica.self) >= 0
}

// Inspect implements sim.Inspector.
func (n *Node) Inspect(yield func(sim.Copy)) { n.replica.store.inspect(yield) }
