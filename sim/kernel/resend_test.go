package kernel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/sim"
	"simrun/sim/kernel"
	"simrun/sim/network"
	"simrun/sim/random"
)

// plea is a message about one op, always the same.
type plea struct{}

func (*plea) Kind() sim.Kind        { return sim.Kind{Class: sim.Repair, Code: 9, Name: "plea"} }
func (*plea) Subject() sim.Subject  { return sim.OpSubject(1, 0) }
func (*plea) Encode(e *sim.Encoder) { e.Uint("plea", 1) }

// pleader says the same again and again, long after its address was forgotten.
type pleader struct {
	heard *int
	every time.Duration
}

func (p pleader) Start(env *sim.Env) {
	if env.Self() == 1 {
		env.After(p.every, sim.Timer{Kind: 1})
	}
}
func (p pleader) Receive(*sim.Env, sim.NodeID, sim.Message) { *p.heard++ }
func (p pleader) Timeout(env *sim.Env, t sim.Timer) {
	env.Send(2, &plea{})
	env.After(p.every, sim.Timer{Kind: 1})
}
func (pleader) Synced(*sim.Env, sim.Sync) {}

// What a server repeats by itself is drawn anew each time, however long it waits in
// between: else what was lost once would be lost for ever.
func TestWhatIsRepeatedIsNotLostForEver(t *testing.T) {
	heard := 0
	node := func(sim.NodeID) sim.Node { return pleader{&heard, time.Minute} }
	half := random.Probability(1 << 63)
	w := kernel.New(kernel.Config{
		Work:    41 * time.Minute,
		Network: network.Config{Links: []network.Link{{Lose: half}}},
		Nodes:   []kernel.Node{{Name: "n1", New: node}, {Name: "n2", New: node}},
	})
	for seed := range uint64(10) {
		heard = 0
		w.Run(seed)
		require.Greater(t, heard, 5, "of 40, of which half are lost")
		require.Less(t, heard, 35)
	}
}
