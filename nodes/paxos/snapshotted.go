package paxos

import (
	"slices"

	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// stands tells acceptors that do not learn up to where the sender's snapshot stands for the log.
type stands struct {
	about
	Upto uint64
}

// Kind implements sim.Message.
func (*stands) Kind() sim.Kind { return sim.Kind{Class: sim.Repair, Code: codeStands, Name: "stands"} }

// Encode implements sim.Message.
func (m *stands) Encode(e *sim.Encoder) { e.Uint("upto", m.Upto) }

// floor is the record of up to where an acceptor that does not learn has given up its slots.
type floor struct{ Slot uint64 }

// Encode implements sim.Record.
func (f *floor) Encode(e *sim.Encoder) { e.Uint("slot", f.Slot) }

// tellStands tells the acceptors that do not learn, if there are any, once the snapshot is on disk, and
// states up to where it stands.
func (n *Node) tellStands(env *sim.Env, upto uint64) {
	set := n.acceptors
	for _, c := range n.learner.configurations {
		set |= c.Acceptors
	}
	if set &^= n.told(); set != 0 {
		n.owe(env, owed{fact: sim.Observation{Fact: sim.Repaired, Why: sim.BySnapshot, B: upto}})
		n.owe(env, owed{message: &stands{about: about(sim.NumberSubject(upto)), Upto: upto}, to: set})
	}
}

// receiveStands gives up what most of those that are told have in their snapshots (van Renesse and
// Altinbuken, "Paxos Made Moderately Complex", 2015, section 4.2: once f + 1 replicas have it). That
// it did is on disk before anything is gone: its promises say so, so that nobody takes such a
// slot for a free one.
func (n *Node) receiveStands(env *sim.Env, from sim.NodeID, m *stands) {
	a, rank := &n.acceptor, n.rank(from)
	if n.learns() || rank < 0 || n.told()&bit(rank) == 0 {
		return
	}
	if a.stands == nil {
		a.stands = make([]uint64, len(n.servers))
	}
	a.stands[rank] = max(a.stands[rank], m.Upto)
	upto := n.standing()
	if upto <= a.floor {
		return
	}
	env.Disk().Replace(fileFloor, &floor{upto})
	n.disk.written++
	n.giveUpTo(env, upto)
	n.owe(env, owed{fact: sim.Observation{Fact: sim.Discarded, Why: sim.Collected, A: upto}})
}

// standing is the slot up to which the snapshots of most of those that are told stand.
func (n *Node) standing() uint64 {
	var all []uint64
	for rank, upto := range n.acceptor.stands {
		if n.told()&bit(rank) != 0 {
			all = append(all, upto)
		}
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}

// recoverFloor reads up to where an acceptor that does not learn has given up its slots.
func (n *Node) recoverFloor(env *sim.Env) {
	if record, err := env.Disk().Read(fileFloor, 0); err == nil {
		if f, ok := record.(*floor); ok && f.Slot > n.acceptor.floor {
			n.acceptor.floor = f.Slot
			env.Observe(sim.Observation{Fact: sim.Discarded, Why: sim.Collected, A: f.Slot})
		}
	}
}

// dropOpen has what was proposed for slots behind a snapshot proposed elsewhere: whether it was chosen
// there cannot be told any more.
func (n *Node) dropOpen(base uint64) {
	r := &n.proposer.ruling
	was := r.open
	r.open = nil
	for i := range was {
		if was[i].slot > base {
			r.open = append(r.open, was[i])
			continue
		}
		n.proposeElsewhere(was[i].about, &was[i].entry)
	}
}

// proposeElsewhere has an op proposed once more if a client waits for it, and the snapshot may not say what
// became of it. What was chosen twice takes effect once, and a read has none.
func (n *Node) proposeElsewhere(about about, e *replog.Entry) {
	r := &n.proposer.ruling
	waits := func(w waiting) bool { return w.op == e.Op }
	queued := func(x proposal) bool { return x.entry.Op == e.Op }
	if e.Op != 0 && slices.ContainsFunc(r.waiting, waits) && !slices.ContainsFunc(r.queue, queued) {
		r.queue = append(r.queue, proposal{about: about, entry: *e})
	}
}

// answerBehind answers those whose writes a snapshot from elsewhere remembers.
func (n *Node) answerBehind(env *sim.Env) {
	r := &n.proposer.ruling
	r.queue = slices.DeleteFunc(r.queue, func(x proposal) bool {
		e := &x.entry
		if !e.Code.Writes() {
			return false
		}
		found := n.learner.store.Find(e.Op)
		if found.Known {
			n.answerApplied(env, e, found.Index, outcome{Index: found.Index, Again: true, Refused: found.Refused})
		}
		return found.Known
	})
}
