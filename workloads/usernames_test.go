package workloads_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/workloads"
)

// doctors is a store's client side that shows one value for every key, when asked to answer.
type doctors struct {
	echo
	shows []sim.Value
}

func (d *doctors) Receive(*sim.Env, sim.NodeID, sim.Message) (kv.Reply, bool) {
	return kv.Reply{Op: d.last.Op, Outcome: sim.OK, Values: d.shows}, true
}

// Who wants to leave looks at both keys of the pair, and leaves if both are on.
func TestADoctorLooksBeforeLeaving(t *testing.T) {
	for _, test := range []struct {
		shows []sim.Value
		want  []sim.Code // after the first read
		says  int64
	}{
		{nil, []sim.Code{sim.Get, sim.Put}, workloads.OffDuty},
		{[]sim.Value{{ID: 1, N: 1}}, []sim.Code{sim.Get, sim.Put}, workloads.OffDuty},
		{[]sim.Value{{ID: 1, N: workloads.OffDuty}}, []sim.Code{sim.Get, sim.Put}, 1},
	} {
		c := &workloads.OnCall{Pairs: 2, Timeout: time.Second, Rate: random.PerSecond(1e9)}
		c.Clients, c.Sessions, c.Pace, c.Arrivals = 1, 1, "closed", "even"
		store := &doctors{shows: test.shows}
		env := sim.NewEnv(1, still{})
		node := c.Maker()(workloads.Options{Client: 1, End: time.Hour, Connect: func() kv.Client { return store }})
		node.Start(env)
		require.Equal(t, []sim.Code{sim.Get}, begun(env))
		partner := store.last.Key
		for _, code := range test.want {
			node.Receive(env, 2, &kv.Reply{})
			require.Equal(t, []sim.Code{code}, begun(env))
			require.Equal(t, partner^1, store.last.Key)
		}
		require.Equal(t, test.says, store.last.Value.N)
	}
}

// A claim expects nobody; what was granted may be given back.
func TestAClaimantClaimsAndGivesBack(t *testing.T) {
	c := &workloads.Usernames{Names: 3, Timeout: time.Second, Rate: random.PerSecond(1e9), Releases: random.Certain}
	c.Clients, c.Sessions, c.Pace, c.Arrivals = 1, 1, "closed", "even"
	store := &doctors{}
	env := sim.NewEnv(1, still{})
	node := c.Maker()(workloads.Options{Client: 1, End: time.Hour, Connect: func() kv.Client { return store }})
	node.Start(env)
	require.Equal(t, []sim.Code{sim.CAS}, begun(env))
	require.Zero(t, store.last.Expect)
	name, claim := store.last.Key, store.last.Op
	node.Receive(env, 2, &kv.Reply{})
	begun(env)
	node.Timeout(env, sim.Timer{Kind: 3})
	require.Equal(t, []sim.Code{sim.Delete}, begun(env))
	require.Equal(t, name, store.last.Key)
	require.Equal(t, []sim.OpID{claim}, store.last.Parents)
}
