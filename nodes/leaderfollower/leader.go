package leaderfollower

import (
	"slices"
	"time"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// ruling is what a leader keeps while it leads.
type ruling struct {
	first      uint64 // the index at which the epoch began: 0 for the first leader of all
	peers      []peer // by rank; the leader's own is unused
	order      order  // of the followers in the tree
	writes     []waiting
	closed     uint64 // the index of the last write whose ledger was closed
	round      uint64 // of heartbeats
	timer      sim.TimerID
	confirming confirming
	scratch    []uint64
	degraded   bool // followers are not waited for at present
	overdue    sim.TimerID
}

// waiting is a client that waits for a write to be committed.
type waiting struct {
	index   uint64
	op      sim.OpID
	key     sim.Key
	refused bool // a compare-and-set that found another version
	attempt uint8
	client  sim.NodeID
	since   time.Duration
}

// lead begins to lead the epoch that the node obeys.
func (n *Node) lead(env *sim.Env) {
	n.pledge(env, promise{Epoch: n.promised.Epoch, Led: true})
	last := n.log.Last().Index
	n.ruling = ruling{peers: make([]peer, len(n.members)), order: n.orderAfter(n.me), scratch: n.ruling.scratch}
	for rank := range n.ruling.peers {
		n.ruling.peers[rank] = peer{next: last + 1, base: last}
	}
	n.leader = n.self
	n.election.calm()
	env.Cancel(n.follower.timer)
	n.take(env, sim.Leader)
	env.Observe(sim.Observation{Fact: sim.Elected, A: n.promised.Epoch})
	if n.promised.Epoch > birthright {
		n.openWithMark(env)
	} else {
		n.flush(env)
	}
	n.beat(env)
	n.handedOver(env)
}

// openWithMark begins the epoch with an empty entry. What former leaders left is
// committed together with it and never before (Raft, section 5.4.2).
func (n *Node) openWithMark(env *sim.Env) {
	n.ruling.first = n.place(env, replog.Entry{})
	n.distribute(env, n.ruling.first, about(sim.NumberSubject(n.promised.Epoch)))
}

// stepDown ends leading: another epoch has begun.
func (n *Node) stepDown(env *sim.Env) {
	r := &n.ruling
	env.Cancel(r.timer)
	env.Cancel(r.overdue)
	for rank := range r.peers {
		env.Cancel(r.peers[rank].timer)
	}
	writes := r.writes
	n.ruling = ruling{scratch: r.scratch}
	n.follow(env)
	for i := range writes {
		w := &writes[i]
		env.Send(w.client, &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.Partial, Leader: n.leader, Epoch: n.epochTold()})
	}
	n.reconsider(env)
	if n.handing.stage == awaiting {
		n.handedOver(env)
	}
}

// write gives a write its place, or finds the place that an earlier attempt gave it.
// A new one has to come after what its session saw: were it placed in a history
// without that, its own newer token would hide the loss from the session for good.
func (n *Node) write(env *sim.Env, from sim.NodeID, r *kv.Request) {
	found := n.store.Find(r.Op)
	w := waiting{
		index: found.Index, op: r.Op, key: r.Key, refused: found.Refused, attempt: r.Attempt,
		client: from, since: env.Now(),
	}
	switch {
	case found.TooOld:
		env.Send(from, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Unknown, Error: sim.TimedOut, Epoch: n.epochTold()})
	case found.Known && found.Index <= n.commit:
		n.answerWrite(env, &w)
	case found.Known:
		n.await(env, w)
	default:
		n.writeAnew(env, w, r)
	}
}

// writeAnew gives a write its place if the log has what its session saw. What the log
// has and is not committed yet will be before the write is.
func (n *Node) writeAnew(env *sim.Env, w waiting, r *kv.Request) {
	switch n.standing(r.Token) {
	case replog.Contained:
		e := n.entry(r)
		w.refused = e.Refused
		w.index = n.place(env, e)
		n.await(env, w)
		n.distribute(env, w.index, about(r.Subject()))
	case replog.Lost:
		n.refuse(env, w.client, r, sim.TokenLost)
	case replog.Ahead:
		n.refuse(env, w.client, r, sim.TokenBehind)
	}
}

