package dynamo

import (
	"slices"

	"simrun/sim"
)

// journalFile is where a node keeps what it must know of transactions after a crash:
// as a home the prepares that it voted yes to, as a coordinator the commits that
// homes have not acknowledged.
const journalFile = "transactions"

// decision is the record of a commit. There is none of an abort: what a coordinator
// does not know is taken to be aborted (presumed abort; Mohan, Lindsay and
// Obermarck, ACM TODS 1986).
type decision struct {
	leg
	Homes []sim.NodeID // that voted yes
}

// Encode implements sim.Record.
func (d *decision) Encode(e *sim.Encoder) {
	d.encode(e)
	e.Uint("homes", uint64(len(d.Homes)))
	for _, id := range d.Homes {
		e.Uint("home", uint64(id))
	}
}

// settled is the record that a transaction may be forgotten: by its home, or by its
// coordinator.
type settled struct {
	Round   uint64
	Decided bool // the coordinator's part
}

// Encode implements sim.Record.
func (s *settled) Encode(e *sim.Encoder) {
	e.Uint("round", s.Round)
	e.Bool("decided", s.Decided)
}

// standing is a record of all that is not settled.
type standing struct {
	Prepared  []prepare
	Decisions []decision
}

// Encode implements sim.Record.
func (s *standing) Encode(e *sim.Encoder) {
	e.Uint("prepared", uint64(len(s.Prepared)))
	for i := range s.Prepared {
		s.Prepared[i].Encode(e)
	}
	e.Uint("decisions", uint64(len(s.Decisions)))
	for i := range s.Decisions {
		s.Decisions[i].Encode(e)
	}
}

// journal is what the file says and its length.
type journal struct {
	standing
	records int
}

// The file is rewritten when it has this many records, plus this many for each
// that stands.
const (
	journalAbove = 64
	journalTimes = 4
)

// load reads the file. What a crash tore or time corrupted is not there any more.
func (j *journal) load(disk sim.Disk) {
	j.records = disk.Len(journalFile)
	for i := range j.records {
		if record, err := disk.Read(journalFile, i); err == nil {
			j.note(record)
		}
	}
}

// note takes in what a record says.
func (j *journal) note(record sim.Record) {
	switch m := record.(type) {
	case *prepare:
		j.Prepared = append(j.Prepared, *m)
	case *decision:
		j.Decisions = append(j.Decisions, *m)
	case *settled:
		if m.Decided {
			j.Decisions = slices.DeleteFunc(j.Decisions, func(d decision) bool { return d.Round == m.Round })
		} else {
			j.Prepared = slices.DeleteFunc(j.Prepared, func(p prepare) bool { return p.Round == m.Round })
		}
	case *standing:
		j.standing = standing{slices.Clone(m.Prepared), slices.Clone(m.Decisions)}
	}
}

// append writes a record.
func (j *journal) append(disk sim.Disk, record sim.Record) {
	j.note(record)
	if j.records < journalAbove+journalTimes*(len(j.Prepared)+len(j.Decisions)) {
		disk.Append(journalFile, record)
		j.records++
		return
	}
	disk.Replace(journalFile, &standing{slices.Clone(j.Prepared), slices.Clone(j.Decisions)})
	j.records = 1
}

// journal writes a record about a transaction. The number is that of the write to
// the disk.
func (r *replica) journal(env *sim.Env, record sim.Record) (number uint64) {
	r.transactions.append(env.Disk(), record)
	r.store.last++
	return r.store.last
}

// resumeTransactions goes on where the life before was interrupted: first as
// coordinator, so that the node as a home need not ask itself in vain.
func (n *Node) resumeTransactions(env *sim.Env) {
	if !n.plan.twoPhase {
		return
	}
	n.replica.transactions.load(env.Disk())
	n.replica.resumeDoubts(env)
	n.coordinator.resume(env)
	n.replica.askAll(env)
}
