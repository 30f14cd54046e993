package leaderfollower

import (
	"time"

	"simrun/nodes/internal/machine"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// transfer is how a leader sends its snapshot to a follower that lacks more than the log
// reaches back: in pieces, each after the one before it is confirmed, and the tail of the log
// after the last. A piece that is lost is sent again, not those before it.
type transfer struct {
	snapshot *snapshot
	have     int           // how much the follower has
	sent     int           // where the last piece began
	sentAt   time.Duration // when it was sent
	heardAt  time.Duration // when the follower last answered, or the transfer began
}

func (t *transfer) isUnderWay() bool { return t.snapshot != nil }

// chunk is a piece of a snapshot.
type chunk struct {
	about
	Epoch  uint64
	Starts []replog.Position // with the first piece
	From   uint64            // how many keys and sessions came before
	Last   bool
	Part   machine.Image
}

// Kind implements sim.Message.
func (*chunk) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeChunk, Name: "chunk"} }

// Encode implements sim.Message.
func (m *chunk) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	encodePositions(e, m.Starts)
	e.Uint("from", m.From)
	e.Bool("last", m.Last)
	m.Part.Encode(e)
}

// chunked tells how much of a snapshot a follower has.
type chunked struct {
	about
	Epoch uint64
	At    replog.Position // of the snapshot
	Have  uint64
}

// Kind implements sim.Message.
func (*chunked) Kind() sim.Kind {
	return sim.Kind{Class: sim.Repair, Code: codeChunked, Name: "chunked"}
}

// Encode implements sim.Message.
func (m *chunked) Encode(e *sim.Encoder) {
	e.Uint("epoch", m.Epoch)
	m.At.Encode(e)
	e.Uint("have", m.Have)
}

// sendSnapshot sends a follower the piece of a snapshot that it lacks. One that can go no
// further back than its own snapshot needs a newer one than that.
func (n *Node) sendSnapshot(env *sim.Env, rank int) {
	p := &n.ruling.peers[rank]
	t := &p.transfer
	if !t.isUnderWay() {
		if n.snapshot == nil || p.stuck {
			n.takeSnapshot(env, n.settled())
		}
		*t = transfer{snapshot: n.snapshot, heardAt: env.Now()}
	}
	t.sent, t.sentAt = t.have, env.Now()
	p.asked, p.fillPrev, p.filledAt = true, 0, env.Now()
	p.next, p.filling = t.snapshot.Image.At.Index+1, true
	m := t.snapshot.piece(t.have, n.config.Batch)
	m.about, m.Epoch = about(sim.NumberSubject(uint64(t.have))), n.promised.Epoch
	env.Send(n.members[rank], m)
	n.expect(env, rank)
}

// helps tells whether a follower that cannot go back to where the logs meet is to be sent a
// snapshot: there can be one that reaches further, and none is on its way.
func (n *Node) helps(p *peer, isStuck bool, meeting uint64) bool {
	return isStuck && n.settled() > meeting && !p.transfer.isUnderWay()
}

// sessionKeys is as how many keys a session counts in a piece: it holds many ops.
const sessionKeys = 16

// piece is what follows on so many keys and sessions: at most limit keys, or as
// many sessions as about weigh the same.
func (s *snapshot) piece(from, limit int) *chunk {
	m := &chunk{From: uint64(from), Part: machine.Image{At: s.Image.At}}
	if from == 0 {
		m.Starts = s.Starts
	}
	keys, sessions := s.Image.Keys, s.Image.Clients
	if from < len(keys) {
		end := min(from+limit, len(keys))
		m.Part.Keys = keys[from:end:end]
		m.Last = end == len(keys) && len(sessions) == 0
		return m
	}
	begin := from - len(keys)
	end := min(begin+max(1, limit/sessionKeys), len(sessions))
	m.Part.Clients = sessions[begin:end:end]
	m.Last = end == len(sessions)
	return m
}

// isWasted tells whether sending again would be sending pieces of a snapshot to a follower
// that has not been heard of for a while. It will say that it is behind.
func (n *Node) isWasted(env *sim.Env, rank int) bool {
	p := &n.ruling.peers[rank]
	needs := max(p.match, p.base) < n.log.Base().Index || p.transfer.isUnderWay()
	return needs && env.Now()-p.spoke >= n.config.Timeout
}

// receiveChunked sends the next piece. Copies of an answer are not answered twice.
func (n *Node) receiveChunked(env *sim.Env, from sim.NodeID, m *chunked) {
	rank, ok := n.from(from, m.Epoch)
	if !ok {
		return
	}
	p := &n.ruling.peers[rank]
	t := &p.transfer
	have := int(m.Have)
	if !t.isUnderWay() || m.At != t.snapshot.Image.At || have == t.sent && t.have == have {
		return
	}
	t.have, t.heardAt, p.progress = have, env.Now(), env.Now()
	n.sendSnapshot(env, rank)
}

