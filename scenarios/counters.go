package scenarios

import (
	"slices"

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
		{"ops.unknown", "ops whose outcome the client does not know"},
		{"elections", "elections won"},
		{"failovers", "elections won after the first leader of a scope"},
		{"truncated", "writes cut from a replica's log"},
		{"resolved", "writes dropped by conflict resolution"},
		{"hints.kept", "hints stored by stand-ins"},
		{"hints.replayed", "hints delivered to their owners"},
		{"repaired", "repairs of a replica outside the write path"},
		{"answers.late", "answers of replicas after their op was closed"},
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
			Counted{k.Name + ".crossed_quorum_ops", "ops of which it touched at least one message"})
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
		case op.Outcome == sim.OK:
			c.Add("reads.ok", 1)
			c.Add("ops.ok", 1)
		case op.Outcome != sim.Fail:
			c.Add("ops.unknown", 1)
		}
	}
	var led []sim.Key // scopes that have had a leader
	for i := range run.Observations {
		o := &run.Observations[i]
		switch {
		case o.Fact == sim.Elected:
			c.Add("elections", 1)
			if slices.Contains(led, o.Key) {
				c.Add("failovers", 1)
			}
			led = append(led, o.Key)
		case o.Fact == sim.Role && o.Why == sim.Held && o.B == sim.Leader && !slices.Contains(led, o.Key):
			led = append(led, o.Key)
		default:
			countFact(c, o)
		}
	}
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
	case o.Fact == sim.Repaired:
		c.Add("repaired", 1)
	case o.Fact == sim.Answered && o.Why == sim.Late:
		c.Add("answers.late", 1)
	}
}
