package dynamo

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/disk"
	"simrun/sim/random"
)

// hand is a little world driven by hand: the test says which message arrives, which
// sync completes and which timer fires. Members are n1, n2, ...; clients follow.
type hand struct {
	t       require.TestingT
	config  Config
	members []sim.NodeID
	nodes   map[sim.NodeID]sim.Node
	envs    map[sim.NodeID]*sim.Env
	disks   map[sim.NodeID]*disk.Disk
	stores  map[sim.NodeID]kv.Client
	mail    []letter
	syncs   map[sim.NodeID][]pendingSync
	lag     bool // syncs wait to be completed
	facts   []fact
	replies map[sim.NodeID]kv.Reply
	clock   time.Duration
	skew    map[sim.NodeID]time.Duration
	ops     map[sim.NodeID]uint32
}

type letter struct {
	from, to sim.NodeID
	m        sim.Message
}

type pendingSync struct {
	tag  uint64
	mark uint64
}

type fact struct {
	node sim.NodeID
	sim.Observation
}

func newHand(t require.TestingT, c Config, members, clients int) *hand {
	require.NoError(t, c.Check())
	require.NoError(t, c.Fits(members))
	h := &hand{
		t: t, config: c, nodes: map[sim.NodeID]sim.Node{}, envs: map[sim.NodeID]*sim.Env{},
		disks: map[sim.NodeID]*disk.Disk{}, stores: map[sim.NodeID]kv.Client{}, syncs: map[sim.NodeID][]pendingSync{},
		replies: map[sim.NodeID]kv.Reply{}, ops: map[sim.NodeID]uint32{}, skew: map[sim.NodeID]time.Duration{},
	}
	for i := range members + clients {
		id := sim.NodeID(i + 1)
		h.envs[id], h.disks[id] = sim.NewEnv(id, h), disk.New()
		if i < members {
			h.members = append(h.members, id)
		}
	}
	for _, id := range h.members {
		h.start(id)
	}
	for i := range clients {
		h.connect(sim.NodeID(members + i + 1))
	}
	return h
}

func (h *hand) connect(client sim.NodeID) {
	near := h.members[int(client)%len(h.members)]
	h.stores[client] = NewClient(h.config, h.members, near)
}

// Draw, NameHash and Disk implement sim.Host.
func (h *hand) Draw(id sim.NodeID, purpose uint8, about sim.Subject) uint64 {
	return random.Mix(h.NameHash(id)+uint64(purpose), uint64(about))
}

func (h *hand) NameHash(id sim.NodeID) uint64    { return random.Hash(fmt.Sprint("n", id)) }
func (h *hand) Disk(id sim.NodeID) sim.Disk      { return h.disks[id] }
func (h *hand) client(i int) sim.NodeID          { return sim.NodeID(len(h.members) + i) }
func (h *hand) replica(id sim.NodeID) *replica   { return &h.nodes[id].(*Node).replica }
func (h *hand) holds(id sim.NodeID) []sim.Value  { return h.replica(id).store.held(0).set.Values(nil) }
func (h *hand) reply(client sim.NodeID) kv.Reply { return h.replies[client] }

// enter opens a node's window. Time passes with every handler.
func (h *hand) enter(id sim.NodeID) *sim.Env {
	h.clock += time.Microsecond
	env := h.envs[id]
	env.Enter(h.clock, h.clock+h.skew[id])
	return env
}

// leave carries out what a handler asked for.
func (h *hand) leave(id sim.NodeID) {
	env := h.envs[id]
	for _, x := range env.Effects() {
		switch x.Do {
		case sim.DoSend:
			h.mail = append(h.mail, letter{id, x.To, x.Message})
		case sim.DoSync:
			h.syncs[id] = append(h.syncs[id], pendingSync{x.Tag, h.disks[id].Mark()})
		case sim.DoObserve:
			h.facts = append(h.facts, fact{id, *env.Observation(x.Index)})
		}
	}
	for !h.lag && len(h.syncs[id]) > 0 {
		h.sync(id, false)
	}
}

func (h *hand) start(id sim.NodeID) {
	h.nodes[id] = New(h.config, h.members)(id)
	h.nodes[id].Start(h.enter(id))
	h.leave(id)
}

