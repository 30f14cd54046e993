package paxos

import (
	"simrun/nodes/internal/caller"
	"simrun/nodes/kv"
	"simrun/sim"
)

// NewClient makes a client. It asks proposers, and for reads at a learner the one that
// is near, or itself a quorum of acceptors.
func NewClient(config Config, servers []sim.NodeID, near sim.NodeID) kv.Client {
	c := newCluster(config, servers)
	asks := caller.New(caller.Options{
		Members: c.those(c.proposers), Replicas: c.those(c.learners), Near: c.nearest(near),
		Ordinary: caller.PathOf(config.Reads), Nearby: config.Reads == "quorum",
		AttemptTimeout: config.AttemptTimeout, Backoff: config.Backoff,
	})
	if config.QuorumBy == "client" {
		first := []configuration{{From: 1, Acceptors: c.acceptors}}
		return &quorumClient{cluster: c, caller: asks, near: near, replicas: c.those(c.learners), views: first}
	}
	return asks
}

// those are the servers of a set.
func (c *cluster) those(set uint64) (list []sim.NodeID) {
	for rank, id := range c.servers {
		if set&bit(rank) != 0 {
			list = append(list, id)
		}
	}
	return list
}

// nearest is a server if it learns, else the next one that does.
func (c *cluster) nearest(near sim.NodeID) sim.NodeID {
	rank := max(c.rank(near), 0)
	for range c.servers {
		if c.learners&bit(rank) != 0 {
			break
		}
		rank = (rank + 1) % len(c.servers)
	}
	return c.servers[rank]
}
