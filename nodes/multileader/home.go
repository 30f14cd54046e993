package multileader

import (
	"slices"
	"time"

	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is how conflicts are avoided: each key has a home, a datacentre whose leader alone
// writes it (Kleppmann, "Designing Data-Intensive Applications", chapter 5: conflict
// avoidance). Other leaders forward what their clients write. Homes are dealt out by rendezvous, so that
// all know them without asking, and a datacentre that gives up its keys leaves all others' where they are.
//
// A home moves in one of two ways. Handed over: the old home writes down, before anybody hears
// of it, that it writes its keys no more and what it had by then; the new one writes them once
// it has all of that. So no two write a key without knowledge of each other, unless the old home's
// leader is lost before another server of its datacentre has heard: what is given up is on that
// leader's disk alone until then, and who is promoted takes the keys for its own still. By suspicion: who
// has not heard of the home for a while takes the next one for it, and the old home, cut off
// and alive, goes on.

// cession is how a datacentre gives up its keys.
type cession struct {
	under bool   // it has begun, and is not on disk yet
	tag   uint64 // of the sync that ends it
	part  part   // what the datacentre's part is then
}

// forward passes a client's write on to the leader of the key's home.
type forward struct {
	Client  sim.NodeID
	Epoch   uint64 // in which the receiver leads, as the sender believes: no other lead of it may do this
	Request kv.Request
}

// Kind implements sim.Message.
func (*forward) Kind() sim.Kind {
	return sim.Kind{Class: sim.Client, Code: codeForward, Name: "forward"}
}

// Subject implements sim.Message.
func (m *forward) Subject() sim.Subject { return m.Request.Subject() }

// Encode implements sim.Message.
func (m *forward) Encode(e *sim.Encoder) {
	e.Uint("client", uint64(m.Client))
	e.Uint("epoch", m.Epoch)
	m.Request.Encode(e)
}

// homes lists the datacentres that take part, in the order in which they would be a key's home.
func (n *Node) homes(env *sim.Env, key sim.Key) []int {
	var all []int
	for place := range n.centres {
		if n.parts[place].In {
			all = append(all, place)
		}
	}
	weight := func(place int) uint64 {
		return env.Weight(uint64(sim.NumberSubject(uint64(key)+1)), n.members[n.centres[place][0]])
	}
	slices.SortStableFunc(all, func(a, b int) int {
		switch x, y := weight(a), weight(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return all
}

// home is a key's home as this leader believes. Until is what it must have to be that itself.
func (n *Node) home(env *sim.Env, key sim.Key) (home int, until kv.Context) {
	all := n.homes(env, key)
	for _, place := range all {
		p := &n.parts[place]
		if !p.Away && !n.isSuspect(env, place) {
			return place, until
		}
		until = versions.Union(until, p.Goal)
	}
	return all[0], until
}

// isSuspect tells whether nobody of a datacentre was heard for longer than a home may be silent.
func (n *Node) isSuspect(env *sim.Env, place int) bool {
	if n.config.HomeMoves != "suspicion" || place == n.place {
		return false
	}
	heard := time.Duration(0)
	for _, rank := range n.centres[place] {
		heard = max(heard, n.peers[rank].heard)
	}
	return env.Now()-heard > n.config.HomePatience
}

// atHome writes a key here if this is its home, and else has its home's leader do so. A write that
// one leader may have made is left in doubt where another would have to make it now.
func (n *Node) atHome(env *sim.Env, client sim.NodeID, r *kv.Request) {
	home, until := n.place, kv.Context(nil)
	if n.config.Homes == "key" {
		home, until = n.home(env, r.Key)
	}
	switch {
	case n.isKnown(r.Op):
		n.accept(env, client, r)
	case r.Epoch > 0 && n.isElsewhere(env, r, home):
		n.abandon(env, client, r)
	case home == n.place:
		n.asHome(env, client, r, until)
	default:
		leader := n.leaders[home]
		n.forwarded[r.Op] = leader
		env.Send(leader.id, &forward{Client: client, Epoch: leader.epoch, Request: *r})
	}
}

// isElsewhere tells whether a write in doubt may have been made by another leader than would make
// it now. What a former lead of this server forwarded is not known; it forwarded nothing of
// keys whose home is here before all others.
func (n *Node) isElsewhere(env *sim.Env, r *kv.Request, home int) bool {
	if r.Epoch != n.held {
		return home != n.place || n.homes(env, r.Key)[0] != n.place
	}
	sent, wasSent := n.forwarded[r.Op]
	return wasSent && sent != n.leaders[home]
}

// asHome writes a key of this datacentre's, once it has what the key's former homes had.
func (n *Node) asHome(env *sim.Env, client sim.NodeID, r *kv.Request, until kv.Context) {
	if n.ceding.under || !versions.SeesAll(n.seen, until) {
		n.refuse(env, client, r, sim.TokenBehind)
		return
	}
	n.accept(env, client, r)
}

// receiveForward handles a write that another leader passed on. It is not passed on again: who
// disagrees about the home has the client wait. What was meant for another lead, and may have been
// made there, is left in doubt.
func (n *Node) receiveForward(env *sim.Env, m *forward) {
	r := &m.Request
	isMeant := n.serves(r) && n.held == m.Epoch
	switch home, until := n.home(env, r.Key); {
	case n.serves(r) && n.isKnown(r.Op):
		n.accept(env, m.Client, r)
	case !isMeant && r.Epoch > 0:
		n.abandon(env, m.Client, r)
	case !isMeant || home != n.place:
		n.refuse(env, m.Client, r, sim.TokenBehind)
	default:
		n.asHome(env, m.Client, r, until)
	}
}

// cede gives up the homes of all keys that this leader's datacentre is home of.
func (n *Node) cede(env *sim.Env) {
	mine := n.parts[n.place]
	if n.config.Homes != "key" || n.role != sim.Leader || mine.Away || n.ceding.under || len(n.active()) < 2 {
		return
	}
	mine.Away, mine.Goal, mine.Version = true, n.seen, mine.Version+1
	all := slices.Clone(n.parts)
	all[n.place] = mine
	env.Disk().Replace(fileParts, &roster{Parts: all})
	n.flush(env)
	n.ceding = cession{under: true, part: mine, tag: n.disk.tag}
	if n.disk.again {
		n.ceding.tag++
	}
}

// ceded tells everybody, once it is on disk, that the datacentre's keys have other homes.
func (n *Node) ceded(env *sim.Env, tag uint64) {
	if c := n.ceding; c.under && tag >= c.tag {
		n.ceding = cession{}
		if c.part.Version > n.parts[n.place].Version {
			c.part.Version-- // change counts
			n.change(env, c.part)
		}
	}
}
