package checks

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// OneMembership judges that all nodes which go by one version of the members go by the
// same members. Count is the number of versions, over all scopes, of which that is not
// so. A change lasts from when a node first goes by a step of it until one goes by
// where it ends.
func OneMembership(run *record.Run, o Options) Report { return newView(run, o).oneMembership() }

// edition is one version of the members of one scope.
type edition struct {
	scope   sim.Key
	version uint64
}

func (v *view) oneMembership() Report {
	first, broken := map[edition]*record.Observation{}, map[edition]bool{}
	verdict := Verdict{Checker: "one_membership"}
	c := changes{begun: -1}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact == sim.Streamed && seen.Why == sim.ByTransfer {
			c.bytes += int64(seen.C)
		}
		if seen.Fact != sim.Configured {
			continue
		}
		c.take(seen)
		at := edition{seen.Key, seen.A}
		before := first[at]
		switch {
		case before == nil:
			first[at] = seen
		case (before.B != seen.B || before.C != seen.C) && !broken[at]:
			if verdict.Count == 0 {
				verdict.Witness = v.membershipWitness(before, seen)
			}
			broken[at] = true
			verdict.Count++
		}
	}
	switch {
	case len(first) == 0:
		verdict.Result, verdict.Why = Vacuous, "no node stated by which members it goes"
	case verdict.Count > 0:
		verdict.Result, verdict.Why = Fail, fmt.Sprintf("nodes disagree on %s of the members", plural(verdict.Count, "version"))
	default:
		verdict.Why = fmt.Sprintf("nodes agree on %s of the members", plural(int64(len(first)), "version"))
	}
	return Report{verdict, c.measures(len(first) == 0)}
}

func (v *view) membershipWitness(a, b *record.Observation) Witness {
	return Witness{
		Key: a.Key, Nodes: []sim.NodeID{a.Node, b.Node}, Stamps: []uint32{b.Stamp, a.Stamp},
		Text: fmt.Sprintf("of version %d, %s has %d members (%x) since %s, and %s has %d (%x) since %s", a.A,
			v.run.Name(a.Node), a.B, a.C, moment(a.At), v.run.Name(b.Node), b.B, b.C, moment(b.At)),
	}
}

// changes counts the changes of the members.
type changes struct {
	newest       uint64
	ended        uint64        // the newest that ended a change
	begun        time.Duration // of the change under way, -1 if there is none
	done, undone int64
	took         time.Duration
	bytes        int64
}

// take takes what a node states. Only the first to state a version counts, and the first to
// state that it ends a change, which may be later.
func (c *changes) take(seen *record.Observation) {
	ends := seen.Why == sim.Agreed || seen.Why == sim.Undone
	if ends && seen.A <= c.ended || !ends && seen.A <= c.newest {
		return
	}
	c.newest = max(c.newest, seen.A)
	if ends {
		c.ended = seen.A
	}
	switch {
	case seen.Why == sim.Undone:
		c.undone++
	case seen.Why == sim.Agreed:
		c.done++
		if c.begun >= 0 {
			c.took += seen.At - c.begun
		}
	case c.begun < 0:
		c.begun = seen.At
		return
	default:
		return
	}
	c.begun = -1
}

func (c *changes) measures(silent bool) []Measure {
	return []Measure{
		{Name: "membership_changes", Kind: Count, Count: c.done, Undefined: silent},
		{Name: "membership_undone", Kind: Count, Count: c.undone, Undefined: silent},
		{Name: "membership_change_ns", Kind: Mean, Count: int64(c.took), Total: c.done, Undefined: silent},
		{Name: "transfer_bytes", Kind: Count, Count: c.bytes, Undefined: silent},
	}
}
