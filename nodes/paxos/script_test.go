package paxos

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/simtest"
)

// play is a script with servers 1, 2, ... and a client behind them. Syncs are at once;
// nobody misses a leader unless told to.
type play struct {
	*simtest.Script
	t       *testing.T
	client  sim.NodeID
	reader  kv.Client // the client's own side, where it has one
	replies []kv.Reply
	number  uint32
}

// recorder is the client: it keeps what it is answered.
type recorder struct{ play *play }

func (recorder) Start(*sim.Env)            {}
func (recorder) Synced(*sim.Env, sim.Sync) {}
func (r recorder) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	if reply, ok := m.(*kv.Reply); ok {
		r.play.replies = append(r.play.replies, *reply)
	} else if r.play.reader != nil {
		r.note(r.play.reader.Receive(env, from, m))
	}
}

func (r recorder) Timeout(env *sim.Env, t sim.Timer) {
	if r.play.reader != nil {
		r.note(r.play.reader.Timeout(env, t))
	}
}

func (r recorder) note(reply kv.Reply, isOver bool) {
	if isOver {
		r.play.replies = append(r.play.replies, reply)
	}
}

func newPlay(t *testing.T, servers int, edit func(*Config)) *play {
	config := Defaults()
	config.Timeout, config.Lease = time.Hour, time.Minute
	if edit != nil {
		edit(&config)
	}
	require.NoError(t, config.Check())
	require.NoError(t, config.Fits(servers))
	p := &play{t: t, client: sim.NodeID(servers + 1)}
	var members []sim.NodeID
	var names []string
	for i := range servers {
		members = append(members, sim.NodeID(i+1))
		names = append(names, "n"+string(rune('1'+i)))
	}
	maker := New(config, members)
	p.Script = simtest.Play(t, simtest.Cast{Names: append(names, "c1"), New: func(self sim.NodeID) sim.Node {
		if self == p.client {
			return recorder{p}
		}
		return maker(self)
	}})
	if config.Proposers == nil {
		p.Advance(config.Resend) // what n1 sent before the others had started is lost
	}
	return p
}

// flow delivers what is on its way, and what is sent in answer, if both ends are among
// some servers or the client; all else is lost.
func (p *play) flow(among ...sim.NodeID) {
	p.t.Helper()
	p.flowIf(func(l simtest.Letter) bool { return p.between(l, among) })
}

func (p *play) between(l simtest.Letter, among []sim.NodeID) bool {
	is := func(id sim.NodeID) bool {
		for _, other := range among {
			if id == other {
				return true
			}
		}
		return id == p.client
	}
	return is(l.From) && is(l.To)
}

func (p *play) flowIf(keep func(simtest.Letter) bool) {
	p.t.Helper()
	for {
		mail := p.Mail()
		if len(mail) == 0 {
			return
		}
		l := mail[0]
		one := simtest.Match{From: l.From, To: l.To, Kind: l.Message.Kind().Name, First: 1}
		if keep(l) {
			p.Deliver(one)
		} else {
			p.Drop(one)
		}
	}
}

// put asks a server to write, and returns the op.
func (p *play) put(to sim.NodeID) sim.OpID {
	return p.ask(to, kv.Request{Code: sim.Put, Key: 1})
}

func (p *play) get(to sim.NodeID) sim.OpID {
	return p.ask(to, kv.Request{Code: sim.Get, Key: 1})
}

func (p *play) ask(to sim.NodeID, r kv.Request) sim.OpID {
	p.t.Helper()
	p.number++
	r.Op, r.Attempt = sim.NewOpID(1, p.number), 1
	if r.Code.Writes() {
		r.Value.ID = r.Op
	}
	p.Do(p.client, func(env *sim.Env) { env.Send(to, &r) })
	p.Deliver(simtest.Match{From: p.client, To: to})
	return r.Op
}

// reply is the last answer to an op, nil if there was none.
func (p *play) reply(op sim.OpID) *kv.Reply {
	for i := len(p.replies) - 1; i >= 0; i-- {
		if p.replies[i].Op == op {
			return &p.replies[i]
		}
	}
	return nil
}

// elect has a server open a ballot, with some acceptors in reach.
func (p *play) elect(id sim.NodeID, among ...sim.NodeID) {
	p.t.Helper()
	p.Signal(id, sim.SignalElect)
	p.flow(append(among, id)...)
}

func (p *play) leads(id sim.NodeID) bool { return p.server(id).proposer.phase == leading }

func (p *play) server(id sim.NodeID) *Node { return p.Node(id).(*Node) }

// agrees tells whether no slot was known to be chosen with two values.
func (p *play) agrees() bool {
	known := map[uint64]uint64{}
	for i := range p.Facts {
		f := &p.Facts[i]
		if f.Fact != sim.Decided {
			continue
		}
		if print, ok := known[f.A]; ok && print != f.C {
			return false
		}
		known[f.A] = f.C
	}
	return true
}

// decided is how many slots somebody knows to be chosen.
func (p *play) decided() int {
	known := map[uint64]bool{}
	for i := range p.Facts {
		if p.Facts[i].Fact == sim.Decided {
			known[p.Facts[i].A] = true
		}
	}
	return len(known)
}
