package paxos

import "simrun/sim"

// handOver hands the lead over. The leader takes nothing new any more, and gives up its
// lease for good: whoever it told may be elected while acceptors still count it. If nobody
// comes to lead, it opens a ballot of its own after a while.
func (n *Node) handOver(env *sim.Env, t sim.Timer) {
	p := &n.proposer
	rank := n.heir(sim.NodeID(t.A))
	if p.phase != leading || rank < 0 {
		return
	}
	p.ruling.handing = true
	n.dismiss(env)
	env.Send(n.servers[rank], &handover{about: about(sim.NumberSubject(p.ballot)), Ballot: p.ballot})
	n.drawPatience(env)
	env.Cancel(p.timer)
	p.timer = env.After(p.patience, sim.Timer{Kind: timerMissed})
}

// heir is the rank of the proposer that is to lead next: the one asked for, or the next
// one; -1 for none.
func (n *Node) heir(asked sim.NodeID) int {
	if rank := n.rank(asked); asked != sim.Nobody {
		if rank < 0 || rank == n.me || n.proposers&bit(rank) == 0 {
			return -1
		}
		return rank
	}
	for step := 1; step < len(n.servers); step++ {
		if rank := (n.me + step) % len(n.servers); n.proposers&bit(rank) != 0 {
			return rank
		}
	}
	return -1
}

// receiveHandover opens a ballot in the place of a leader that gave up its lease.
func (n *Node) receiveHandover(env *sim.Env, m *handover) {
	if m.Ballot < n.seen || n.proposer.phase == leading {
		return
	}
	n.campaign(env, m.Ballot)
}
