package dynamo

import (
	"slices"
	"time"

	"simrun/sim"
)

// This file is when the ring goes on from one version to the next. What is to be
// known for that, nodes tell each other by gossip, and it stays true once it is: that
// a node has a version on its disk, and that it has all the data of a change there.

// arc is the keys that have the same homes, in the ring and in the next one.
type arc struct{ old, next []sim.NodeID }

// arcsOf lists the arcs of a change, none where there is none.
func arcsOf(l *layout) []arc {
	if l.next == nil {
		return nil
	}
	var points []uint64
	for _, side := range []*layout{l, l.next} {
		if side.ring != nil {
			points = append(points, side.ring.Points()...)
		}
	}
	slices.Sort(points)
	list := []arc{{l.at(0), l.next.at(0)}}
	for _, point := range slices.Compact(points) {
		list = append(list, arc{l.at(point), l.next.at(point)})
	}
	return list
}

// at lists the homes at a position.
func (l *layout) at(position uint64) []sim.NodeID {
	if l.ring == nil {
		return l.members
	}
	var homes []sim.NodeID
	for _, at := range l.ring.At(position, nil) {
		homes = append(homes, l.members[at])
	}
	return homes
}

// gains tells whether a node becomes a home of the arc.
func (a *arc) gains(id sim.NodeID) bool { return place(a.old, id) < 0 && place(a.next, id) >= 0 }

// sources are the homes from which a new home of an arc must have everything: so many
// that every write quorum of the old homes has one among them, the first in the order
// of preference that are not given up. Who is replaced is not asked.
func (p *plan) sources(old []sim.NodeID, gone sim.NodeID, without []sim.NodeID) (list []sim.NodeID, enough bool) {
	return firstOf(old, gone, without, p.n-p.w+1)
}

// firstOf are the first k homes that are not replaced, nor among some; there may be
// fewer, and then not enough. Of the one that is replaced nothing is expected: what it
// alone held is lost with it, so that none can be enough.
func firstOf(homes []sim.NodeID, gone sim.NodeID, without []sim.NodeID, k int) (list []sim.NodeID, enough bool) {
	if place(homes, gone) >= 0 {
		k = min(k, len(homes)-1)
	}
	for _, id := range homes {
		if len(list) < k && id != gone && place(without, id) < 0 {
			list = append(list, id)
		}
	}
	return list, len(list) == k
}

// steward does what is this node's to do about the ring.
func (m *membership) steward(env *sim.Env) {
	if m.Config.Version == 0 || !m.saved() {
		return
	}
	if m.Config.Step == steady {
		m.clean(env)
		m.follow(env)
		return
	}
	next, due := m.onward(env)
	if !due {
		m.ready = 0
		return
	}
	if m.ready == 0 {
		m.ready = env.Now()
	}
	rank := m.rank()
	if rank >= 0 && env.Now()-m.ready >= time.Duration(rank)*campaignTicks*m.plan.ring.every {
		m.propose(env, next)
	}
}

// follow begins the change that the node wishes for, unless it could not be completed
// at present. It looks at that once a round of gossip, for it takes a whole ring.
func (m *membership) follow(env *sim.Env) {
	round := m.gossip.ticks + 1
	if m.Wish.pointless(&m.Config, m.self) || m.vain == round {
		return
	}
	next, ok := m.Config.begun(m.Wish, m.self, m.plan.n)
	if ok && m.feasible(env, &next) {
		m.propose(env, next)
		return
	}
	m.vain = round
}

// feasible tells whether nobody is under suspicion without whom a change cannot be
// completed.
func (m *membership) feasible(env *sim.Env, next *ringConfig) bool {
	var l layout
	l.adopt(env, m.plan, next)
	return m.possible(arcsOf(&l), next.Gone)
}

func (m *membership) possible(arcs []arc, gone sim.NodeID) bool {
	suspects := m.gossip.suspects()
	for i := range arcs {
		a := &arcs[i]
		for _, id := range a.next {
			if !a.gains(id) {
				continue
			}
			if _, enough := m.plan.sources(a.old, gone, suspects); !enough || place(suspects, id) >= 0 {
				return false
			}
		}
	}
	return true
}

// onward is the version that is due in a change.
func (m *membership) onward(env *sim.Env) (next ringConfig, due bool) {
	switch {
	case m.Config.Step == turning:
		return m.Config.done(), m.turned()
	case m.filled():
		return m.Config.turned(), true
	}
	late := env.Now()-m.begun >= m.plan.ring.patience
	return m.Config.undone(), late && !m.possible(m.arcs, m.Config.Gone)
}

// filled tells whether every new home has all that it is to hold on its disk.
func (m *membership) filled() bool {
	for i := range m.arcs {
		a := &m.arcs[i]
		for _, id := range a.next {
			if a.gains(id) && m.gossip.of(id).Filled < m.Config.Version {
				return false
			}
		}
	}
	return true
}

// turned tells whether no read quorum of old homes is left that could still serve the
// old ring: only then may writes leave it.
func (m *membership) turned() bool {
	var behind []sim.NodeID
	for _, id := range m.all {
		if m.gossip.of(id).Ring < m.Config.Version {
			behind = append(behind, id)
		}
	}
	for i := range m.arcs {
		if _, enough := firstOf(m.arcs[i].old, m.Config.Gone, behind, m.plan.n-m.plan.r+1); !enough {
			return false
		}
	}
	return true
}

// clean drops the keys that the node is no home of. It waits for what is not yet on
// disk, and is repeated until nothing is left.
func (m *membership) clean(env *sim.Env) {
	if m.cleaned {
		return
	}
	m.cleaned = true
	s, dropped := &m.replica.store, false
	for key := range s.cells {
		at := sim.Key(key)
		if len(s.cells[key].set) == 0 || holder(m.Config.Members, m.self) >= 0 && place(m.local.layout.homes(at), m.self) >= 0 {
			continue
		}
		if s.cells[key].mark > s.safe {
			m.cleaned = false
			continue
		}
		dropped = true
		for _, v := range s.drop(at) {
			env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Collected, Key: at, Op: v.Value.ID, A: v.Time})
		}
	}
	if dropped {
		s.rewrite(env.Disk())
		m.replica.sync(env)
	}
}

// moved tells whether the node is no home of a key any more, by a ring that changes.
func (r *replica) moved(key sim.Key) bool {
	if r.plan.ring.start == 0 {
		return false
	}
	c := r.local.layout.circle(key)
	return place(c.homes, r.self) < 0
}

// forsake gives up the hints for nodes that are no members any more: new homes were
// given by others what they are to hold.
func (r *replica) forsake(env *sim.Env, config *ringConfig) {
	if config.Step != steady {
		return
	}
	for i := range r.hints.owed {
		o := &r.hints.owed[i]
		if holder(config.Members, o.owner) >= 0 {
			continue
		}
		for number := o.first; number < o.end(); number++ {
			if h := o.at(number); h != nil && h.kept {
				r.letGo(env, o, number, sim.Dropped)
			}
		}
	}
}
