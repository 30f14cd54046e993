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

// A roaming session goes round the datacentres, a few tasks in each, with its token; the
// final reads are made at home.
func TestRoam(t *testing.T) {
	c := &workloads.ReadWrite{
		Clientele: workloads.Clientele{Clients: 1, Pace: "open", Arrivals: "even", Sessions: 1, Roam: 2},
		Rate:      random.PerSecond(10_000_000_000), Keys: 1, Choice: "uniform", Timeout: time.Second, Tokens: true, Final: true,
	}
	stores := []*shelf{{}, {}, {}}
	connect := func(i int) func() kv.Client { return func() kv.Client { return stores[i] } }
	node := c.Maker()(workloads.Options{
		Client: 1, Connect: connect(0), Elsewhere: []func() kv.Client{connect(1), connect(2)}, End: time.Hour,
	})
	env := sim.NewEnv(1, still{})
	node.Start(env)
	var went []int
	for range 8 {
		env.Enter(env.Now()+time.Millisecond, 0)
		at := -1
		for _, s := range stores {
			s.asked = []kv.Request{{}} // about which no answer is awaited
			s.reply = kv.Reply{Outcome: sim.OK, Token: kv.Token{Epoch: 7}}
		}
		node.Timeout(env, sim.Timer{Kind: 1})
		for i, s := range stores {
			if len(s.asked) > 1 {
				at = i
			}
		}
		require.Equal(t, len(went) > 0, stores[at].last().Token.Epoch == 7, "the token of the last reply comes along")
		node.Receive(env, 2, &kv.Reply{})
		went = append(went, at)
	}
	require.Equal(t, []int{0, 0, 1, 1, 2, 2, 0, 0}, went)
	node.Timeout(env, sim.Timer{Kind: sim.SignalStop})
	asked := len(stores[0].asked)
	node.Timeout(env, sim.Timer{Kind: sim.SignalFinal})
	require.Len(t, stores[0].asked, asked+1)
}
