package dynamo

import "simrun/sim"

// This file is what a home does with writes that go by a newer version of the ring than
// its own. By its own it may be no home of the key, and then it would drop, as soon as it
// is stored, what it has acknowledged: so it waits until it has that version itself.

// early is a message that waits for the version of the ring that it goes by.
type early struct {
	from    sim.NodeID
	message sim.Message
}

// earlyLength is how many messages wait. The others are as good as lost on their way.
const earlyLength = 256

// premature tells whether a home must not yet take what it is given by a newer version
// of the ring. It keeps that, and asks the sender for the version.
func (r *replica) premature(env *sim.Env, from sim.NodeID, l *leg, message sim.Message) bool {
	return l.Ring > r.local.layout.version && r.local.ring.putOff(env, from, l, message)
}

// putOff keeps a message for later, unless the node is a home of the key by its own
// version and the message goes by the very next: then there is no version between the two
// that could take the key from it.
func (m *membership) putOff(env *sim.Env, from sim.NodeID, l *leg, message sim.Message) bool {
	if l.Ring == m.Config.Version+1 && !m.replica.moved(l.Key) {
		return false
	}
	m.inform(env, from, l.Ring)
	if len(m.early) < earlyLength {
		m.early = append(m.early, early{from, message})
	}
	return true
}

// catchUp takes what had to wait for the present version. What goes by an older one is
// refused, and what goes by a newer one waits on.
func (m *membership) catchUp(env *sim.Env) {
	waited := m.early
	m.early = nil
	for i := range waited {
		m.replica.receive(env, waited[i].from, waited[i].message)
	}
}

// noted is the number of the write to the disk that the present version is part of.
func (m *membership) noted() uint64 {
	if m == nil {
		return 0
	}
	return m.mark
}
