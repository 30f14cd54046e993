package dynamo

import (
	"time"

	"simrun/sim"
)

// planReplay sets the timer of the next look at all hints.
func (r *replica) planReplay(env *sim.Env) {
	if !r.hints.timed {
		r.hints.timed = true
		env.After(r.plan.hintReplay, sim.Timer{Kind: timerHints})
	}
}

// lookAtHints gives up those that are too old, and offers the others again to
// owners that are not under suspicion: a replay or its answer may have been lost.
func (r *replica) lookAtHints(env *sim.Env) {
	r.hints.timed = false
	for i := range r.hints.owed {
		o := &r.hints.owed[i]
		r.expire(env, o)
		if !r.local.health.suspects(o.owner) {
			r.handOff(env, o.owner)
		}
	}
	if r.hints.kept > 0 {
		r.planReplay(env)
	}
}

// expire gives up the hints at the head of the list that are too old. Others are
// looked at when their turn comes.
func (r *replica) expire(env *sim.Env, o *owed) {
	for len(o.hints) > 0 && o.hints[0].kept && tooOld(env, o.hints[0].message.Until) {
		r.letGo(env, o, o.first, sim.Expired)
	}
}

// tooOld tells whether a hint may no longer be delivered.
func tooOld(env *sim.Env, until uint64) bool { return until != 0 && wallTime(env) >= until }

// handOff begins to replay the hints of an owner, from the oldest.
func (r *replica) handOff(env *sim.Env, owner sim.NodeID) {
	o := r.hints.find(owner)
	if o == nil || o.live == 0 || o.passing {
		return
	}
	o.next = o.first
	r.replayNext(env, o)
}

// replayNext replays hints until none is left or the throttle says wait.
func (r *replica) replayNext(env *sim.Env, o *owed) {
	for o.next = max(o.next, o.first); o.next < o.end(); {
		number := o.next
		o.next++
		if !r.replay(env, o, number) || r.plan.hintGap == 0 {
			continue
		}
		o.passing = true
		env.After(r.plan.hintGap, sim.Timer{Kind: timerReplay, A: uint64(o.owner)})
		return
	}
}

// resume goes on with a throttled pass, unless the owner is gone again.
func (r *replica) resume(env *sim.Env, owner sim.NodeID) {
	o := r.hints.of(owner)
	o.passing = false
	if !r.local.health.suspects(owner) {
		r.replayNext(env, o)
	}
}

// replay sends one hint, if it is due. It keeps the version as its writer made it,
// so that it may arrive twice, or after the write itself.
func (r *replica) replay(env *sim.Env, o *owed, number uint64) bool {
	h := o.at(number)
	if h == nil || !h.kept || env.Now() < h.again {
		return false
	}
	if m := h.message; tooOld(env, m.Until) {
		r.letGo(env, o, number, sim.Expired)
		return false
	}
	h.again = env.Now() + r.plan.suspectAfter
	m := &replay{leg: h.message.leg, Until: h.message.Until, Set: h.message.Set}
	m.Round = number
	r.local.health.expect(env, o.owner)
	env.Send(o.owner, m)
	return true
}

// takeReplay handles a hint at its owner.
func (r *replica) takeReplay(env *sim.Env, from sim.NodeID, m *replay) {
	ack := &replayed{leg: m.leg, Expired: tooOld(env, m.Until) || r.moved(m.Key)}
	if ack.Expired {
		env.Send(from, ack)
		return
	}
	r.lost(env, m.Key, m.Set)
	number, changed := r.take(env, m.Key, m.Set, m)
	if changed {
		size, _ := r.encoder.Measure(m)
		env.Observe(sim.Observation{Fact: sim.Repaired, Why: sim.ByHint, Key: m.Key, Op: m.Set.Newest(), A: uint64(size)})
	}
	r.owe(env, promise{number: number, to: from, ack: ack})
}

// done handles the owner's answer: the hint has served. The number alone does not
// name it, for the holder may have begun to count anew.
func (r *replica) done(env *sim.Env, from sim.NodeID, m *replayed) {
	o := r.hints.find(from)
	if o == nil {
		return
	}
	h := o.at(m.Round)
	if h == nil || !h.kept || h.message.Op != m.Op || h.message.Key != m.Key {
		return
	}
	why := sim.Replayed
	if m.Expired {
		why = sim.Expired
	}
	r.letGo(env, o, m.Round, why)
}

// hintGap is the time between two replays to one owner.
func hintGap(rate int) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Second / time.Duration(rate)
}

// until is the end of a hint's life. A hint that outlives the tombstones of its
// time would bring back what they deleted (ScyllaDB #23712): so it ends with them.
func (p *plan) until(born uint64) uint64 {
	life := p.hintTTL
	if p.grace > 0 && (life == 0 || p.grace < life) && !p.hintAfterGC() {
		life = p.grace
	}
	if life == 0 {
		return 0
	}
	return born + uint64(life)
}
