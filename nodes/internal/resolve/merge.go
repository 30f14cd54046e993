package resolve

import (
	"cmp"
	"slices"

	"simrun/nodes/internal/versions"
	"simrun/sim"
)

// Outcome is what a merge found.
type Outcome struct {
	Changed bool // what is held is no longer what it was
	Lost    []Loss
	Pairs   []Pair
}

// Loss is a write that a rule gave up for another one that its writer did not know of; or
// that had been written in knowledge of what wins, and has the older stamp all the same.
type Loss struct {
	Op, To sim.OpID
	Stamp  uint64
}

// Pair is two writes that were made without knowledge of each other, as far as detection
// can tell. Each is reported once at a replica: when the second of them comes, if
// the first is still a head by then.
type Pair struct {
	Came, Held sim.OpID
	Why        sim.Why // ByVector or ByStamp
}

// Merge is what comes of what is held and what arrives: a delta, or another replica's
// whole object.
func (r *Resolver) Merge(held, brought Object) (Object, Outcome) {
	var found Outcome
	merged := held
	if !r.Rule.byHeads() {
		var changed bool
		merged.Set, changed = r.kept().Merge(held.Set, brought.Set)
		found.Changed = changed
	}
	if r.vectors() {
		var changed bool
		merged.Heads, changed = versions.Causal.Merge(held.Heads, brought.Heads)
		found.Changed = found.Changed || changed
		found.Pairs = pairs(held.Heads, brought.Heads, merged.Heads)
	}
	if r.contents() && found.Changed {
		merged.Made = r.made(&merged, held.Made, brought.Made)
	}
	switch {
	case r.Rule.byStamp():
		r.overtaken(&held, &brought, &found)
	case r.Rule.byHeads() && len(found.Pairs) > 0:
		r.hidden(&held, &brought, &merged, &found)
	}
	return merged, found
}

// pairs are the heads of two sets that stay beside each other, and did not meet before.
func pairs(held, brought, merged versions.Set) (found []Pair) {
	for i := range brought {
		b := &brought[i]
		if held.Has(b) || !merged.Has(b) {
			continue
		}
		for j := range held {
			if h := &held[j]; merged.Has(h) && !brought.Has(h) {
				found = append(found, Pair{Came: b.Value.ID, Held: h.Value.ID, Why: sim.ByVector})
			}
		}
	}
	return found
}

// made gathers the contents of what is kept.
func (r *Resolver) made(kept *Object, lists ...[]Content) []Content {
	var all []Content
	for _, list := range lists {
		for _, c := range list {
			by := func(v versions.Version) bool { return v.Value.ID == c.By }
			if slices.ContainsFunc(kept.Set, by) || r.Rule.byHeads() && slices.ContainsFunc(kept.Heads, by) {
				all = append(all, c)
			}
		}
	}
	return joined(all, nil, func(a, b Content) int { return cmp.Compare(a.By, b.By) })
}

// overtaken says what gave way under a rule by stamp, unless what it gave way to was made
// in its knowledge.
func (r *Resolver) overtaken(held, brought *Object, found *Outcome) {
	if len(held.Set) == 0 || len(brought.Set) == 0 {
		return
	}
	before, came := &held.Set[0], &brought.Set[0]
	switch {
	case before.Value.ID == came.Value.ID:
	case before.Before(came):
		if !r.Stamps && !versions.Covers(came.Past, before.Dot) {
			found.lose(before, came)
		}
	case r.Stamps:
		found.lose(came, before)
		found.Pairs = append(found.Pairs, Pair{Came: came.Value.ID, Held: before.Value.ID, Why: sim.ByStamp})
	case !versions.Includes(held.Heads.Context(), came.After()):
		found.lose(came, before)
	}
}

func (f *Outcome) lose(v, to *versions.Version) {
	f.Lost = append(f.Lost, Loss{Op: v.Value.ID, To: to.Value.ID, Stamp: v.Time})
}

// hidden says which heads nobody is shown from now on, though nothing replaced them.
func (r *Resolver) hidden(held, brought, merged *Object, found *Outcome) {
	now := r.shown(merged)
	if len(now) == 0 || len(now) == len(merged.Heads) {
		return
	}
	was := r.shown(held)
	for i := range merged.Heads {
		v := &merged.Heads[i]
		if news := was.Has(v) || brought.Heads.Has(v) && !held.Heads.Has(v); news && !now.Has(v) {
			found.lose(v, &now[0])
		}
	}
}
