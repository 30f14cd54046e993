package paxos

import (
	"errors"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// The files on a server's disk.
const (
	filePromise  = "promise"
	fileAccepted = "accepted"
	fileSnapshot = "snapshot"
	fileFloor    = "floor"
)

// pledge is the record of the ballot that a node promised.
type pledge struct{ Ballot uint64 }

// Encode implements sim.Record.
func (p *pledge) Encode(e *sim.Encoder) { e.Uint("ballot", p.Ballot) }

// Damaged implements sim.Damager: another, higher ballot.
func (p *pledge) Damaged(word uint64) sim.Record { return &pledge{p.Ballot + 1 + word%8} }

// flusher groups syncs: one is in flight at a time, and what is written meanwhile
// waits for the next. What others are told waits here until it is durable.
type flusher struct {
	written, durable uint64 // counts of writes
	asked            uint64 // what the sync in flight will have made durable
	tag              uint64
	busy             bool // a sync is in flight, or waits to be tried again
	owed             []owed
}

// owed is what has to wait for the disk: facts to be stated and messages to be sent.
type owed struct {
	after   uint64 // how many writes it waits for
	fact    sim.Observation
	message sim.Message
	to      uint64 // a set of servers
	prepare uint64 // the ballot that is to be opened
	install *snapshot
}

// owe does something once all that is written so far is durable.
func (n *Node) owe(env *sim.Env, o owed) {
	o.after = n.disk.written
	n.disk.owed = append(n.disk.owed, o)
	n.flush(env)
	n.settle(env)
}

// flush asks that all written so far be made durable.
func (n *Node) flush(env *sim.Env) {
	if d := &n.disk; !d.busy && d.durable < d.written {
		n.startFlush(env)
	}
}

func (n *Node) startFlush(env *sim.Env) {
	d := &n.disk
	d.busy, d.asked = true, d.written
	d.tag++
	env.Sync(d.tag)
}

// Synced implements sim.Node.
func (n *Node) Synced(env *sim.Env, s sim.Sync) {
	d := &n.disk
	if !d.busy || s.Tag != d.tag {
		return
	}
	if s.Failed {
		env.After(n.config.Resend, sim.Timer{Kind: timerFlush})
		return
	}
	d.busy, d.durable = false, d.asked
	n.flush(env)
	n.settle(env)
}

// settle does what is owed and waits for nothing any more. Doing it may bring about
// more that is owed, behind.
func (n *Node) settle(env *sim.Env) {
	d := &n.disk
	for len(d.owed) > 0 && d.owed[0].after <= d.durable {
		o := d.owed[0]
		d.owed = d.owed[1:]
		if o.fact.Fact != 0 {
			env.Observe(o.fact)
		}
		if o.message != nil {
			n.sendTo(env, o.to, o.message)
		}
		if o.prepare != 0 {
			n.sendPrepare(env, o.prepare)
		}
		if o.install != nil {
			n.install(env, o.install)
		}
	}
}

// recover reads the disk. What survived a crash is durable.
func (n *Node) recover(env *sim.Env) {
	l := &n.learner
	l.store = machine.New(n.config.Remember)
	l.ahead = map[uint64]*tally{}
	l.configurations = []configuration{{From: 1, Acceptors: n.acceptors}}
	l.teacher, l.fresh = n.me, -1
	n.acceptor.accepted = map[uint64]replog.Entry{}
	n.recoverPromise(env)
	if record, err := env.Disk().Read(fileSnapshot, 0); err == nil {
		if s, ok := record.(*snapshot); ok {
			n.restore(s)
			n.acceptor.floor = n.learner.base
			n.stateSnapshot(env, s, 0)
		}
	}
	n.recoverFloor(env)
	n.recoverAccepted(env)
	for i := range l.configurations {
		n.stateVoters(env, &l.configurations[i])
	}
	if n.acceptor.promised > 0 {
		env.Observe(sim.Observation{Fact: sim.Promised, A: n.acceptor.promised})
	}
}

func (n *Node) recoverPromise(env *sim.Env) {
	if n.config.promiseVolatile() {
		return
	}
	if record, err := env.Disk().Read(filePromise, 0); err == nil {
		if p, ok := record.(*pledge); ok {
			n.acceptor.promised = p.Ballot
		}
	}
}

// recoverAccepted reads what was accepted. A record torn by the crash was never synced:
// it is cut off.
func (n *Node) recoverAccepted(env *sim.Env) {
	a, disk := &n.acceptor, env.Disk()
	for i := 0; i < disk.Len(fileAccepted); i++ {
		record, err := disk.Read(fileAccepted, i)
		if errors.Is(err, sim.ErrTorn) {
			disk.Cut(fileAccepted, i)
			n.disk.written++
			break
		}
		r, ok := record.(*acceptance)
		if err != nil || !ok {
			a.journal = append(a.journal, 0)
			continue
		}
		a.journal = append(a.journal, r.Slot)
		if r.Slot <= a.floor {
			continue
		}
		n.keep(r.Slot, r.Entry)
		if !n.config.promiseVolatile() && !n.config.acceptNoBump() {
			a.promised = max(a.promised, r.Entry.Epoch)
		}
	}
	for slot := a.floor + 1; slot <= a.highest; slot++ {
		if e, ok := a.accepted[slot]; ok {
			env.Observe(stored(slot, &e))
		}
	}
}