// entry is what a request writes. A compare-and-set is decided here, against everything
// placed before it, and a refusal has its place in the log like any write: it
// would otherwise be decided again when the request is repeated.
func (n *Node) entry(r *kv.Request) replog.Entry {
	e := replog.Entry{Op: r.Op, Code: r.Code, Key: r.Key, Value: r.Value, Size: r.Size}
	if e.Value.ID == 0 {
		e.Value.ID = r.Op
	}
	if r.Code == sim.CAS {
		e.Refused = n.store.Writer(r.Key, n.log.Last().Index) != r.Expect
	}
	return e
}

// place puts an entry at the end of the log.
func (n *Node) place(env *sim.Env, e replog.Entry) uint64 {
	e.Epoch = n.promised.Epoch
	index := n.log.Append(env.Disk(), n.settled(), e)
	n.store.Push(index, &e, n.settled())
	n.flush(env)
	n.statePlaced(env, index)
	return index
}

// distribute ships an entry just placed to every follower that is up to date. In
// memory mode it is counted at once, so that the message tells of the commit.
func (n *Node) distribute(env *sim.Env, index uint64, a about) {
	if n.config.Ack == "leader-memory" {
		n.stateAnswered(env, index, n.self)
	}
	n.advance(env)
	n.apply(env)
	m := &ship{carriage{
		about: a, Epoch: n.promised.Epoch, Prev: n.log.Position(index - 1),
		Entries: n.log.Slice(index-1, 1), Commit: n.commit,
	}}
	switch {
	case n.pulls():
	case n.width() > 0:
		n.shipByTree(env, m)
	default:
		n.shipToAll(env, m)
	}
	n.tell(env)
}

// shipToAll sends a ship to every follower that is up to date.
func (n *Node) shipToAll(env *sim.Env, m *ship) {
	index := m.last()
	for rank := range n.ruling.peers {
		if rank == n.me || n.isWitness(rank) || n.ruling.peers[rank].next != index {
			continue
		}
		env.Send(n.members[rank], m)
		n.shipped(env, rank, index)
	}
}

// shipped takes note that a write is on its way to a follower.
func (n *Node) shipped(env *sim.Env, rank int, index uint64) {
	p := &n.ruling.peers[rank]
	if p.match+1 == index {
		p.progress = env.Now() // until now nothing was awaited
	}
	p.next, p.told = index+1, n.commit
	n.expect(env, rank)
}

// await has a client wait, in the order of indices.
func (n *Node) await(env *sim.Env, w waiting) {
	r := &n.ruling
	at := len(r.writes)
	for at > 0 && r.writes[at-1].index > w.index {
		at--
	}
	r.writes = slices.Insert(r.writes, at, w)
	n.watchOverdue(env)
}

// own is how far the leader's own copy counts.
func (n *Node) own() uint64 {
	if n.config.Ack == "leader-memory" {
		return n.log.Last().Index
	}
	return n.disk.durable
}

// copies is the index up to which at least k followers have the log on disk.
func (n *Node) copies(k int) uint64 {
	return n.nth(k, n.counts, func(p *peer) uint64 { return p.match })
}

// needed is how many followers' copies are waited for at present.
func (n *Node) needed() int {
	if n.ruling.degraded || n.config.ackLocalOnly() {
		return 0
	}
	return n.needs(n.me)
}

// advance commits as far as the rule of the mode is met. Entries of former epochs
// count only together with one of this epoch.
func (n *Node) advance(env *sim.Env) {
	target := min(n.own(), n.copies(n.needed()))
	if target <= n.commit || n.log.Epoch(target) != n.promised.Epoch {
		return
	}
	for index := n.commit + 1; index <= target; index++ {
		n.stateCommitted(env, index)
	}
	n.setCommit(env, target)
	n.answerWrites(env)
}

