package paxos

import (
	"slices"

	"simrun/sim"
)

// inquiry asks a server for a client's quorum read: for the highest slot that it has accepted, and for
// what it has applied.
type inquiry struct {
	Op      sim.OpID
	Attempt uint8
	Key     sim.Key
	Barrier uint64 // the read waits for the slots up to here; 0 while that is not known
}

// Kind implements sim.Message.
func (*inquiry) Kind() sim.Kind {
	return sim.Kind{Class: sim.Client, Code: codeInquiry, Name: "inquiry"}
}

// Subject implements sim.Message.
func (m *inquiry) Subject() sim.Subject { return sim.OpSubject(m.Op, m.Attempt) }

// Encode implements sim.Message.
func (m *inquiry) Encode(e *sim.Encoder) {
	e.Op("op", m.Op)
	e.Uint("attempt", uint64(m.Attempt))
	e.Uint("key", uint64(m.Key))
	e.Uint("barrier", m.Barrier)
}

// inquired answers an inquiry.
type inquired struct {
	Op      sim.OpID
	Attempt uint8
	Highest uint64 // slot accepted, or behind a snapshot

	Learns  bool        // the rest is said only by who learns
	Applied uint64      // the slot as of which Values is what the key holds
	Values  []sim.Value // none where it holds nothing
	Size    uint32
	Views   []configuration // those that rule behind Applied
}

// Kind implements sim.Message.
func (*inquired) Kind() sim.Kind {
	return sim.Kind{Class: sim.Client, Code: codeInquired, Name: "inquired"}
}

// Subject implements sim.Message.
func (m *inquired) Subject() sim.Subject { return sim.OpSubject(m.Op, m.Attempt) }

// Encode implements sim.Message.
func (m *inquired) Encode(e *sim.Encoder) {
	e.Op("op", m.Op)
	e.Uint("attempt", uint64(m.Attempt))
	e.Uint("highest", m.Highest)
	e.Bool("learns", m.Learns)
	e.Uint("applied", m.Applied)
	e.Values("values", m.Values)
	e.Uint("views", uint64(len(m.Views)))
	for i := range m.Views {
		m.Views[i].Encode(e)
	}
	e.Pad(int(m.Size))
}

// receiveInquiry answers a client that asks a quorum. As with receiveProbe, what is accepted and not durable
// may be counted.
func (n *Node) receiveInquiry(env *sim.Env, from sim.NodeID, m *inquiry) {
	reply := &inquired{Op: m.Op, Attempt: m.Attempt, Highest: max(n.acceptor.highest, n.acceptor.floor)}
	if l := &n.learner; n.learns() {
		n.urge(env, m.Barrier)
		reply.Learns, reply.Applied = true, l.applied
		reply.Values, reply.Size = l.store.Current(m.Key, l.applied)
		reply.Views = slices.Clone(n.ruled(l.applied+1, ^uint64(0)))
		n.stateServed(env, m.Op, m.Key, sim.ByQuorum)
	}
	env.Send(from, reply)
}

// urge has the slots up to one learnt, and filled where nobody proposes for them: what one acceptor has accepted
// need never be chosen, and a read waits for its slot.
func (n *Node) urge(env *sim.Env, slot uint64) {
	if slot > n.learner.applied {
		n.learner.wanted = max(n.learner.wanted, slot)
		n.fillUpto(env, slot)
		n.watchGap(env)
	}
}
