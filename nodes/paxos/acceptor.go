package paxos

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// acceptor is the memory of agreement. What it tells others is on its disk first.
type acceptor struct {
	// promised is the lowest ballot that the node still takes part in; each accepted
	// entry's epoch is the ballot that it was accepted in. They are not the same: a promise
	// says nothing of what was accepted before it.
	promised uint64
	accepted map[uint64]replog.Entry
	highest  uint64   // slot accepted
	floor    uint64   // the slots up to here are chosen, and behind a snapshot, of others where this node does not learn
	stands   []uint64 // by rank: up to where the others' snapshots stand, where this node does not learn
	journal  []uint64 // the slot of each record in the file

	lentTo    uint64 // the ballot to which nothing else is preferred until lentUntil
	lentUntil time.Duration
}

// keep remembers what is accepted for a slot.
func (n *Node) keep(slot uint64, e replog.Entry) {
	n.acceptor.accepted[slot] = e
	n.acceptor.highest = max(n.acceptor.highest, slot)
}

// raise promises to take no part in ballots below one. It is on disk with the next sync.
func (n *Node) raise(env *sim.Env, ballot uint64) {
	a := &n.acceptor
	if ballot <= a.promised {
		return
	}
	a.promised = ballot
	if n.config.singleBallotField() {
		for slot := a.floor + 1; slot <= a.highest; slot++ {
			if e, ok := a.accepted[slot]; ok {
				e.Epoch = ballot
				a.accepted[slot] = e
			}
		}
	}
	env.Disk().Replace(filePromise, &pledge{ballot})
	n.disk.written++
	n.owe(env, owed{fact: sim.Observation{Fact: sim.Promised, A: ballot}})
}

// owner is the rank of the server that a ballot belongs to.
func (c *cluster) owner(ballot uint64) int { return int((ballot - 1) % uint64(len(c.servers))) }

// lent tells whether the node has promised to prefer no other ballot for now. What it
// promised to a leader that hands over does not count.
func (n *Node) lent(env *sim.Env, ballot, instead uint64) bool {
	a := &n.acceptor
	if env.Now() >= a.lentUntil || instead > 0 && a.lentTo == instead {
		return false
	}
	return a.lentTo == 0 || n.owner(a.lentTo) != n.owner(ballot)
}

// receivePrepare promises, and tells what was accepted (Paxos Made Simple, section 2.2,
// phase 1b).
func (n *Node) receivePrepare(env *sim.Env, from sim.NodeID, m *prepare) {
	a := &n.acceptor
	isLent := n.lent(env, m.Ballot, m.Instead)
	if !isLent && from != n.self {
		n.notice(env, m.Ballot)
		n.calm(env)
	}
	if m.Ballot < a.promised || isLent {
		n.send(env, from, &refused{about: m.about, Ballot: m.Ballot, Promised: a.promised})
		return
	}
	n.raise(env, m.Ballot)
	reply := &promise{about: m.about, Ballot: m.Ballot, Floor: a.floor}
	for slot := max(m.From, a.floor+1); slot <= a.highest; slot++ {
		if e, ok := a.accepted[slot]; ok {
			reply.Accepted = append(reply.Accepted, acceptance{slot, e})
		}
	}
	if n.config.promiseUnsynced() {
		n.send(env, from, reply)
		return
	}
	n.owe(env, owed{message: reply, to: bit(n.rank(from))})
}

// receiveAccept accepts, unless a higher ballot is promised (phase 2b). Accepting in a
// ballot is a promise to take no part in lower ones, whether one was asked for or not.
func (n *Node) receiveAccept(env *sim.Env, from sim.NodeID, m *accept) {
	a, ballot := &n.acceptor, m.Entry.Epoch
	if ballot >= a.promised && n.hear(env, from, ballot) {
		n.hearChosen(env, m.Chosen)
	}
	if ballot < a.promised {
		n.send(env, from, &refused{about: m.about, Ballot: ballot, Promised: a.promised})
		return
	}
	if !n.config.acceptNoBump() {
		n.raise(env, ballot)
	}
	// For a slot behind a snapshot the value can only be the one chosen, or one that
	// cannot be chosen any more: nothing has to be kept.
	if was, ok := a.accepted[m.Slot]; m.Slot > a.floor && (!ok || was.Epoch != ballot) {
		n.store(env, &m.acceptance)
	}
	n.tellAccepted(env, from, m)
}

// store writes down what is accepted. What was accepted before is gone once that is durable.
func (n *Node) store(env *sim.Env, r *acceptance) {
	a := &n.acceptor
	was, found := a.accepted[r.Slot]
	n.keep(r.Slot, r.Entry)
	env.Disk().Append(fileAccepted, &acceptance{r.Slot, r.Entry})
	a.journal = append(a.journal, r.Slot)
	n.disk.written++
	if found && fingerprint(&was) != fingerprint(&r.Entry) {
		n.owe(env, owed{fact: discarded(r.Slot, &was)})
	}
	n.owe(env, owed{fact: stored(r.Slot, &r.Entry)})
}

// tellAccepted tells the proposer, or all learners, once it is durable.
func (n *Node) tellAccepted(env *sim.Env, from sim.NodeID, m *accept) {
	if n.config.Learn == "acceptors" {
		n.owe(env, owed{message: &accepted{about: m.about, acceptance: m.acceptance}, to: n.told()})
		return
	}
	bare := acceptance{Slot: m.Slot, Entry: replog.Entry{Epoch: m.Entry.Epoch}}
	n.owe(env, owed{message: &accepted{about: m.about, acceptance: bare, Bare: true}, to: bit(n.rank(from))})
}

// receiveBeat answers a heartbeat, if nothing higher is promised.
func (n *Node) receiveBeat(env *sim.Env, from sim.NodeID, m *beat) {
	a := &n.acceptor
	if m.Ballot < a.promised {
		n.send(env, from, &refused{about: m.about, Ballot: m.Ballot, Promised: a.promised})
		return
	}
	if !n.hear(env, from, m.Ballot) {
		return
	}
	n.hearChosen(env, m.Chosen)
	if n.config.leases() {
		// Where somebody else held a lease before, it is over: this leader's promises came
		// from acceptors one of which had to wait for its end.
		a.lentTo, a.lentUntil = m.Ballot, env.Now()+n.config.Lease
	}
	n.send(env, from, &beatAck{about: m.about, Ballot: m.Ballot, Round: m.Round})
}