// answerWrites answers the clients whose writes are committed.
func (n *Node) answerWrites(env *sim.Env) {
	r := &n.ruling
	done := 0
	for done < len(r.writes) && r.writes[done].index <= n.commit {
		w := &r.writes[done]
		n.closeLedger(env, w)
		n.answerWrite(env, w)
		done++
	}
	r.writes = slices.Delete(r.writes, 0, done)
}

// answerWrite tells a client what became of a write that is committed.
func (n *Node) answerWrite(env *sim.Env, w *waiting) {
	reply := &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Token: token(n.log.Position(w.index)), Leader: n.self, Epoch: n.epochTold()}
	if w.refused {
		reply.Outcome, reply.Error = sim.Fail, sim.Conflict
		reply.Values, reply.Size = n.store.Current(w.key, n.visible())
	}
	env.Send(w.client, reply)
}

// closeLedger states with how many copies a write was answered, once.
func (n *Node) closeLedger(env *sim.Env, w *waiting) {
	r, index := &n.ruling, w.index
	if index <= r.closed {
		return
	}
	r.closed = index
	got := uint64(0)
	if index <= n.own() {
		got++
	}
	for rank := range r.peers {
		if rank != n.me && n.counts(rank) && r.peers[rank].match >= index {
			got++
		}
	}
	need := uint64(n.needs(n.me) + 1)
	env.Observe(sim.Observation{Fact: sim.Closed, Op: w.op, Key: w.key, A: need, B: got})
}

// ownDurable counts the leader's own copies that have come to be on disk.
func (n *Node) ownDurable(env *sim.Env, before uint64) {
	if n.config.Ack == "leader-disk" {
		for index := before + 1; index <= n.disk.durable; index++ {
			n.stateAnswered(env, index, n.self)
		}
	}
	n.advance(env)
	n.tell(env)
	n.giveOver(env)
}

// beat sends a heartbeat and sets the time of the next.
func (n *Node) beat(env *sim.Env) {
	n.sendBeat(env)
	n.ruling.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
}

func (n *Node) sendBeat(env *sim.Env) {
	r := &n.ruling
	r.round++
	n.sendOthers(env, &beat{Epoch: n.promised.Epoch, Round: r.round, Last: n.log.Last(), Commit: n.commit})
}

// tell sends a notice of the commit index to the followers that no ship told of it.
func (n *Node) tell(env *sim.Env) {
	if n.config.Notice != "prompt" {
		return
	}
	var m *notice
	for rank := range n.ruling.peers {
		p := &n.ruling.peers[rank]
		if rank == n.me || n.isWitness(rank) || p.told >= n.commit || p.next <= n.commit {
			continue
		}
		if m == nil {
			m = &notice{Epoch: n.promised.Epoch, Commit: n.commit}
		}
		env.Send(n.members[rank], m)
		p.told = n.commit
	}
}

// watchOverdue begins to watch how long the oldest write waits.
func (n *Node) watchOverdue(env *sim.Env) {
	r := &n.ruling
	if n.config.Degrade == 0 || r.degraded {
		return
	}
	if _, pending := env.Pending(r.overdue); !pending {
		r.overdue = env.After(n.config.Degrade, sim.Timer{Kind: timerDegrade})
	}
}

// degrade stops waiting for followers when the oldest write has waited too long.
func (n *Node) degrade(env *sim.Env) {
	r := &n.ruling
	if len(r.writes) == 0 || r.degraded {
		return
	}
	oldest := r.writes[0].since
	if waited := env.Now() - oldest; waited < n.config.Degrade {
		r.overdue = env.After(n.config.Degrade-waited, sim.Timer{Kind: timerDegrade})
		return
	}
	r.degraded = true
	n.advance(env)
	n.tell(env)
}

// restore waits for followers again once enough of them have the whole log.
func (n *Node) restore() {
	if n.ruling.degraded && n.copies(n.needs(n.me)) >= n.log.Last().Index {
		n.ruling.degraded = false
	}
}
