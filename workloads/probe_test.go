package workloads_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/workloads"
)

// echo is a store's client side that answers every call at once, when asked to.
type echo struct{ last kv.Request }

func (e *echo) Call(_ *sim.Env, r kv.Request) { e.last = r }
func (e *echo) Receive(*sim.Env, sim.NodeID, sim.Message) (kv.Reply, bool) {
	return kv.Reply{Op: e.last.Op, Outcome: sim.OK}, true
}
func (e *echo) Timeout(*sim.Env, sim.Timer) (kv.Reply, bool) { return kv.Reply{}, false }
func (e *echo) Abandon(*sim.Env, sim.OpID)                   {}

// still is a host with a disk that keeps nothing.
type still struct{}

func (still) Draw(sim.NodeID, uint8, sim.Subject) uint64 { return 1 << 40 }
func (still) NameHash(sim.NodeID) uint64                 { return 1 }
func (still) Disk(sim.NodeID) sim.Disk                   { return emptyDisk{} }

type emptyDisk struct{}

func (emptyDisk) Append(string, sim.Record)            {}
func (emptyDisk) Replace(string, sim.Record)           {}
func (emptyDisk) Cut(string, int)                      {}
func (emptyDisk) Drop(string, int)                     {}
func (emptyDisk) Len(string) int                       { return 0 }
func (emptyDisk) Read(string, int) (sim.Record, error) { return nil, sim.ErrCorrupt }

// begun lists the ops that the last handler began, and sets up the next.
func begun(env *sim.Env) (ops []sim.Code) {
	for _, x := range env.Effects() {
		if x.Do == sim.DoBegin {
			ops = append(ops, env.Call(x.Index).Code)
		}
	}
	env.Enter(env.Now()+time.Millisecond, 0)
	return ops
}

func TestProbeNeverBeginsATrialWhileAnotherWaitsToRead(t *testing.T) {
	c := &workloads.Probe{Clients: 1, Every: 10 * time.Millisecond, After: []time.Duration{time.Second}, Timeout: time.Second, ReadAt: "strongest"}
	env := sim.NewEnv(1, still{})
	node := c.Maker()(workloads.Options{Client: 1, Connect: func() kv.Client { return new(echo) }})
	arrival, pause := sim.Timer{Kind: 1}, sim.Timer{Kind: 3}
	node.Start(env)
	begun(env)
	node.Timeout(env, arrival)
	require.Equal(t, []sim.Code{sim.Put}, begun(env))
	node.Receive(env, 2, &kv.Reply{})
	require.Empty(t, begun(env), "the read waits")
	node.Timeout(env, arrival)
	require.Empty(t, begun(env), "no trial while the last one waits")
	node.Timeout(env, pause)
	require.Equal(t, []sim.Code{sim.Get}, begun(env))
	node.Receive(env, 2, &kv.Reply{})
	begun(env)
	node.Timeout(env, arrival)
	require.Equal(t, []sim.Code{sim.Put}, begun(env), "the next trial")
}
