package checks

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// Entry is what the ledger says of one op: who answered it, and whether that was
// enough.
type Entry struct {
	Op       sim.OpID
	Need     int // answers that its coordinator waited for, 0 where not stated
	Got      int // answers counted, by its coordinator's account
	Homes    int // homes among the replicas counted
	StandIns int // stand-ins among them
	Late     int // answers that came after the op was closed
	// Judged tells that Met means something: the op is a successful read, a write had
	// been acknowledged before, and both name their replicas.
	Judged bool
	// Met tells that the read's counted replicas share one with those of the newest
	// write acknowledged before it.
	Met bool
	// ByStandIn tells that they share none but replicas that stood in for a home, in
	// the read or in the write.
	ByStandIn bool
	// Outcome is of a read unavailable, stale, conflicting or fresh, of a write homes
	// (met by them alone), stand-ins, refused or unknown.
	Outcome string
	// Answers are the replicas that were counted, each once.
	Answers []Answer
}

// Answer is one replica that was counted for an op, and the home whose place it had.
type Answer struct{ Replica, Home sim.NodeID }

// Ledger lists, in the order of their beginnings, the ops of which a coordinator
// stated whom it counted. An op that was tried several times has one entry: the
// answers of all tries, and the last try's need.
func Ledger(run *record.Run, o Options) []Entry {
	v := newView(run, o)
	l := v.ledger()
	var list []Entry
	stale := v.staleSet()
	for i := range l.entries {
		if e := &l.entries[i]; e.Need > 0 || e.Homes+e.StandIns+e.Late > 0 {
			e.Op = v.ops[i].ID()
			e.Answers, e.Outcome = l.told(uint32(i)), v.quorumOutcome(uint32(i), e, stale)
			list = append(list, *e)
		}
	}
	return list
}

// ledger is the entries of all ops by place, with the replicas that were counted.
type ledger struct {
	stated  bool // some coordinator closed an op
	entries []Entry
	starts  []uint32 // where in answers an op's replicas begin; one more than ops
	answers []sim.NodeID
	places  []sim.NodeID // beside answers: the homes in whose places they were
	met     int64
	judged  int64
	late    int64
	// missed is the first read whose replicas share none with those of newest.
	missed, newest uint32
}

// ledger is made once.
func (v *view) ledger() *ledger {
	if v.counted != nil {
		return v.counted
	}
	l := &ledger{entries: make([]Entry, len(v.ops)), starts: make([]uint32, len(v.ops)+1), missed: initial}
	v.counted = l
	l.gather(v)
	for i := range v.keys() {
		l.match(v, &v.keys()[i])
	}
	return l
}

// gather reads the observations twice: once to count, once to place the answers.
func (l *ledger) gather(v *view) {
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Closed && seen.Fact != sim.Answered {
			continue
		}
		at, found := v.place(seen.Op)
		if !found {
			continue
		}
		e := &l.entries[at]
		switch {
		case seen.Fact == sim.Closed:
			l.stated = true
			e.Need, e.Got = int(seen.A), int(seen.B)
		case seen.Why == sim.Late:
			e.Late++
			l.late++
		default:
			l.starts[at+1]++
		}
	}
	for i := range v.ops {
		l.starts[i+1] += l.starts[i]
	}
	l.answers = make([]sim.NodeID, l.starts[len(v.ops)])
	l.places = make([]sim.NodeID, len(l.answers))
	l.enter(v)
}

// enter places the counted replicas, each once an op.
func (l *ledger) enter(v *view) {
	filled := make([]uint32, len(v.ops))
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Answered || seen.Why == sim.Late {
			continue
		}
		at, found := v.place(seen.Op)
		if !found {
			continue
		}
		replica := sim.NodeID(seen.A)
		start, end := l.starts[at], l.starts[at]+filled[at]
		if slices.Contains(l.answers[start:end], replica) {
			continue
		}
		l.answers[end], l.places[end] = replica, sim.NodeID(seen.B)
		filled[at]++
		if seen.A == seen.B {
			l.entries[at].Homes++
		} else {
			l.entries[at].StandIns++
		}
	}
}

// replicas are the distinct replicas that were counted for an op.
func (l *ledger) replicas(at uint32) []sim.NodeID {
	e := &l.entries[at]
	return l.answers[l.starts[at] : l.starts[at]+uint32(e.Homes+e.StandIns)]
}

// told lists whom an op counted, and in whose places.
func (l *ledger) told(at uint32) []Answer {
	var all []Answer
	for i, replica := range l.replicas(at) {
		all = append(all, Answer{replica, l.places[int(l.starts[at])+i]})
	}
	return all
}

// meetAtHome tells whether two ops share a replica that was a home in both.
func (l *ledger) meetAtHome(a, b uint32) bool {
	written := l.told(b)
	return slices.ContainsFunc(l.told(a), func(at Answer) bool { return at.Replica == at.Home && slices.Contains(written, at) })
}

// match compares each read's replicas with those of the newest acknowledged write.
func (l *ledger) match(v *view, k *keyed) {
	before, next := newFrontier(), 0
	for _, read := range k.reads {
		for ; next < len(k.acked) && v.ops[k.acked[next]].Returned < v.ops[read].Invoked; next++ {
			before.add(v.order(), k.acked[next])
		}
		newest := before.newest(v.order())
		if newest == initial || len(l.replicas(read)) == 0 || len(l.replicas(newest)) == 0 {
			continue
		}
		e := &l.entries[read]
		e.Judged = true
		l.judged++
		e.Met = slices.ContainsFunc(l.replicas(read), func(node sim.NodeID) bool {
			return slices.Contains(l.replicas(newest), node)
		})
		if e.Met {
			l.met++
			e.ByStandIn = !l.meetAtHome(read, newest)
		} else if l.missed == initial {
			l.missed, l.newest = read, newest
		}
	}
}

