package raft

import "simrun/sim"

// gone tells a server that it is no member as of a committed place in the log: it may have missed
// that it was removed, or that the configuration which made it one was cut.
type gone struct {
	about
	Index uint64 // of that place
}

// Kind implements sim.Message.
func (*gone) Kind() sim.Kind { return sim.Kind{Class: sim.Control, Code: codeGone, Name: "gone"} }

// Encode implements sim.Message.
func (m *gone) Encode(e *sim.Encoder) { e.Uint("index", m.Index) }

// tellGone answers who asks for votes, or to leave, and is no member by the newest
// configuration that this server knows, if that is committed. Until it is told, it asks for ever
// (dissertation, section 4.2.3: disruptive servers).
func (n *Node) tellGone(env *sim.Env, to sim.NodeID) {
	if now := n.configs.newest(); now.index <= n.commit && !now.names(to) {
		env.Send(to, &gone{Index: n.commit})
	}
}

// receiveGone learns that this server is no member, unless it goes by a later configuration: up to
// the sender's place the log is committed, so that another configuration there was cut. It
// asks for no votes from then on, which is always safe. Who wished to be a member, and thought so
// by what it had known before, asks again.
func (n *Node) receiveGone(env *sim.Env, m *gone) {
	if n.role == sim.Leader || m.Index < n.configs.newest().index {
		return
	}
	n.goneUpTo = max(n.goneUpTo, m.Index+1)
	n.take(env, n.rest())
	if w := &n.wish; w.joins && w.instead != n.self && w.asOf == n.configs.newest().index {
		n.insist(env)
	}
}

// isGone tells whether the node was told that it is no member, and has learnt of no later configuration.
func (n *Node) isGone() bool { return n.goneUpTo > n.configs.newest().index }

// isMember tells whether the node is a member, as far as it knows.
func (n *Node) isMember() bool {
	return !n.isGone() && n.configs.newest().find(n.self, n.identity) != nil
}

// mayVote tells whether the node has a vote, as far as it knows.
func (n *Node) mayVote() bool {
	return !n.isGone() && n.configs.newest().canVote(n.self, n.identity)
}
