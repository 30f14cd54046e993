package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// LogMatching judges that where two logs, at whatever times, have entries of the same slot
// and epoch, these are equal, and so are the entries before them: by induction the whole logs
// up to there (Ongaro and Ousterhout 2014, figure 3). That the entries before are equal is asked
// only where nodes state votes: an acceptor of Paxos accepts each slot by itself. Count is the
// number of slots of an epoch on which logs differ. Not applicable where nobody states Decided.
func LogMatching(run *record.Run, o Options) Report { return newView(run, o).logMatching() }

// entryAt names an entry by where it was put first.
type entryAt struct{ slot, epoch uint64 }

// matched is an entry as it was stored first, with the one before it where that is known.
type matched struct {
	seen        *record.Observation
	before      holding
	knowsBefore bool
}

func (v *view) logMatching() Report {
	f := finding{checker: "log_matching"}
	if len(v.choices()) == 0 {
		return f.report(undecides, "", "", "")
	}
	logs, chained := v.durable(), v.states(sim.Voted)
	first, broken := map[entryAt]*matched{}, map[entryAt]bool{}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Stored || seen.Why != sim.Durable || seen.A == 0 {
			continue
		}
		name := entryAt{seen.A, seen.B}
		now := &matched{seen: seen}
		if chained && !logs[seen.Node].stands(seen.A-1, seen.Stamp) {
			now.before, now.knowsBefore = logs[seen.Node].at(seen.A-1, seen.Stamp)
		}
		m, known := first[name]
		switch {
		case !known:
			first[name] = now
			f.judged++
		case broken[name]:
		case m.differs(now):
			broken[name] = true
			f.add(func() Witness { return v.matchWitness(m, now) })
		case !m.knowsBefore:
			m.before, m.knowsBefore = now.before, now.knowsBefore
		}
	}
	return f.report("no node stated what it stored", "entry", "differ, or follow others", "alike in all logs")
}

// differs tells whether two entries of one slot and epoch are not equal, or follow
// entries that are not.
func (m *matched) differs(o *matched) bool {
	if m.seen.C != o.seen.C || m.seen.Op != o.seen.Op {
		return true
	}
	both := m.knowsBefore && o.knowsBefore
	return both && (m.before.epoch != o.before.epoch || m.before.print != o.before.print)
}

func (v *view) matchWitness(a, b *matched) Witness {
	x, y := a.seen, b.seen
	w := Witness{
		Key: y.Key, Ops: opsThere(y.Op, x.Op), Nodes: []sim.NodeID{y.Node, x.Node}, Stamps: []uint32{y.Stamp, x.Stamp},
	}
	w.Text = fmt.Sprintf("%s stored %s in slot %d of epoch %d at %s, where %s had stored %s", v.run.Name(y.Node),
		entryName(y.Op, y.C), y.A, y.B, moment(y.At), v.run.Name(x.Node), entryName(x.Op, x.C))
	if x.C == y.C && x.Op == y.Op {
		w.Text += fmt.Sprintf("; the slot before is %s of epoch %d there, and %s of epoch %d here",
			entryName(a.before.op, a.before.print), a.before.epoch, entryName(b.before.op, b.before.print), b.before.epoch)
	}
	return w
}
