package kernel

import (
	"simrun/sim"
	"simrun/sim/kernel/queue"
	"simrun/sim/network"
	"simrun/sim/record"
)

// rule is a network rule in force, with what it holds and what it did.
type rule struct {
	net    *network.Rule
	held   []heldMessage
	count  int64
	ops    map[sim.OpID]struct{} // which quorum ops it touched: only ever counted
	lifted bool
}

type heldMessage struct {
	event   queue.Event
	message sim.Message
	print   uint64 // its fingerprint
}

// flush adds what the rule did to the run's counters.
func (r *rule) flush(run *record.Run) {
	name := r.net.Name
	run.Counters.Add(name+".messages", r.count)
	run.Counters.Add(name+".crossed_quorum_ops", int64(len(r.ops)))
	r.count = 0
	clear(r.ops)
}

// charge counts a message that a rule touched. Where the rule stopped it on its way
// between whoever runs a quorum and a replica, its op was crossed.
func (w *World) charge(n *network.Rule, e *queue.Event, m sim.Message, stopped bool) {
	r := w.rules[n.Number]
	r.count++
	if !stopped || m.Kind().Class != sim.Replicate {
		return
	}
	if op, _, ok := simSubject(e).Op(); ok {
		if r.ops == nil {
			r.ops = map[sim.OpID]struct{}{}
		}
		r.ops[op] = struct{}{}
	}
}

// hold keeps a message until the rule ends.
func (w *World) hold(n *network.Rule, e *queue.Event, m sim.Message) {
	r := w.rules[n.Number]
	_, print := w.encoder.Measure(m)
	r.held = append(r.held, heldMessage{*e, m, print})
	stamp := w.next()
	w.digest.Add(uint64(stamp)<<32|uint64(e.Cause), uint64(w.now), uint64(record.Held), e.Subject,
		uint64(e.From)<<16|uint64(e.To), 0)
	if w.config.Trace {
		w.traceHeld(stamp, e, m, n.Name)
	}
}

// releaseHeld sends on what a rule held, in the order in which it was held; other
// rules judge it again.
func (w *World) releaseHeld(r *rule) {
	for i := range r.held {
		e, m := r.held[i].event, r.held[i].message
		f := w.network.Due(nodeID(e.From), nodeID(e.To), m.Kind())
		switch f.Verdict {
		case network.Hold:
			w.hold(f.Rule, &e, m)
		case network.Drop:
			w.charge(f.Rule, &e, m, true)
			w.lose(&e, m, f.Why)
		default:
			delay := int64(0)
			if e.Seq == 0 { // held when it was sent: its link has not given it a place yet
				delay = w.network.Follow(w.now, nodeID(e.From), nodeID(e.To))
			}
			w.deliver(&e, m, delay, r.held[i].print)
		}
	}
	r.held = nil
}
