package multileader

import (
	"simrun/nodes/kv"
	"simrun/sim"
)

// waiting is a client's write that is in the log and not acknowledged.
type waiting struct {
	client  sim.NodeID
	op      sim.OpID
	attempt uint8
	index   int
}

// accept takes a client's write as this leader's next. A write that is in the log already is
// answered, not done again.
func (n *Node) accept(env *sim.Env, client sim.NodeID, r *kv.Request) {
	index, found := n.known[r.Op]
	switch {
	case found:
	case r.Code == sim.CAS && !n.expected(r):
		n.conflict(env, client, r)
		return
	default:
		index = n.write(env, client, r)
	}
	n.waiting = append(n.waiting, waiting{client: client, op: r.Op, attempt: r.Attempt, index: index})
	n.commit(env)
}

// write makes the update of a write, and applies it here.
func (n *Node) write(env *sim.Env, client sim.NodeID, r *kv.Request) int {
	env.Work(n.config.Work)
	n.count++
	dot := kv.Dot{Actor: n.actor, Counter: n.count}
	u := update{Dot: dot, Deps: n.seen, Cells: []cell{{Key: r.Key, Op: r.Op, Object: n.changed(env, r)}}}
	if n.config.Compensate {
		u.Cells[0].Writer = client
	}
	n.statePlaced(env, &u)
	n.apply(env, u)
	return len(n.log) - 1
}

// commit acknowledges the writes for which the rule of the mode is met: first come, first
// served, for copies are made in the order of the log.
func (n *Node) commit(env *sim.Env) {
	if n.role != sim.Leader {
		return
	}
	kept := n.waiting[:0]
	for _, w := range n.waiting {
		if !n.isKept(w.index) {
			kept = append(kept, w)
			continue
		}
		n.stateCommitted(env, w.index, w.op)
		u := &n.log[w.index]
		env.Send(w.client, &kv.Reply{
			Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Leader: n.self, Epoch: n.told(),
			Token: token(u.after(u.Deps)), Context: n.after(u, w.op),
		})
	}
	n.waiting = kept
}

// after is the context of a client whose write this was. Of a write that another server brought along
// with others it is not known: then the client has read nothing.
func (n *Node) after(u *update, op sim.OpID) kv.Context {
	if c := u.brings(op); c.Op == op {
		return n.resolver.After(&c.Object)
	}
	return nil
}

// isKept tells whether the rule of the mode is met for an entry of the log.
func (n *Node) isKept(index int) bool {
	if n.config.Ack == "leader-disk" && n.disk.durable <= index {
		return false
	}
	copies := 0
	for _, rank := range n.centres[n.place] {
		if rank != n.me && n.log[index].isIn(n.peers[rank].has) {
			copies++
		}
	}
	return copies >= n.config.copies(len(n.centres[n.place]))
}

// drop has the clients whose writes are not acknowledged try again elsewhere: this server leads
// no more.
func (n *Node) drop(env *sim.Env) {
	for _, w := range n.waiting {
		env.Send(w.client, &kv.Reply{
			Op: w.op, Attempt: w.attempt, Outcome: sim.Unknown, Error: sim.Partial, Leader: sim.Nobody,
		})
	}
	n.waiting = nil
}
