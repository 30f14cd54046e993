package dynamo

import (
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// A stream has at most so many leaves, and no further leaf once it has so many keys:
// a leaf is never divided.
const (
	streamLeaves = 256
	streamKeys   = 256
)

// hand hands over the next leaves, or the next part of the log. The peer answers with
// what this node lacks of the same leaves, so that each of them goes one way as a
// whole, and back only as far as needed.
func (a *antiEntropy) hand(env *sim.Env) {
	x := &a.now
	if len(x.leaves) == 0 && len(x.log) == 0 {
		a.next(env)
		return
	}
	x.batch++
	m := &stream{turn: x.turn, Batch: x.batch, By: a.plan.entropy.means()}
	if len(x.log) > 0 {
		n := min(len(x.log), streamKeys)
		m.Cells, x.log = x.log[:n:n], x.log[n:]
	} else {
		a.pack(m)
	}
	a.ask(env, m)
}

// pack fills a stream with leaves.
func (a *antiEntropy) pack(m *stream) {
	x := &a.now
	for leaves := 0; leaves < streamLeaves && len(x.leaves) > 0; leaves++ {
		leaf := x.leaves[0].First
		keys := x.at.index.Keys(int(leaf))
		if len(m.Cells) > 0 && len(m.Cells)+len(keys) > streamKeys {
			break
		}
		for _, key := range keys {
			m.Cells = append(m.Cells, kept{key, slices.Clip(a.replica.store.held(key).set)})
		}
		if n := len(m.Leaves); n > 0 && m.Leaves[n-1].Last+1 == leaf {
			m.Leaves[n-1].Last = leaf
		} else {
			m.Leaves = append(m.Leaves, span{leaf, leaf})
		}
		if x.leaves[0].First++; leaf == x.leaves[0].Last {
			x.leaves = x.leaves[1:]
		}
	}
}

// takeStream takes what a peer handed over, and answers when it is as safe as an
// acknowledgement promises.
func (a *antiEntropy) takeStream(env *sim.Env, from sim.NodeID, m *stream) {
	t := taking{replica: a.replica, by: m.By}
	answer := &streamed{turn: m.turn, Batch: m.Batch, By: m.By}
	for i := range m.Cells {
		c := a.replica.shown(&m.Cells[i])
		if place(a.forest.layout.homes(c.Key), env.Self()) < 0 {
			continue // the ring has changed
		}
		t.take(env, c)
		if held := a.replica.store.held(c.Key).set; m.By != sim.ByLog && !a.plan.rule.Includes(c.Set, held) {
			answer.Cells = append(answer.Cells, kept{c.Key, slices.Clip(held)})
		}
	}
	answer.Cells = append(answer.Cells, a.others(m)...)
	size, _ := a.replica.encoder.MeasureMessage(m)
	t.state(env, m.Exchange, from, len(m.Cells), size)
	a.replica.promise(env, promise{number: t.number, to: from, ack: answer})
}

// others is what the node holds in a stream's leaves of which the stream says nothing.
func (a *antiEntropy) others(m *stream) []kept {
	r := a.forest.find(m.Range)
	if r == nil || m.By == sim.ByLog {
		return nil
	}
	var list []kept
	told := m.Cells // leaf by leaf, and in each by key, as the index has them
	for _, s := range m.Leaves {
		for leaf := s.First; leaf <= s.Last; leaf++ {
			for _, key := range r.index.Keys(int(leaf)) {
				for len(told) > 0 && a.precedes(r, told[0].Key, leaf, key) {
					told = told[1:]
				}
				if len(told) == 0 || told[0].Key != key {
					list = append(list, kept{key, slices.Clip(a.replica.store.held(key).set)})
				}
			}
		}
	}
	return list
}

// precedes tells whether a key stands before the place of another in the index.
func (a *antiEntropy) precedes(r *keyRange, key sim.Key, leaf uint32, other sim.Key) bool {
	if at := uint32(r.index.Leaf(key)); at != leaf {
		return at < leaf
	}
	return key < other
}

// takeBack takes the peer's answer to a stream. One that comes twice is not the
// answer to the last.
func (a *antiEntropy) takeBack(env *sim.Env, from sim.NodeID, m *streamed) {
	x := &a.now
	if from != x.peer || m.turn != x.turn || m.Batch != x.batch {
		return
	}
	if _, pending := x.asked.(*stream); !pending {
		return
	}
	if len(m.Cells) > 0 {
		t := taking{replica: a.replica, by: m.By}
		for i := range m.Cells {
			t.take(env, a.replica.shown(&m.Cells[i]))
		}
		size, _ := a.replica.encoder.MeasureMessage(m)
		t.state(env, m.Exchange, env.Self(), len(m.Cells), size)
	}
	a.hand(env)
}

// taking counts what a stream brought.
type taking struct {
	replica  *replica
	by       sim.Why
	number   uint64 // of the last write to the disk that it needed
	needless int    // keys of which sender and receiver hold the same
}

// take takes one key.
func (t *taking) take(env *sim.Env, c *kept) {
	r := t.replica
	held := r.store.held(c.Key).set
	if r.plan.rule.Includes(held, c.Set) && (t.by == sim.ByLog || r.plan.rule.Includes(c.Set, held)) {
		t.needless++
	}
	brought := r.fresh(env, held, c.Set)
	number, changed := r.take(env, c.Key, brought, c)
	t.number = max(t.number, number)
	if changed {
		size, _ := r.encoder.Measure(c)
		env.Observe(sim.Observation{Fact: sim.Repaired, Why: t.by, Key: c.Key, Op: brought.Newest(), A: uint64(size)})
	}
}

// state states how much a message brought, under the name of the exchange at the node
// that began it.
func (t *taking) state(env *sim.Env, exchange uint64, began sim.NodeID, keys, size int) {
	env.Observe(sim.Observation{
		Fact: sim.Streamed, Why: t.by, Op: sim.NewOpID(uint16(began), uint32(exchange)),
		A: uint64(keys), B: uint64(t.needless), C: uint64(size),
	})
}

// fresh leaves out tombstones whose grace is over and that delete nothing here. Without
// that two replicas, which collect them at different moments, could hand them to each
// other for ever (Cassandra leaves them out of its trees for that reason).
func (r *replica) fresh(env *sim.Env, held, brought versions.Set) versions.Set {
	if r.plan.grace == 0 {
		return brought
	}
	now := wallTime(env)
	stale := func(v versions.Version) bool {
		return v.Deleted && now >= v.Time+uint64(r.plan.grace) && !r.deletes(held, v)
	}
	if !slices.ContainsFunc(brought, stale) {
		return brought
	}
	return slices.DeleteFunc(slices.Clone(brought), stale)
}

// deletes tells whether taking a tombstone would remove something.
func (r *replica) deletes(held versions.Set, v versions.Version) bool {
	merged, _ := r.plan.rule.Merge(held, versions.Set{v})
	return slices.ContainsFunc(held, func(h versions.Version) bool { return !merged.Has(&h) })
}

// shown is what a stream shows of a key: all of it.
func (r *replica) shown(c *kept) *kept {
	if !r.plan.repairResurrects() {
		return c
	}
	values := slices.DeleteFunc(slices.Clone(c.Set), func(v versions.Version) bool { return v.Deleted })
	if len(values) > 0 {
		for _, op := range r.store.held(c.Key).set.Deletes() {
			r.store.remove(c.Key, op)
		}
	}
	return &kept{c.Key, values}
}
