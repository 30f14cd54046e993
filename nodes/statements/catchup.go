package statements

import (
	"simrun/nodes/internal/merkle"
	"simrun/nodes/internal/replog"
	"simrun/sim"
)

// catching is how a follower is being brought up to a leader's log.
type catching struct {
	way     string // "", log, tail, snapshot or merkle
	begun   uint64
	timer   sim.TimerID
	descent *merkle.Descent
	leaves  []uint32
	at      uint64
	next    []uint32
	cells   []cell
	bytes   uint64
}

// replaces tells whether the table is to be replaced by the leader's as of some slot:
// until it is, nothing is executed.
func (c *catching) replaces() bool { return c.way == "snapshot" || c.way == "merkle" }

// catchUp begins to catch up.
func (n *Node) catchUp(env *sim.Env, i int, way string) {
	s := &n.streams[i]
	env.Cancel(s.catch.timer)
	s.catch = catching{way: way, begun: uint64(env.Now())}
	switch way {
	case "log":
		n.forget(env, i)
		s.catch.way = "tail" // of nothing
	case "merkle":
		s.catch.descent = merkle.Descend(n.tree(n.cells()))
	}
	n.ask(env, i)
}

// forget goes back to the beginning: the table and the log are as on the first day.
func (n *Node) forget(env *sim.Env, i int) {
	s := &n.streams[i]
	n.initial()
	s.log.Restart(env.Disk(), replog.Position{})
	s.applied, s.durable, s.asked = 0, 0, 0
	n.checkpoint(env)
	n.state(env)
}

// ask asks the leader for what comes next, and once more when no answer comes.
func (n *Node) ask(env *sim.Env, i int) {
	s := &n.streams[i]
	c := &s.catch
	x := exchange{c.begun}
	switch {
	case c.way == "":
		return
	case c.way == "tail":
		env.Send(s.leader, &fetch{x, s.last()})
	case c.descent != nil && !c.descent.Done():
		env.Send(s.leader, &compare{x, c.descent.Ask(n.config.Batch)})
	default:
		env.Send(s.leader, &want{x, c.way == "snapshot", c.leaves, len(c.cells)})
	}
	env.Cancel(c.timer)
	c.timer = env.After(n.config.Resend, sim.Timer{Kind: timerResend, A: uint64(i)})
}

// current tells whether an answer belongs to the catching up that is under way.
func (c *catching) current(x exchange) bool { return c.way != "" && c.begun == x.Begun }

// receiveTail takes a piece of the log.
func (n *Node) receiveTail(env *sim.Env, i int, m *tail) {
	s := &n.streams[i]
	if !s.catch.current(m.exchange) || s.catch.way != "tail" {
		return
	}
	if bytes := n.take(env, i, m.Prev, m.Entries); bytes > 0 {
		n.stateRepaired(env, sim.ByLog, bytes)
	}
	s.known = max(s.known, m.Last)
	n.goOn(env, i)
}

// goOn fetches the log's tail until nothing is missing.
func (n *Node) goOn(env *sim.Env, i int) {
	s := &n.streams[i]
	if s.last() < s.known {
		n.ask(env, i)
		return
	}
	env.Cancel(s.catch.timer)
	s.catch = catching{}
}

// receiveHashes compares the leader's hashes with the own ones.
func (n *Node) receiveHashes(env *sim.Env, i int, m *hashes) {
	s := &n.streams[i]
	c := &s.catch
	if !c.current(m.exchange) || c.descent == nil || c.descent.Done() {
		return
	}
	question := c.descent.Ask(n.config.Batch)
	before := len(c.descent.Differing(question.Level))
	if !c.descent.Take(m.Answer) {
		return
	}
	stateCompared(env, s.leader, &compare{m.exchange, question}, m, c.descent.Differing(question.Level)[before:])
	if c.descent.Done() {
		c.leaves = c.descent.Leaves()
	}
	n.ask(env, i)
}

// receivePart takes a piece of the leader's table.
func (n *Node) receivePart(env *sim.Env, i int, m *part) {
	c := &n.streams[i].catch
	if !c.current(m.exchange) || !c.replaces() || m.From != len(c.cells) {
		return
	}
	c.at, c.next = m.At, m.Next
	c.cells = append(c.cells, m.Cells...)
	c.bytes += uint64(len(m.Cells) * n.config.RowBytes)
	if len(c.cells) < m.Total {
		n.ask(env, i)
		return
	}
	n.install(env, i)
}

// receiveGone begins anew: the leader has forgotten the table that it was handing over.
func (n *Node) receiveGone(env *sim.Env, i int, m *gone) {
	if c := &n.streams[i].catch; c.current(m.exchange) && c.replaces() {
		n.catchUp(env, i, c.way)
	}
}

// install makes the table the leader's, as of its slot, and goes on from there.
func (n *Node) install(env *sim.Env, i int) {
	s := &n.streams[i]
	c := s.catch
	from, held := s.last(), n.adopt(env, &c)
	copy(n.counter.next, c.next)
	s.applied = c.at
	s.log.Restart(env.Disk(), replog.Position{Epoch: epoch, Index: c.at})
	s.durable, s.asked, s.known = c.at, c.at, max(s.known, c.at)
	n.number++
	n.checkpoint(env)
	n.flush(env)
	why := sim.BySnapshot
	if c.way == "merkle" {
		why = sim.ByTree
	}
	n.stateRepaired(env, why, c.bytes)
	env.Observe(sim.Observation{Fact: sim.Streamed, Why: why, A: uint64(len(c.cells)), B: held, C: c.bytes})
	n.state(env)
	s.catch.way, s.catch.descent, s.catch.cells = "tail", nil, nil
	s.forgetStash(from)
	n.drain(env, i)
	n.goOn(env, i)
}

// forgetStash drops what the table holds by now.
func (s *stream) forgetStash(from uint64) {
	for index := from + 1; index <= s.last() && len(s.stash) > 0; index++ {
		delete(s.stash, index)
	}
}

// adopt puts the leader's rows into the table, and counts those that it held already. A
// snapshot is a copy with every row in its place; rows that a tree told to differ
// go where there is room, unless places are part of what is replicated.
func (n *Node) adopt(env *sim.Env, c *catching) (held uint64) {
	for _, x := range c.cells {
		if n.table.find(x.Row.ID) == x.Row {
			held++
		}
	}
	if c.way == "snapshot" {
		n.table = newTable(n.config.PageRows)
		for _, x := range c.cells {
			n.table.write(x.Place, x.Row)
		}
		return held
	}
	n.clearLeaves(c)
	where := n.placing(env, 0)
	for _, x := range c.cells {
		if n.config.physical() {
			n.table.write(x.Place, x.Row)
		} else {
			n.table.write(where(), x.Row)
		}
	}
	return held
}

// clearLeaves empties the cells of all rows under the leaves that differ: what the
// leader has there is at hand.
func (n *Node) clearLeaves(c *catching) {
	index := merkle.NewIndex(n.shape())
	for _, x := range n.cells() {
		index.Add(sim.Key(x.Row.ID))
	}
	for _, leaf := range c.leaves {
		for _, key := range index.Keys(int(leaf)) {
			n.table.write(n.table.where[uint32(key)], row{})
		}
	}
}
