package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// LeaderCompleteness judges that every node elected in an epoch holds, durably, every entry
// decided in an earlier one (Ongaro and Ousterhout 2014, section 5.4.3). Count is the number of
// elections of a node that lacks one. Not applicable where nobody states Decided and Voted: a
// leader of Paxos may learn what was chosen after it was promised enough.
func LeaderCompleteness(run *record.Run, o Options) Report {
	return newView(run, o).leaderCompleteness()
}

func (v *view) leaderCompleteness() Report {
	f := finding{checker: "leader_completeness"}
	if len(v.choices()) == 0 || !v.states(sim.Voted) {
		return f.report("no node stated that a slot was decided, or none a vote", "", "", "")
	}
	logs := v.durable()
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Elected {
			continue
		}
		f.judged++
		if c, lacks := v.lacking(&logs[seen.Node], seen); lacks {
			f.add(func() Witness { return v.lackWitness(c, seen) })
		}
	}
	return f.report("no node was elected", "elected node", "lacked what had been decided", "each with all that had been decided")
}

// lacking finds a choice of an earlier epoch that an elected node does not hold.
func (v *view) lacking(log *durableLog, seen *record.Observation) (choice, bool) {
	for _, c := range v.choices() {
		if c.ruled < seen.A && !log.holds(c.slot, c.print, seen.Stamp) {
			return c, true
		}
	}
	return choice{}, false
}

func (v *view) lackWitness(c choice, seen *record.Observation) Witness {
	return Witness{
		Ops: opsThere(c.op), Nodes: []sim.NodeID{seen.Node, c.seen.Node}, Stamps: []uint32{seen.Stamp, c.stamp},
		Text: fmt.Sprintf("%s was elected in epoch %d at %s without slot %d, %s, which %s states to be decided by epoch %d",
			v.run.Name(seen.Node), seen.A, moment(seen.At), c.slot, entryName(c.op, c.print), v.run.Name(c.seen.Node), c.ruled),
	}
}
