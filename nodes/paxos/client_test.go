package paxos

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
)

// A learner that proposes nothing is none of those that a client writes to: it is
// read from all the same, and nobody else is in its place.
func TestAClientReadsFromTheLearnerBesideIt(t *testing.T) {
	roles := func(c *Config) {
		c.Acceptors, c.Learners, c.Proposers = []int{1, 2, 3}, []int{4, 5}, []int{1, 2}
	}
	for near, asked := range map[sim.NodeID]sim.NodeID{4: 4, 5: 5, 1: 4} {
		for reads, to := range map[string]sim.NodeID{"learner": asked, "quorum": asked, "log": 1} {
			p := newPlay(t, 5, func(c *Config) { roles(c); c.Reads = reads })
			p.flow(1, 2, 3, 4, 5)
			client := NewClient(p.server(1).config, []sim.NodeID{1, 2, 3, 4, 5}, near)
			p.Do(p.client, func(env *sim.Env) {
				client.Call(env, kv.Request{Op: sim.NewOpID(1, 1), Code: sim.Get, Key: 1})
			})
			mail := p.Mail()
			require.Len(t, mail, 1)
			require.Equal(t, to, mail[0].To, "%s near n%d", reads, near)
		}
	}
}
