package checks

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"simrun/sim"
	"simrun/sim/record"
)

// Converged judges whether the live replicas of each key hold the same versions
// when they are inspected. Compared are the live nodes that hold it in the end, those
// that say that they should, and those that stored it and did not say since that they
// had collected it, or replayed it as a hint; a node that lost it holds nothing, and one
// that merely accepts has no state to compare.
// Tombstones count as nothing held. Count is the number of keys that differ.
//
// The time to convergence runs from the end of the work phase to the last change of
// any replica before settling ended; it is undefined where replicas differ or were
// still changing. Spread is how long after its beginning an acknowledged write had
// reached every replica: as many nodes as the most that stored any one write of the
// key. Catching up is what CatchUp says.
func Converged(run *record.Run, o Options) Report { return newView(run, o).converged() }

func (v *view) converged() Report {
	compared, different := int64(0), []sim.Key(nil)
	holders := v.holdersByKey()
	for first := 0; first < len(holders); {
		end := first + 1
		for end < len(holders) && holders[end].key == holders[first].key {
			end++
		}
		if end-first > 1 {
			compared++
			if v.differ(holders[first:end]) {
				different = append(different, holders[first].key)
			}
		}
		first = end
	}
	verdict := Verdict{Checker: "converged", Count: int64(len(different))}
	switch {
	case compared == 0:
		verdict.Result, verdict.Why = Vacuous, "no key with several live replicas"
	case len(different) > 0:
		verdict.Result, verdict.Witness = Fail, v.differenceWitness(different[0])
		verdict.Why = fmt.Sprintf("replicas differ on %d of %s", len(different), plural(compared, "key"))
	default:
		verdict.Why = fmt.Sprintf("replicas agree on %s", plural(compared, "key"))
	}
	measures := []Measure{
		{Name: "diverged_keys", Kind: Count, Count: verdict.Count, Undefined: compared == 0},
		v.convergenceTime(verdict.Result == Pass),
	}
	measures = append(measures, v.spread()...)
	return Report{verdict, append(measures, v.catchUpMeasures()...)}
}

// holder is a live node that is taken to be responsible for a key.
type holder struct {
	key  sim.Key
	node sim.NodeID
}

func (h holder) compare(g holder) int {
	return cmp.Or(cmp.Compare(h.key, g.key), cmp.Compare(h.node, g.node))
}

// holdersByKey lists the nodes to compare, sorted by key and node.
func (v *view) holdersByKey() []holder {
	if len(v.run.Copies) == 0 {
		return nil
	}
	list := make([]holder, 0, 2*len(v.run.Copies))
	for _, copy := range v.run.Copies {
		list = append(list, holder{copy.Key, copy.Node})
	}
	for _, lack := range v.run.Lacks {
		list = append(list, holder{lack.Key, lack.Node})
	}
	for key, nodes := range v.storedBy() {
		for _, node := range nodes {
			if !slices.Contains(v.run.Dead, node) {
				list = append(list, holder{sim.Key(key), node})
			}
		}
	}
	slices.SortFunc(list, holder.compare)
	return slices.Compact(list)
}

// storedBy lists, for each key, the nodes that stored it and neither collected it
// nor handed it over since. Keys are small, and few nodes store each.
func (v *view) storedBy() [][]sim.NodeID {
	var stored [][]sim.NodeID
	var stateless []sim.NodeID
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact == sim.Role && seen.B == sim.Acceptor && !slices.Contains(stateless, seen.Node) {
			stateless = append(stateless, seen.Node)
		}
		gone := seen.Fact == sim.Discarded && seen.Why == sim.Collected || seen.Fact == sim.Hint && seen.Why == sim.Replayed
		if !gone && seen.Fact != sim.Stored {
			continue
		}
		for int(seen.Key) >= len(stored) {
			stored = append(stored, nil)
		}
		nodes := &stored[seen.Key]
		at := slices.Index(*nodes, seen.Node)
		switch {
		case slices.Contains(stateless, seen.Node):
		case gone && at >= 0:
			*nodes = slices.Delete(*nodes, at, at+1)
		case !gone && at < 0:
			*nodes = append(*nodes, seen.Node)
		}
	}
	return stored
}

// differ tells whether nodes hold different versions of a key.
func (v *view) differ(nodes []holder) bool {
	copies := v.copiesOf(nodes[0].key)
	var first []sim.Value
	for i, h := range nodes {
		var held []sim.Value
		for _, copy := range copies {
			if copy.Node == h.node {
				held = slices.Clone(copy.Values)
			}
		}
		slices.SortFunc(held, func(a, b sim.Value) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.N, b.N)) })
		if i == 0 {
			first = held
		} else if !slices.Equal(first, held) {
			return true
		}
	}
	return false
}

func (v *view) differenceWitness(key sim.Key) Witness {
	w := Witness{Key: key, Text: fmt.Sprintf("in the end, of %v", key)}
	separator := " "
	for _, h := range v.holdersByKey() {
		if h.key != key {
			continue
		}
		var held []sim.Value
		for _, copy := range v.copiesOf(key) {
			if copy.Node == h.node {
				held = copy.Values
			}
		}
		for _, value := range held {
			if value.ID != 0 && !slices.Contains(w.Ops, value.ID) {
				w.Ops = append(w.Ops, value.ID)
			}
		}
		w.Nodes = append(w.Nodes, h.node)
		w.Text += fmt.Sprintf("%s%s holds %s", separator, v.run.Name(h.node), spellValues(held))
		separator = ", "
	}
	return w
}

// convergenceTime is how long after the work phase replicas went on changing.
func (v *view) convergenceTime(agree bool) Measure {
	phases := &v.run.Phases
	changed := phases.Changed
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if (seen.Fact == sim.Stored || seen.Fact == sim.Discarded) && seen.At <= phases.Settled {
			changed = max(changed, seen.At)
		}
	}
	took := max(changed-phases.Work, time.Duration(0))
	return Measure{Name: "convergence_ns", Kind: Mean, Count: int64(took), Total: 1, Undefined: !agree || !phases.Converged}
}

// spread measures how long acknowledged writes took to reach every replica.
func (v *view) spread() []Measure {
	keep := v.custody()
	var times *hdrhistogram.Histogram
	acked, reached := int64(0), int64(0)
	for i := range v.keys() {
		k := &v.keys()[i]
		replicas := 0
		for _, at := range k.writes {
			replicas = max(replicas, keep.ops[at].reached())
		}
		for _, at := range k.acked {
			op, kept := &v.ops[at], &keep.ops[at]
			if !acknowledged(op) {
				continue
			}
			acked++
			if replicas > 0 && kept.reached() == replicas {
				reached++
				times = observe(times, kept.spread-op.InvokedAt)
			}
		}
	}
	list := quantiles("spread_%s_ns", times, 5000, 9900)
	share := Measure{Name: "spread_share", Kind: Share, Count: reached, Total: acked, Undefined: acked == 0}
	list = append(list, share)
	if !keep.stored {
		return undefine(list)
	}
	return list
}
