package abd

import (
	"cmp"
	"slices"

	"simrun/sim"
)

// fileVersions is the file of all versions that were taken, the last of each key being the
// one that counts.
const fileVersions = "versions"

// timerSync tries a failed sync again.
const timerSync sim.TimerKind = 1

// record is a version on disk.
type record struct {
	Key     sim.Key
	Version version
}

// Encode implements sim.Record.
func (r *record) Encode(e *sim.Encoder) {
	e.Uint("key", uint64(r.Key))
	r.Version.encode(e)
}

// Node is one incarnation of a replica.
type Node struct {
	config Config
	held   []record // by key: what is on the disk
	taken  []record // written and not known to be on the disk, in the order of their coming
	acks   []ack
	// tag numbers syncs; asked is how many of taken and acks the one under way covers.
	tag          uint64
	busy         bool
	asked, acked int
}

// ack is an acknowledgement that waits for the disk.
type ack struct {
	to sim.NodeID
	m  *stored
}

var (
	_ sim.Node      = (*Node)(nil)
	_ sim.Inspector = (*Node)(nil)
)

// New returns the maker of replicas.
func New(config Config) func(self sim.NodeID) sim.Node {
	return func(sim.NodeID) sim.Node { return &Node{config: config} }
}

// Start implements sim.Node: what is on the disk is what the replica has.
func (n *Node) Start(env *sim.Env) {
	disk := env.Disk()
	for i := range disk.Len(fileVersions) {
		if r, err := disk.Read(fileVersions, i); err == nil {
			n.keep(env, r.(*record))
		}
	}
}

// Receive implements sim.Node.
func (n *Node) Receive(env *sim.Env, from sim.NodeID, m sim.Message) {
	switch m := m.(type) {
	case *query:
		env.Send(from, &state{m.about, n.has(m.Key)})
	case *store:
		n.take(env, from, m)
	}
}

// take takes a version that is higher than what the replica has, and acknowledges it once
// it, or a higher one, is on the disk.
func (n *Node) take(env *sim.Env, from sim.NodeID, m *store) {
	reply := &stored{m.about}
	if !n.has(m.Key).Tag.less(m.Version.Tag) {
		env.Send(from, reply)
		return
	}
	if n.newest(m.Key).less(m.Version.Tag) {
		r := record{m.Key, m.Version}
		env.Disk().Append(fileVersions, &r)
		n.taken = append(n.taken, r)
	}
	n.acks = append(n.acks, ack{from, reply})
	n.sync(env)
}

// newest is the highest tag of a key that was written, on the disk or not yet.
func (n *Node) newest(key sim.Key) tag {
	newest := n.has(key).Tag
	for i := range n.taken {
		if r := &n.taken[i]; r.Key == key && newest.less(r.Version.Tag) {
			newest = r.Version.Tag
		}
	}
	return newest
}

// sync makes durable what was written, one sync after another.
func (n *Node) sync(env *sim.Env) {
	if n.busy || len(n.acks) == 0 {
		return
	}
	n.busy = true
	n.asked, n.acked = len(n.taken), len(n.acks)
	n.tag++
	env.Sync(n.tag)
}

// Synced implements sim.Node.
func (n *Node) Synced(env *sim.Env, s sim.Sync) {
	if s.Tag != n.tag {
		return
	}
	if s.Failed {
		env.After(n.config.Resend, sim.Timer{Kind: timerSync})
		return
	}
	n.busy = false
	for i := range n.taken[:n.asked] {
		n.keep(env, &n.taken[i])
	}
	for _, a := range n.acks[:n.acked] {
		env.Send(a.to, a.m)
	}
	n.taken, n.acks = slices.Clone(n.taken[n.asked:]), slices.Clone(n.acks[n.acked:])
	n.sync(env)
}

// Timeout implements sim.Node.
func (n *Node) Timeout(env *sim.Env, t sim.Timer) {
	if t.Kind == timerSync {
		n.busy = false
		n.sync(env)
	}
}

// keep makes a version that is on the disk what the replica has of the key, unless it has
// a higher one.
func (n *Node) keep(env *sim.Env, r *record) {
	at, found := n.find(r.Key)
	switch {
	case !found:
		n.held = slices.Insert(n.held, at, *r)
	case n.held[at].Version.Tag.less(r.Version.Tag):
		n.held[at] = *r
	default:
		return
	}
	env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Op: r.Version.Tag.Op, Key: r.Key, A: r.Version.Tag.N})
}

func (n *Node) has(key sim.Key) version {
	if at, found := n.find(key); found {
		return n.held[at].Version
	}
	return version{}
}

func (n *Node) find(key sim.Key) (at int, found bool) {
	return slices.BinarySearchFunc(n.held, key, func(r record, key sim.Key) int { return cmp.Compare(r.Key, key) })
}

// Inspect implements sim.Inspector.
func (n *Node) Inspect(yield func(sim.Copy)) {
	for i := range n.held {
		yield(n.held[i].copy())
	}
}

func (r *record) copy() sim.Copy {
	if r.Version.Deleted {
		return sim.Copy{Key: r.Key, Deletes: []sim.OpID{r.Version.Tag.Op}}
	}
	return sim.Copy{Key: r.Key, Values: []sim.Value{r.Version.Value}}
}
