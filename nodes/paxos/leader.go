package paxos

import (
	"slices"
	"time"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// ruling is what a leader keeps while it leads.
type ruling struct {
	top     uint64 // the highest slot that phase 1 found taken: up to here gaps are filled
	fill    uint64 // up to here slots are filled that no client asks for
	next    uint64 // the slot to be proposed for next
	open    []proposal
	queue   []proposal // not proposed yet, for the window is full
	waiting []waiting
	change  uint64 // the newest slot for which a configuration was proposed

	handing bool // the lead is being handed over: nothing new is taken

	round     uint64 // of heartbeats
	confirmed uint64 // the newest that barred every other leader when it was sent
	since     uint64 // the first that counts: it began knowing of all acceptors that are known
	rounds    []roundTime
	answered  []uint64 // by rank: the newest round answered
	another   bool     // a read waits for a round that begins after it came
	until     time.Duration
	timer     sim.TimerID
}

// proposal is a value on its way to be chosen.
type proposal struct {
	about about
	slot  uint64
	entry replog.Entry
	by    uint64        // who has accepted it, a bit for each rank
	since time.Duration // when it was last sent
}

// waiting is a client that waits for its op to be applied.
type waiting struct {
	op      sim.OpID
	attempt uint8
	client  sim.NodeID
}

// lead begins phase 2.
func (n *Node) lead(env *sim.Env) {
	p := &n.proposer
	env.Cancel(p.timer)
	p.phase, p.tries = leading, 0
	p.ruling.next = max(n.learner.applied+1, 1)
	p.ruling.answered = make([]uint64, len(n.servers))
	n.leader = n.self
	n.take(env, sim.Leader, p.ballot)
	env.Observe(sim.Observation{Fact: sim.Elected, A: p.ballot})
	n.beat(env)
}

// pump proposes for slot after slot, as far as the window reaches and acceptors have
// promised: what phase 1 found; nothing, in a gap before something that it found; else
// what clients ask for (Paxos Made Simple, section 3).
func (n *Node) pump(env *sim.Env) {
	for n.proposer.phase == leading {
		p, l := &n.proposer, &n.learner
		r := &p.ruling
		r.next = max(r.next, l.applied+1)
		if r.next > l.applied+uint64(n.config.Window) || !n.mayPropose(env, r.next) {
			return
		}
		slot := r.next
		found, ok := p.found[slot]
		switch {
		case slot <= p.floor || n.isChosen(slot):
			// Known to somebody: it will be learnt.
		case ok && !n.config.ownValue():
			n.propose(env, proposal{about: about(sim.NumberSubject(slot)), slot: slot, entry: found})
		case len(r.queue) > 0 && !r.handing && (slot > r.top || n.config.ownValue()):
			x := r.queue[0]
			r.queue = r.queue[1:]
			x.slot = slot
			n.propose(env, x)
		case slot <= max(r.top, r.fill):
			n.propose(env, proposal{about: about(sim.NumberSubject(slot)), slot: slot})
		default:
			return
		}
		if n.proposer.phase == leading && r.next == slot {
			r.next++
		}
	}
}

// mayPropose tells whether enough of a slot's acceptors have promised, and asks them where
// not: a new configuration has not been asked yet.
func (n *Node) mayPropose(env *sim.Env, slot uint64) bool {
	c := n.at(slot)
	if n.isPromised(c) {
		return true
	}
	if _, pending := env.Pending(n.proposer.again); !pending {
		n.askPromises(env, c.Acceptors)
		n.expect(env)
	}
	return false
}

// propose asks the slot's acceptors to accept a value (phase 2a).
func (n *Node) propose(env *sim.Env, x proposal) {
	p := &n.proposer
	x.entry.Epoch, x.since = p.ballot, env.Now()
	if isConfiguration(&x.entry) {
		p.ruling.change = x.slot
	}
	p.ruling.next = x.slot + 1
	p.ruling.open = append(p.ruling.open, x)
	n.expect(env)
	n.sendTo(env, n.at(x.slot).Acceptors, n.accept(&x))
}

func (n *Node) accept(x *proposal) *accept {
	return &accept{about: x.about, acceptance: acceptance{x.slot, x.entry}, Chosen: n.learner.applied}
}

// proposeAgain asks again those that have not accepted.
func (n *Node) proposeAgain(env *sim.Env) {
	p := &n.proposer
	for i := range p.ruling.open {
		x := &p.ruling.open[i]
		if env.Now()-x.since < n.config.Resend {
			continue
		}
		x.since = env.Now()
		again := *x
		again.about = about(sim.NumberSubject(x.slot))
		n.sendTo(env, n.at(x.slot).Acceptors&^x.by&^bit(n.me), n.accept(&again))
	}
	if unasked := n.unpromised(); unasked != 0 {
		n.askPromises(env, unasked)
		n.expect(env)
	}
	if len(p.ruling.open) > 0 {
		n.expect(env)
	}
}

// unpromised are the acceptors of configurations ahead of which not enough have promised.
func (n *Node) unpromised() (set uint64) {
	l := &n.learner
	for _, c := range n.ruled(l.applied+1, l.applied+uint64(n.config.Window)) {
		if !n.isPromised(c) {
			set |= c.Acceptors
		}
	}
	return set
}

// opened finds a proposal by its slot.
func (r *ruling) opened(slot uint64) *proposal {
	for i := range r.open {
		if r.open[i].slot == slot {
			return &r.open[i]
		}
	}
	return nil
}

// submit has an op proposed, or finds that it was before. The same op may come to be
// chosen for several slots, where leaders change: it takes effect in the first.
func (n *Node) submit(env *sim.Env, from sim.NodeID, r *kv.Request) {
	w := waiting{op: r.Op, attempt: r.Attempt, client: from}
	if r.Code.Writes() {
		switch found := n.learner.store.Find(r.Op); {
		case found.TooOld:
			env.Send(from, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
			return
		case found.Known:
			n.answer(env, &w, r.Key, found.Index, found.Refused)
			return
		}
	}
	u := &n.proposer.ruling
	isNew := !slices.ContainsFunc(u.waiting, func(o waiting) bool { return o.op == r.Op })
	u.waiting = append(u.waiting, w)
	if isNew {
		u.queue = append(u.queue, proposal{about: about(r.Subject()), entry: entry(r)})
		n.pump(env)
	}
}

// entry is what a request asks to be chosen. Nothing is decided yet: what a
// compare-and-set does depends on the slots before its own, which are only known once
// they are chosen.
func entry(r *kv.Request) replog.Entry {
	e := replog.Entry{Op: r.Op, Code: r.Code, Key: r.Key, Value: r.Value, Size: r.Size, Expect: r.Expect}
	if e.Value.ID == 0 && r.Code.Writes() {
		e.Value.ID = r.Op
	}
	return e
}

// answerApplied answers those who wait for an op that was just applied.
func (n *Node) answerApplied(env *sim.Env, e *replog.Entry, index uint64, did outcome) {
	u := &n.proposer.ruling
	if e.Op == 0 || len(u.waiting) == 0 {
		return
	}
	kept := u.waiting[:0]
	for i := range u.waiting {
		w := u.waiting[i]
		switch {
		case w.op != e.Op:
			kept = append(kept, w)
		case e.Code == sim.Get:
			n.serve(env, w.client, &kv.Request{Op: w.op, Attempt: w.attempt, Key: e.Key}, sim.ThroughLog)
		case did.TooOld:
			env.Send(w.client, &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
		default:
			n.answer(env, &w, e.Key, index, did.Refused)
		}
	}
	u.waiting = kept
}

// answer tells a client what became of its write.
func (n *Node) answer(env *sim.Env, w *waiting, key sim.Key, index uint64, isRefused bool) {
	reply := &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Token: kv.Token{Index: index}, Leader: n.self}
	if isRefused {
		reply.Outcome, reply.Error = sim.Fail, sim.Conflict
		reply.Values, reply.Size = n.learner.store.Current(key, n.learner.applied)
	}
	env.Send(w.client, reply)
}

// abandon tells those who wait that another may lead: what they asked for may yet be chosen.
func (n *Node) abandon(env *sim.Env, was *ruling) {
	for i := range was.waiting {
		w := &was.waiting[i]
		env.Send(w.client, &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.Partial, Leader: n.leader})
	}
}
