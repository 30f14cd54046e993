package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// ConfigurationsIntersect judges that at no instant two electorates can decide at once: one by
// enough voters that go by it to elect, another by enough that go by it to accept. A node goes
// by one at a time, so that two such quorums share nobody, and what one decides the other can
// miss (Ongaro 2014, section 4.1, and his correction of 10 July 2015). So does an electorate
// whose own quorums need not intersect (Howard, Malkhi and Spiegelman 2016). Where each slot has its
// own electorate, a window behind the change, two versions never decide the same slot, and only those
// of one version are compared: who knows an older one has not applied the change, and proposes no
// slot that it rules (Lamport, "Paxos Made Simple", section 3). Count is the number
// of statements that bring it about. Not applicable where nobody states Voters.
func ConfigurationsIntersect(run *record.Run, o Options) Report {
	return newView(run, o).configurationsIntersect()
}

// followed is the electorate that a node goes by.
type followed struct {
	sim.Electorate
	stated bool
}

func (v *view) configurationsIntersect() Report {
	f := finding{checker: "configurations_intersect"}
	nodes := make([]followed, 1+v.lastNode())
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if losesAll(seen) && seen.Why == sim.Wiped {
			nodes[seen.Node] = followed{}
		}
		if seen.Fact != sim.Voters {
			continue
		}
		e := seen.Electorate()
		if now := nodes[seen.Node]; now.stated && now.Electorate == e {
			continue
		}
		f.judged++
		nodes[seen.Node] = followed{e, true}
		if other, apart := rival(nodes, e); apart {
			f.add(func() Witness { return v.apartWitness(nodes, seen, other) })
		}
	}
	return f.report("no node stated who votes", "electorate that a node went by", "let two decide at once", "no two of which could decide at once")
}

// rival finds an electorate that can decide apart from another.
func rival(nodes []followed, e sim.Electorate) (sim.Electorate, bool) {
	if splits(e) {
		return e, true
	}
	mine := followers(nodes, e)
	for _, other := range nodes {
		if !other.stated || other.Electorate == e || otherSlots(e, other.Electorate) {
			continue
		}
		theirs := followers(nodes, other.Electorate)
		if e.Elects(mine) && other.Accepts(theirs) || e.Accepts(mine) && other.Elects(theirs) {
			return other.Electorate, true
		}
	}
	return sim.Electorate{}, false
}

// otherSlots tells whether two electorates rule slots of their own.
func otherSlots(a, b sim.Electorate) bool {
	return a.Version != b.Version && (a.Window > 0 || b.Window > 0)
}

// splits tells whether some quorum that elects and some that accepts share nobody.
func splits(e sim.Electorate) bool {
	half := func(voters sim.NodeSet) bool {
		n := voters.Len()
		return sizeOf(e.Elect, n)+sizeOf(e.Accept, n) <= n
	}
	return half(e.Voters) && (e.Joint == 0 || half(e.Joint))
}

// sizeOf is how many of some voters are enough.
func sizeOf(stated uint8, voters int) int {
	if stated == 0 {
		return voters/2 + 1
	}
	return int(stated)
}

// followers are the nodes that go by an electorate.
func followers(nodes []followed, e sim.Electorate) (set sim.NodeSet) {
	for id, node := range nodes {
		if node.stated && node.Electorate == e {
			set |= sim.NodesOf(sim.NodeID(id))
		}
	}
	return set
}

func (v *view) apartWitness(nodes []followed, seen *record.Observation, other sim.Electorate) Witness {
	e := seen.Electorate()
	w := Witness{Nodes: []sim.NodeID{seen.Node}, Stamps: []uint32{seen.Stamp}}
	if other == e {
		w.Text = fmt.Sprintf("%s goes by version %d of the voters, %s, from %s: %d of them elect and %d accept, which may share nobody",
			v.run.Name(seen.Node), e.Version, v.setOf(e), moment(seen.At), sizeOf(e.Elect, e.Voters.Len()), sizeOf(e.Accept, e.Voters.Len()))
		return w
	}
	w.Text = fmt.Sprintf("since %s went by version %d of the voters at %s, enough for it (%s of %s) and enough for version %d (%s of %s) share nobody",
		v.run.Name(seen.Node), e.Version, moment(seen.At), v.set(followers(nodes, e)), v.setOf(e),
		other.Version, v.set(followers(nodes, other)), v.setOf(other))
	return w
}

func (v *view) setOf(e sim.Electorate) string {
	if e.Joint == 0 {
		return v.set(e.Voters)
	}
	return v.set(e.Voters) + " and " + v.set(e.Joint)
}

// set lists the nodes of a set by name.
func (v *view) set(s sim.NodeSet) string {
	var ids []sim.NodeID
	for id := sim.NodeID(1); id < 64; id++ {
		if s.Has(id) {
			ids = append(ids, id)
		}
	}
	return "{" + v.nodes(ids) + "}"
}
