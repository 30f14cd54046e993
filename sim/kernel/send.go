package kernel

import (
	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/network"
	"simrun/sim/random"
	"simrun/sim/record"
)

// address is what a message's draws are keyed by: its subject, ends, kind and
// occurrence among those that share them.
func (w *World) address(about sim.Subject, from, to sim.NodeID, kind sim.Kind, occurrence uint32) random.Address {
	base := w.base(about, from, to, kind)
	if occurrence > 0 {
		base = random.Mix(base, uint64(occurrence))
	}
	return random.Address(base)
}

func (w *World) base(about sim.Subject, from, to sim.NodeID, kind sim.Kind) uint64 {
	return random.Mix(uint64(about), w.pair(from, to)+uint64(kind.Class)<<8+uint64(kind.Code))
}

// nodeAddress is what a node's other draws are keyed by.
func (w *World) nodeAddress(id sim.NodeID, what uint64, about sim.Subject) random.Address {
	return random.Address(random.Mix(w.hashes[id]+what, uint64(about)))
}

// nodeAddressAgain is the node address of what may happen several times under one
// subject: each time after the first has an address of its own.
func (w *World) nodeAddressAgain(id sim.NodeID, what uint64, about sim.Subject) random.Address {
	a := w.nodeAddress(id, what, about)
	if n := w.sends.countAbout(w.now, about, uint64(a)); n > 0 {
		a = a.With(uint64(n))
	}
	return a
}

// send puts a message on its way.
func (w *World) send(from *host, to sim.NodeID, m sim.Message) {
	if int(to) >= len(w.hosts) || to == sim.Nobody {
		w.blame(from, "send to a node that does not exist")
	}
	w.handling = from.id // its message may panic
	kind, about := m.Kind(), m.Subject()
	size, print := w.encoder.MeasureMessage(m)
	w.handling = sim.Nobody
	named := about != 0
	if !named {
		about = w.subject
	}
	base := w.base(about, from.id, to, kind)
	occurrence := w.sends.countAbout(w.now, about, base)
	if w.fired && named && !from.config.Client {
		occurrence = max(occurrence, w.resends.count(0, base))
	}
	a := random.Address(base)
	if occurrence > 0 {
		a = random.Address(random.Mix(base, uint64(occurrence)))
	}
	w.run.Traffic[kind.Class].Messages++
	w.run.Traffic[kind.Class].Bytes += uint64(size)
	w.run.Sent[from.id].Messages++
	w.run.Sent[from.id].Bytes += uint64(size)
	w.countForRead(about, size)
	stamp := w.next()
	w.digest.Add(uint64(stamp)<<32|uint64(w.cause), uint64(w.now), uint64(a), print,
		uint64(from.id)<<16|uint64(to), uint64(about))
	if w.config.Trace {
		w.traceSent(stamp, from.id, to, m, a, about, print)
	}
	f := &w.fate
	w.network.Send(f, w.now, from.id, to, kind, a)
	e := queue.Event{
		Kind: eventMessage, From: uint16(from.id), To: uint16(to), Subject: uint64(about),
		Cause: stamp, Arg: occurrence, Life: w.hosts[to].life,
	}
	w.dispatch(&e, m, f, print)
}

// countForRead counts a message that a read brought about.
func (w *World) countForRead(about sim.Subject, size int) {
	id, _, named := about.Op()
	if !named {
		return
	}
	if op := w.run.History.Find(id); op != nil && !op.Code.Writes() {
		w.run.ForReads.Messages++
		w.run.ForReads.Bytes += uint64(size)
	}
}

// dispatch carries out a message's fate.
func (w *World) dispatch(e *queue.Event, m sim.Message, f *network.Fate, print uint64) {
	if f.Rule != nil {
		w.charge(f.Rule, e, m, f.Verdict != network.Deliver)
	}
	switch f.Verdict {
	case network.Drop:
		w.lose(e, m, f.Why)
		return
	case network.Hold:
		w.hold(f.Rule, e, m)
		return
	}
	w.deliver(e, m, f.Delay, print)
	if f.Copies > 0 {
		twin := *e
		twin.Flag |= flagCopy
		w.deliver(&twin, m, f.Copy, print)
	}
}

func (w *World) deliver(e *queue.Event, m sim.Message, delay int64, print uint64) {
	e.Message = w.messages.put(m)
	if w.config.Check {
		w.messages.remember(e.Message, print)
	}
	e.At = w.now + delay + w.canary()
	w.push(e)
}

// push numbers an event and puts it in the queue.
func (w *World) push(e *queue.Event) {
	w.sequence++
	e.Seq = w.sequence
	w.queue.Push(e)
}

// arriveMessage judges a message again now that it is due.
func (w *World) arriveMessage(e *queue.Event) {
	if w.network.Touched(nodeID(e.From), nodeID(e.To)) && w.blocked(e) {
		return
	}
	h := &w.hosts[e.To]
	if !h.up || e.Life != h.life || h.config.Inbox > 0 || w.hosts[e.From].severed > 0 {
		if why := w.undeliverable(h, e); why != "" {
			w.lose(e, w.messages.take(e.Message), why)
			return
		}
	}
	h.arrive(e)
}

// blocked carries out what rules say about a message that is due: it tells whether
// one of them drops or holds it.
func (w *World) blocked(e *queue.Event) bool {
	f := w.network.Due(nodeID(e.From), nodeID(e.To), w.messages.list[e.Message].Kind())
	if f.Verdict == network.Deliver {
		return false
	}
	if w.config.Check {
		w.checkUnchanged(e)
	}
	m := w.messages.take(e.Message)
	w.charge(f.Rule, e, m, true)
	if f.Verdict == network.Hold {
		w.hold(f.Rule, e, m)
	} else {
		w.lose(e, m, f.Why)
	}
	return true
}

// undeliverable tells why a message cannot reach the node, "" if it can.
func (w *World) undeliverable(h *host, e *queue.Event) string {
	if e.Seq <= w.hosts[e.From].severed {
		return "connection"
	}
	if !h.up {
		return "down"
	}
	if e.Life != h.life {
		m := w.messages.list[e.Message]
		r := w.network.Late(nodeID(e.From), nodeID(e.To), m.Kind())
		if r == nil {
			return "former life"
		}
		w.charge(r, e, m, false)
		e.Life = h.life
	}
	if h.full() {
		w.run.Counters.Add("inbox.refused", 1)
		return "refused"
	}
	return ""
}

// lose states that a message will never arrive.
func (w *World) lose(e *queue.Event, m sim.Message, why string) {
	stamp := w.next()
	w.digest.Add(uint64(stamp)<<32|uint64(e.Cause), uint64(w.now), uint64(record.Lost), uint64(e.Subject),
		uint64(e.From)<<16|uint64(e.To), random.Hash(why))
	w.run.Traffic[0].Messages++
	if w.config.Trace {
		w.traceLost(stamp, e, m, why)
	}
}
