package dynamo

import (
	"time"

	"simrun/nodes/internal/boxes"
	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// replica is a home of keys: it keeps versions, tells them, and acknowledges.
type replica struct {
	plan    *plan
	self    sim.NodeID
	store   store
	waiting []promise // in the order of their numbers
	kept    int       // how many of them are kept already
	syncing bool
	queue   []passed // through-one: what is to be passed on
	hints   hints
	graves  graves
	// transactions are those that this home takes part in, and what the node's file
	// says of them.
	transactions participant
	encoder      sim.Encoder
	// local is where answers to the node itself go.
	local    *coordinator
	writtens boxes.Of[written]
	values   boxes.Of[value]
	mendeds  boxes.Of[mended]
}

// promise is what is to be said once a write to the disk is synced: that a write
// is stored, that a hint is kept, that a transaction is prepared or decided, or an
// acknowledgement.
type promise struct {
	number uint64
	ack    sim.Message
	op     sim.OpID
	hint   uint64
	key    sim.Key
	to     sim.NodeID
	owner  sim.NodeID // of the hint
	// of transactions: who is in doubt from then on, or what is decided
	doubt   *doubt
	decided uint64
}

// syncAgain is how long a replica waits after a failed sync.
const syncAgain = 10 * time.Millisecond

// takeWrite handles the W leg.
func (r *replica) takeWrite(env *sim.Env, from sim.NodeID, m *write) {
	r.lost(env, m.Key, m.Set)
	number, _ := r.take(env, m.Key, m.Set, m)
	r.written(env, from, &m.leg, number)
	if m.Spread {
		r.pass(env, from, m)
	}
}

// takeSpread handles a write that another home passed on.
func (r *replica) takeSpread(env *sim.Env, m *spread) {
	r.lost(env, m.Key, m.Set)
	number, _ := r.take(env, m.Key, m.Set, m)
	r.written(env, m.Coordinator, &m.leg, number)
}

func (r *replica) written(env *sim.Env, to sim.NodeID, l *leg, number uint64) {
	ack := r.writtens.Next()
	ack.leg, ack.Newest = *l, r.store.cells[l.Key].set.Newest()
	r.promise(env, promise{number: number, to: to, ack: ack})
}

// takeMend handles a repair.
func (r *replica) takeMend(env *sim.Env, from sim.NodeID, m *mend) {
	number, changed := r.take(env, m.Key, m.Set, m)
	if changed {
		size, _ := r.encoder.Measure(m)
		env.Observe(sim.Observation{Fact: sim.Repaired, Why: sim.ByRead, Key: m.Key, Op: m.Set.Newest(), A: uint64(size)})
	}
	if m.Round != 0 {
		ack := r.mendeds.Next()
		ack.leg = m.leg
		r.promise(env, promise{number: number, to: from, ack: ack})
	}
}

// tell handles the R leg. Reads are served from memory.
func (r *replica) tell(env *sim.Env, from sim.NodeID, m *read) {
	held := r.store.held(m.Key)
	answer := r.values.Next()
	answer.leg, answer.Set = m.leg, held.set
	answer.Settled = !r.plan.durable || held.mark <= r.store.safe
	r.answer(env, from, answer)
}

// answer sends an answer to a coordinator, which may be the node itself.
func (r *replica) answer(env *sim.Env, to sim.NodeID, m sim.Message) {
	if to == r.self {
		r.local.receive(env, to, m)
		return
	}
	env.Send(to, m)
}

// take merges versions into the store. The number is that of the write to the disk
// by which they are safe.
func (r *replica) take(env *sim.Env, key sim.Key, brought versions.Set, record sim.Record) (number uint64, changed bool) {
	number, changed = r.accept(env, key, brought, record)
	if changed {
		r.sync(env)
	}
	return number, changed
}

// accept is take for who has more to write to the disk before it is synced.
func (r *replica) accept(env *sim.Env, key sim.Key, brought versions.Set, record sim.Record) (number uint64, changed bool) {
	before := r.store.held(key).set
	if r.plan.deltaHoles() {
		brought = r.gapless(before, brought, record)
	}
	c, changed := r.store.merge(key, brought)
	if !changed {
		return c.mark, false
	}
	r.store.append(env.Disk(), c, record)
	written := brought.Writes()
	for i := range written {
		if v := &written[i]; !before.Has(v) && c.set.Has(v) {
			r.stored(env, key, v.Value.ID, c.mark)
			r.bury(env, key, v)
		}
	}
	if r.plan.rule == versions.Dots {
		r.removed(env, key, c.mark, record)
	}
	if r.plan.rule == versions.LastWrite && len(before) > 0 {
		r.resolved(env, key, &before[0], &c.set[0])
	}
	return c.mark, true
}

// lost states that a write arrives only to lose.
func (r *replica) lost(env *sim.Env, key sim.Key, brought versions.Set) {
	held := r.store.held(key).set
	if r.plan.rule == versions.LastWrite && len(held) > 0 && brought[0].Before(&held[0]) {
		r.resolved(env, key, &brought[0], &held[0])
	}
}

// resolved states that a version lost against another whose writer had not read it.
func (r *replica) resolved(env *sim.Env, key sim.Key, loser, winner *versions.Version) {
	id := loser.Value.ID
	if id == 0 || id == winner.Value.ID || versions.Reads(winner.Past, id) {
		return
	}
	major, _ := loser.Place()
	env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Resolved, Key: key, Op: id, A: major})
}

