package workloads

import (
	"time"

	"simrun/nodes/kv"
	"simrun/sim"
	"simrun/sim/random"
)

// holder is a client node of a Lock workload. Each of its tasks is the use of one lock.
type holder struct {
	paced
	config *Lock
	among  random.Keys
	turns  []turn // what each session is about
}

// stage is how far a session is with a lock.
type stage uint8

const (
	looking   stage = iota // reads the lock, or waits to read it again
	taking                 // asks for it
	reading                // reads what it guards
	working                // works, and asks for nothing
	renewing               // works, and prolongs its lease
	writing                // writes what it guards
	releasing              // gives it back
)

// turn is a session's use of a lock.
type turn struct {
	sights []lockSight // by lock: what outlasts a task
	stage  stage
	task   uint32
	ops    uint32 // of the task so far
	key    sim.Key
	token  int64         // under which it holds, or asked for, the lock
	asked  time.Duration // when it asked for the lock, or to keep it
	until  time.Duration // when its lease ends, by its own clock
	work   time.Duration // that is left to do
	timer  sim.TimerID
	idle   bool // it waits for its timer, and no op is under way
}

func (n *holder) turn(s *session) *turn { return &n.turns[s.number%sessionStride] }

// begin implements job.
func (n *holder) begin(env *sim.Env, s *session, task uint32) {
	t := n.turn(s)
	lock := n.among.Choose(env.Draw(drawKey, sim.NumberSubject(uint64(task))))
	*t = turn{sights: t.sights, task: task, key: sim.Key(2 * lock)}
	n.look(env, s)
}

// number is that of the task's next op.
func (t *turn) number() uint32 {
	t.ops++
	return (t.task-1)*lockOps + t.ops
}

// look reads the lock.
func (n *holder) look(env *sim.Env, s *session) {
	t := n.turn(s)
	t.stage = looking
	s.issue(env, t.number(), sim.Get, t.key, kv.Strongest, 0, false)
}

// change writes a key. Both ways it says which version it was made from, the one that the
// session has seen last; a put replaces whatever is there.
func (n *holder) change(env *sim.Env, s *session, code sim.Code, key sim.Key, says int64) {
	op := sim.NewOpID(n.options.Client, n.turn(s).number())
	c := sim.Call{Op: op, Code: code, Key: key, Value: sim.Value{ID: op, N: says}, Session: s.number}
	r := kv.Request{Op: op, Code: code, Key: key, Value: c.Value}
	s.carry(&c, &r)
	s.start(env, c, r)
}

// goOn implements job.
func (n *holder) goOn(env *sim.Env, s *session, r *kv.Reply) bool {
	t := n.turn(s)
	ok := r.Outcome == sim.OK
	switch {
	case t.stage == looking && ok:
		return n.found(env, s, only(r.Values))
	case t.stage == taking && r.Error == sim.Conflict:
		return n.wait(env, s) // another one was faster
	case t.stage == taking && ok:
		t.until = t.asked + n.config.Lease
		t.stage = reading
		s.issue(env, t.number(), sim.Get, t.key+1, kv.Strongest, 0, false)
		return true
	case t.stage == reading && ok:
		return n.enter(env, s, only(r.Values))
	case t.stage == renewing && ok:
		t.until = t.asked + n.config.Lease
		n.toil(env, s)
		return true
	case t.stage == writing && r.Outcome != sim.Unknown:
		t.stage = releasing
		n.change(env, s, sim.CAS, t.key, freeAfter(t.token))
		return true
	}
	return false
}

// found takes the lock if nobody has it, or if who has it was silent for a lease.
func (n *holder) found(env *sim.Env, s *session, lock sim.Value) bool {
	t := n.turn(s)
	saw := &t.sights[t.key/2]
	saw.note(lock.ID, env.Now())
	if held := lock.N&1 == 1; held && env.Now() < saw.since+n.config.Lease {
		return n.wait(env, s)
	}
	t.stage, t.token, t.asked = taking, lock.N>>1+1, env.Now()
	n.change(env, s, sim.CAS, t.key, heldUnder(t.token))
	return true
}

// keptForUse are the ops that follow once a lock is taken.
const keptForUse = lockOps/4 + 8

// wait looks at the lock again after a while, unless that was done too often.
func (n *holder) wait(env *sim.Env, s *session) bool {
	t := n.turn(s)
	if t.ops+keptForUse > lockOps {
		return false
	}
	t.stage = looking
	n.idle(env, s, n.config.Poll)
	return true
}

// idle has a session do nothing for a time. It counts as busy, so that nothing else begins.
func (n *holder) idle(env *sim.Env, s *session, d time.Duration) {
	t := n.turn(s)
	t.idle, s.busy = true, true
	t.timer = env.After(d, sim.Timer{Kind: timerIdle, A: uint64(s.number % sessionStride)})
}

// enter begins the work on what the lock guards, unless the lease is over already or
// somebody with a newer token was there.
func (n *holder) enter(env *sim.Env, s *session, guarded sim.Value) bool {
	t := n.turn(s)
	if env.Now() >= t.until || n.config.Token == "checked" && guarded.N > t.token {
		return false
	}
	t.work = n.config.Hold
	n.toil(env, s)
	return true
}

// toil works until the work is done, or until half of the lease is over and it is to be
// renewed.
func (n *holder) toil(env *sim.Env, s *session) {
	t := n.turn(s)
	part := t.work
	if n.config.Renew {
		part = min(part, max(t.until-n.config.Lease/2-env.Now(), n.config.Lease/4))
	}
	t.stage = working
	t.work -= part
	n.idle(env, s, part)
}

// Timeout implements sim.Node.
func (n *holder) Timeout(env *sim.Env, timer sim.Timer) {
	switch timer.Kind {
	case timerIdle:
		n.wake(env, int(timer.A))
	case sim.SignalStop:
		n.stop(env)
		n.paced.Timeout(env, timer)
	default:
		n.paced.Timeout(env, timer)
	}
}

// stop frees the sessions that only wait: what they held is over with its lease.
func (n *holder) stop(env *sim.Env) {
	for i := range n.turns {
		if t := &n.turns[i]; t.idle {
			env.Cancel(t.timer)
			t.idle, n.sessions[i].busy = false, false
		}
	}
}

// wake goes on where a session waited.
func (n *holder) wake(env *sim.Env, i int) {
	s, t := &n.sessions[i], &n.turns[i]
	t.idle, s.busy = false, false
	switch {
	case t.stage == looking:
		n.look(env, s)
	case t.work > 0:
		t.stage, t.asked = renewing, env.Now()
		n.change(env, s, sim.CAS, t.key, heldUnder(t.token))
	case n.config.Look == "end" && env.Now() >= t.until:
		n.rest(env, i) // too late: another one may have it
	default:
		n.write(env, s)
	}
}

// write writes what the lock guards.
func (n *holder) write(env *sim.Env, s *session) {
	t := n.turn(s)
	code := sim.CAS
	if n.config.Token == "ignored" {
		code = sim.Put
	}
	t.stage = writing
	n.change(env, s, code, t.key+1, t.token)
}

// written implements job.
func (n *holder) written(uint32) uint32 { return uint32(2 * n.config.Locks) }
