package statements

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
)

// mute is a client that the test speaks for.
type mute struct{ replies []kv.Reply }

func (*mute) Start(*sim.Env)              {}
func (*mute) Timeout(*sim.Env, sim.Timer) {}
func (*mute) Synced(*sim.Env, sim.Sync)   {}
func (m *mute) Receive(_ *sim.Env, _ sim.NodeID, message sim.Message) {
	m.replies = append(m.replies, *message.(*kv.Reply))
}

// lab is three servers and a client, moved by hand.
type lab struct {
	*simtest.Script
	t      testing.TB
	config Config
	client *mute
	op     uint32
}

const servers = 3

func defaults() Config {
	return Config{
		Ship: "rows", Leaders: 1, IDs: "shared", Rows: 12, Owners: 3, RowBytes: 100, PageRows: 4, Placement: "drawn",
		Tick: 1, CatchUp: "tail", TailLimit: 2, Batch: 4, Fanout: 4, Depth: 2, Window: 16,
		Checkpoint: 5, Heartbeat: 50e6, Patience: 20e6, Resend: 100e6,
	}
}

func newLab(t testing.TB, edit func(c *Config)) *lab {
	l := &lab{t: t, config: defaults(), client: &mute{}}
	edit(&l.config)
	require.NoError(t, l.config.Check())
	server := New(l.config, []sim.NodeID{1, 2, 3})
	l.Script = simtest.Play(t, simtest.Cast{Names: []string{"n1", "n2", "n3", "c1"}, New: func(self sim.NodeID) sim.Node {
		if self > servers {
			return l.client
		}
		return server(self)
	}})
	return l
}

// ask sends a command to a server.
func (l *lab) ask(to sim.NodeID, c kv.Command) {
	l.op++
	op := sim.NewOpID(1, l.op)
	l.repeat(to, &kv.Request{Op: op, Attempt: 1, Code: sim.Execute, Key: c.Row, Value: sim.Value{ID: op, N: c.Pack()}, Size: 30})
}

func (l *lab) repeat(to sim.NodeID, r *kv.Request) {
	l.Do(servers+1, func(env *sim.Env) { env.Send(to, r) })
}

// mixed asks a leader for some commands of every kind, and delivers everything.
func (l *lab) mixed(to sim.NodeID, rounds int) {
	for round := range rounds {
		for verb := range kv.Verbs() {
			n := uint32(round*len(kv.Verbs()) + verb)
			l.ask(to, kv.Command{Verb: kv.Verb(verb + 1), Row: sim.Key(1 + n*7%16), Other: n * 5 % 4, Amount: int32(n*11%50) - 8})
			l.DeliverAll()
		}
	}
}

func (l *lab) node(id sim.NodeID) *Node { return l.Node(id).(*Node) }

// agree tells whether servers have executed the same, and hold the same.
func (l *lab) agree(a, b sim.NodeID) bool {
	x, y := l.node(a), l.node(b)
	for i := range x.streams {
		require.Equal(l.t, x.streams[i].applied, y.streams[i].applied, "%d and %d", a, b)
	}
	return x.table.print == y.table.print
}

func (l *lab) facts(which sim.Fact, why sim.Why) (all []sim.Observation) {
	for _, f := range l.Facts {
		if f.Fact == which && f.Why == why {
			all = append(all, f.Observation)
		}
	}
	return all
}