// newest is a write of the set than which none is newer: the one with the highest
// rank, or the last begun of those without one if that is newer.
func (f *frontier) newest(o *order) uint32 {
	if f.highest == initial || f.unruled != initial && o.newer(f.unruled, f.highest) {
		return f.unruled
	}
	return f.highest
}

// QuorumOverlap judges, by what coordinators state, that the replicas counted for a
// read share one with those counted for the newest write acknowledged before it.
// With it go the outcomes of quorums: of a read, in this order, unavailable, stale,
// conflicting (several versions) or fresh; of a write, met by homes, met only with
// stand-ins, refused or unknown.
func QuorumOverlap(run *record.Run, o Options) Report { return newView(run, o).quorumOverlap() }

func (v *view) quorumOverlap() Report {
	l := v.ledger()
	verdict := Verdict{Checker: "quorum_overlap", Count: l.judged - l.met}
	switch {
	case l.judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no read whose replicas, and those of the newest write, are stated"
	case verdict.Count > 0:
		verdict.Result, verdict.Witness = Fail, v.overlapWitness(l)
		verdict.Why = fmt.Sprintf("%d of %s asked none of the replicas of the newest acknowledged write",
			verdict.Count, plural(l.judged, "read"))
	default:
		verdict.Why = fmt.Sprintf("%s, all shared a replica with the newest acknowledged write", plural(l.judged, "read"))
	}
	measures := append(v.readOutcomes(), v.writeOutcomes(l)...)
	return Report{verdict, append(measures,
		Measure{Name: "quorum_met", Kind: Share, Count: l.met, Total: l.judged, Undefined: l.judged == 0},
		Measure{Name: "late_answers", Kind: Count, Count: l.late, Undefined: !l.stated})}
}

func (v *view) overlapWitness(l *ledger) Witness {
	w := v.witness(l.missed, l.newest)
	w.Nodes = append(slices.Clone(l.replicas(l.missed)), l.replicas(l.newest)...)
	w.Text = fmt.Sprintf("%s; it asked %s, and %v was on %s", v.tellRead(l.missed), v.nodes(l.replicas(l.missed)),
		v.ops[l.newest].ID(), v.nodes(l.replicas(l.newest)))
	return w
}

// quorumOutcome is the outcome of one op, in the order in which they go before each other.
func (v *view) quorumOutcome(at uint32, e *Entry, stale map[uint32]bool) string {
	op := &v.ops[at]
	switch {
	case op.Code.Writes() && op.Outcome == sim.Fail:
		return "refused"
	case op.Code.Writes() && op.Outcome != sim.OK:
		return "unknown"
	case op.Code.Writes() && e.StandIns > 0 && e.Homes < e.Need:
		return "stand-ins"
	case op.Code.Writes():
		return "homes"
	case op.Outcome != sim.OK:
		return "unavailable"
	case stale[at]:
		return "stale"
	case len(v.history.Values(op)) > 1 && v.keyOf(op.Key).shape != shapeSet:
		return "conflicting"
	}
	return "fresh"
}

// staleSet is the places of the stale reads.
func (v *view) staleSet() map[uint32]bool {
	reads := v.stale().reads
	set := make(map[uint32]bool, len(reads))
	for i := range reads {
		set[reads[i].read] = true
	}
	return set
}

// readOutcomes are the quorum outcomes of the reads; they need the history only.
func (v *view) readOutcomes() []Measure {
	var fresh, stale, conflicting, unavailable int64
	old := v.staleSet()
	for i := range v.ops {
		op := &v.ops[i]
		switch {
		case !measuredRead(op):
		case op.Outcome != sim.OK:
			unavailable++
		case old[uint32(i)]:
			stale++
		case len(v.history.Values(op)) > 1 && v.keyOf(op.Key).shape != shapeSet:
			conflicting++
		default:
			fresh++
		}
	}
	none := fresh+stale+conflicting+unavailable == 0
	return []Measure{
		{Name: "quorum_fresh", Kind: Count, Count: fresh, Undefined: none},
		{Name: "quorum_stale", Kind: Count, Count: stale, Undefined: none},
		{Name: "quorum_conflicting", Kind: Count, Count: conflicting, Undefined: none},
		{Name: "quorum_unavailable", Kind: Count, Count: unavailable, Undefined: none},
	}
}

// writeOutcomes are the quorum outcomes of the writes, by the ledger.
func (v *view) writeOutcomes(l *ledger) []Measure {
	var homes, standIns, refused, unknown, acks int64
	for i := range v.ops {
		op, e := &v.ops[i], &l.entries[i]
		if !op.Code.Writes() || op.Is(record.WarmUp) {
			continue
		}
		switch op.Outcome {
		case sim.OK:
			if e.Need == 0 {
				continue
			}
			if e.StandIns > 0 && e.Homes < e.Need {
				standIns++
			} else {
				homes++
			}
		case sim.Fail:
			refused++
		default:
			unknown++
			acks += int64(e.Homes + e.StandIns)
		}
	}
	return []Measure{
		{Name: "quorum_write_homes", Kind: Count, Count: homes, Undefined: !l.stated},
		{Name: "quorum_write_standins", Kind: Count, Count: standIns, Undefined: !l.stated},
		{Name: "quorum_write_refused", Kind: Count, Count: refused, Undefined: !l.stated},
		{Name: "quorum_write_unknown", Kind: Count, Count: unknown, Undefined: !l.stated},
		{Name: "quorum_unknown_acks", Kind: Mean, Count: acks, Total: unknown, Undefined: !l.stated || unknown == 0},
	}
}
