package scenarios

import (
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/record"
)

// Counted is one line of the catalogue of counters, which `requires` speaks of.
type Counted struct {
	Name    string
	Meaning string
}

// Counters is the catalogue of counters.
func Counters() []Counted {
	all := []Counted{
		{"ops.ok", "ops that ended ok"},
		{"reads.ok", "reads that ended ok"},
		{"writes.ok", "writes that ended ok"},
		{"writes.merging", "writes that ended ok and replaced several versions at once"},
		{"ops.unknown", "ops whose outcome the client does not know"},
		{"elections", "elections won"},
		{"failovers", "elections won after the first leader of a scope"},
		{"truncated", "writes cut from a replica's log"},
		{"resolved", "writes dropped by conflict resolution"},
		{"hints.kept", "hints stored by stand-ins"},
		{"hints.replayed", "hints delivered to their owners"},
		{"repaired", "repairs of a replica outside the write path"},
		{"membership.changes", "changes of the members that were completed"},
		{"membership.undone", "changes of the members that were given up"},
		{"transferred", "keys handed over to new homes by changes of the members, of which these held less"},
		{"answers.late", "answers of replicas after their op was closed"},
		{"blocked", "promises of two-phase commit about which a node had to ask, since it had not heard the outcome"},
		{"transactions.agreed", "outcomes of transactions that nodes learnt to be commit"},
		{"transactions.undone", "outcomes of transactions that nodes learnt to be abort"},
		{"inbox.refused", "messages refused by a full inbox"},
		{"crash.unsynced_lost", "disk writes lost by crashes because they were not synced"},
		{"crash-at.sprung", "crashes at a persistence boundary that happened"},
		{"corrupt.records", "records damaged on disk"},
		{"disk.failed_syncs", "syncs that failed"},
	}
	for _, k := range fault.Kinds() {
		all = append(all,
			Counted{k.Name + ".injected", "faults of this kind injected"},
			Counted{k.Name + ".skipped", "faults of this kind whose target never had a holder"},
			Counted{k.Name + ".messages", "messages dropped, held, delayed or duplicated by it"},
			Counted{k.Name + ".crossed_quorum_ops", "ops of which it stopped a message between whoever ran the quorum and a replica"})
	}
	return all
}

// count adds to a run's counters what its history and observations tell.
func count(run *record.Run) {
	c := &run.Counters
	for i := range run.History.Ops {
		switch op := &run.History.Ops[i]; {
		case op.Outcome == sim.OK && op.Code.Writes():
			c.Add("writes.ok", 1)
			c.Add("ops.ok", 1)
			if len(run.History.Parents(op)) > 1 {
				c.Add("writes.merging", 1)
			}
		case op.Outcome == sim.OK:
			c.Add("reads.ok", 1)
			c.Add("ops.ok", 1)
		case op.Outcome != sim.Fail:
			c.Add("ops.unknown", 1)
		}
	}
	var reigns reigns
	members := uint64(0) // the newest version at which a change ended
	for i := range run.Observations {
		o := &run.Observations[i]
		switch {
		case o.Fact == sim.Elected:
			c.Add("elections", 1)
			if reigns.succeeds(o.Key, o.A) {
				c.Add("failovers", 1)
			}
		case o.Fact == sim.Role && o.Why == sim.Held && o.B == sim.Leader:
			reigns.succeeds(o.Key, o.A)
		case o.Fact == sim.Configured && o.Why != sim.NoReason && o.A > members:
			members = o.A
			c.Add(endOfChange(o.Why), 1)
		default:
			countFact(c, o)
		}
	}
}

// endOfChange is the counter of the changes of members that end so.
func endOfChange(why sim.Why) string {
	if why == sim.Undone {
		return "membership.undone"
	}
	return "membership.changes"
}

// reigns remembers the epoch of each scope's first leader.
type reigns []reign

type reign struct {
	scope sim.Key
	first uint64
}

// succeeds notes a leadership, and tells whether it is of a later epoch than the
// scope's first.
func (r *reigns) succeeds(scope sim.Key, epoch uint64) bool {
	for _, known := range *r {
		if known.scope == scope {
			return epoch > known.first
		}
	}
	*r = append(*r, reign{scope, epoch})
	return false
}

func countFact(c *record.Counters, o *record.Observation) {
	switch {
	case o.Fact == sim.Discarded && o.Why == sim.Truncated:
		c.Add("truncated", 1)
	case o.Fact == sim.Discarded && o.Why == sim.Resolved:
		c.Add("resolved", 1)
	case o.Fact == sim.Hint && o.Why == sim.Kept:
		c.Add("hints.kept", 1)
	case o.Fact == sim.Hint && o.Why == sim.Replayed:
		c.Add("hints.replayed", 1)
	case o.Fact == sim.Streamed && o.Why == sim.ByTransfer:
		c.Add("transferred", int64(o.A-o.B))
	case o.Fact == sim.Repaired:
		c.Add("repaired", 1)
	case o.Fact == sim.Prepared && o.Why == sim.Late:
		c.Add("blocked", 1)
	case o.Fact == sim.Ended && o.Why == sim.Agreed:
		c.Add("transactions.agreed", 1)
	case o.Fact == sim.Ended && o.Why == sim.Undone:
		c.Add("transactions.undone", 1)
	case o.Fact == sim.Answered && o.Why == sim.Late:
		c.Add("answers.late", 1)
	}
}
