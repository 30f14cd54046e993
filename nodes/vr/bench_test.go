package vr

import (
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/disk"
)

// bench drives members by hand: the test says which message arrives when, which
// sync completes, and what time it is.
type bench struct {
	t       require.TestingT
	config  Config
	members []sim.NodeID
	make    func(sim.NodeID) sim.Node
	nodes   map[sim.NodeID]*Node // those that are up
	envs    map[sim.NodeID]*sim.Env
	disks   map[sim.NodeID]*disk.Disk
	syncs   map[sim.NodeID][]pendingSync
	wire    []letter
	now     time.Duration
	facts   []fact
	replies []*kv.Reply
	number  uint32
	refuse  map[sim.NodeID]bool          // disks that fail
	frozen  map[sim.NodeID]bool          // disks that complete nothing by themselves
	behind  map[sim.NodeID]time.Duration // how far clocks are behind
	jump    map[sim.NodeID]time.Duration // how far wall clocks are behind
}

type pendingSync struct{ tag, mark uint64 }

type letter struct {
	from, to sim.NodeID
	m        sim.Message
}

type fact struct {
	node sim.NodeID
	sim.Observation
}

const client sim.NodeID = 90

func newBench(t require.TestingT, n int, change func(*Config)) *bench {
	config := Defaults()
	if change != nil {
		change(&config)
	}
	b := &bench{
		t: t, config: config, nodes: map[sim.NodeID]*Node{}, envs: map[sim.NodeID]*sim.Env{}, disks: map[sim.NodeID]*disk.Disk{},
		syncs: map[sim.NodeID][]pendingSync{}, refuse: map[sim.NodeID]bool{},
		frozen: map[sim.NodeID]bool{}, behind: map[sim.NodeID]time.Duration{}, jump: map[sim.NodeID]time.Duration{},
	}
	for id := sim.NodeID(1); int(id) <= n; id++ {
		b.members = append(b.members, id)
		b.disks[id] = disk.New()
	}
	require.NoError(t, config.Check())
	require.NoError(t, config.Fits(n))
	b.make = New(config, b.members)
	for _, id := range b.members {
		b.start(id)
	}
	return b
}

// Draw implements sim.Host.
func (b *bench) Draw(node sim.NodeID, purpose uint8, about sim.Subject) uint64 {
	return mix(uint64(node)<<8 ^ uint64(purpose) ^ mix(uint64(about)))
}

// NameHash implements sim.Host.
func (b *bench) NameHash(node sim.NodeID) uint64 { return mix(uint64(node)) }

// Disk implements sim.Host.
func (b *bench) Disk(node sim.NodeID) sim.Disk { return b.disks[node] }

func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func (b *bench) start(id sim.NodeID) {
	b.envs[id] = sim.NewEnv(id, b)
	b.nodes[id] = b.make(id).(*Node)
	b.do(id, func(n *Node, env *sim.Env) { n.Start(env) })
}

// do runs one handler and collects what it asked for.
func (b *bench) do(id sim.NodeID, handler func(*Node, *sim.Env)) {
	n, env := b.nodes[id], b.envs[id]
	if n == nil {
		return
	}
	env.Enter(b.now-b.behind[id], b.now-b.jump[id])
	handler(n, env)
	for _, e := range env.Effects() {
		switch e.Do {
		case sim.DoSend:
			b.send(letter{id, e.To, e.Message})
		case sim.DoSync:
			b.syncs[id] = append(b.syncs[id], pendingSync{e.Tag, b.disks[id].Mark()})
		case sim.DoObserve:
			b.facts = append(b.facts, fact{id, *env.Observation(e.Index)})
		}
	}
}

func (b *bench) send(l letter) {
	if r, ok := l.m.(*kv.Reply); ok {
		b.replies = append(b.replies, r)
		return
	}
	b.wire = append(b.wire, l)
}

// deliver hands over the i-th message on the wire.
func (b *bench) deliver(i int) {
	l := b.wire[i]
	b.wire = append(b.wire[:i:i], b.wire[i+1:]...)
	b.do(l.to, func(n *Node, env *sim.Env) { n.Receive(env, l.from, l.m) })
}

