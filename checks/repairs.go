package checks

import "simrun/sim"

// repairs is what nodes state to have spent on bringing replicas up to date outside
// the write path.
type repairs struct {
	bytes    [whys]int64 // by means
	stated   [whys]bool
	compared compared
	trees    bool // trees were compared
	keys     int64
	needless int64
	streams  bool // something was streamed, or would have been
}

// compared is how much was compared, and what that took.
type compared struct{ hashes, messages, bytes int64 }

// whys is above every qualification of a fact.
const whys = 64

// repairs is gathered once for each run. A means that states whole streams, needless
// keys included, is counted by them; its single repairs are in them.
func (v *view) repairs() *repairs {
	r := &repairs{}
	var single, streamed [whys]int64
	var whole [whys]bool
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		switch seen.Fact {
		case sim.Repaired:
			if seen.Why == sim.ByTransfer {
				continue
			}
			single[seen.Why] += int64(seen.A)
			r.stated[seen.Why] = true
		case sim.Streamed:
			if seen.Why == sim.ByTransfer {
				continue // no repair: new homes get what is theirs now
			}
			streamed[seen.Why] += int64(seen.C)
			r.stated[seen.Why], whole[seen.Why], r.streams = true, true, true
			r.keys += int64(seen.A)
			r.needless += int64(seen.B)
		case sim.Compared:
			r.compare(seen.B, seen.C)
		}
	}
	for why := range r.bytes {
		r.bytes[why] = single[why]
		if whole[why] {
			r.bytes[why] = streamed[why]
		}
	}
	if r.trees {
		r.bytes[sim.ByTree] += r.compared.bytes
		r.stated[sim.ByTree], r.streams = true, true
	}
	return r
}

// compare takes in one comparison: a question, and its answer.
func (r *repairs) compare(peer, counts uint64) {
	r.trees = true
	r.compared.hashes += int64(counts >> 32)
	r.compared.bytes += int64(peer >> 32)
	r.compared.messages += 2
}

// meansOfRepair are the means of repair that have a metric of their own.
var meansOfRepair = [...]struct {
	why  sim.Why
	name string
}{
	{sim.ByRead, "repair_bytes_read"},
	{sim.ByHint, "repair_bytes_hint"},
	{sim.ByTree, "repair_bytes_tree"},
	{sim.ByCopy, "repair_bytes_copy"},
	{sim.ByLog, "repair_bytes_log"},
}

func (v *view) repairMeasures() []Measure {
	r := v.repairs()
	all, stated := int64(0), false
	for why, bytes := range r.bytes {
		all += bytes
		stated = stated || r.stated[why]
	}
	messages := int64(0)
	if len(v.run.Traffic) > int(sim.Repair) {
		messages = int64(v.run.Traffic[sim.Repair].Messages)
	}
	list := []Measure{
		{Name: "repair_messages", Kind: Count, Count: messages, Undefined: !stated},
		{Name: "repair_bytes", Kind: Count, Count: all, Undefined: !stated},
	}
	for _, m := range meansOfRepair {
		list = append(list, Measure{Name: m.name, Kind: Count, Count: r.bytes[m.why], Undefined: !r.stated[m.why]})
	}
	wasted, hinted := v.wastedHints()
	return append(list,
		Measure{Name: "tree_comparisons", Kind: Count, Count: r.compared.hashes, Undefined: !r.trees},
		Measure{Name: "tree_messages", Kind: Count, Count: r.compared.messages, Undefined: !r.trees},
		Measure{Name: "tree_bytes", Kind: Count, Count: r.compared.bytes, Undefined: !r.trees},
		Measure{Name: "streamed_keys", Kind: Count, Count: r.keys, Undefined: !r.streams},
		Measure{Name: "streamed_needlessly", Kind: Count, Count: r.needless, Undefined: !r.streams},
		Measure{Name: "hints_wasted", Kind: Count, Count: wasted, Undefined: !hinted},
	)
}

// delivered is a write that a node got.
type delivered struct {
	node sim.NodeID
	op   sim.OpID
}

// wastedHints counts the hints that were delivered to owners which another repair of
// the key had reached before. A hint whose owner has the write because it came late
// after all is not counted.
func (v *view) wastedHints() (wasted int64, hinted bool) {
	byHint, otherwise := map[delivered]bool{}, map[holder]bool{}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		switch {
		case seen.Fact == sim.Repaired && seen.Why == sim.ByHint:
			byHint[delivered{seen.Node, seen.Op}] = true
		case seen.Fact == sim.Repaired:
			otherwise[holder{seen.Key, seen.Node}] = true
		case seen.Fact == sim.Hint:
			hinted = true
			owner := sim.NodeID(seen.A)
			if seen.Why == sim.Replayed && !byHint[delivered{owner, seen.Op}] && otherwise[holder{seen.Key, owner}] {
				wasted++
			}
		}
	}
	return wasted, hinted
}
