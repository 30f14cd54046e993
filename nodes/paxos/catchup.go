package paxos

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// hearChosen takes note that somebody knows the slots up to one to be chosen.
func (n *Node) hearChosen(env *sim.Env, upto uint64) {
	if upto > n.learner.known && n.learns() {
		n.learner.known = upto
		n.watchGap(env)
	}
}

// lacks tells up to where the node would like to know what is chosen, and does not.
func (l *learner) lacks() (upto uint64, some bool) {
	upto = max(l.known, l.wanted)
	return upto, upto > l.applied
}

// watchGap asks for what is missing, if it does not come by itself in a while.
func (n *Node) watchGap(env *sim.Env) {
	l := &n.learner
	if _, some := l.lacks(); !some {
		return
	}
	if _, pending := env.Pending(l.timer); !pending {
		l.asked = l.applied
		l.timer = env.After(n.config.Resend, sim.Timer{Kind: timerCatch})
	}
}

// catchUp asks for what is missing, unless some of it came since.
func (n *Node) catchUp(env *sim.Env) {
	l := &n.learner
	if _, some := l.lacks(); some && l.applied == l.asked {
		n.ask(env, n.nextTeacher())
	}
	n.watchGap(env)
}

// nextTeacher is every other time the leader, if it is known, and in turn every other
// one that learns.
func (n *Node) nextTeacher() int {
	l := &n.learner
	l.turn++
	if leader := n.rank(n.leader); leader >= 0 && leader != n.me && l.turn%2 == 1 {
		return leader
	}
	for range n.servers {
		l.teacher = (l.teacher + 1) % len(n.servers)
		if l.teacher != n.me && n.told()&bit(l.teacher) != 0 {
			break
		}
	}
	return l.teacher
}

// teacherFor is who is asked for slots that an acceptor has given up: itself, unless it does not learn.
func (n *Node) teacherFor(rank int) int {
	if n.told()&bit(rank) != 0 {
		return rank
	}
	return n.nextTeacher()
}

func (n *Node) ask(env *sim.Env, rank int) {
	l := &n.learner
	if rank == n.me {
		return
	}
	upto, _ := l.lacks()
	env.Send(n.servers[rank], &want{about: about(sim.NumberSubject(l.applied + 1)), From: l.applied + 1, Upto: upto})
}

// receiveWant teaches what is chosen. A leader that is asked for slots that nobody has
// proposed for fills them with nothing: a read waits for them.
func (n *Node) receiveWant(env *sim.Env, from sim.NodeID, m *want) {
	l := &n.learner
	switch {
	case m.From <= l.base:
		env.Send(from, &image{about: m.about, snapshot: l.shot})
	case m.From <= l.applied:
		first := int(m.From - l.base - 1)
		entries := slices.Clone(l.log[first:min(first+n.config.Batch, len(l.log))])
		env.Send(from, &taught{about: m.about, From: m.From, Chosen: l.applied, Entries: entries})
	}
	n.fillUpto(env, m.Upto)
}

// fillUpto has a leader fill the slots up to one that nobody has proposed for, as far as its
// window reaches.
func (n *Node) fillUpto(env *sim.Env, slot uint64) {
	if p := &n.proposer; p.phase == leading && slot > p.ruling.fill {
		p.ruling.fill = min(slot, n.learner.applied+uint64(n.config.Window))
		n.pump(env)
	}
}

// receiveTaught learns, and asks for more.
func (n *Node) receiveTaught(env *sim.Env, from sim.NodeID, m *taught) {
	l := &n.learner
	n.hearChosen(env, m.Chosen)
	before, bytes := l.applied, 0
	for i := range m.Entries {
		if slot := m.From + uint64(i); slot > l.applied {
			bytes += m.Entries[i].Bytes()
			n.choose(env, slot, m.Entries[i])
		}
	}
	if bytes > 0 {
		env.Observe(sim.Observation{Fact: sim.Repaired, Why: sim.ByLog, A: uint64(bytes)})
	}
	if l.applied > before && l.applied < m.Chosen {
		n.ask(env, n.rank(from))
	}
}

