package leaderfollower

import "simrun/sim"

// A witness is a member that votes and stores nothing: it hears heartbeats, says whether it
// misses the leader, and makes durable which epoch it obeys. Two members with data and a
// witness survive the loss of one as three with data do, for the price of two
// copies (Pâris, "Voting with Witnesses", 1986; MongoDB calls it an arbiter). With
// detector: witness it is also the judge: nobody is promoted without its answer, so of two
// sides that do not see each other at most the one with the witness promotes.

// witness is the rank of the witness among so many members, -1 without one: the last
// of those that vote.
func (c *Config) witness(members int) int {
	if c.Detector != "witness" {
		return -1
	}
	return members - c.ReadOnly - 1
}

// isWitness tells whether a member votes and stores nothing.
func (c *cluster) isWitness(rank int) bool {
	return rank >= 0 && rank == c.config.witness(len(c.members))
}

// campaigns tells whether a member may lead.
func (c *cluster) campaigns(rank int) bool { return c.votes(rank) && !c.isWitness(rank) }

// enoughMiss tells whether those that the detector asks miss the leader.
func (n *Node) enoughMiss() bool {
	if witness := n.config.witness(len(n.members)); witness >= 0 {
		return n.election.agreed[witness]
	}
	return count(n.election.agreed) >= n.voters()/2+1
}

// enoughAnswered tells whether those that answered may promote one of them.
func (n *Node) enoughAnswered() bool {
	e := &n.election
	if witness := n.config.witness(len(n.members)); witness >= 0 && !e.answered[witness] {
		return false
	}
	return e.short || count(e.answered) >= n.config.answers(n.voters())
}

// holders are the members that store something, and whom of them a client reads from: the
// nearest, unless that is the witness.
func (c *Config) holders(members []sim.NodeID, near sim.NodeID) ([]sim.NodeID, sim.NodeID) {
	witness := c.witness(len(members))
	if witness < 0 {
		return members, near
	}
	if near == members[witness] {
		near = sim.Nobody
	}
	var holders []sim.NodeID
	for rank, id := range members {
		if rank != witness {
			holders = append(holders, id)
		}
	}
	return holders, near
}
