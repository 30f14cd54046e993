package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// ballot is one node's vote in one epoch of one scope.
type ballot struct {
	node  sim.NodeID
	scope sim.Key
	epoch uint64
	voter uint64 // of those that the node has been
}

// OneVote judges that no node votes for two candidates in one epoch, whatever crashes
// lie between (Ongaro and Ousterhout 2014, section 5.2). A node that lost its disk, knows that it did, and
// states so with its votes is another voter. Count is the number of such votes.
func OneVote(run *record.Run, o Options) Report { return newView(run, o).oneVote() }

func (v *view) oneVote() Report {
	f := finding{checker: "one_vote"}
	first, broken := map[ballot]*record.Observation{}, map[ballot]bool{}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Voted {
			continue
		}
		b := ballot{seen.Node, seen.Key, seen.A, seen.C}
		before, known := first[b]
		if !known {
			first[b] = seen
			f.judged++
			continue
		}
		if before.B != seen.B && !broken[b] {
			broken[b] = true
			f.add(func() Witness { return v.voteWitness(before, seen) })
		}
	}
	return f.report("no node stated a vote", "vote", "went to two candidates", "one candidate each")
}

func (v *view) voteWitness(before, seen *record.Observation) Witness {
	a, b := sim.NodeID(before.B), sim.NodeID(seen.B)
	return Witness{
		Nodes: []sim.NodeID{seen.Node, b, a}, Stamps: []uint32{seen.Stamp, before.Stamp},
		Text: fmt.Sprintf("%s voted for %s in epoch %d at %s, and had voted for %s in it at %s", v.run.Name(seen.Node),
			v.run.Name(b), seen.A, moment(seen.At), v.run.Name(a), moment(before.At)),
	}
}