// receiveImage takes a snapshot of somebody else's, and goes by it once it is on disk.
func (n *Node) receiveImage(env *sim.Env, m *image) {
	l := &n.learner
	at := m.Image.At.Index
	if at <= max(l.applied, l.coming) {
		return
	}
	l.coming = at
	shot := m.snapshot
	env.Disk().Replace(fileSnapshot, &shot)
	n.disk.written++
	n.owe(env, owed{install: &shot})
}

// install begins anew behind a snapshot.
func (n *Node) install(env *sim.Env, s *snapshot) {
	l := &n.learner
	if s.Image.At.Index <= l.applied {
		return
	}
	n.restore(s)
	n.recount(env)
	n.stateSnapshot(env, s, s.Image.Bytes())
	n.answerBehind(env)
	n.tellStands(env, l.base)
	n.truncate(env)
	n.flush(env)
	n.advance(env)
	if l.applied < l.known {
		n.ask(env, n.nextTeacher())
	}
}

// shoot takes a snapshot when enough was applied since the last one.
func (n *Node) shoot(env *sim.Env) {
	l := &n.learner
	if n.config.Snapshot == 0 || l.applied < max(l.coming, l.base+uint64(n.config.Snapshot)) {
		return
	}
	at := replog.Position{Epoch: l.log[len(l.log)-1].Epoch, Index: l.applied}
	l.shot = snapshot{Image: *l.store.Image(at), Configurations: slices.Clone(n.ruled(l.applied+1, ^uint64(0)))}
	shot := l.shot
	env.Disk().Replace(fileSnapshot, &shot)
	n.disk.written++
	n.forget(env)
	l.base, l.log = l.applied, nil
	n.truncate(env)
	n.tellStands(env, l.base)
	n.flush(env)
}

// restore begins with a snapshot.
func (n *Node) restore(s *snapshot) {
	l := &n.learner
	for slot := l.applied + 1; slot <= s.Image.At.Index; slot++ {
		if t := l.ahead[slot]; t != nil && t.isChosen {
			n.proposeElsewhere(about(sim.NumberSubject(slot)), &t.entry)
		}
		delete(l.ahead, slot)
	}
	l.shot = *s
	l.store.Restore(&l.shot.Image)
	l.base, l.applied, l.log = s.Image.At.Index, s.Image.At.Index, nil
	l.known = max(l.known, l.applied)
	l.configurations = slices.Clone(s.Configurations)
	n.dropOpen(l.base)
}

// forget states what was accepted and not chosen, before it goes.
func (n *Node) forget(env *sim.Env) {
	l := &n.learner
	for i := range l.log {
		slot := l.base + uint64(i) + 1
		if e, ok := n.acceptor.accepted[slot]; ok && fingerprint(&e) != fingerprint(&l.log[i]) {
			n.owe(env, owed{fact: discarded(slot, &e)})
		}
	}
}

// truncate gives up what was accepted for slots that a snapshot stands for. On disk it
// follows the snapshot, so that a crash never keeps the one without the other.
func (n *Node) truncate(env *sim.Env) {
	n.giveUpTo(env, n.learner.base)
}

// giveUpTo gives up what was accepted for the slots up to one.
func (n *Node) giveUpTo(env *sim.Env, floor uint64) {
	a := &n.acceptor
	for slot := a.floor + 1; slot <= floor; slot++ {
		delete(a.accepted, slot)
	}
	a.floor = max(a.floor, floor)
	gone := 0
	for gone < len(a.journal) && a.journal[gone] <= a.floor {
		gone++
	}
	if gone > 0 {
		env.Disk().Drop(fileAccepted, gone)
		a.journal = slices.Delete(a.journal, 0, gone)
		n.disk.written++
	}
}
