package statements

import (
	"simrun/nodes/internal/merkle"
	"simrun/sim"
)

// frozen is a leader's table as of one slot, kept while it is handed to a follower.
// It is in memory only: a leader that restarts has forgotten it, and says so.
type frozen struct {
	begun   uint64 // the follower's exchange; 0 is none
	at      uint64
	cells   []cell
	next    []uint32
	tree    *merkle.Tree
	index   *merkle.Index
	pending sim.Message // a question that waits until the slot is on the leader's disk
}

// rank is a member's place among the members, -1 for others.
func (n *Node) rank(id sim.NodeID) int {
	for rank, member := range n.members {
		if member == id {
			return rank
		}
	}
	return -1
}

// receiveFetch answers with a piece of the log.
func (n *Node) receiveFetch(env *sim.Env, from sim.NodeID, m *fetch) {
	if n.own < 0 || n.broken {
		return
	}
	s := &n.streams[n.own]
	entries := s.log.Slice(m.After, n.config.Batch)
	if durable := int(s.durable) - int(m.After); durable < len(entries) {
		entries = entries[:max(durable, 0)]
	}
	env.Send(from, &tail{m.exchange, m.After, s.durable, entries})
}

// freeze finds the table of a follower's exchange. The first question of one freezes the
// table as it is; one in the middle of another that is not known gets nil.
func (n *Node) freeze(env *sim.Env, from sim.NodeID, x exchange, isFirst bool) *frozen {
	rank := n.rank(from)
	if rank < 0 || n.own < 0 || n.broken {
		return nil
	}
	f := &n.frozen[rank]
	switch {
	case f.begun > x.Begun:
		return nil // a late message of an earlier exchange
	case f.begun == x.Begun:
	case isFirst:
		*f = frozen{begun: x.Begun, at: n.streams[n.own].applied, cells: n.cells(), next: append([]uint32(nil), n.counter.next...)}
	default:
		env.Send(from, &gone{x})
		return nil
	}
	return f
}

// ready tells whether the frozen table may be shown: no crash of the leader can take
// back what made it.
func (n *Node) ready(f *frozen, m sim.Message) bool {
	if f.at > n.streams[n.own].durable {
		f.pending = m
		return false
	}
	return true
}

// thaw answers the questions that waited for the disk.
func (n *Node) thaw(env *sim.Env) {
	for rank := range n.frozen {
		f := &n.frozen[rank]
		m := f.pending
		if m == nil || f.at > n.streams[n.own].durable {
			continue
		}
		f.pending = nil
		n.Receive(env, n.members[rank], m)
	}
}

// receiveCompare answers with hashes of the frozen table.
func (n *Node) receiveCompare(env *sim.Env, from sim.NodeID, m *compare) {
	isFirst := m.Query.Level == 0
	f := n.freeze(env, from, m.exchange, isFirst)
	if f == nil || !n.ready(f, m) {
		return
	}
	if f.tree == nil {
		f.tree = n.tree(f.cells)
	}
	env.Send(from, &hashes{m.exchange, f.tree.Answer(m.Query)})
}

// receiveWant answers with rows of the frozen table.
func (n *Node) receiveWant(env *sim.Env, from sim.NodeID, m *want) {
	f := n.freeze(env, from, m.exchange, m.Whole && m.From == 0)
	if f == nil || !n.ready(f, m) {
		return
	}
	cells := f.cells
	if !m.Whole {
		cells = n.under(f, m.Leaves)
	}
	first := min(m.From, len(cells))
	end := min(len(cells), first+n.config.Batch)
	env.Send(from, &part{
		exchange: m.exchange, At: f.at, From: first, Total: len(cells), Next: f.next,
		Cells: cells[first:end:end], Bytes: (end - first) * n.config.filler(),
	})
}

// under lists the frozen rows under some leaves, in the order of the leaves.
func (n *Node) under(f *frozen, leaves []uint32) []cell {
	at := map[sim.Key]cell{}
	if f.index == nil {
		f.index = merkle.NewIndex(n.shape())
		for _, c := range f.cells {
			f.index.Add(sim.Key(c.Row.ID))
		}
	}
	for _, c := range f.cells {
		at[sim.Key(c.Row.ID)] = c
	}
	var cells []cell
	for _, leaf := range leaves {
		for _, key := range f.index.Keys(int(leaf)) {
			cells = append(cells, at[key])
		}
	}
	return cells
}

// cells lists the rows with their places.
func (n *Node) cells() []cell {
	var cells []cell
	n.table.rows(func(place uint32, r row) bool {
		cells = append(cells, cell{place, r})
		return true
	})
	return cells
}

func (n *Node) shape() merkle.Shape {
	return merkle.Shape{Fanout: n.config.Fanout, Depth: n.config.Depth}
}

// tree hashes rows, and with a physical log also where they lie.
func (n *Node) tree(cells []cell) *merkle.Tree {
	t := merkle.New(n.shape())
	for _, c := range cells {
		print := c.Row.print()
		if n.config.physical() {
			print = stir(print ^ uint64(c.Place))
		}
		t.Set(sim.Key(c.Row.ID), merkle.Absent, max(print, 1))
	}
	return t
}
