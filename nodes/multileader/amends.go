package multileader

import (
	"slices"

	"simrun/sim"
)

// This file is later compensation (Helland and Campbell, "Building on Quicksand", CIDR 2009:
// apologies): a write that was acknowledged and gave way to another one is written down, by
// every server of the datacentre that had said yes to it, and the leader tells who wrote
// it until it hears that this is known. A leader that crashes, or is replaced, may tell it
// again: the writer knows which write it is about.

// fileAmends is the log of conflicts.
const fileAmends = "amends"

// amend is an entry of the log of conflicts: a write that gave way to another one; or, later,
// that its writer knows.
type amend struct {
	Key    sim.Key
	Op, To sim.OpID
	Writer sim.NodeID
	Made   bool // good
}

// Encode implements sim.Record.
func (a *amend) Encode(e *sim.Encoder) {
	e.Uint("key", uint64(a.Key))
	e.Op("op", a.Op)
	e.Op("to", a.To)
	e.Uint("writer", uint64(a.Writer))
	e.Bool("made", a.Made)
}

// apology tells a client that its write gave way.
type apology struct {
	Key    sim.Key
	Op, To sim.OpID
}

// Kind implements sim.Message.
func (*apology) Kind() sim.Kind {
	return sim.Kind{Class: sim.Client, Code: codeApology, Name: "apology"}
}

// Subject implements sim.Message.
func (m *apology) Subject() sim.Subject { return sim.OpSubject(m.Op, 0) }

// Encode implements sim.Message.
func (m *apology) Encode(e *sim.Encoder) {
	e.Uint("key", uint64(m.Key))
	e.Op("op", m.Op)
	e.Op("to", m.To)
}

// accepted answers an apology.
type accepted struct{ Op sim.OpID }

// Kind implements sim.Message.
func (*accepted) Kind() sim.Kind {
	return sim.Kind{Class: sim.Client, Code: codeAccepted, Name: "accepted"}
}

// Subject implements sim.Message.
func (m *accepted) Subject() sim.Subject { return sim.OpSubject(m.Op, 0) }

// Encode implements sim.Message.
func (m *accepted) Encode(e *sim.Encoder) { e.Op("op", m.Op) }

// recoverAmends reads the log of conflicts.
func (n *Node) recoverAmends(disk sim.Disk) {
	for i := range disk.Len(fileAmends) {
		record, err := disk.Read(fileAmends, i)
		a, ok := record.(*amend)
		if err != nil || !ok {
			continue
		}
		if at := n.amendOf(a.Op); at >= 0 {
			n.amends[at].Made = n.amends[at].Made || a.Made
			continue
		}
		n.amends = append(n.amends, *a)
	}
	n.noted = len(n.amends)
}

func (n *Node) amendOf(op sim.OpID) int {
	return slices.IndexFunc(n.amends, func(a amend) bool { return a.Op == op })
}

// regret writes down that a write gave way, where this datacentre had said yes to it.
func (n *Node) regret(env *sim.Env, key sim.Key, op, to sim.OpID) {
	if !n.config.Compensate || n.amendOf(op) >= 0 {
		return
	}
	index, found := n.known[op]
	if !found || n.origin(n.log[index].Dot) != n.place {
		return
	}
	a := amend{Key: key, Op: op, To: to, Writer: n.log[index].Cells[0].Writer}
	n.amends = append(n.amends, a)
	env.Disk().Append(fileAmends, &a)
	n.flush(env)
}

// amendsKept states what of the log of conflicts is on disk, up to so many entries.
func (n *Node) amendsKept(env *sim.Env, upTo int) {
	for ; n.noted < upTo; n.noted++ {
		a := &n.amends[n.noted]
		env.Observe(sim.Observation{Fact: sim.Compensated, Why: sim.Kept, Key: a.Key, Op: a.Op, C: uint64(a.To)})
		n.apologize(env, a)
	}
}

// apologize tells a writer, where this is the leader.
func (n *Node) apologize(env *sim.Env, a *amend) {
	if n.role == sim.Leader && !a.Made {
		env.Send(a.Writer, &apology{Key: a.Key, Op: a.Op, To: a.To})
	}
}

// apologizeAgain tells all that have not answered.
func (n *Node) apologizeAgain(env *sim.Env) {
	for i := range n.amends[:n.noted] {
		n.apologize(env, &n.amends[i])
	}
}

// receiveAccepted notes that a writer knows.
func (n *Node) receiveAccepted(env *sim.Env, m *accepted) {
	at := n.amendOf(m.Op)
	if at < 0 || n.amends[at].Made {
		return
	}
	a := &n.amends[at]
	a.Made = true
	made := *a
	env.Disk().Append(fileAmends, &made)
	n.flush(env)
	env.Observe(sim.Observation{Fact: sim.Compensated, Key: a.Key, Op: a.Op, C: uint64(a.To)})
}
