package paxos_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/nodes/paxos"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/sim/simtest"
	"simrun/workloads"
)

func busy() *workloads.ReadWrite {
	rate, _ := random.ParseRate("200/s")
	return &workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 1, Pace: "open", Arrivals: "poisson", Sessions: 4},
		Rate:      rate, Reads: 1 << 63, CAS: 1 << 62,
		Deletes: 1 << 62, Keys: 3, Choice: "uniform", Timeout: time.Second, ReadAt: "strongest", Final: true, Size: 20,
	}
}

// TestContract holds the server, its messages and its records against the contract.
func TestContract(t *testing.T) {
	for _, edit := range []func(*paxos.Config){
		func(*paxos.Config) {},
		func(c *paxos.Config) { c.Learn, c.Reads, c.Learners = "acceptors", "quorum", []int{3} },
		func(c *paxos.Config) { c.Reads, c.Snapshot, c.Window = "lease", 8, 2 },
		func(c *paxos.Config) { c.Reads, c.QuorumBy, c.Snapshot = "quorum", "client", 8 },
	} {
		config := paxos.Defaults()
		edit(&config)
		require.NoError(t, config.Check())
		servers := []sim.NodeID{1, 2, 3}
		require.NoError(t, config.Fits(len(servers)))
		server, client := paxos.New(config, servers), busy().Maker()
		simtest.Node(t, simtest.Cast{Names: []string{"n1", "n2", "n3", "c1"}, New: func(self sim.NodeID) sim.Node {
			if self <= 3 {
				return server(self)
			}
			return client(workloads.Options{Client: 1, End: time.Minute, Connect: func() kv.Client {
				return paxos.NewClient(config, servers, 2)
			}})
		}})
	}
}

func TestConfigurationsThatMakeNoSense(t *testing.T) {
	for _, c := range []struct {
		path string
		edit func(*paxos.Config)
	}{
		{"heartbeat", func(c *paxos.Config) { c.Heartbeat = c.Timeout }},
		{"lease", func(c *paxos.Config) { c.Reads, c.Lease = "lease", c.Heartbeat }},
		{"apply", func(c *paxos.Config) { c.Apply = "accepted" }},
		{"quorum_by", func(c *paxos.Config) { c.QuorumBy = "client" }},
		{"acceptors", func(c *paxos.Config) { c.Acceptors = []int{1, 6} }},
		{"learners", func(c *paxos.Config) { c.Learners = []int{2, 2} }},
		{"phase1", func(c *paxos.Config) { c.Phase1 = 6 }},
		{"phase2", func(c *paxos.Config) { c.Phase1, c.Phase2 = 4, 1 }},
		{"phase2", func(c *paxos.Config) { c.Acceptors, c.Phase2 = []int{1, 2}, 3 }},
	} {
		config := paxos.Defaults()
		c.edit(&config)
		err := config.Check()
		if err == nil {
			err = config.Fits(5)
		}
		var located interface{ Path() string }
		require.ErrorAs(t, err, &located, c.path)
		require.Equal(t, c.path, located.Path(), err)
	}
	flexible := paxos.Defaults()
	flexible.Phase1, flexible.Phase2 = 4, 2
	require.NoError(t, flexible.Fits(5))
}
