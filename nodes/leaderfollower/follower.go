package leaderfollower

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// following is what a member knows of the leader whose stream it takes. It
// begins anew with each stream.
type following struct {
	epoch    uint64 // of the stream
	joined   bool   // something of the stream connected to the log
	verified uint64 // the log agrees with the leader's up to here
	commit   uint64 // what the leader said is committed
	stash    map[uint64]stashed
	early    []arrived // by key, where keys are registers
	owed     []owed

	newest  uint64 // where the leader said that its log ends
	arrival arrival
	stuck   bool // the leader's log differs from what this node's snapshot stands for
	pulling pulling

	timer    sim.TimerID
	patience time.Duration
	heard    time.Duration // when a leader was last heard
}

// stashed is a write that arrived before the one in front of it.
type stashed struct {
	about about
	prev  uint64 // the epoch of the entry in front
	entry replog.Entry
}

// owed is a confirmation that waits for the disk.
type owed struct {
	about   about
	to      sim.NodeID
	upTo    uint64
	forFill bool
}

// follow begins, or goes back to, following.
func (n *Node) follow(env *sim.Env) {
	n.take(env, sim.Follower)
	n.follower.heard = env.Now()
	n.drawPatience(env)
	n.watch(env)
}

// obey decides whether the stream of an epoch is taken, and takes it: an older epoch is
// refused, a newer one ends whatever the node did before.
func (n *Node) obey(env *sim.Env, from sim.NodeID, epoch uint64, a about) bool {
	switch {
	case epoch < n.promised.Epoch && n.fences():
		env.Send(from, &behind{about: a, Epoch: epoch, Newer: n.promised.Epoch})
		return false
	case n.role == sim.Leader && !n.fences():
		return false
	case epoch > n.promised.Epoch:
		n.promise(env, epoch)
	}
	if n.follower.epoch != epoch {
		n.join(env, epoch)
	}
	n.leader = from
	n.election.calm()
	n.follower.heard = env.Now()
	n.watch(env)
	n.handedOver(env)
	return true
}

// join begins to take the stream of an epoch.
func (n *Node) join(env *sim.Env, epoch uint64) {
	f := &n.follower
	*f = following{epoch: epoch, stash: f.stash, owed: f.owed[:0], timer: f.timer, pulling: pulling{timer: f.pulling.timer}}
	clear(f.stash)
	n.election.tries = 0
	n.drawPatience(env)
	n.take(env, sim.Follower)
	n.beginPulling(env)
}

// promise stops obeying older epochs. It is on disk with the next sync, which who
// tells others of it has to wait for.
func (n *Node) promise(env *sim.Env, epoch uint64) {
	wasLeader := n.role == sim.Leader
	n.pledge(env, promise{Epoch: epoch})
	n.leader = sim.Nobody
	if wasLeader {
		n.stepDown(env)
	}
}

func (n *Node) pledge(env *sim.Env, p promise) {
	n.promised = p
	env.Disk().Replace(fileEpoch, &p)
}

// receiveShip takes one write of the leader's stream.
func (n *Node) receiveShip(env *sim.Env, from sim.NodeID, m *ship) {
	if n.obey(env, from, m.Epoch, m.about) {
		n.takeShip(env, from, &m.carriage)
	}
}

// takeShip takes what the leader ships, by whatever way it came.
func (n *Node) takeShip(env *sim.Env, leader sim.NodeID, c *carriage) {
	n.noteArrival(c)
	if !n.connects(env, leader, c, false) {
		return
	}
	n.extend(env, c.Prev.Index, c.Entries)
	n.owe(owed{about: c.about, to: leader, upTo: c.last()})
	n.drain(env, leader)
	n.settle(env)
}

// receiveFill takes a batch of what is missing.
func (n *Node) receiveFill(env *sim.Env, from sim.NodeID, m *fill) {
	if !n.obey(env, from, m.Epoch, m.about) || !n.connects(env, from, &m.carriage, true) {
		return
	}
	if bytes := n.extend(env, m.Prev.Index, m.Entries); bytes > 0 {
		env.Observe(sim.Observation{Fact: sim.Repaired, Why: sim.ByLog, A: bytes})
	}
	n.owe(owed{about: m.about, to: from, upTo: m.last(), forFill: true})
	n.drain(env, from)
	n.settle(env)
}

// receiveNotice hears of a commit.
func (n *Node) receiveNotice(env *sim.Env, from sim.NodeID, m *notice) {
	if !n.obey(env, from, m.Epoch, m.about) {
		return
	}
	n.follower.commit = max(n.follower.commit, m.Commit)
	n.settle(env)
}

