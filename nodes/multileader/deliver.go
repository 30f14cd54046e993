package multileader

import (
	"time"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// stashed is how many updates at most wait for what they depend on; more are dropped, and sent
// again.
const stashed = 4096

// receiveUpdates takes what another server sent, and owes it a word of what is on disk.
func (n *Node) receiveUpdates(env *sim.Env, from sim.NodeID, updates []update) {
	rank := n.rank(from)
	if rank < 0 {
		return
	}
	for i := range updates {
		n.take(env, updates[i])
	}
	n.arrived(env, rank)
}

// receiveState takes the state of keys that another datacentre sent. It stands for all that the
// sender had: it may be taken only by who has what it builds on.
func (n *Node) receiveState(env *sim.Env, from sim.NodeID, m *state) {
	rank := n.rank(from)
	if rank < 0 {
		return
	}
	n.take(env, update{Deps: m.Base, Seen: m.Seen, Cells: m.Cells})
	n.arrived(env, rank)
}

// arrived goes on once something came from a server.
func (n *Node) arrived(env *sim.Env, rank int) {
	n.peers[rank].asked = 0
	n.owe(env, rank)
	n.gathered(env)
	n.release(env)
}

// take applies an update that came, and those that waited for it; or has it wait.
func (n *Node) take(env *sim.Env, u update) {
	switch {
	case u.isIn(n.seen):
		n.again(env, u)
	case !n.isReady(&u):
		n.keep(u)
	default:
		n.apply(env, u)
		n.unstash(env)
	}
}

// again is what becomes of an update that is here already, such as its own that comes back to a
// datacentre round a ring: nothing, and it goes no further.
func (n *Node) again(env *sim.Env, u update) {
	if n.config.noOriginFilter() && n.role == sim.Leader && n.origin(u.Dot) == n.place {
		n.repeat(env, &u.Cells[0])
	}
}

// isReady tells whether an update may be applied: all that it depends on is (causal memory:
// Ladin, Liskov, Shrira and Ghemawat, 1992, section 2). On arrival only what stands for more
// than itself has to wait.
func (n *Node) isReady(u *update) bool {
	return !n.causal() && u.Dot.Actor != 0 || versions.SeesAll(n.seen, u.Deps)
}

// keep has an update wait, once.
func (n *Node) keep(u update) {
	if len(n.stash) >= stashed {
		return
	}
	for i := range n.stash {
		if s := &n.stash[i]; s.Dot == u.Dot && (u.Dot.Actor != 0 || versions.SeesAll(s.Seen, u.Seen)) {
			return
		}
	}
	n.stash = append(n.stash, u)
}

// unstash applies what waited, until nothing more can be.
func (n *Node) unstash(env *sim.Env) {
	for progress := true; progress; {
		progress = false
		kept := n.stash[:0]
		for _, u := range n.stash {
			switch {
			case u.isIn(n.seen):
			case n.isReady(&u):
				n.apply(env, u)
				progress = true
			default:
				kept = append(kept, u)
			}
		}
		clear(n.stash[len(kept):])
		n.stash = kept
	}
}

// apply applies an update, which is new and ready. It is handed on once it is safe.
func (n *Node) apply(env *sim.Env, u update) {
	if n.role == sim.Leader && n.origin(u.Dot) != n.place {
		env.Work(n.config.Work * time.Duration(n.config.RemoteCost) / percent)
	}
	for i := range u.Cells {
		n.resolve(env, &u.Cells[i])
	}
	n.admit(u)
	n.bury(env, &u)
	env.Disk().Append(fileLog, &u)
	n.flush(env)
	if n.trustsMemory() {
		n.push(env, len(n.log)-1)
	}
}

const percent = 100

// admit takes an update into the log.
func (n *Node) admit(u update) {
	n.seen = u.after(n.seen)
	n.log = append(n.log, u)
	for i := range u.Cells {
		u.Cells[i].writes(func(op sim.OpID) {
			if _, knows := n.known[op]; !knows {
				n.known[op] = len(n.log) - 1
			}
		})
	}
}
