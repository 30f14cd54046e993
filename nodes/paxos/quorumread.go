package paxos

import (
	"time"

	"simrun/sim"
)

// probing is a quorum read under way: acceptors are asked for the highest slot that they
// have accepted, and the read is answered once all slots up to the highest of these are
// known to be chosen (Charapko et al., "Linearizable Quorum Reads in Paxos", HotStorage
// 2019, who call the waiting rinse). Whatever was chosen before the read came was accepted
// by one of those asked.
type probing struct {
	began   time.Duration // one more than the time, so that 0 is never
	by      uint64        // who has answered, a bit for each rank
	version uint64        // of the newest configuration that was asked
	done    bool
	tries   int
}

// mostProbes is how often a read asks before it is given up.
const mostProbes = 8

// inquire begins to ask for a read.
func (n *Node) inquire(env *sim.Env, h heldRead) {
	h.probe = probing{began: env.Now() + 1}
	r := h.request
	h.timer = env.After(n.config.Resend, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
	n.reads = append(n.reads, h)
	n.sendProbe(env, &n.reads[len(n.reads)-1])
}

// sendProbe asks the acceptors of every configuration from the next slot on.
func (n *Node) sendProbe(env *sim.Env, h *heldRead) {
	set := uint64(0)
	for _, c := range n.ruled(n.learner.applied+1, ^uint64(0)) {
		set |= c.Acceptors
		h.probe.version = c.Version
	}
	n.sendTo(env, set&^h.probe.by, &probe{about(h.request.Subject())})
}

// askAgain asks those that have not answered.
func (n *Node) askAgain(env *sim.Env, h *heldRead) {
	h.probe.tries++
	r := h.request
	h.timer = env.After(n.config.Resend, sim.Timer{Kind: timerHeld, Subject: r.Subject(), A: uint64(r.Op), B: uint64(r.Attempt)})
	if all := n.learner.configurations; h.probe.version != all[len(all)-1].Version {
		h.probe.done, h.probe.by = false, 0
	}
	if !h.probe.done {
		n.sendProbe(env, h)
	}
}

// receiveProbe tells the highest slot accepted. What is not durable yet may be counted:
// it only makes a read wait for more.
func (n *Node) receiveProbe(env *sim.Env, from sim.NodeID, m *probe) {
	n.send(env, from, &probed{about: m.about, Highest: max(n.acceptor.highest, n.acceptor.floor)})
}

// receiveProbed counts an answer.
func (n *Node) receiveProbed(env *sim.Env, from sim.NodeID, m *probed) {
	for i := range n.reads {
		h := &n.reads[i]
		if h.probe.began == 0 || h.probe.done || h.request.Subject() != m.Subject() {
			continue
		}
		h.barrier = max(h.barrier, m.Highest)
		h.probe.by |= bit(n.rank(from))
		h.probe.done = n.isHeard(h.probe.by)
		if h.probe.done {
			n.learner.wanted = max(n.learner.wanted, h.barrier)
			n.watchGap(env)
			n.release(env)
		}
		return
	}
}

// isHeard tells whether every configuration that may have chosen something was heard.
func (n *Node) isHeard(by uint64) bool {
	for _, c := range n.ruled(n.learner.applied+1, ^uint64(0)) {
		if !n.hears(c, by) {
			return false
		}
	}
	return true
}

// isProbed tells whether a read has been answered by enough, the slots that they told of
// being applied. Where that has shown a configuration that was not asked, it is.
func (n *Node) isProbed(env *sim.Env, h *heldRead) bool {
	all := n.learner.configurations
	if !h.probe.done || all[len(all)-1].Version != h.probe.version {
		return false
	}
	n.learner.fresh = max(n.learner.fresh, h.probe.began-1)
	return true
}

// isFresh tells whether the node knows all that was acknowledged as long ago as its reads
// may lag.
func (n *Node) isFresh(env *sim.Env) bool {
	fresh := n.learner.fresh
	return fresh >= 0 && env.Now()-fresh <= n.config.MaxLag
}
