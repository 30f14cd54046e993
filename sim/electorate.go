package sim

import "math/bits"

// NodeSet is a set of nodes, a bit for each: those with numbers up to 63.
type NodeSet uint64

// NodesOf is the set of some nodes.
func NodesOf(ids ...NodeID) (s NodeSet) {
	for _, id := range ids {
		s |= 1 << id
	}
	return s
}

// Has tells whether a node is in the set.
func (s NodeSet) Has(id NodeID) bool { return s>>id&1 == 1 }

// Len is how many nodes are in the set.
func (s NodeSet) Len() int { return bits.OnesCount64(uint64(s)) }

// Electorate is who votes, and how many of them are enough: what the fact Voters states.
type Electorate struct {
	Version uint32 // rises with every change: the slot that the change has in the log
	// Window is how many slots behind its own the change begins to rule, where each slot is decided by
	// the electorate that rules it (Lamport, "Paxos Made Simple", section 3); 0 where the newest
	// electorate rules the whole log.
	Window uint16
	Voters NodeSet
	// Joint are the voters of the other half of a joint configuration, in which a quorum needs
	// enough of each half (Raft, section 6); none where it is not joint.
	Joint NodeSet
	// Elect and Accept are how many voters elect a leader, and how many accept a value,
	// where it is not a majority of them (Howard, Malkhi and Spiegelman, "Flexible Paxos",
	// 2016); 0 is a majority.
	Elect, Accept uint8
}

// Fact is the statement of the electorate.
func (e Electorate) Fact(why Why) Observation {
	return Observation{
		Fact: Voters, Why: why, A: uint64(e.Version) | uint64(e.Elect)<<32 | uint64(e.Accept)<<40 | uint64(e.Window)<<48,
		B: uint64(e.Voters), C: uint64(e.Joint),
	}
}

// Electorate is what a fact of the kind Voters states.
func (o *Observation) Electorate() Electorate {
	return Electorate{
		Version: uint32(o.A), Elect: uint8(o.A >> 32), Accept: uint8(o.A >> 40), Window: uint16(o.A >> 48),
		Voters: NodeSet(o.B), Joint: NodeSet(o.C),
	}
}

// Rules tells whether a slot lies where the electorate begins to rule, or behind.
func (e Electorate) Rules(slot uint64) bool {
	return e.Window == 0 || slot >= uint64(e.Version)+uint64(e.Window)
}

// Elects tells whether some nodes are enough to elect a leader.
func (e Electorate) Elects(nodes NodeSet) bool { return e.enough(nodes, e.Elect) }

// Accepts tells whether some nodes are enough to choose a value.
func (e Electorate) Accepts(nodes NodeSet) bool { return e.enough(nodes, e.Accept) }

func (e Electorate) enough(nodes NodeSet, size uint8) bool {
	return enoughOf(e.Voters, nodes, size) && (e.Joint == 0 || enoughOf(e.Joint, nodes, size))
}

func enoughOf(voters, nodes NodeSet, size uint8) bool {
	if size == 0 {
		return 2*(voters&nodes).Len() > voters.Len()
	}
	return (voters & nodes).Len() >= int(size)
}
