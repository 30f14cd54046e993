package dynamo

import (
	"time"

	"simrun/sim"
)

// health is a coordinator's opinion of the nodes that it asks. A node that owes an
// answer for too long falls under suspicion; it is then asked for a sign of life
// again and again, and rises with the first answer. What a node sends of its own
// accord proves nothing: it may be heard and yet hear nobody.
type health struct {
	on           bool
	told         bool // others say who is under suspicion: see gossip
	after, every time.Duration
	members      []sim.NodeID
	peers        []peer // by node
	kind         sim.TimerKind
	label        uint64 // of the timers: sessions of one client share its timers
	timer        sim.TimerID
	awake        bool // the timer is set
	wakes        time.Duration
	pings        uint64
}

// peer is one node.
type peer struct {
	state presence
	due   time.Duration // when it falls under suspicion, or is asked again
}

// presence is what is believed of a node.
type presence uint8

const (
	present   presence = iota
	owing              // an answer
	suspected          // it owed one for too long
)

func (h *health) start(p *plan, members []sim.NodeID, kind sim.TimerKind, label uint64) {
	*h = health{on: true, told: p.ring.detection, after: p.suspectAfter, every: p.pingEvery, members: members, kind: kind, label: label}
	last := sim.Nobody
	for _, id := range members {
		last = max(last, id)
	}
	h.peers = make([]peer, int(last)+1)
}

// suspects tells whether a node is under suspicion.
func (h *health) suspects(id sim.NodeID) bool { return h.peers[id].state == suspected }

// expect notes that a node was asked something.
func (h *health) expect(env *sim.Env, id sim.NodeID) {
	p := &h.peers[id]
	if h.told || p.state != present || id == env.Self() {
		return
	}
	p.state, p.due = owing, env.Now()+h.after
	h.wake(env, p.due)
}

// heard notes an answer. It tells whether the node had been under suspicion.
func (h *health) heard(id sim.NodeID) bool {
	if h.told {
		return false
	}
	p := &h.peers[id]
	risen := p.state == suspected
	p.state = present
	return risen
}

// believe takes what others say of a node.
func (h *health) believe(id sim.NodeID, state presence) { h.peers[id].state = state }

// probe asks a node for a sign of life, unless that is done anyway.
func (h *health) probe(env *sim.Env, id sim.NodeID) {
	if !h.suspects(id) && id != env.Self() {
		h.ping(env, id)
		h.expect(env, id)
	}
}

func (h *health) ping(env *sim.Env, id sim.NodeID) {
	h.pings++
	env.Send(id, &ping{h.pings})
}

// wake sees to it that the timer fires at a time or before.
func (h *health) wake(env *sim.Env, at time.Duration) {
	if h.awake && h.wakes <= at {
		return
	}
	if !h.awake || !env.Reset(h.timer, at-env.Now()) {
		h.timer = env.After(at-env.Now(), sim.Timer{Kind: h.kind, A: h.label})
	}
	h.awake, h.wakes = true, at
}

// fire judges those whose time has come: who owes an answer is suspected from now
// on, and each suspect is asked. fell is called for those that fell.
func (h *health) fire(env *sim.Env, fell func(sim.NodeID)) {
	h.awake = false
	if h.told {
		return
	}
	now := env.Now()
	for _, id := range h.members {
		p := &h.peers[id]
		if p.state == present || p.due > now {
			continue
		}
		fallen := p.state == owing
		p.state, p.due = suspected, now+h.every
		h.ping(env, id)
		if fallen {
			fell(id)
		}
	}
	for _, id := range h.members {
		if p := &h.peers[id]; p.state != present {
			h.wake(env, p.due)
		}
	}
}