// stored states that a write is held, now or once it is synced.
func (r *replica) stored(env *sim.Env, key sim.Key, op sim.OpID, number uint64) {
	if !r.plan.durable {
		env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Volatile, Key: key, Op: op})
	}
	r.waiting = append(r.waiting, promise{number: number, op: op, key: key})
}

// recovered states what a crash has left, where writes are acknowledged before they
// are synced: a node cannot know what it had, only what it has.
func (r *replica) recovered(env *sim.Env) {
	if r.plan.durable || env.Now() == 0 {
		return
	}
	env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Unsynced})
	for key := range r.store.cells {
		for _, v := range r.store.cells[key].set.Writes() {
			if v.Value.ID != 0 {
				env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Key: sim.Key(key), Op: v.Value.ID})
			}
		}
	}
}

// promise sends an acknowledgement as soon as it is true: what it is about is on disk,
// and so is the version of the ring that makes this node a home.
func (r *replica) promise(env *sim.Env, p promise) {
	p.number = max(p.number, r.local.ring.noted())
	if !r.plan.durable {
		r.answer(env, p.to, p.ack)
		return
	}
	r.owe(env, p)
}

// owe sends an acknowledgement once it is synced, whatever others do.
func (r *replica) owe(env *sim.Env, p promise) {
	if p.number <= r.store.safe {
		r.answer(env, p.to, p.ack)
		return
	}
	r.waiting = append(r.waiting, p)
}

// sync makes everything written so far durable, together with what comes while an
// earlier sync is under way.
func (r *replica) sync(env *sim.Env) {
	if r.syncing || r.store.last == r.store.safe {
		return
	}
	r.syncing = true
	r.store.asked = r.store.last
	env.Sync(r.store.asked)
}

func (r *replica) synced(env *sim.Env, s sim.Sync) {
	if s.Failed {
		env.After(syncAgain, sim.Timer{Kind: timerSync})
		return
	}
	r.syncing = false
	r.store.safe = r.store.asked
	r.keep(env)
	r.store.compact(env.Disk())
	r.local.ring.synced(env)
	r.sync(env)
}

// keep says what the sync made true. Answering the node itself may add promises.
func (r *replica) keep(env *sim.Env) {
	for r.kept < len(r.waiting) && r.waiting[r.kept].number <= r.store.safe {
		p := r.waiting[r.kept]
		r.kept++
		switch {
		case p.doubt != nil:
			r.promised(env, p.doubt)
		case p.decided != 0:
			r.local.decided(env, p.decided)
		case p.ack != nil:
			r.answer(env, p.to, p.ack)
		case p.owner != sim.Nobody:
			r.hintKept(env, p.owner, p.hint)
		default:
			env.Observe(sim.Observation{Fact: sim.Stored, Why: sim.Durable, Key: p.key, Op: p.op})
		}
	}
	r.forget()
}

// forget drops the promises that are kept.
func (r *replica) forget() {
	if 2*r.kept < len(r.waiting) {
		return
	}
	left := copy(r.waiting, r.waiting[r.kept:])
	clear(r.waiting[left:])
	r.waiting, r.kept = r.waiting[:left], 0
}

// receive handles what a home is asked. It tells whether the message was for it.
func (r *replica) receive(env *sim.Env, from sim.NodeID, m sim.Message) bool {
	switch m := m.(type) {
	case *write:
		if !r.outdated(env, from, &m.leg) && !r.premature(env, from, &m.leg, m) {
			r.takeWrite(env, from, m)
		}
	case *read:
		if !r.outdated(env, from, &m.leg) {
			r.tell(env, from, m)
		}
	case *mend:
		if !r.outdated(env, from, &m.leg) && !r.premature(env, from, &m.leg, m) {
			r.takeMend(env, from, m)
		}
	case *spread:
		r.takeSpread(env, m)
	default:
		return r.plan.twoPhase && r.receiveTransaction(env, from, m) || r.plan.watches() && r.receiveForOthers(env, from, m)
	}
	return true
}

// receiveForOthers handles what a node is asked or told because some home is, or
// was, silent. It tells whether the message was of that sort.
func (r *replica) receiveForOthers(env *sim.Env, from sim.NodeID, m sim.Message) bool {
	switch m := m.(type) {
	case *hint:
		r.takeHint(env, from, m)
	case *readHint:
		r.tellHint(env, from, m)
	case *replay:
		if !r.premature(env, from, &m.leg, m) {
			r.takeReplay(env, from, m)
		}
	case *replayed:
		r.local.heard(env, from, m)
		r.done(env, from, m)
	case *ping:
		env.Send(from, &pong{m.Number})
	default:
		return false
	}
	return true
}

// askAgain asks again for the sync that failed.
func (r *replica) askAgain(env *sim.Env) {
	r.syncing = false
	r.sync(env)
}
