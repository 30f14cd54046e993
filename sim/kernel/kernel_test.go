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

// ball is a message that two players return to each other.
type ball struct{ bounce uint64 }

func (b *ball) Kind() sim.Kind       { return sim.Kind{Class: sim.Control, Code: 1, Name: "ball"} }
func (b *ball) Subject() sim.Subject { return 0 }
func (b *ball) Encode(e *sim.Encoder) {
	e.Uint("bounce", b.bounce)
}

// player serves where it starts first, and returns every ball.
type player struct {
	other  sim.NodeID
	serves bool
	seen   *[]time.Duration
}

func (p *player) Start(env *sim.Env) {
	if p.serves {
		env.Send(p.other, &ball{})
	}
}

func (p *player) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if p.seen != nil {
		*p.seen = append(*p.seen, env.Now())
	}
	env.Send(from, &ball{bounce: m.(*ball).bounce + 1})
}

func (p *player) Timeout(*sim.Env, sim.Timer) {}
func (p *player) Synced(*sim.Env, sim.Sync)   {}

func latency(t testing.TB, s random.Spec) random.Dist {
	d, err := s.Compile()
	require.NoError(t, err)
	return d
}

func TestTwoPlayers(t *testing.T) {
	var seen []time.Duration
	var mean random.Spec
	require.NoError(t, mean.FromScalar("3ms"))
	w := kernel.New(kernel.Config{
		Work:    10 * time.Millisecond,
		Network: network.Config{Links: []network.Link{{Latency: latency(t, mean)}}},
		Nodes: []kernel.Node{
			{Name: "n1", New: func(sim.NodeID) sim.Node { return &player{other: 2, serves: true} }},
			{Name: "n2", New: func(sim.NodeID) sim.Node { return &player{other: 1, seen: &seen} }},
		},
	})
	first := *w.Run(1)
	require.Equal(t, []time.Duration{3e6, 9e6}, seen)
	seen = nil
	second := *w.Run(1)
	require.Equal(t, first.Digest, second.Digest)
}