// sync completes a node's oldest sync.
func (b *bench) sync(id sim.NodeID) bool {
	if len(b.syncs[id]) == 0 {
		return false
	}
	s := b.syncs[id][0]
	b.syncs[id] = b.syncs[id][1:]
	if !b.refuse[id] {
		b.disks[id].Settle(s.mark)
	}
	b.do(id, func(n *Node, env *sim.Env) { n.Synced(env, sim.Sync{Tag: s.tag, Failed: b.refuse[id]}) })
	return true
}

// pick takes some of the messages off the wire, in order.
func (b *bench) pick(which func(letter) bool) (picked []letter) {
	var rest []letter
	for _, l := range b.wire {
		if which(l) {
			picked = append(picked, l)
		} else {
			rest = append(rest, l)
		}
	}
	b.wire = rest
	return picked
}

// drop loses some of the messages on the wire.
func (b *bench) drop(which func(letter) bool) int { return len(b.pick(which)) }

// settle delivers every message and completes every sync until nothing is left. Only
// messages that pass go through; the others are lost.
func (b *bench) settleIf(pass func(letter) bool) {
	for steps := 0; ; steps++ {
		require.Less(b.t, steps, 200000, "never quiet")
		b.drop(func(l letter) bool { return !pass(l) })
		switch {
		case len(b.wire) > 0:
			b.deliver(0)
		case !b.syncAny():
			return
		}
	}
}

func (b *bench) settle() { b.settleIf(func(letter) bool { return true }) }

func (b *bench) syncAny() bool {
	for _, id := range b.members {
		if b.nodes[id] != nil && !b.frozen[id] && b.sync(id) {
			return true
		}
	}
	return false
}

// fire fires the earliest timer of all due by a time; false if there is none.
func (b *bench) fire(by time.Duration) bool {
	var node sim.NodeID
	var timer sim.TimerID
	earliest := by + 1
	for _, id := range b.members {
		if b.nodes[id] == nil {
			continue
		}
		b.envs[id].Timers(func(t sim.TimerID, due time.Duration) {
			if due < earliest {
				node, timer, earliest = id, t, due
			}
		})
	}
	if node == sim.Nobody {
		return false
	}
	b.now = max(b.now, earliest)
	t, _ := b.envs[node].Fire(timer)
	b.do(node, func(n *Node, env *sim.Env) { n.Timeout(env, t) })
	return true
}

// passIf lets time pass, timers fire and messages that pass go through at once.
func (b *bench) passIf(d time.Duration, pass func(letter) bool) {
	until := b.now + d
	b.settleIf(pass)
	for b.fire(until) {
		b.settleIf(pass)
	}
	b.now = until
}

func (b *bench) pass(d time.Duration) { b.passIf(d, func(letter) bool { return true }) }

// crash ends a node; what was not synced is lost.
func (b *bench) crash(id sim.NodeID) {
	b.disks[id].Crash(0, false)
	b.down(id)
}

func (b *bench) down(id sim.NodeID) {
	delete(b.nodes, id)
	b.syncs[id] = nil
}

func (b *bench) restart(id sim.NodeID) {
	b.now++
	b.start(id)
}

// ask sends a request to a node and returns the identity of its op.
func (b *bench) ask(to sim.NodeID, r kv.Request) sim.OpID {
	if r.Op == 0 {
		b.number++
		r.Op = sim.NewOpID(1, b.number)
	}
	if r.Attempt == 0 {
		r.Attempt = 1
	}
	if r.Code.Writes() {
		r.Value.ID = r.Op
	}
	b.do(to, func(n *Node, env *sim.Env) { n.Receive(env, client, &r) })
	return r.Op
}

func (b *bench) put1(to sim.NodeID, key sim.Key) sim.OpID {
	return b.ask(to, kv.Request{Code: sim.Put, Key: key})
}

// reply is the newest reply to an op, nil if none.
func (b *bench) reply(op sim.OpID) *kv.Reply {
	for i := len(b.replies) - 1; i >= 0; i-- {
		if b.replies[i].Op == op {
			return b.replies[i]
		}
	}
	return nil
}

