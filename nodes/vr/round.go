package vr

import "simrun/sim"

// rounds are a primary's rounds of questions whether it still is. Once f + 1 replicas have
// answered one, this node was primary when it began: each of them was in its view then, and no
// later view can have started without one of them. Reads that came before may be served.
type rounds struct {
	number    uint64 // the newest that began
	more      bool   // reads wait for another after it
	confirmed uint64 // the newest that f + 1 answered
}

// askRound is the round that must be answered before a read that arrives now is served.
// One is under way at a time; later reads share the next.
func (n *Node) askRound(env *sim.Env) uint64 {
	r := &n.ruling.rounds
	if r.number > r.confirmed {
		if n.config.readJoinsRound() {
			return r.number
		}
		r.more = true
		return r.number + 1
	}
	n.sendRound(env)
	return r.number
}

func (n *Node) sendRound(env *sim.Env) {
	r := &n.ruling.rounds
	r.more = false
	r.number++
	for rank := range n.ruling.peers {
		if rank != n.me {
			n.sendEmpty(env, rank, toConfirm)
		}
	}
	n.roundAnswered(env)
}

// roundAnswered goes on once f + 1 replicas have answered a newer round.
func (n *Node) roundAnswered(env *sim.Env) {
	r := &n.ruling.rounds
	round := n.reached(r.number, func(p *peer) uint64 { return p.round })
	if round <= r.confirmed {
		return
	}
	r.confirmed = round
	if r.more {
		n.sendRound(env)
	}
	n.release(env)
}

// beat is what a heartbeat is for: who has not answered the round that is under way may not have
// heard of it. Where nobody writes, nothing else would be answered, and reads would wait for ever.
func (r *rounds) beat(p *peer) purpose {
	if r.number > r.confirmed && r.number > p.round {
		return toConfirm
	}
	return toCommit
}
