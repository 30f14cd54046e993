package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// rivals tells whether, before a stamp, something had begun that may have taken a
// write's place in good order.
type rivals struct {
	view *view
	key  *keyed
	// By how many writes have begun: the highest rank, the latest end among those
	// without a rank, and the two latest ends of all with the write that has the
	// latest.
	rank, unruled, latest, second []uint32
	latestOf                      []uint32
	children                      []uint32 // by place: when the first write began that carried it
}

func newRivals(v *view, k *keyed, children []uint32) *rivals {
	n := len(k.writes)
	r := &rivals{
		view: v, key: k, children: children, rank: make([]uint32, n+1), unruled: make([]uint32, n+1),
		latest: make([]uint32, n+1), second: make([]uint32, n+1), latestOf: make([]uint32, n+1),
	}
	ranks := v.order().rank
	for i, at := range k.writes {
		end, before := v.end(at), i
		r.rank[i+1] = max(r.rank[before], ranks[at])
		r.unruled[i+1] = r.unruled[before]
		if ranks[at] == 0 {
			r.unruled[i+1] = max(r.unruled[before], end)
		}
		r.latest[i+1], r.second[i+1], r.latestOf[i+1] = r.latest[before], max(r.second[before], end), r.latestOf[before]
		if i == 0 || end > r.latest[before] {
			r.latest[i+1], r.second[i+1], r.latestOf[i+1] = end, r.latest[before], at
		}
	}
	return r
}

// begun tells whether a write that is not older than the given one began before
// the stamp: by then the given one may have been overwritten in good order.
func (r *rivals) begun(at, stamp uint32) bool {
	v := r.view
	if r.children[at] < stamp {
		return true
	}
	if r.key.shape == shapeSiblings {
		v.lineage().remove(r.key)
		return v.lineage().removedBefore(at, stamp)
	}
	n := begun(v, r.key.writes, stamp)
	if rank := v.order().rank[at]; rank > 0 {
		return r.rank[n] > rank || r.unruled[n] >= v.ops[at].Invoked
	}
	return r.lastingBeside(at, n)
}

// lastingBeside tells whether one of the first n writes, other than the given one,
// had not ended when that began.
func (r *rivals) lastingBeside(at uint32, n int) bool {
	if n == 0 {
		return false
	}
	end := r.latest[n]
	if r.latestOf[n] == at {
		end = r.second[n]
	}
	return end >= r.view.ops[at].Invoked
}

// followed tells whether a write began after the given one returned and before the
// stamp, or carried it: then it was overwritten in good order.
func (r *rivals) followed(at, stamp uint32) bool {
	if r.children[at] < stamp {
		return true
	}
	n := begun(r.view, r.key.writes, r.view.end(at)+1)
	return n < len(r.key.writes) && r.view.ops[r.key.writes[n]].Invoked < stamp
}

// firstChildren finds, for every write, when the first write began that carried it.
func (v *view) firstChildren() []uint32 {
	if v.children != nil {
		return v.children
	}
	v.children = filled(len(v.ops), forever)
	for i := range v.ops {
		op := &v.ops[i]
		if !op.Code.Writes() || op.Outcome == sim.Fail {
			continue
		}
		for _, parent := range v.history.Parents(op) {
			if p := v.write(parent.ID, op.Key); p < stranger {
				v.children[p] = min(v.children[p], op.Invoked)
			}
		}
	}
	return v.children
}

// MaskedLosses counts the acknowledged writes that were lost without the end
// showing it: every node that had stored the write discarded it, and every hint
// for it was delivered or given up, before any write began that may have taken its
// place; later a newer write hid the gap. Copies that were merely collected are no
// loss. Judged where nodes state what they store, for registers and siblings.
func MaskedLosses(run *record.Run, o Options) Report { return newView(run, o).maskedLosses() }

func (v *view) maskedLosses() Report {
	return v.dropReport("masked_losses", "lost before a later write hid it", func(k *keyed, r *rivals, at uint32) bool {
		kept := &v.custody().ops[at]
		hidden := v.ops[k.writes[len(k.writes)-1]].Invoked > kept.emptied
		return kept.why != sim.Collected && hidden && !r.begun(at, kept.emptied)
	})
}

// DiscardedWrites counts the acknowledged writes that conflict resolution dropped
// in favour of a write that overlapped them: the first replica to discard the write
// said that it was resolved, no copy is left, and nothing had begun by then that
// followed the write in good order. Lost writes are not counted again. Judged where
// nodes state what they store, for registers and siblings.
func DiscardedWrites(run *record.Run, o Options) Report { return newView(run, o).discardedWrites() }

func (v *view) discardedWrites() Report {
	return v.dropReport("discarded_writes", "dropped by conflict resolution", func(k *keyed, r *rivals, at uint32) bool {
		resolved := v.custody().ops[at].resolved
		return resolved != 0 && r.lastingBeside(at, begun(v, k.writes, resolved)) && !r.followed(at, resolved)
	})
}

// dropReport judges the acknowledged writes that are not lost and of which no copy
// is left.
func (v *view) dropReport(checker, what string, bad func(*keyed, *rivals, uint32) bool) Report {
	var found []uint32
	judged := int64(0)
	keep, lost := v.custody(), v.losses()
	for i := range v.keys() {
		k := &v.keys()[i]
		if k.shape == shapeSet || k.shape == shapeCounter || !keep.stored {
			continue
		}
		var r *rivals
		for _, at := range k.acked {
			if !acknowledged(&v.ops[at]) {
				continue
			}
			judged++
			if keep.ops[at].emptied == 0 || lost.lost[at] {
				continue
			}
			if r == nil {
				r = newRivals(v, k, v.firstChildren())
			}
			if bad(k, r, at) {
				found = append(found, at)
			}
		}
	}
	return v.dropVerdict(checker, what, judged, found)
}

func (v *view) dropVerdict(checker, what string, judged int64, found []uint32) Report {
	verdict := Verdict{Checker: checker, Count: int64(len(found))}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "nodes state nothing of what they store, or no write was acknowledged"
	case len(found) > 0:
		verdict.Result, verdict.Witness = Fail, v.dropWitness(found[0])
		verdict.Why = fmt.Sprintf("%d of %s %s", len(found), plural(judged, "acknowledged write"), what)
	default:
		verdict.Why = fmt.Sprintf("%s, none %s", plural(judged, "acknowledged write"), what)
	}
	return Report{verdict, []Measure{{Name: checker, Kind: Count, Count: verdict.Count, Undefined: judged == 0}}}
}

func (v *view) dropWitness(at uint32) Witness {
	w := v.witness(at)
	op, kept := &v.ops[at], &v.custody().ops[at]
	w.Stamps = append(w.Stamps, kept.emptied)
	w.Text = fmt.Sprintf("%s wrote %v, %v, acknowledged at %s; its last copy was discarded (%v)",
		v.client(at), op.Key, op.ID(), moment(op.ReturnedAt), kept.why)
	return w
}