func (b *bench) wantOK(op sim.OpID) *kv.Reply {
	r := b.reply(op)
	require.NotNil(b.t, r, "%v has no answer", op)
	require.Equal(b.t, sim.OK, r.Outcome, "%v: %v", op, r.Error)
	return r
}

func (b *bench) wantError(op sim.OpID, e sim.Error) *kv.Reply {
	r := b.reply(op)
	require.NotNil(b.t, r, "%v has no answer", op)
	require.Equal(b.t, e, r.Error)
	return r
}

// shown is the writer that a node's read of a key shows now.
func (b *bench) shown(id sim.NodeID, key sim.Key) sim.OpID {
	n := b.nodes[id]
	return n.store.Writer(key, n.applied)
}

// leaders are the nodes that hold the role of leader.
func (b *bench) leaders() (ids []sim.NodeID) {
	for _, id := range b.members {
		if n := b.nodes[id]; n != nil && n.role == sim.Leader {
			ids = append(ids, id)
		}
	}
	return ids
}

func (b *bench) logOf(id sim.NodeID) []sim.OpID {
	var ops []sim.OpID
	for _, e := range b.nodes[id].log.Slice(0, 1<<30) {
		ops = append(ops, e.Op)
	}
	return ops
}

func isKind(name string) func(letter) bool {
	return func(l letter) bool { return l.m.Kind().Name == name }
}

func both(a, c func(letter) bool) func(letter) bool {
	return func(l letter) bool { return a(l) && c(l) }
}

// without lets nothing through to or from some nodes.
func without(ids ...sim.NodeID) func(letter) bool {
	return func(l letter) bool {
		for _, id := range ids {
			if l.from == id || l.to == id {
				return false
			}
		}
		return true
	}
}

// elect has a node campaign; only messages that pass go through.
func (b *bench) electIf(id sim.NodeID, pass func(letter) bool) {
	b.do(id, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: sim.SignalElect}) })
	b.settleIf(pass)
}

// signal has the laboratory tell a node something.
func (b *bench) signal(id sim.NodeID, kind sim.TimerKind, about uint64) {
	b.do(id, func(n *Node, env *sim.Env) { n.Timeout(env, sim.Timer{Kind: kind, A: about}) })
}

// beat has a leader send its heartbeats.
func (b *bench) beat(id sim.NodeID) { b.do(id, func(n *Node, env *sim.Env) { n.tick(env) }) }

// only lets messages through between some nodes.
func only(ids ...sim.NodeID) func(letter) bool {
	in := map[sim.NodeID]bool{}
	for _, id := range ids {
		in[id] = true
	}
	return func(l letter) bool { return in[l.from] && in[l.to] }
}

func none(letter) bool { return false }

// get asks for a read in the way that is configured.
func (b *bench) get(to sim.NodeID, key sim.Key) sim.OpID {
	return b.ask(to, kv.Request{Code: sim.Get, Key: key})
}

// read is what a read shows, 0 for nothing, and whether it was answered.
func (b *bench) read(op sim.OpID) (sim.OpID, bool) {
	r := b.reply(op)
	if r == nil || r.Outcome != sim.OK {
		return 0, false
	}
	if len(r.Values) == 0 {
		return 0, true
	}
	return r.Values[0].ID, true
}

// broken is what the facts stated so far say against the protocol, empty if nothing: two
// leaders in a term, two entries chosen for a slot.
func (b *bench) broken() string {
	leads, chosen := map[uint64]sim.NodeID{}, map[uint64]fact{}
	for _, f := range b.facts {
		switch {
		case f.Fact == sim.Elected && leads[f.A] != 0 && leads[f.A] != f.node:
			return "two leaders"
		case f.Fact == sim.Elected:
			leads[f.A] = f.node
		case f.Fact == sim.Decided && chosen[f.A].Fact != 0 && chosen[f.A].C != f.C:
			return "two choices"
		case f.Fact == sim.Decided:
			chosen[f.A] = f
		}
	}
	return ""
}