// crash ends an incarnation, keeps what the word says of its unsynced writes, and
// begins the next.
func (h *hand) crash(id sim.NodeID, word uint64) {
	h.disks[id].Crash(word, false)
	h.envs[id].ForgetTimers()
	h.syncs[id] = nil
	h.start(id)
}

// sync completes the oldest sync under way.
func (h *hand) sync(id sim.NodeID, failed bool) {
	s := h.syncs[id][0]
	h.syncs[id] = h.syncs[id][1:]
	if !failed {
		h.disks[id].Settle(s.mark)
	}
	h.nodes[id].Synced(h.enter(id), sim.Sync{Tag: s.tag, Failed: failed})
	h.leave(id)
}

// call begins an op and returns its identity.
func (h *hand) call(client sim.NodeID, q kv.Request) sim.OpID {
	h.ops[client]++
	q.Op = sim.NewOpID(uint16(client), h.ops[client])
	q.Value.ID = q.Op
	delete(h.replies, client)
	h.stores[client].Call(h.enter(client), q)
	h.leave(client)
	return q.Op
}

func (h *hand) put(client sim.NodeID, context kv.Context, parents ...sim.OpID) sim.OpID {
	return h.call(client, kv.Request{Code: sim.Put, Context: context, Parents: parents})
}

func (h *hand) get(client sim.NodeID) sim.OpID { return h.call(client, kv.Request{Code: sim.Get}) }

// deliver hands over one letter.
func (h *hand) deliver(l letter) {
	env := h.enter(l.to)
	if store, ok := h.stores[l.to]; ok {
		if r, over := store.Receive(env, l.from, l.m); over {
			h.replies[l.to] = r
		}
	} else {
		h.nodes[l.to].Receive(env, l.from, l.m)
	}
	h.leave(l.to)
}

// take removes the first letter of a kind to a node, or to anyone where that is nobody.
func (h *hand) take(kind string, to sim.NodeID) letter {
	for i, l := range h.mail {
		if l.m.Kind().Name == kind && (to == sim.Nobody || l.to == to) {
			h.mail = append(h.mail[:i:i], h.mail[i+1:]...)
			return l
		}
	}
	require.Failf(h.t, "no letter", "no %s to n%d among %s", kind, to, h.inMail())
	return letter{}
}

// pass delivers the first letter of a kind to each of some nodes.
func (h *hand) pass(kind string, to ...sim.NodeID) {
	for _, id := range to {
		h.deliver(h.take(kind, id))
	}
}

// flush delivers everything, and what comes of it.
func (h *hand) flush() {
	for len(h.mail) > 0 {
		l := h.mail[0]
		h.mail = h.mail[1:]
		h.deliver(l)
	}
}

func (h *hand) inMail() []string {
	list := []string{}
	for _, l := range h.mail {
		list = append(list, letterName(l.m.Kind().Name, l.from, l.to))
	}
	return list
}

func letterName(kind string, from, to sim.NodeID) string {
	return fmt.Sprintf("%s n%d>n%d", kind, from, to)
}

// fire fires every pending timer of a node, and returns how many there were.
func (h *hand) fire(id sim.NodeID) int {
	var pending []sim.TimerID
	h.envs[id].Timers(func(t sim.TimerID, _ time.Duration) { pending = append(pending, t) })
	for _, p := range pending {
		t, ok := h.envs[id].Fire(p)
		if !ok {
			continue
		}
		env := h.enter(id)
		if store, isClient := h.stores[id]; isClient {
			if r, over := store.Timeout(env, t); over {
				h.replies[id] = r
			}
		} else {
			h.nodes[id].Timeout(env, t)
		}
		h.leave(id)
	}
	return len(pending)
}

// count counts the facts of a kind about an op.
func (h *hand) count(kind sim.Fact, why sim.Why, op sim.OpID) int {
	n := 0
	for _, f := range h.facts {
		if f.Fact == kind && f.Why == why && f.Op == op {
			n++
		}
	}
	return n
}

func ids(values []sim.Value) []sim.OpID {
	list := []sim.OpID{}
	for _, v := range values {
		list = append(list, v.ID)
	}
	return list
}

// coordinators runs a test with each kind of coordinator.
func coordinators(t *testing.T, f func(t *testing.T, c Config)) {
	for _, who := range []string{"node", "client"} {
		t.Run(who, func(t *testing.T) {
			c := Defaults()
			c.Coordinator = who
			f(t, c)
		})
	}
}
