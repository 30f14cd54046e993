//go:build !js

package etcdraft

import (
	"slices"

	"simrun/nodes/internal/caller"
	"simrun/nodes/kv"
	"simrun/sim"
)

// NewClient makes a client. Near is the server that it reads from where it reads from the
// nearest; with Nobody it draws one.
func NewClient(config Config, servers []sim.NodeID, near sim.NodeID) kv.Client {
	start := config.start(len(servers))
	replicas := servers[:start]
	if config.Reads == "learner" {
		replicas = servers[start-config.Learners : start]
	}
	return caller.New(caller.Options{
		Members: servers, Near: near, Replicas: slices.Clone(replicas), Nearby: config.Reads == "forwarded",
		Ordinary: caller.PathOf(config.Reads), AttemptTimeout: config.AttemptTimeout, Backoff: config.Backoff,
	})
}
