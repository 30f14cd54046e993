package checks

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/record"
)

// DurableMajority judges that from when a slot is first known to be decided, its entry is on
// the disks of a quorum at every instant: a majority of the servers that are no learners, or as
// many voters as the electorate wants that was agreed on last, or one that nodes go by since
// (the fact Voters); where electorates rule from a window behind their slot on, the one that rules the
// slot. What a crash leaves counts, whether the node is up or not; a wiped disk does not. What a
// node has Collected counts while the snapshots of most nodes that apply stand for it. Count is the
// number of slots of which that is not so at some instant. Not applicable where nobody states Decided.
func DurableMajority(run *record.Run, o Options) Report { return newView(run, o).durableMajority() }

// suffrage is the electorates that count from a stamp on.
type suffrage struct {
	from   uint32
	agreed uint32 // the version agreed on last, of those that rule the whole log
	any    []sim.Electorate
}

// enough tells whether one of the electorates that count for a slot accepts what some nodes hold.
func (s *suffrage) enough(nodes sim.NodeSet, slot uint64) bool {
	return slices.ContainsFunc(s.any, func(e sim.Electorate) bool {
		return e.Accepts(nodes) && e.Rules(slot) && !s.replaced(e, slot)
	})
}

// replaced tells whether a later electorate rules a slot in the place of one.
func (s *suffrage) replaced(e sim.Electorate, slot uint64) bool {
	return slices.ContainsFunc(s.any, func(later sim.Electorate) bool {
		return later.Window > 0 && later.Version > e.Version && later.Rules(slot)
	})
}

// suffrages lists which electorates counted when.
func (v *view) suffrages() []suffrage {
	list := []suffrage{{any: []sim.Electorate{{Voters: v.servers()}}}}
	stated := false
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Voters {
			continue
		}
		e, now := seen.Electorate(), &list[len(list)-1]
		if stated && (e.Version < now.agreed || slices.Contains(now.any, e) && (seen.Why != sim.Agreed || e.Version == now.agreed)) {
			continue
		}
		next := suffrage{from: seen.Stamp, agreed: now.agreed, any: []sim.Electorate{e}}
		if stated {
			next.any = append(next.any, now.any...)
		}
		if seen.Why == sim.Agreed && e.Window == 0 && e.Version > next.agreed {
			next.agreed = e.Version
			next.any = slices.DeleteFunc(next.any, func(o sim.Electorate) bool { return o.Version < e.Version })
		}
		stated = true
		list = append(list, next)
	}
	return list
}

// servers are the servers that never stated that they only learn, or are spare.
func (v *view) servers() (all sim.NodeSet) {
	for id := 1; id < len(v.run.IsClient) && id < 64; id++ {
		if !v.run.IsClient[id] {
			all |= sim.NodesOf(sim.NodeID(id))
		}
	}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact == sim.Role && seen.Why == sim.Held && (seen.B == sim.Learner || seen.B == sim.Spare) {
			all &^= sim.NodesOf(seen.Node)
		}
	}
	return all
}

func (v *view) durableMajority() Report {
	f := finding{checker: "durable_majority"}
	if len(v.choices()) == 0 || !v.states(sim.Stored) {
		return f.report("no node stated that a slot was decided, or what it stored", "", "", "")
	}
	suffrages := v.suffrages()
	for _, c := range v.choices() {
		f.judged++
		for _, stamp := range v.instants(c, suffrages) {
			if nodes := v.holders(c, stamp); !suffrageAt(suffrages, stamp).enough(nodes, c.slot) {
				f.add(func() Witness { return v.minorityWitness(c, stamp, nodes) })
				break
			}
		}
	}
	return f.report("", "decided slot", "were at times on too few disks", "each on enough disks at every instant")
}

func suffrageAt(list []suffrage, stamp uint32) *suffrage {
	at := len(list) - 1
	for list[at].from > stamp {
		at--
	}
	return &list[at]
}

// instants are the stamps at which too few nodes may hold a choice: when it is decided, when
// a node loses it, and when other electorates count.
func (v *view) instants(c choice, suffrages []suffrage) []uint32 {
	stamps := []uint32{c.stamp}
	add := func(stamp uint32) {
		if stamp > c.stamp && stamp != forever {
			stamps = append(stamps, stamp)
		}
	}
	for node := range v.durable() {
		log := &v.logs[node]
		for _, h := range log.slots[c.slot] {
			add(h.to)
		}
		for _, s := range log.snapshots {
			add(s.to)
		}
	}
	for _, s := range suffrages {
		add(s.from)
	}
	slices.Sort(stamps)
	return slices.Compact(stamps)
}

// holders are the nodes that hold a choice at a stamp, and those that have given it up to the
// snapshots of most nodes that apply.
func (v *view) holders(c choice, stamp uint32) (nodes sim.NodeSet) {
	var given, snapshots sim.NodeSet
	for node := range v.durable() {
		log, bit := &v.logs[node], sim.NodesOf(sim.NodeID(node))
		if log.holds(c.slot, c.print, stamp) {
			nodes |= bit
		}
		if log.stands(c.slot, stamp) {
			snapshots |= bit
		}
		if reaches(log.given, c.slot, stamp) {
			given |= bit
		}
	}
	if given != 0 && 2*(snapshots&v.appliers()).Len() > v.appliers().Len() {
		nodes |= given
	}
	return nodes
}

// appliers are the nodes that apply anything.
func (v *view) appliers() (nodes sim.NodeSet) {
	for i := range v.run.Observations {
		if seen := &v.run.Observations[i]; seen.Fact == sim.Applied {
			nodes |= sim.NodesOf(seen.Node)
		}
	}
	return nodes
}

func (v *view) minorityWitness(c choice, stamp uint32, nodes sim.NodeSet) Witness {
	w := Witness{Ops: opsThere(c.op), Stamps: []uint32{stamp, c.stamp}}
	for id := sim.NodeID(1); id < 64; id++ {
		if nodes.Has(id) {
			w.Nodes = append(w.Nodes, id)
		}
	}
	where := "on no disk"
	if len(w.Nodes) > 0 {
		where = "on the disks of " + v.nodes(w.Nodes) + " only"
	}
	when := "when it was decided"
	if stamp > c.stamp {
		when = fmt.Sprintf("at event %d, later", stamp)
	}
	w.Text = fmt.Sprintf("slot %d, %s, decided at %s as %s states, was %s %s", c.slot, entryName(c.op, c.print),
		moment(c.seen.At), v.run.Name(c.seen.Node), where, when)
	return w
}
