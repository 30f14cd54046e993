package network

import (
	"simrun/sim"
	"simrun/sim/random"
)

// Config is the network of one world. Links are looked up in the order given:
// the first that matches a pair of nodes is theirs; the last, which should match
// every pair, is the default.
type Config struct {
	Links []Link
	// Of is the index in Links of the link from a node to another, indexed by
	// from*Size+to; nil means that every pair has Links[0].
	Of   []uint16
	Size int // number of nodes, plus one
}

// Link is how messages travel between two nodes in one direction.
type Link struct {
	Latency random.Dist
	// Once draws the latency once for each pair of nodes and run, instead of for
	// each message.
	Once bool
	// Ordered keeps messages of one pair in the order in which they were sent.
	Ordered   bool
	Lose      random.Probability
	Duplicate random.Probability
	// Legs override the latency for some messages.
	Legs []Leg
}

// Leg is the latency of messages of one kind (by name) or of one class.
type Leg struct {
	Kind    string
	Class   sim.Class // where Kind is empty
	Latency random.Dist
}

// Latency is the distribution of the time that a message of a kind takes from one
// node to another.
func (c *Config) Latency(from, to sim.NodeID, kind sim.Kind) random.Dist {
	link := &c.Links[0]
	if c.Of != nil {
		link = &c.Links[c.Of[int(from)*c.Size+int(to)]]
	}
	return *link.leg(kind)
}
