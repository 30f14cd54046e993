package paxos

import (
	"math/bits"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// wish is a change of acceptors that this server asks for until it is chosen.
type wish struct {
	active  bool
	adds    uint64 // ranks, a bit for each
	removes uint64
}

// done tells whether a configuration is as was wished for.
func (w wish) done(c configuration) bool {
	return c.Acceptors&w.adds == w.adds && c.Acceptors&w.removes == 0
}

// wishes begins to ask that this server accept, be it in another one's place, or accept
// no more.
func (n *Node) wishes(env *sim.Env, t sim.Timer) {
	w := wish{active: true, adds: bit(n.me)}
	if t.Kind == sim.SignalLeave {
		w = wish{active: true, removes: bit(n.me)}
	}
	if rank := n.rank(sim.NodeID(t.A)); t.Kind == sim.SignalJoin && t.A > 0 && rank >= 0 {
		w.removes = bit(rank)
	}
	n.wish = w
	n.insist(env)
}

// insist asks the proposers, and again until one has seen to it.
func (n *Node) insist(env *sim.Env) {
	if !n.wish.active || n.learns() && n.wish.done(n.newest()) {
		n.wish.active = false
		return
	}
	n.sendTo(env, n.proposers, &change{Adds: n.wish.adds, Removes: n.wish.removes})
	env.After(n.config.Resend, sim.Timer{Kind: timerWish})
}

// receiveChange has a new configuration chosen, if the node leads and none is on its way.
func (n *Node) receiveChange(env *sim.Env, from sim.NodeID, m *change) {
	w := wish{adds: m.Adds, removes: m.Removes}
	switch {
	case n.proposer.phase != leading:
	case w.done(n.newest()):
		if from != n.self {
			env.Send(from, &changed{about: m.about})
		}
	default:
		n.reconfigure(env, n.newest().Acceptors&^m.Removes|m.Adds)
	}
}

// receiveChanged ends a wish that came true.
func (n *Node) receiveChanged() { n.wish.active = false }

// newest is the configuration chosen last; it may not rule yet.
func (n *Node) newest() configuration {
	all := n.learner.configurations
	return all[len(all)-1]
}

// reconfigure proposes who is to accept, one change after another: the next is not proposed
// before the last one is applied.
func (n *Node) reconfigure(env *sim.Env, acceptors uint64) {
	r := &n.proposer.ruling
	isBusy := r.change > n.learner.applied
	for i := range r.queue {
		isBusy = isBusy || isConfiguration(&r.queue[i].entry)
	}
	if isBusy || bits.OnesCount64(acceptors) == 0 {
		return
	}
	r.queue = append(r.queue, proposal{
		about: about(sim.NumberSubject(acceptors)),
		entry: replog.Entry{Body: []uint64{acceptors}},
	})
	n.pump(env)
}
