package vr

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// ruling is what a primary keeps while it leads.
type ruling struct {
	first  uint64 // what the log ended with when the view started
	peers  []peer // by rank; the primary's own is unused
	waits  []waiting
	timer  sim.TimerID
	rounds rounds
}

// peer is what a primary knows of a backup.
type peer struct {
	match   uint64 // its log is known to be the same up to here, on its disk
	next    uint64 // the next entry to be sent
	told    uint64 // the highest commit-number that it was told
	beaten  uint64 // match at the last heartbeat
	round   uint64 // the newest round that it answered
	flights []uint64
}

// waiting is a client that waits for an entry to be applied.
type waiting struct {
	index   uint64
	op      sim.OpID
	attempt uint8
	client  sim.NodeID
	read    bool
}

// lead begins to lead the present view, with the log that is on this disk.
func (n *Node) lead(env *sim.Env) {
	n.status, n.tries = normal, 0
	n.ruling = ruling{peers: make([]peer, len(n.servers)), first: n.log.Last().Index}
	for rank := range n.ruling.peers {
		n.ruling.peers[rank] = peer{next: n.ruling.first + 1}
	}
	env.Cancel(n.timer)
	n.take(env, sim.Leader)
	env.Observe(sim.Observation{Fact: sim.Elected, A: n.views.View})
	n.ruling.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
	n.advance(env)
}

// stepDown ends leading. Who waits learns that it may have happened.
func (n *Node) stepDown(env *sim.Env) {
	r := n.ruling
	env.Cancel(r.timer)
	n.ruling = ruling{}
	for i := range r.waits {
		w := &r.waits[i]
		reply := &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.Partial}
		if w.read {
			reply.Outcome, reply.Error = sim.Fail, sim.NotLeader
		}
		env.Send(w.client, reply)
	}
	n.abandonReads(env)
}

// tick sends heartbeats, and again what a backup has not answered since the last one: a question
// whether this node still leads, too.
func (n *Node) tick(env *sim.Env) {
	if n.role != sim.Leader {
		return
	}
	for rank := range n.ruling.peers {
		if rank == n.me {
			continue
		}
		p := &n.ruling.peers[rank]
		if p.match == p.beaten && p.match < n.log.Last().Index {
			p.next, p.flights = max(p.match, n.log.Base().Index)+1, nil
			n.ship(env, rank, about(sim.NumberSubject(n.views.View)))
		}
		p.beaten = p.match
		n.sendEmpty(env, rank, n.ruling.rounds.beat(p))
	}
	n.ruling.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
}

// sendEmpty sends the paper's Commit, or asks whether this node still leads.
func (n *Node) sendEmpty(env *sim.Env, rank int, why purpose) {
	n.ruling.peers[rank].told = n.commit
	env.Send(n.servers[rank], &prepare{View: n.views.View, Commit: n.commit, Round: n.ruling.rounds.number, For: why})
}

// shipAll sends every backup what it lacks.
func (n *Node) shipAll(env *sim.Env, subject about) {
	for rank := range n.ruling.peers {
		if rank != n.me {
			n.ship(env, rank, subject)
		}
	}
}

// ship sends a backup the entries that follow on what was sent, in batches, as many as may be under
// way (section 6.2). Who lacks something before asks for it.
func (n *Node) ship(env *sim.Env, rank int, subject about) {
	p := &n.ruling.peers[rank]
	p.next = max(p.next, n.log.Base().Index+1)
	for p.next <= n.log.Last().Index && len(p.flights) < n.config.Window {
		entries := n.log.Slice(p.next-1, n.config.Batch)
		m := &prepare{
			about: subject, View: n.views.View, After: p.next - 1, Entries: entries,
			Commit: n.commit, Round: n.ruling.rounds.number,
		}
		env.Send(n.servers[rank], m)
		p.told = max(p.told, n.commit)
		p.next = m.last() + 1
		p.flights = append(p.flights, m.last())
	}
}

// receivePrepareOK takes note of how far a backup has the log.
func (n *Node) receivePrepareOK(env *sim.Env, from sim.NodeID, m *prepareOK) {
	rank := n.rank(from)
	if rank < 0 || n.role != sim.Leader || m.View != n.views.View && !n.config.countsOldPrepareOK() {
		return
	}
	p := &n.ruling.peers[rank]
	if m.Match > p.match {
		p.match = m.Match
		p.next = max(p.next, p.match+1)
		for len(p.flights) > 0 && p.flights[0] <= p.match {
			p.flights = slices.Delete(p.flights, 0, 1)
		}
		n.advance(env)
	}
	if m.Round > p.round {
		p.round = m.Round
		n.roundAnswered(env)
	}
	n.ship(env, rank, m.about)
	n.tellOf(env, rank)
}

// reached is the highest number that so many replicas have reached, the primary's own included.
func (n *Node) reached(own uint64, of func(*peer) uint64) uint64 {
	numbers := make([]uint64, len(n.servers))
	for rank := range n.ruling.peers {
		numbers[rank] = of(&n.ruling.peers[rank])
	}
	numbers[n.me] = own
	slices.Sort(numbers)
	enough := n.quorum()
	if n.config.commitsEarly() {
		enough--
	}
	return numbers[len(numbers)-max(enough, 1)]
}

// advance commits what f + 1 replicas have on disk in this view, whatever view it is of: who has it
// in this view wins over all who do not in the next (section 4.1, step 5).
func (n *Node) advance(env *sim.Env) {
	target := n.reached(n.durable(), func(p *peer) uint64 { return p.match })
	if target > n.commit {
		n.setCommit(env, target)
		for rank := range n.ruling.peers {
			n.tellOf(env, rank)
		}
	}
}

// tellOf tells a backup what is committed, unless it was told already.
func (n *Node) tellOf(env *sim.Env, rank int) {
	if n.config.Notice != "prompt" || rank == n.me {
		return
	}
	if p := &n.ruling.peers[rank]; p.told < min(n.commit, p.match) {
		n.sendEmpty(env, rank, toCommit)
	}
}

// write has an op ordered by the log, or answers it where an earlier attempt was: the paper's
// client table (section 4.1, steps 2 and 3).
func (n *Node) write(env *sim.Env, from sim.NodeID, r *kv.Request) {
	found := n.store.Find(r.Op)
	w := waiting{index: found.Index, op: r.Op, attempt: r.Attempt, client: from}
	switch {
	case found.TooOld:
		env.Send(from, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
	case found.Known:
		n.answerWrite(env, &w, found.Refused, r.Key)
	case n.awaits(&w):
	default:
		n.propose(env, w, r)
	}
}

// awaits tells whether the op is in the log of this view already: then the newest attempt is
// the one to be answered.
func (n *Node) awaits(w *waiting) bool {
	for i := range n.ruling.waits {
		if known := &n.ruling.waits[i]; known.op == w.op {
			known.attempt, known.client = max(known.attempt, w.attempt), w.client
			return true
		}
	}
	return false
}

// propose puts an op into the log and ships it.
func (n *Node) propose(env *sim.Env, w waiting, r *kv.Request) {
	e := replog.Entry{Epoch: n.views.View, Op: r.Op, Code: r.Code, Key: r.Key, Value: r.Value, Size: r.Size, Expect: r.Expect}
	if e.Value.ID == 0 && !w.read {
		e.Value.ID = r.Op
	}
	if w.read {
		e.Value, e.Size, e.Expect = sim.Value{}, 0, 0
	}
	w.index = n.append(env, e)
	n.ruling.waits = append(n.ruling.waits, w)
	n.flushLog(env)
	n.shipAll(env, about(r.Subject()))
	n.advance(env)
}
