package leaderfollower

import (
	"math"
	"slices"

	"simrun/sim"
)

// confirming is how a leader makes sure, for reads that ask for it, that nobody has
// replaced it: enough followers answer a heartbeat sent after the read arrived that
// no promotion can have happened without one of them. This is Raft's ReadIndex
// (Ongaro's dissertation, section 6.4) with the quorum that the option answers leaves.
type confirming struct {
	asked     uint64 // the newest heartbeat sent for reads
	confirmed uint64 // the newest heartbeat that enough followers answered
	more      bool   // reads wait for another heartbeat after the one asked
}

// askRound is the heartbeat that must be answered before a read that arrives now is
// served. One is under way at a time; later reads share the next.
func (n *Node) askRound(env *sim.Env) uint64 {
	r := &n.ruling
	c := &r.confirming
	if n.confirmationsNeeded() == 0 {
		return 0
	}
	if c.asked > c.confirmed {
		c.more = true
		return r.round + 1
	}
	n.sendBeat(env)
	c.asked = r.round
	return c.asked
}

// confirmationsNeeded is how many followers, with the leader, meet every set of nodes
// that could promote another.
func (n *Node) confirmationsNeeded() int {
	if n.config.ShortOfAnswers == "promote" {
		return n.voters() - 1
	}
	return n.voters() - n.config.answers(n.voters())
}

// heartbeatAnswered serves the reads that the answer to a heartbeat confirms.
func (n *Node) heartbeatAnswered(env *sim.Env) {
	c := &n.ruling.confirming
	needed := n.confirmationsNeeded()
	if needed == 0 || len(n.reads) == 0 && c.asked <= c.confirmed {
		return
	}
	round := n.nth(needed, n.votes, func(p *peer) uint64 { return p.heard })
	if round <= c.confirmed {
		return
	}
	c.confirmed = round
	if c.more && c.confirmed >= c.asked {
		c.more = false
		n.sendBeat(env)
		c.asked = n.ruling.round
	}
	n.release(env)
}

// nth is the k-th highest of what the leader knows of each follower among some.
func (n *Node) nth(k int, among func(rank int) bool, of func(*peer) uint64) uint64 {
	if k == 0 {
		return math.MaxUint64
	}
	r := &n.ruling
	r.scratch = r.scratch[:0]
	for rank := range r.peers {
		if rank != n.me && among(rank) {
			r.scratch = append(r.scratch, of(&r.peers[rank]))
		}
	}
	slices.Sort(r.scratch)
	return r.scratch[len(r.scratch)-k]
}
