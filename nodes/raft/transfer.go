package raft

import (
	"simrun/sim"
)

// handing is a leader's part in handing its lead over (dissertation, section 3.10).
type handing struct {
	to    sim.NodeID // Nobody when there is none
	told  bool       // it was told to campaign
	timer sim.TimerID
}

func (h *handing) active() bool { return h.to != sim.Nobody }

// handOver begins to hand the lead to a voter, the readiest one where none is named. No write
// is taken until it has it, or an election timeout has passed.
func (n *Node) handOver(env *sim.Env, to sim.NodeID) {
	if n.role != sim.Leader || n.ruling.handing.active() {
		return
	}
	if to == sim.Nobody {
		to = n.readiest()
	}
	rank := n.rank(to)
	if rank < 0 || to == n.self || !n.hasVote(rank) {
		return
	}
	longest := n.config.Timeout + n.config.Spread
	n.ruling.handing = handing{to: to, timer: env.After(longest, sim.Timer{Kind: timerHanding, A: n.hard.Term})}
	n.goOnHanding(env)
}

// readiest is the voter whose log reaches furthest.
func (n *Node) readiest() sim.NodeID {
	best, reach := sim.Nobody, uint64(0)
	for rank := range n.ruling.peers {
		if p := &n.ruling.peers[rank]; p.member && n.hasVote(rank) && (best == sim.Nobody || p.match > reach) {
			best, reach = n.servers[rank], p.match
		}
	}
	return best
}

// goOnHanding tells the other to campaign once it has the whole log. From then on the leader
// counts on no lease in this term: the message may be late.
func (n *Node) goOnHanding(env *sim.Env) {
	h := &n.ruling.handing
	if !h.active() || h.told || n.ruling.peers[n.rank(h.to)].match < n.log.Last().Index {
		return
	}
	h.told = true
	n.revokeLease(env)
	env.Send(h.to, &timeoutNow{Term: n.hard.Term})
}

// revokeLease ends the lease for good in this term, and says so.
func (n *Node) revokeLease(env *sim.Env) {
	if n.config.leaseSurvivesTransfer() {
		return
	}
	if n.config.Reads == "lease" && n.holdsLease(env) {
		now := uint64(n.leaseClock(env))
		env.Observe(sim.Observation{Fact: sim.Lease, A: now, B: now, C: n.hard.Term})
	}
	n.ruling.revoked = true
}

// abortHanding takes writes again.
func (n *Node) abortHanding(term uint64) {
	if n.role == sim.Leader && n.hard.Term == term {
		n.ruling.handing = handing{}
	}
}

// receiveTimeoutNow campaigns at once: the leader of this term asked for it.
func (n *Node) receiveTimeoutNow(env *sim.Env, m *timeoutNow) {
	if m.Term != n.hard.Term || n.role == sim.Leader || !n.mayVote() {
		return
	}
	n.election.tries++
	n.watch(env)
	n.campaign(env, true)
}
