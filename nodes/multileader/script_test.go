package multileader

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
)

// playing is a script of so many datacentres with so many servers each, which have met.
func playing(t *testing.T, centres, servers int, edit func(*Config)) *simtest.Script {
	config := Defaults()
	edit(&config)
	var l kv.Layout
	var names []string
	for i := range centres * servers {
		l.Members = append(l.Members, sim.NodeID(i+1))
		l.Places = append(l.Places, i/servers)
		names = append(names, fmt.Sprintf("n%d", i+1))
	}
	s := simtest.Play(t, simtest.Cast{Names: names, New: New(config, l)})
	s.DeliverAll()
	return s
}

// That a datacentre's keys have other homes stays on disk, whatever is heard of others before it
// has become durable: a crash must not make it their home again.
func TestWhatIsHeardLeavesACessionOnDisk(t *testing.T) {
	s := playing(t, 3, 1, func(c *Config) { c.Homes = "key" })
	s.Signal(2, sim.SignalHandover)
	s.Lag = true
	s.Signal(1, sim.SignalHandover)
	s.Deliver(simtest.Match{From: 2, To: 1, Kind: "greet"})
	record, err := s.Disk(1).Read(fileParts, 0)
	require.NoError(t, err)
	parts := record.(*roster).Parts
	require.True(t, parts[1].Away, "what was heard")
	require.True(t, parts[0].Away, "the cession")
}

// An answer to an epoch that is over elects nobody, though the newer one is not on disk yet.
func TestALateAnswerElectsNobody(t *testing.T) {
	s := playing(t, 1, 3, func(*Config) {})
	s.Signal(2, sim.SignalElect)
	n := s.Node(2).(*Node)
	s.Deliver(simtest.Match{From: 2, To: 3, Kind: "query"})
	s.Lag = true
	s.Do(2, func(env *sim.Env) { n.receiveGreet(env, 1, &greet{Epoch: n.epoch + 1, Leader: 3}) })
	s.Deliver(simtest.Match{From: 3, To: 2, Kind: "answer"})
	require.NotEqual(t, sim.Leader, n.role)
}
