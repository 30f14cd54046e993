package leaderfollower

import (
	"time"

	"simrun/sim"
)

// relay is a ship on its way through others: who receives it passes it on to the
// members that it names, before its own disk has it. That is safe, for a write that is passed
// on is one that comes late from the leader, and every follower confirms to the
// leader itself what it has on disk. It takes the leader's sending off the leader: in a
// chain to all but one follower, in a tree to all but fan_out.
type relay struct {
	carriage
	Leader sim.NodeID   // who ships
	Onward []sim.NodeID // to whom it is to be passed on, by whatever way
}

// Kind implements sim.Message.
func (*relay) Kind() sim.Kind { return sim.Kind{Class: sim.Replicate, Code: codeRelay, Name: "relay"} }

// Encode implements sim.Message.
func (m *relay) Encode(e *sim.Encoder) {
	m.carriage.Encode(e)
	e.Uint("leader", uint64(m.Leader))
	e.Uint("onward", uint64(len(m.Onward)))
	for _, id := range m.Onward {
		e.Uint("node", uint64(id))
	}
}

// place in the tree of one follower, as the leader keeps it. Where nothing is confirmed
// for a while, the leader cannot know which of those on the way is at fault: it feeds
// the follower itself, and lets it back into the tree, at its end, once it confirms again; the
// more often it fell out the later.
type branch struct {
	strikes  int           // times that nothing was confirmed for a while, of late
	struck   time.Duration // when last
	falls    int           // times that it fell out of the tree
	detached bool          // the leader feeds it itself
	at       uint64        // the log's end when it fell out
	back     time.Duration // when it may come back
}

const (
	// forgiven is after how many times of resending a strike is forgotten: single
	// messages that are lost break no tree.
	forgiven = 8
	// longestFall bounds how often the time outside the tree is doubled.
	longestFall = 6
)

// width is to how many others a member passes on a write; 0 where there is no tree.
func (c *cluster) width() int {
	switch c.config.Replication {
	case "chain":
		return 1
	case "fan-out":
		return c.config.FanOut
	}
	return 0
}

// strike takes note that a follower confirmed nothing for a while.
func (n *Node) strike(env *sim.Env, rank int) {
	if n.width() == 0 {
		return
	}
	b, now := &n.ruling.peers[rank].branch, env.Now()
	if now-b.struck > forgiven*n.config.Resend {
		b.strikes = 0
	}
	b.struck = now
	if b.strikes++; b.strikes < 2 || b.detached {
		return
	}
	b.detached, b.strikes, b.at = true, 0, n.log.Last().Index
	b.back = now + n.config.Resend<<min(b.falls, longestFall)
	b.falls++
}

// takeBack lets those back into the tree that confirm again.
func (n *Node) takeBack(env *sim.Env) {
	for rank := range n.ruling.peers {
		p := &n.ruling.peers[rank]
		if b := &p.branch; b.detached && p.match >= b.at && env.Now() >= b.back {
			b.detached = false
			n.ruling.order.toEnd(rank)
		}
	}
}

// order is in which order the followers stand in the tree, by rank.
type order []int

// orderAfter begins with those that come after the leader.
func (c *cluster) orderAfter(leader int) order {
	if c.width() == 0 {
		return nil
	}
	var o order
	for i := 1; i < len(c.members); i++ {
		o = append(o, (leader+i)%len(c.members))
	}
	return o
}

func (o order) toEnd(rank int) {
	for i := range o {
		if o[i] == rank {
			copy(o[i:], o[i+1:])
			o[len(o)-1] = rank
			return
		}
	}
}

// shipByTree sends a ship on its way through the tree, and to those outside it.
func (n *Node) shipByTree(env *sim.Env, m *ship) {
	n.takeBack(env)
	index := m.last()
	var onward []sim.NodeID
	for _, rank := range n.ruling.order {
		p := &n.ruling.peers[rank]
		switch {
		case p.next != index:
			continue
		case p.branch.detached:
			env.Send(n.members[rank], m)
		default:
			onward = append(onward, n.members[rank])
		}
		n.shipped(env, rank, index)
	}
	n.sendOnward(env, &m.carriage, n.self, onward)
}

// sendOnward sends what a leader ships to as many members as the tree is wide, each of which
// passes it on to its share of the others.
func (n *Node) sendOnward(env *sim.Env, c *carriage, leader sim.NodeID, onward []sim.NodeID) {
	width := min(n.width(), len(onward))
	for i := range width {
		from, to := i*len(onward)/width, (i+1)*len(onward)/width
		env.Send(onward[from], &relay{carriage: *c, Leader: leader, Onward: onward[from+1 : to : to]})
	}
}

// receiveRelay takes a write that came through others, and passes it on.
func (n *Node) receiveRelay(env *sim.Env, m *relay) {
	if !n.obey(env, m.Leader, m.Epoch, m.about) {
		return
	}
	n.sendOnward(env, &m.carriage, m.Leader, m.Onward)
	n.takeShip(env, m.Leader, &m.carriage)
}
