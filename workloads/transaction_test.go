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

// A transaction is so many puts, each begun when the one before it is acknowledged; one
// that is not ends it.
func TestTransactionOfUpdates(t *testing.T) {
	c := &workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 1, Pace: "open", Arrivals: "even", Sessions: 1},
		Rate:      random.PerSecond(10_000_000_000), Updates: 3, Keys: 100, Choice: "uniform", Timeout: time.Second, Blind: true,
	}
	require.NoError(t, c.Check())
	store := &shelf{reply: kv.Reply{Outcome: sim.OK}}
	node := c.Maker()(workloads.Options{Client: 1, Connect: func() kv.Client { return store }, End: time.Hour})
	env := sim.NewEnv(1, still{})
	node.Start(env)
	tell := func() { env.Enter(env.Now()+time.Millisecond, 0); node.Receive(env, 2, &kv.Reply{}) }
	arrive := func() { env.Enter(env.Now()+time.Millisecond, 0); node.Timeout(env, sim.Timer{Kind: 1}) }

	arrive()
	for range 3 {
		tell()
	}
	require.Len(t, store.asked, 3)
	arrive()
	tell()
	store.reply.Outcome = sim.Fail
	tell()
	arrive()
	var numbers []uint32
	for _, r := range store.asked {
		require.Equal(t, sim.Put, r.Code)
		numbers = append(numbers, r.Op.Number())
	}
	require.Equal(t, []uint32{1, 2, 3, 4, 5, 7}, numbers, "a transaction that ended early leaves its numbers unused")

	c.Choice = "fresh"
	require.ErrorContains(t, c.Check(), "updates")
}
