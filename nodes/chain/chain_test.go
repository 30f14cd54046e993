package chain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/chain"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/sim/simtest"
	"simrun/workloads"
)

// TestContract holds servers, the master, messages and records against the contract.
func TestContract(t *testing.T) {
	c := chain.Defaults()
	c.Reads, c.Length = "craq", 2
	members := []sim.NodeID{1, 2, 3, 4}
	load := workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 1, Pace: "open", Arrivals: "even", Sessions: 4},
		Reads:     1 << 62, Deletes: 1 << 61, Keys: 2, Choice: "uniform", Timeout: time.Second, ReadAt: "strongest",
	}
	hundred, err := random.ParseDecimal("100")
	require.NoError(t, err)
	load.Rate = random.PerSecond(hundred)
	server, maker := chain.New(c, members), load.Maker()
	simtest.Node(t, simtest.Cast{Names: []string{"n1", "n2", "n3", "n4", "c1"}, New: func(self sim.NodeID) sim.Node {
		if self <= 4 {
			return server(self)
		}
		return maker(workloads.Options{Client: 1, End: time.Minute, Connect: func() kv.Client {
			return chain.NewClient(c, members, 1)
		}})
	}})
}

func TestConfigurationsThatMakeNoSense(t *testing.T) {
	for want, edit := range map[string]func(c *chain.Config){
		"lease": func(c *chain.Config) { c.Lease = c.Timeout },
		"renew": func(c *chain.Config) { c.Renew = c.Lease },
	} {
		c := chain.Defaults()
		require.NoError(t, c.Check())
		edit(&c)
		var located interface{ Path() string }
		require.ErrorAs(t, c.Check(), &located)
		require.Equal(t, want, located.Path())
	}
	c := chain.Defaults()
	require.NoError(t, c.Fits(4))
	require.Error(t, c.Fits(1), "a master alone is no chain")
	c.Length = 4
	require.Error(t, c.Fits(4))
}
