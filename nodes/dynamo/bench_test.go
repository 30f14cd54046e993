//go:build linux

package dynamo

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
	"simrun/workloads"
)

// BenchmarkQuorumOp is a whole quorum op in a whole world, kernel included: N = 3,
// R = W = 2, half of the ops puts.
func BenchmarkQuorumOp(b *testing.B) {
	for _, who := range []string{"client", "node", "sloppy"} {
		for _, rule := range []string{"lww", "dvv"} {
			b.Run(who+"/"+rule, func(b *testing.B) {
				c := Defaults()
				c.Coordinator, c.Versions, c.ReadRepair = who, rule, "none"
				servers := 3
				if who == "sloppy" { // healthy: what watching costs
					c.Coordinator, c.Quorum, c.Hints, servers = "client", "sloppy", "disk", 5
				}
				work := &workloads.Probe{Clients: 20, Every: 2 * time.Millisecond, After: []time.Duration{0}, Timeout: time.Second}
				if rule == "lww" {
					work.Reuse = 50 // keys; with dvv these blind puts would pile up siblings
				}
				u := universe{
					config: c, servers: servers, latency: random.Spec{Preset: "lnkd-ssd"}, keep: 1 << sim.Role,
					last: time.Second, work: work,
				}
				w := u.world(b)
				run := w.Run(1)
				ops, messages := len(run.History.Ops), uint64(0)
				for _, class := range run.Traffic[sim.Client:] {
					messages += class.Messages
				}
				b.ReportAllocs()
				before := cpu()
				for b.Loop() {
					w.Run(1)
				}
				spent := float64(cpu()-before) / float64(b.N)
				b.ReportMetric(spent/float64(ops), "cpu-ns/quorum-op")
				b.ReportMetric(float64(messages)/spent*1e9, "messages/cpu-s")
			})
		}
	}
}

// cpu is the time that the process has computed: on a busy machine the only fair one.
func cpu() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkHandlers is the handlers of a put and a get alone, without a kernel.
func BenchmarkHandlers(b *testing.B) {
	h := newHand(b, wars(2, 2), 3, 1)
	client, env := h.stores[4], h.envs[4]
	var mail []letter
	carry := func(env *sim.Env, from sim.NodeID) {
		for _, x := range env.Effects() {
			if x.Do == sim.DoSend {
				mail = append(mail, letter{from, x.To, x.Message})
			}
		}
	}
	op := func(n uint32, code sim.Code) {
		env.Enter(0, 0)
		client.Call(env, kv.Request{Op: sim.NewOpID(1, n), Code: code, Value: sim.Value{ID: sim.NewOpID(1, n)}})
		carry(env, 4)
		for i := 0; i < len(mail); i++ {
			l := mail[i]
			e := h.envs[l.to]
			e.Enter(0, 0)
			if i >= 3 {
				client.Receive(env, l.from, l.m)
				continue
			}
			h.nodes[l.to].Receive(e, l.from, l.m)
			for j := 0; j < len(e.Effects()); j++ {
				if x := e.Effects()[j]; x.Do == sim.DoSync {
					h.disks[l.to].Settle(h.disks[l.to].Mark())
					h.nodes[l.to].Synced(e, sim.Sync{Tag: x.Tag})
				}
			}
			carry(e, l.to)
		}
		mail = mail[:0]
	}
	b.ReportAllocs()
	n, before := uint32(0), cpu()
	for b.Loop() {
		op(n+1, sim.Put)
		op(n+2, sim.Get)
		n += 2
	}
	b.ReportMetric(float64(cpu()-before)/float64(n), "cpu-ns/quorum-op")
	require.Equal(b, sim.OK, client.(*quorumClient).coordinator.reply.Outcome)
}
