package dynamo

import (
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is puts under plain version vectors: one of the key's homes coordinates
// them, for only who holds the key's vector can advance it (Dynamo, section 4.4:
// the node that handles a write increments its own entry). A node that is no home
// hands the request on (section 5: to one of the top n of the preference list).

// forward hands a put on to a home of its key, which answers the client.
type forward struct {
	kv.Request
	Client sim.NodeID
	Time   uint64 // of the write
}

// Kind implements sim.Message.
func (m *forward) Kind() sim.Kind {
	return sim.Kind{Class: sim.Replicate, Code: codeForward, Name: "forward"}
}

// Encode implements sim.Message.
func (m *forward) Encode(e *sim.Encoder) {
	m.Request.Encode(e)
	e.Uint("client", uint64(m.Client))
	e.Uint("time", m.Time)
}

// forwards hands an op on where it is not this node's to coordinate. It tells whether
// it did, or refused.
func (n *Node) forwards(env *sim.Env, client sim.NodeID, q *kv.Request, time uint64) bool {
	if n.plan.rule != versions.Vectors || !q.Code.Writes() || n.isHome(q.Key) {
		return false
	}
	to := n.coordinator.healthyHome(env, q)
	if to == sim.Nobody {
		n.refuse(env, client, q)
		return true
	}
	env.Send(to, &forward{Request: *q, Client: client, Time: time})
	return true
}

func (n *Node) isHome(key sim.Key) bool {
	return place(n.coordinator.layout.homes(key), n.replica.self) >= 0
}

// takeForward coordinates a put that another node was asked for. Whoever is no home
// either refuses: a request is handed on once.
func (n *Node) takeForward(env *sim.Env, m *forward) {
	if !n.isHome(m.Key) {
		n.refuse(env, m.Client, &m.Request)
		return
	}
	n.request(env, m.Client, &m.Request, m.Time)
}

func (n *Node) refuse(env *sim.Env, client sim.NodeID, q *kv.Request) {
	reply := refusal(q)
	env.Send(client, &reply)
}

// healthyHome draws one of the key's homes that are not under suspicion; nobody if
// all are. Its answer goes to the client, so that it is asked for a sign of life.
func (c *coordinator) healthyHome(env *sim.Env, q *kv.Request) sim.NodeID {
	homes := c.layout.homes(q.Key)
	if !c.health.on {
		return c.layout.one(env, drawHome, q.Subject(), homes)
	}
	healthy := make([]sim.NodeID, 0, len(homes))
	for _, home := range homes {
		if !c.health.suspects(home) {
			healthy = append(healthy, home)
		}
	}
	if len(healthy) == 0 {
		return sim.Nobody
	}
	to := c.layout.one(env, drawHome, q.Subject(), healthy)
	c.health.probe(env, to)
	return to
}

// advance is what the home that coordinates a put holds after it: that is what the
// others are sent. The reply covers the put where it replaced all there was. Where it
// became one more sibling, the vector stands for siblings, too, that the client has
// not read; all that the client may hand back is what it handed in.
func (c *coordinator) advance(r *round, v *versions.Version, q *kv.Request, time uint64) versions.Set {
	held := c.replica.store.held(q.Key).set
	if last := c.clerk.last(q.Key); last.Counter > 0 && !versions.Covers(held.Covered(), last) {
		c.clerk.renew(q.Key) // what it counted is no longer here: its next event may not stand for that
	}
	by := c.clerk.next(q.Key, c.plan.floor(time))
	set := held.Put(*v, q.Context, by, c.plan.limited)
	r.covers = q.Context
	if len(set.Writes()) == 1 {
		r.covers = set.Covered()
	}
	return set
}