// receiveBeat answers a heartbeat. A follower that has not joined the stream says where
// its log may meet the leader's; one that has lets the leader's resending do its work.
func (n *Node) receiveBeat(env *sim.Env, from sim.NodeID, m *beat) {
	if !n.obey(env, from, m.Epoch, m.about) {
		return
	}
	f := &n.follower
	if n.isWitness(n.me) {
		env.Send(from, &beatAck{confirmation: confirmation{Epoch: f.epoch}, Round: m.Round})
		return
	}
	f.commit, f.newest = max(f.commit, m.Commit), m.Last.Index
	if n.log.Holds(m.Last) {
		f.joined, f.verified = true, max(f.verified, m.Last.Index)
	}
	if !f.joined {
		if !n.pulls() {
			n.sayBehind(env, from, m.Last, m.about)
		}
		return
	}
	n.settle(env)
	env.Send(from, &beatAck{confirmation: confirmation{Epoch: f.epoch, Match: n.match()}, Round: m.Round})
}

// connects tells whether what a message carries follows on something that the log holds.
// A write that comes too early is kept for later, when the stream is joined; else the
// leader is told.
func (n *Node) connects(env *sim.Env, from sim.NodeID, c *carriage, isFill bool) bool {
	f := &n.follower
	f.commit = max(f.commit, c.Commit)
	if n.log.Holds(c.Prev) {
		if f.stuck = n.differsBehind(c); f.stuck {
			n.sayBehind(env, from, c.Prev, c.about)
		}
		return !f.stuck
	}
	isGap := c.Prev.Index > n.log.Last().Index
	if isGap && n.config.skipGap() {
		n.pad(env, c.Prev)
		return true
	}
	if isGap && !isFill && f.joined && n.stashAway(c) {
		return false
	}
	n.sayBehind(env, from, c.Prev, c.about)
	return false
}

// pad fills a gap with nothing, which only a wrong variant does.
func (n *Node) pad(env *sim.Env, prev replog.Position) {
	for n.log.Last().Index < prev.Index {
		n.log.Append(env.Disk(), n.commit, replog.Entry{Epoch: prev.Epoch})
	}
}

func (n *Node) sayBehind(env *sim.Env, to sim.NodeID, prev replog.Position, a about) {
	if n.pulls() {
		n.meetAt(env, prev)
		return
	}
	at := n.log.Position(n.log.Meeting(prev))
	env.Send(to, &behind{about: a, Epoch: n.follower.epoch, At: at, Stuck: n.follower.stuck})
}

// stashAway keeps a write for later; false when the stash is full.
func (n *Node) stashAway(c *carriage) bool {
	f := &n.follower
	if len(f.stash) >= n.config.Window || len(c.Entries) != 1 {
		return false
	}
	if f.stash == nil {
		f.stash = map[uint64]stashed{}
	}
	f.stash[c.last()] = stashed{about: c.about, prev: c.Prev.Epoch, entry: c.Entries[0]}
	return true
}

// extend adds entries behind an index at which the logs agree. What the log has
// already stays; at the first difference the rest of the log goes. It
// returns how many bytes were new.
func (n *Node) extend(env *sim.Env, prev uint64, entries []replog.Entry) (bytes uint64) {
	f := &n.follower
	for i := range entries {
		e, index := &entries[i], prev+uint64(i)+1
		if index <= n.log.Last().Index {
			if n.log.Epoch(index) == e.Epoch {
				continue
			}
			n.cut(env, index-1)
		}
		n.log.Append(env.Disk(), n.settled(), *e)
		n.store.Push(index, e, n.settled())
		delete(f.stash, index)
		bytes += uint64(e.Bytes())
	}
	f.joined, f.verified = true, max(f.verified, prev+uint64(len(entries)))
	return bytes
}

// drain takes from the stash what now follows on the log.
func (n *Node) drain(env *sim.Env, from sim.NodeID) {
	f := &n.follower
	for len(f.stash) > 0 {
		last := n.log.Last()
		next, ok := f.stash[last.Index+1]
		if !ok || next.prev != last.Epoch {
			return
		}
		n.extend(env, last.Index, []replog.Entry{next.entry})
		n.owe(owed{about: next.about, to: from, upTo: last.Index + 1})
	}
}

func (n *Node) owe(o owed) { n.follower.owed = append(n.follower.owed, o) }

// settle takes note of what the leader said is committed, makes what is new durable
// and confirms what is.
func (n *Node) settle(env *sim.Env) {
	f := &n.follower
	n.setCommit(env, min(f.commit, f.verified))
	if n.disk.covered() < n.log.Last().Index {
		n.flush(env)
	}
	n.confirm(env)
}

// match is how far the log agrees with the leader's, on disk.
func (n *Node) match() uint64 {
	if n.config.matchUndurable() {
		return n.follower.verified
	}
	return min(n.follower.verified, n.disk.durable)
}

// confirm sends the confirmations whose entries are on disk, one for each message
// that carried them.
func (n *Node) confirm(env *sim.Env) {
	f := &n.follower
	kept := f.owed[:0]
	for _, o := range f.owed {
		if o.upTo > n.disk.durable {
			kept = append(kept, o)
			continue
		}
		c := confirmation{about: o.about, Epoch: f.epoch, Match: n.match()}
		if o.forFill {
			env.Send(o.to, &filled{c})
		} else {
			env.Send(o.to, &ack{c})
		}
	}
	f.owed = kept
}