// transferred ends a transfer once the follower has what it was for.
func (n *Node) transferred(p *peer) {
	if t := &p.transfer; t.isUnderWay() && p.match >= t.snapshot.Image.At.Index {
		*t, p.stuck = transfer{}, false
	}
}

// arrival is what a follower has of a snapshot that comes in pieces.
type arrival struct {
	have  uint64
	image machine.Image
	at    []replog.Position // the starts
}

// receiveChunk takes a piece of a snapshot, and with the last one the snapshot.
func (n *Node) receiveChunk(env *sim.Env, from sim.NodeID, m *chunk) {
	if !n.obey(env, from, m.Epoch, m.about) {
		return
	}
	f := &n.follower
	at := m.Part.At
	if n.log.Holds(at) {
		f.joined, f.verified = true, max(f.verified, at.Index)
		n.owe(owed{about: m.about, to: from, upTo: at.Index, forFill: true})
		n.settle(env)
		return
	}
	a := &f.arrival
	if a.image.At != at {
		*a = arrival{image: machine.Image{At: at}}
	}
	if m.From == a.have {
		a.add(m)
		if m.Last {
			n.install(env, from, m.about)
			return
		}
	}
	env.Send(from, &chunked{about: m.about, Epoch: f.epoch, At: at, Have: a.have})
}

func (a *arrival) add(m *chunk) {
	if m.From == 0 {
		a.at = m.Starts
	}
	a.image.Keys = append(a.image.Keys, m.Part.Keys...)
	a.image.Clients = append(a.image.Clients, m.Part.Clients...)
	a.have += uint64(len(m.Part.Keys) + len(m.Part.Clients))
}

// install puts a snapshot in the place of all that the node has: its log does not hold the
// snapshot's place, so that it ends before it or is another history. It is confirmed,
// and told of, once it is on disk.
func (n *Node) install(env *sim.Env, from sim.NodeID, a about) {
	f := &n.follower
	s := &snapshot{Base: f.arrival.image.At, Starts: f.arrival.at, Image: f.arrival.image}
	at := s.Image.At
	former, base := n.log.Slice(n.log.Base().Index, int(n.log.Last().Index)), n.log.Base().Index
	env.Disk().Replace(fileSnapshot, s)
	n.log.Restart(env.Disk(), at, s.Starts...)
	n.store.Restore(&s.Image)
	n.stateReplaced(env, former, base, at.Index)
	n.snapshot, n.commit, n.applied, n.delay = s, at.Index, at.Index, delay{shown: at.Index, timer: n.delay.timer}
	n.disk.cut(0)
	n.disk.arrives = n.disk.tag + 1 // the sync in flight, if any, does not cover it
	f.joined, f.verified, f.stuck, f.arrival = true, at.Index, false, arrival{}
	f.commit = max(f.commit, at.Index)
	n.flush(env)
	n.owe(owed{about: a, to: from, upTo: at.Index, forFill: true})
	n.settle(env)
	n.pullOn(env)
}

// stateReplaced states which entries of the log that a snapshot took the place of are
// not in the snapshot's history. Of ops that it has forgotten nothing can be said.
func (n *Node) stateReplaced(env *sim.Env, former []replog.Entry, base, at uint64) {
	for i := range former {
		e, index := &former[i], base+uint64(i)+1
		found := n.store.Find(e.Op)
		if isThere := found.Known && found.Index == index; index > at || !isThere && !found.TooOld {
			n.stateDiscarded(env, e, index, sim.Truncated)
		}
	}
}

// snapshotDurable goes on with what waited for a snapshot to be on disk.
func (n *Node) snapshotDurable(env *sim.Env, tag uint64) {
	if n.disk.arrives == 0 || tag < n.disk.arrives {
		return
	}
	n.disk.arrives = 0
	s := n.snapshot
	env.Observe(sim.Observation{
		Fact: sim.Repaired, Why: sim.BySnapshot, A: uint64(s.Image.Bytes()), B: s.Image.At.Index, C: s.Image.At.Epoch,
	})
	n.stateKept(env)
}

// differsBehind tells whether entries differ from what this node's snapshot stands for:
// that cannot be taken back, and only another snapshot helps.
func (n *Node) differsBehind(c *carriage) bool {
	floor := n.floor()
	for i := range c.Entries {
		index := c.Prev.Index + uint64(i) + 1
		if index > floor {
			return false
		}
		if n.log.Epoch(index) != c.Entries[i].Epoch {
			return true
		}
	}
	return false
}
