package raft

import (
	"slices"
	"time"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// ruling is what a leader keeps while it leads (paper, figure 2: nextIndex, matchIndex).
type ruling struct {
	first   uint64 // the index of the term's first entry
	since   time.Duration
	peers   []peer // by rank; the leader's own is unused
	waits   []waiting
	timer   sim.TimerID
	rounds  rounds
	handing handing
	wishes  []wanted
	revoked bool // no lease in this term any more
}

// peer is what a leader knows of another server.
type peer struct {
	identity uint64 // of its disk, as it last said
	match    uint64 // its log is known to be the same up to here, on its disk
	next     uint64 // the next entry to be sent
	told     uint64 // the highest commit index that it was told
	probing  bool   // it is not known where the logs meet
	asked    bool   // probing: an append is under way
	flights  []uint64
	round    uint64        // the newest round that it answered
	heard    time.Duration // when it was last heard in this term
	member   bool          // of the present configuration, or leaving
	leaving  uint64        // where the configuration is that it has to learn to know that it left, 0 if none
	sending  sending       // of a snapshot
}

// waiting is a client that waits for an entry to be applied.
type waiting struct {
	index   uint64
	op      sim.OpID
	attempt uint8
	client  sim.NodeID
	read    bool
}

// lead begins to lead the present term, with an empty entry: until that is committed,
// nothing of former terms is (paper, section 8; dissertation, section 6.4).
func (n *Node) lead(env *sim.Env) {
	last := n.log.Last().Index
	n.election.stage, n.election.tries = calm, 0
	n.ruling = ruling{peers: make([]peer, len(n.servers)), since: env.Now()}
	for rank := range n.ruling.peers {
		n.ruling.peers[rank] = peer{next: last + 1, probing: true, heard: env.Now()}
	}
	n.leader = n.self
	env.Cancel(n.follower.timer)
	n.take(env, sim.Leader)
	env.Observe(sim.Observation{Fact: sim.Elected, A: n.hard.Term})
	n.enlist()
	n.ruling.first = n.append(env, replog.Entry{Epoch: n.hard.Term})
	n.flush(env)
	n.beginRound(env)
	n.shipAll(env, about(sim.NumberSubject(n.hard.Term)))
	n.ruling.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
}

// enlist goes by the members of the newest configuration. Who was one before is told that it is
// none any more.
func (n *Node) enlist() {
	for rank := range n.ruling.peers {
		p := &n.ruling.peers[rank]
		was := p.member && p.leaving == 0
		p.member, p.leaving = false, 0
		for _, m := range n.configs.newest().members {
			if rank != n.me && m.id == n.servers[rank] {
				if m.identity > p.identity && p.identity > 0 {
					*p = n.stranger(m.identity, p.heard)
				}
				p.member, p.identity = true, max(p.identity, m.identity)
			}
		}
		switch {
		case p.member && !was:
			p.probing, p.asked, p.flights = true, false, nil
		case was && !p.member:
			p.member, p.leaving = true, n.configs.newest().index
		}
	}
}

// stepDown ends leading. Who waits learns that it may have happened.
func (n *Node) stepDown(env *sim.Env) {
	r := n.ruling
	env.Cancel(r.timer)
	env.Cancel(r.handing.timer)
	if n.config.ackAfterDeposed() {
		n.answerDeposed(env, r.waits)
		r.waits = nil
	}
	n.ruling = ruling{}
	n.leader = sim.Nobody
	n.take(env, n.rest())
	n.watch(env)
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

// tick sends heartbeats, and ends leading where no majority answers any more.
func (n *Node) tick(env *sim.Env) {
	if n.role != sim.Leader {
		return
	}
	if n.config.CheckQuorum && heldFor(env, n.heardByMajority(env), n.config.Timeout) {
		n.stepDown(env)
		return
	}
	if n.config.stepsDownAtWhim() && n.ruling.rounds.number%9 == 8 {
		n.stepDown(env)
		return
	}
	n.beginRound(env)
	for rank := range n.ruling.peers {
		p := &n.ruling.peers[rank]
		if !p.member {
			continue
		}
		p.asked = false
		n.resendChunk(env, rank)
		n.sendEmpty(env, rank, toBeat, max(p.next, 1)-1)
	}
	n.ruling.timer = env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
}

// heardByMajority is when a majority, the leader included, had last been heard.
func (n *Node) heardByMajority(env *sim.Env) time.Duration {
	at := n.quorum(byVoters, func(m *member) uint64 {
		if m.id == n.self {
			return uint64(env.Now())
		}
		return uint64(n.ruling.peers[n.rank(m.id)].heard)
	})
	return max(time.Duration(at), n.ruling.since)
}

// sendEmpty sends an append without entries behind an index. Where the log does not reach
// back so far it says nothing of the other's log.
func (n *Node) sendEmpty(env *sim.Env, rank int, why purpose, behind uint64) {
	p := &n.ruling.peers[rank]
	behind = max(behind, n.log.Base().Index)
	m := n.out.appends.Next()
	*m = appendEntries{Term: n.hard.Term, Prev: n.log.Position(behind), Commit: n.commit, Round: n.ruling.rounds.number, For: why}
	p.told = max(p.told, min(n.commit, behind))
	env.Send(n.servers[rank], m)
}

// shipAll sends every member what it lacks.
func (n *Node) shipAll(env *sim.Env, subject about) {
	for rank := range n.ruling.peers {
		if n.ruling.peers[rank].member {
			n.ship(env, rank, subject)
		}
	}
}

// ship sends a server the entries that it lacks: one message while it is not known where the
// logs meet, else as many as may be under way (pipelining, dissertation section 10.2.1).
func (n *Node) ship(env *sim.Env, rank int, subject about) {
	p := &n.ruling.peers[rank]
	for p.next <= n.log.Last().Index {
		if p.next <= n.log.Base().Index {
			n.sendSnapshot(env, rank)
			return
		}
		if p.probing && p.asked || !p.probing && len(p.flights) >= n.config.Window {
			return
		}
		entries := n.fetch(p.next-1, n.config.Batch)
		m := n.out.appends.Next()
		*m = appendEntries{
			about: subject, Term: n.hard.Term, Prev: n.log.Position(p.next - 1),
			Entries: entries, Commit: n.commit, Round: n.ruling.rounds.number,
		}
		env.Send(n.servers[rank], m)
		p.told = max(p.told, min(n.commit, m.last()))
		if p.probing {
			p.asked = true
			return
		}
		p.next = m.last() + 1
		p.flights = append(p.flights, m.last())
	}
}

// receiveAppended takes note of how far a server's log is the same.
func (n *Node) receiveAppended(env *sim.Env, from sim.NodeID, m *appended) {
	p := n.peerOf(env, from, m.Term, m.Identity, m.Round)
	if p == nil {
		return
	}
	rank := n.rank(from)
	switch {
	case m.Reject > 0 && m.Reject <= p.match:
		return // overtaken
	case m.Reject > 0:
		p.probing, p.asked, p.flights = true, false, nil
		p.next = max(p.match, min(p.next-1, n.log.Meeting(m.At))) + 1
	default:
		p.probing, p.asked = false, false
	}
	if n.config.matchWithoutMax() && m.Reject == 0 {
		p.match = min(p.match, m.Match)
	}
	if m.Match > p.match {
		p.match = m.Match
		p.next = max(p.next, p.match+1)
		n.landed(p)
		if s := p.sending.of; s != nil && p.match >= s.Image.At.Index {
			p.sending = sending{}
		}
		n.advance(env)
		if n.role != sim.Leader {
			return
		}
	}
	n.ship(env, rank, m.about)
	n.tellOf(env, rank)
	if p.leaving > 0 && p.match >= p.leaving && p.told >= p.leaving {
		p.member, p.leaving = false, 0
	}
	n.goOnHanding(env)
	n.reconfigure(env)
}

// peerOf takes note that a server was heard, and finds it; nil where the message is of another
// term, or of a disk that it has lost.
func (n *Node) peerOf(env *sim.Env, from sim.NodeID, term, identity, round uint64) *peer {
	if term > n.hard.Term {
		n.enter(env, term, sim.Nobody)
		return nil
	}
	rank := n.rank(from)
	if rank < 0 || n.role != sim.Leader || term < n.hard.Term && !n.config.oldAcks() {
		return nil
	}
	p := &n.ruling.peers[rank]
	if identity < p.identity {
		return nil
	}
	if identity > p.identity {
		member, leaving := p.member, p.leaving
		*p = n.stranger(identity, p.heard)
		p.member, p.leaving = member, leaving
		n.replaceDisk(env, from, identity)
	}
	p.heard = env.Now()
	if round > p.round {
		p.round = round
		n.roundAnswered(env)
	}
	return p
}

// stranger is what is known of a disk that nothing was heard of: nothing that a server said
// before it lost another one holds any more.
func (n *Node) stranger(identity uint64, heard time.Duration) peer {
	return peer{identity: identity, next: n.log.Last().Index + 1, probing: true, heard: heard}
}

// replaceDisk has a member back whose disk was lost: as another one.
func (n *Node) replaceDisk(env *sim.Env, id sim.NodeID, identity uint64) {
	if now := n.configs.newest(); now.names(id) && now.find(id, identity) == nil {
		n.receiveWish(env, wanted{id: id, identity: identity})
	}
}

// landed forgets the appends that have arrived.
func (n *Node) landed(p *peer) {
	done := 0
	for done < len(p.flights) && p.flights[done] <= p.match {
		done++
	}
	p.flights = slices.Delete(p.flights, 0, done)
}

// isCounted tells whether what a server said counts for a member: it is of the same disk.
func (n *Node) isCounted(m *member) bool {
	return n.ruling.peers[n.rank(m.id)].identity == m.identity
}

// advance commits what a majority has on disk, but only entries of the own term, and what
// lies before them with them (paper, section 5.4.2).
func (n *Node) advance(env *sim.Env) {
	counts := byVoters
	if n.config.learnerCounted() {
		counts = anyone
	}
	target := n.quorum(counts, func(m *member) uint64 {
		switch {
		case m.id == n.self:
			return n.own()
		case n.isCounted(m):
			return n.ruling.peers[n.rank(m.id)].match
		}
		return 0
	})
	if target <= n.commit || n.log.Epoch(target) != n.hard.Term && !n.config.commitOldTerm() {
		return
	}
	n.setCommit(env, target)
	n.tellAll(env)
	n.reconfigure(env)
}

// own is how far the leader's own copy counts: as far as it is on disk (dissertation, section
// 10.2.1).
func (n *Node) own() uint64 {
	if n.config.ackBeforeFsync() {
		return n.log.Last().Index
	}
	return n.disk.durable
}

// tellAll tells the members of a commit.
func (n *Node) tellAll(env *sim.Env) {
	for rank := range n.ruling.peers {
		n.tellOf(env, rank)
	}
}

// tellOf tells a server what is committed of the log that it is known to have, unless it was
// told already.
func (n *Node) tellOf(env *sim.Env, rank int) {
	if n.config.Notice != "prompt" || n.role != sim.Leader {
		return
	}
	p := &n.ruling.peers[rank]
	news := min(n.commit, p.match)
	if !p.member || p.told >= news || p.match < n.log.Base().Index {
		return
	}
	n.sendEmpty(env, rank, toNotice, p.match)
}

// write has an op ordered by the log, or answers it where an earlier attempt was.
func (n *Node) write(env *sim.Env, from sim.NodeID, r *kv.Request) {
	found := n.store.Find(r.Op)
	w := waiting{index: found.Index, op: r.Op, attempt: r.Attempt, client: from}
	switch {
	case found.TooOld:
		env.Send(from, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Unknown, Error: sim.TimedOut})
	case found.Known && !n.config.noDedup():
		n.answerWrite(env, &w, found.Refused, r.Key)
	case n.awaits(&w):
	default:
		n.propose(env, w, r)
	}
}

// awaits tells whether the op is in the log of this term already: then the newest attempt is
// the one to be answered.
func (n *Node) awaits(w *waiting) bool {
	if n.config.noDedup() {
		return false
	}
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
	e := replog.Entry{Epoch: n.hard.Term, Op: r.Op, Code: r.Code, Key: r.Key, Value: r.Value, Size: r.Size, Expect: r.Expect}
	if e.Value.ID == 0 && !w.read {
		e.Value.ID = r.Op
	}
	if w.read {
		e.Value, e.Size, e.Expect = sim.Value{}, 0, 0
	}
	n.stamp(env, &e)
	w.index = n.append(env, e)
	n.ruling.waits = append(n.ruling.waits, w)
	n.flush(env)
	n.shipAll(env, about(r.Subject()))
}
