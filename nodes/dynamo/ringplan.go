package dynamo

import (
	"time"

	"simrun/nodes/internal/options"
	"simrun/nodes/internal/quorum"
)

// ringPlan is what concerns changes of the ring, and gossip.
type ringPlan struct {
	start     int // members at the start; 0 where the ring never changes
	eager     bool
	batch     int
	patience  time.Duration
	detection bool // by gossip
	every     time.Duration
	phi       int64
}

func (c *Config) ringPlan() ringPlan {
	return ringPlan{
		start: c.Members, eager: c.RingChange == "eager", batch: c.TransferBatch, patience: c.ChangePatience,
		detection: c.Detection == "gossip", every: c.GossipEvery, phi: int64(c.SuspectPhi),
	}
}

// gossips tells whether nodes tell each other of all nodes.
func (p *ringPlan) gossips() bool { return p.start > 0 || p.detection }

// checkRing judges the options that do not go together with a ring that changes, or
// with gossip.
func (c *Config) checkRing() error {
	gossip := c.Detection == "gossip"
	switch {
	case gossip && c.Quorum != "sloppy" && c.Hints == "none":
		return options.Wrong("detection", "nothing depends on who is under suspicion: set quorum to sloppy, or hints")
	case gossip && c.Coordinator == "client":
		return options.Wrong("detection", "clients take no part in gossip: set coordinator to node")
	case c.Members == 0 && c.RingChange == "eager":
		return options.Wrong("ring_change", "the ring never changes: set members")
	case c.Members == 0:
		return nil
	case c.Members < c.N:
		return options.Wrong("members", "%d homes are asked for, but there are only %d members", c.N, c.Members)
	case 2*c.N > quorum.MaxMembers:
		return options.Wrong("n", "with members a key has up to %d homes while the ring changes", quorum.MaxMembers)
	case c.Quorum == "sloppy":
		return options.Wrong("quorum", "with members a stand-in of one ring would count for a home of another: set quorum to strict")
	case c.Writes == "two-phase":
		return options.Wrong("writes", "with members a home that has voted may be none any more when it is told to commit: set writes to parallel")
	case c.WriteFanout == "through-one":
		return options.Wrong("write_fanout", "with members the home that takes a write may know another ring than the coordinator: set it to all or w")
	}
	return nil
}

// fitsRing judges the size of the ring.
func (c *Config) fitsRing(servers int) error {
	if c.Members > servers {
		return options.Wrong("members", "%d members are asked for, but there are only %d nodes", c.Members, servers)
	}
	return nil
}
