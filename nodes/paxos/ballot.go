package paxos

import (
	"math/bits"

	"simrun/sim"
)

// cluster is what all servers share and nobody changes.
type cluster struct {
	config  Config
	servers []sim.NodeID
	ranks   []int // by node: its place among the servers, -1 for others
	// Who plays which role, a bit for each rank.
	proposers, acceptors, learners uint64
}

func newCluster(config Config, servers []sim.NodeID) *cluster {
	c := &cluster{
		config: config, servers: servers,
		proposers: cast(config.Proposers, len(servers)),
		acceptors: cast(config.Acceptors, len(servers)),
		learners:  cast(config.Learners, len(servers)),
	}
	for rank, id := range servers {
		for len(c.ranks) <= int(id) {
			c.ranks = append(c.ranks, -1)
		}
		c.ranks[id] = rank
	}
	return c
}

func bit(rank int) uint64 { return 1 << rank }

// cast is the set of the listed servers, or of all.
func cast(list []int, servers int) (set uint64) {
	if len(list) == 0 {
		return 1<<(servers-1)<<1 - 1
	}
	for _, number := range list {
		set |= bit(number - 1)
	}
	return set
}

// rank is a server's place among the servers, -1 for nobody and others.
func (c *cluster) rank(id sim.NodeID) int {
	if int(id) >= len(c.ranks) {
		return -1
	}
	return c.ranks[id]
}

// nextBallot is the first ballot after one that belongs to a server. A ballot is a
// round and the server that opens it, as one number: round * servers + rank + 1. So no two
// servers ever open the same one (Paxos Made Simple, section 2.2).
func (c *cluster) nextBallot(after uint64, rank int) uint64 {
	if c.config.ballotNotUnique() {
		return after + 1
	}
	n := uint64(len(c.servers))
	ballot := after/n*n + uint64(rank) + 1
	if ballot <= after {
		ballot += n
	}
	return ballot
}

// configuration is who accepts from a slot on.
type configuration struct {
	Version   uint64
	From      uint64 // the first slot that it rules
	Acceptors uint64 // a bit for each rank
}

// Encode lists the configuration.
func (c *configuration) Encode(e *sim.Encoder) {
	e.Uint("version", c.Version)
	e.Uint("from", c.From)
	e.Uint("acceptors", c.Acceptors)
}

// phase1 is how many of the acceptors must promise, phase2 how many must accept. Sizes that are given
// are meant for the acceptors of the beginning: of others it is the same share, rounded up. Where
// one + two > n, so is one*m/n + two*m/n > m: quorums of the two phases go on sharing an acceptor.
func (c *cluster) phase1(of configuration) int {
	return c.config.phase1(bits.OnesCount64(of.Acceptors), bits.OnesCount64(c.acceptors))
}

func (c *cluster) phase2(of configuration) int {
	return c.config.phase2(bits.OnesCount64(of.Acceptors), bits.OnesCount64(c.acceptors))
}

// accepts tells whether these acceptors are enough for a value to be chosen.
func (c *cluster) accepts(of configuration, by uint64) bool {
	need := c.phase2(of)
	if c.config.learnerMinority() {
		need = 1
	}
	return bits.OnesCount64(of.Acceptors&by) >= need
}

// hears tells whether these acceptors share one with every quorum of phase 2.
func (c *cluster) hears(of configuration, by uint64) bool {
	return bits.OnesCount64(of.Acceptors&by) > bits.OnesCount64(of.Acceptors)-c.phase2(of)
}

// bars tells whether these acceptors share one with every quorum of phase 1: while they
// promise nothing higher, nobody else comes to lead.
func (c *cluster) bars(of configuration, by uint64) bool {
	return bits.OnesCount64(of.Acceptors&by) > bits.OnesCount64(of.Acceptors)-c.phase1(of)
}
