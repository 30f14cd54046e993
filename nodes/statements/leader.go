package statements

import (
	"time"

	"simrun/nodes/internal/replog"
	"simrun/nodes/kv"
	"simrun/sim"
)

// waiter is a client whose command waits for the leader's disk.
type waiter struct {
	client  sim.NodeID
	op      sim.OpID
	attempt uint8
	index   uint64
}

// request serves a client: commands at a leader, gets anywhere.
func (n *Node) request(env *sim.Env, client sim.NodeID, r *kv.Request) {
	switch {
	case r.Code == sim.Get:
		n.read(env, client, r)
	case n.own < 0:
		n.refuse(env, client, r, sim.NotLeader)
	case n.broken || r.Code != sim.Execute:
		n.refuse(env, client, r, sim.Unavailable)
	default:
		n.command(env, client, r)
	}
}

func (n *Node) refuse(env *sim.Env, client sim.NodeID, r *kv.Request, why sim.Error) {
	env.Send(client, &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.Fail, Error: why, Leader: n.streams[0].leader})
}

// read serves a get: the row's amount, without a writer, for commands write no versions.
func (n *Node) read(env *sim.Env, client sim.NodeID, r *kv.Request) {
	if r.Read != kv.AtReplica && n.own < 0 {
		n.refuse(env, client, r, sim.NotLeader)
		return
	}
	reply := &kv.Reply{Op: r.Op, Attempt: r.Attempt, Outcome: sim.OK}
	if found := n.table.find(uint32(r.Key)); found.ID != 0 {
		reply.Values = []sim.Value{{N: found.Amount}}
		reply.Size = uint32(n.config.filler())
	}
	env.Send(client, reply)
}

// command executes a client's command once, however often it is asked for.
func (n *Node) command(env *sim.Env, client sim.NodeID, r *kv.Request) {
	s := &n.streams[n.own]
	index, known := n.seen[r.Op]
	if !known {
		e, did, ok := n.lead(env, r)
		if !ok {
			n.refuse(env, client, r, sim.Aborted)
			return
		}
		index = n.append(env, e, did)
		n.seen[r.Op] = index
	}
	n.waiting = append(n.waiting, waiter{client, r.Op, r.Attempt, index})
	if index <= s.durable {
		n.answer(env)
		return
	}
	n.flush(env)
}

// append adds an entry that was executed to the own log.
func (n *Node) append(env *sim.Env, e replog.Entry, did effect) uint64 {
	s := &n.streams[n.own]
	index := s.log.Append(env.Disk(), 0, e)
	s.known = index
	n.executed(env, n.own, &e, did)
	return index
}

// remember knows the ops of the own log again.
func (n *Node) remember() {
	n.seen = map[sim.OpID]uint64{}
	s := &n.streams[n.own]
	for index := s.log.Base().Index + 1; index <= s.last(); index++ {
		if op := s.log.At(index).Op; op != 0 {
			n.seen[op] = index
		}
	}
}

// publish ships what has become durable of the own log, and answers its clients. What a
// crash of the leader could still take back is shipped to nobody, so that a
// follower's log is always a prefix of the leader's.
func (n *Node) publish(env *sim.Env, before uint64) {
	s := &n.streams[n.own]
	m := &ship{Prev: before, Entries: s.log.Slice(before, int(s.durable-before))}
	for _, id := range n.members {
		if id != n.self {
			env.Send(id, m)
		}
	}
	n.tellDurable(env)
	n.answer(env)
	n.thaw(env)
}

// answer replies to the clients whose commands are on disk.
func (n *Node) answer(env *sim.Env) {
	kept := n.waiting[:0]
	for _, w := range n.waiting {
		if w.index > n.streams[n.own].durable {
			kept = append(kept, w)
			continue
		}
		env.Send(w.client, &kv.Reply{Op: w.op, Attempt: w.attempt, Outcome: sim.OK, Leader: n.self})
	}
	n.waiting = kept
}

// beat tells followers how long the log is, so that they notice what they missed.
func (n *Node) beat(env *sim.Env) {
	env.After(n.config.Heartbeat, sim.Timer{Kind: timerBeat})
	if n.broken {
		return
	}
	m := &beat{Last: n.streams[n.own].durable}
	for _, id := range n.members {
		if id != n.self {
			env.Send(id, m)
		}
	}
}

// compacts tells whether this server moves its own rows together: with a physical log
// the leader decides where rows lie.
func (n *Node) compacts() bool {
	return n.config.Compact > 0 && (!n.config.physical() || n.own >= 0)
}

// planCompaction sets the time of the next compaction: half to one and a half of the
// configured time from now, drawn by the server.
func (n *Node) planCompaction(env *sim.Env) {
	if !n.compacts() {
		return
	}
	mean := n.config.Compact
	word := env.Draw(drawCompact, sim.NumberSubject(uint64(env.Now())))
	env.After(mean/2+time.Duration(sim.Below(word, uint64(mean))), sim.Timer{Kind: timerCompact})
}

// compact moves rows together. In a physical log it is an entry like any other, without
// an op.
func (n *Node) compact(env *sim.Env) {
	n.planCompaction(env)
	if n.broken {
		return
	}
	writes := n.table.compact()
	switch {
	case len(writes) == 0:
	case n.config.physical():
		e := replog.Entry{Epoch: epoch}
		n.packCells(&e, writes)
		n.append(env, e, effect{writes: writes})
		n.flush(env)
	default:
		n.keep(env, 0, writes)
		n.flush(env)
	}
}
