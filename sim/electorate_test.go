package sim_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"simrun/sim"
)

func TestElectoratesSurviveStating(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := sim.Electorate{
			Version: rapid.Uint32().Draw(t, "version"), Voters: sim.NodeSet(rapid.Uint64().Draw(t, "voters")),
			Joint: sim.NodeSet(rapid.Uint64().Draw(t, "joint")),
			Elect: rapid.Uint8().Draw(t, "elect"), Accept: rapid.Uint8().Draw(t, "accept"),
		}
		o := e.Fact(sim.Agreed)
		require.Equal(t, e, o.Electorate())
	})
}

func TestQuorumsOfElectorates(t *testing.T) {
	four := sim.NodesOf(1, 2, 3, 4)
	majority := sim.Electorate{Voters: four}
	require.False(t, majority.Elects(sim.NodesOf(1, 2, 9)))
	require.True(t, majority.Accepts(sim.NodesOf(1, 2, 3)))
	flexible := sim.Electorate{Voters: four, Elect: 3, Accept: 2}
	require.True(t, flexible.Accepts(sim.NodesOf(1, 4)))
	require.False(t, flexible.Elects(sim.NodesOf(1, 4)))
	joint := sim.Electorate{Voters: sim.NodesOf(1, 2, 3), Joint: sim.NodesOf(3, 4, 5)}
	require.False(t, joint.Accepts(sim.NodesOf(1, 2, 4)))
	require.True(t, joint.Accepts(sim.NodesOf(1, 3, 4)))
	require.True(t, joint.Voters.Has(3))
	require.Equal(t, 3, joint.Joint.Len())
}
