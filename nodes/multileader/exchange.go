package multileader

import (
	"time"

	"simrun/nodes/internal/resolve"
	"simrun/nodes/internal/versions"
	"simrun/nodes/kv"
	"simrun/sim"
)

// This file is how servers come to have what others have: Bayou's anti-entropy (Petersen,
// Spreitzer, Terry, Theimer and Demers, "Flexible Update Propagation for Weakly Consistent
// Replication", SOSP 1997). A server goes through its log, in the order in which it applied the
// updates, and sends what the other's version vector does not have. That vector, as it is on
// the other's disk, is the acknowledgement: what got lost is sent again, and a link
// that was cut, or a server that was down, goes on from where it was.

// peer is what a server knows of another one.
type peer struct {
	met    bool          // it has told what it has
	has    kv.Context    // on its disk
	at     time.Duration // its clock when it last told all of that
	heard  time.Duration // when it was last heard
	asked  time.Duration // when it was last asked for what it has besides, 0 once it answered
	done   int           // it has all of the log before this
	mark   int           // all before this was sent, or needed not be, a while ago
	filled int           // the last batch ended here
	lacks  bool          // it asked for all that it lacks
	sent   kv.Context    // state: what it has once all that was sent has arrived
	timer  sim.TimerID
}

// trustsMemory tells whether a write is safe as soon as a server has it in memory: there a
// retry after a crash may be done again.
func (c *cluster) trustsMemory() bool { return c.config.Ack == "leader-memory" }

// handOn sends what has come to be on disk to whom it is to be sent at once. Unless memory is
// trusted nothing is handed on before: a leader that forgot in a crash what others have of it
// would not know a retry of that write, and do it again.
func (n *Node) handOn(env *sim.Env, before int) {
	if n.trustsMemory() {
		return
	}
	for i := before; i < n.disk.durable; i++ {
		n.firm(i)
	}
	for i := before; i < n.disk.durable; i++ {
		n.push(env, i)
	}
}

// shown is how much of the log others may be sent, and what that comes to.
func (n *Node) shown() (entries int, has kv.Context, cells []resolve.Object) {
	if n.trustsMemory() {
		return len(n.log), n.seen, n.cells
	}
	return n.disk.durable, n.disk.has, n.safe
}

// push sends an update of the log to whom it is to be sent at once.
func (n *Node) push(env *sim.Env, index int) {
	u := &n.log[index]
	var m *ship
	for rank := range n.peers {
		if !n.feeds(rank) || !n.peers[rank].met {
			continue
		}
		n.expect(env, rank)
		switch {
		case !n.sendsAtOnce(rank, u) || u.isIn(n.peers[rank].has) && !n.config.noOriginFilter():
		case n.config.Propagate == "state" && n.places[rank] != n.place:
			n.sendState(env, rank, false)
		default:
			if m == nil {
				m = &ship{cargo{Updates: n.log[index : index+1 : index+1]}}
			}
			env.Send(n.members[rank], m)
		}
	}
}

// expect watches that a server confirms before long what is in the log.
func (n *Node) expect(env *sim.Env, rank int) {
	p := &n.peers[rank]
	if _, pending := env.Pending(p.timer); !pending {
		p.timer = env.After(n.config.Resend, sim.Timer{Kind: timerResend, A: uint64(rank)})
	}
}

// resend sends again what a server has not confirmed for a while.
func (n *Node) resend(env *sim.Env, rank int) {
	p := &n.peers[rank]
	n.pass(p)
	entries, _, _ := n.shown()
	if p.done >= entries || !n.feeds(rank) && !p.lacks {
		return
	}
	if p.done < p.mark {
		n.fill(env, rank)
	}
	p.mark = entries
	n.expect(env, rank)
}

// pass goes over what a server has.
func (n *Node) pass(p *peer) {
	for p.done < len(n.log) && n.log[p.done].isIn(p.has) {
		p.done++
	}
	if p.done >= p.mark {
		p.lacks = false
	}
}

// fill sends a batch of what a server lacks.
func (n *Node) fill(env *sim.Env, rank int) {
	p := &n.peers[rank]
	entries, _, _ := n.shown()
	if n.config.Propagate == "state" && n.places[rank] != n.place {
		p.sent, p.filled = p.has, entries
		n.sendState(env, rank, true)
		return
	}
	var batch []update
	at := p.done
	for ; at < entries && len(batch) < n.config.Batch; at++ {
		if u := &n.log[at]; !u.isIn(p.has) {
			batch = append(batch, *u)
		}
	}
	p.filled = at
	if len(batch) > 0 {
		env.Send(n.members[rank], &fill{cargo{Updates: batch}})
	}
}

// receiveAck takes note of what a server has on disk, and sends more where it is behind.
func (n *Node) receiveAck(env *sim.Env, from sim.NodeID, m *ack) {
	rank := n.rank(from)
	if rank < 0 {
		return
	}
	p := &n.peers[rank]
	p.has, p.heard = versions.Union(p.has, m.Has), env.Now()
	n.confirmed(env, rank)
}

// confirmed goes on once more is known of what a server has.
func (n *Node) confirmed(env *sim.Env, rank int) {
	p := &n.peers[rank]
	n.pass(p)
	if p.done < p.mark && p.done >= p.filled && (n.feeds(rank) || p.lacks) {
		n.fill(env, rank)
	}
	if n.places[rank] == n.place {
		n.commit(env)
	}
	n.shipped(env)
}

// ask has a server tell what it has, and send what this one lacks; unless it was asked just now.
func (n *Node) ask(env *sim.Env, rank int) {
	p := &n.peers[rank]
	if p.asked > 0 && env.Now()-p.asked < n.config.Resend {
		return
	}
	p.asked = max(env.Now(), 1)
	env.Send(n.members[rank], n.greeting(env, true, false))
}
