package abd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/abd"
	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/sim/simtest"
	"simrun/workloads"
)

var members = []sim.NodeID{1, 2, 3}

func work() workloads.ReadWrite {
	return workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 1, Pace: "open", Arrivals: "even", Sessions: 4},
		Reads:     1 << 62, Deletes: 1 << 61, Keys: 2, Choice: "uniform", Timeout: time.Second, ReadAt: "strongest",
	}
}

// TestContract holds replicas, messages and records against the contract.
func TestContract(t *testing.T) {
	load := work()
	hundred, err := random.ParseDecimal("100")
	require.NoError(t, err)
	load.Rate = random.PerSecond(hundred)
	for _, writers := range []string{"many", "one"} {
		config := abd.Defaults()
		config.Writers = writers
		server, maker := abd.New(config), load.Maker()
		simtest.Node(t, simtest.Cast{Names: []string{"n1", "n2", "n3", "c1"}, New: func(self sim.NodeID) sim.Node {
			if self <= 3 {
				return server(self)
			}
			return maker(workloads.Options{Client: 1, End: time.Minute, Connect: func() kv.Client { return abd.NewClient(config, members) }})
		}})
	}
}

func TestNumberOfReplicas(t *testing.T) {
	require.NoError(t, abd.Defaults().Fits(3))
	require.Error(t, abd.Defaults().Fits(0))
	require.Error(t, abd.Defaults().Fits(65))
}

func TestRegistersOnly(t *testing.T) {
	require.True(t, abd.Supports(sim.Get) && abd.Supports(sim.Put) && abd.Supports(sim.Delete))
	require.False(t, abd.Supports(sim.CAS), "registers cannot agree")
}
