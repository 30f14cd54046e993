package checks

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// tenure is a time in which a node held the lead of a scope, as far as it stated.
type tenure struct {
	scope      sim.Key
	node       sim.NodeID
	epoch      uint64
	from, to   uint32 // stamps; to is forever where it did not end
	begin, end time.Duration
}

const untilTheEnd = time.Duration(1<<63 - 1)

// tenures lists who led when, in the order of beginnings. A tenure ends when the
// node gives up the role, takes it again with another epoch, is seen to crash, or
// speaks in a later life.
func (v *view) tenures() []tenure {
	var list []tenure
	if !slices.ContainsFunc(v.run.Observations, leads) {
		return nil
	}
	falls := v.falls()
	nodes := v.nodesAmong(falls)
	open, lives := make([][]int, nodes), make([]uint32, nodes)
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		for len(falls) > 0 && falls[0].stamp <= seen.Stamp {
			list, open[falls[0].node] = closed(list, open[falls[0].node], falls[0].stamp, falls[0].at), nil
			falls = falls[1:]
		}
		if seen.Life > lives[seen.Node] {
			list, open[seen.Node] = closed(list, open[seen.Node], seen.Stamp, seen.At), nil
		}
		lives[seen.Node] = seen.Life
		if !leads(*seen) {
			continue
		}
		list, open[seen.Node] = stated(list, open[seen.Node], seen)
	}
	for _, fall := range falls {
		list, open[fall.node] = closed(list, open[fall.node], fall.stamp, fall.at), nil
	}
	return list
}

// nodesAmong is how many nodes there are, counting from 0, that state something or fall.
func (v *view) nodesAmong(falls []fall) int {
	last := sim.Nobody
	for i := range v.run.Observations {
		last = max(last, v.run.Observations[i].Node)
	}
	for _, fall := range falls {
		last = max(last, fall.node)
	}
	return int(last) + 1
}

// leads tells whether an observation is about the lead.
func leads(seen record.Observation) bool {
	return seen.Fact == sim.Elected || seen.Fact == sim.Role && seen.B == sim.Leader
}

// stated takes in one statement of a node about its lead.
func stated(list []tenure, open []int, seen *record.Observation) ([]tenure, []int) {
	for i, at := range open {
		if list[at].scope != seen.Key {
			continue
		}
		if held := seen.Fact == sim.Elected || seen.Why == sim.Held; held && list[at].epoch == seen.A {
			return list, open
		}
		list[at].to, list[at].end = seen.Stamp, seen.At
		open = slices.Delete(open, i, i+1)
		break
	}
	if seen.Fact == sim.Role && seen.Why != sim.Held {
		return list, open
	}
	list = append(list, tenure{
		scope: seen.Key, node: seen.Node, epoch: seen.A,
		from: seen.Stamp, to: forever, begin: seen.At, end: untilTheEnd,
	})
	return list, append(open, len(list)-1)
}

// closed ends all tenures of one node.
func closed(list []tenure, open []int, stamp uint32, at time.Duration) []tenure {
	for _, i := range open {
		list[i].to, list[i].end = stamp, at
	}
	return list
}

// fall is a node's crash.
type fall struct {
	node  sim.NodeID
	stamp uint32
	at    time.Duration
}

// falls are the crashes that the record tells of: events of the trace, where one
// was kept, and the faults that crash nodes.
func (v *view) falls() []fall {
	var list []fall
	for i := range v.run.Trace {
		if e := &v.run.Trace[i]; e.Kind == record.Crashed {
			list = append(list, fall{e.Node, e.Stamp, e.At})
		}
	}
	for i := range v.run.Faults {
		f := &v.run.Faults[i]
		if f.Skipped || !slices.Contains(crashes, f.Name) {
			continue
		}
		for _, node := range f.Targets {
			list = append(list, fall{node, f.Stamp, f.Injected})
		}
	}
	slices.SortFunc(list, func(a, b fall) int {
		return cmp.Or(cmp.Compare(a.stamp, b.stamp), cmp.Compare(a.node, b.node))
	})
	return slices.Compact(list)
}

// crashes are the names of the faults that end a node's life when they are
// injected. A crash at a later moment shows in the trace, or in the next life.
var crashes = []string{"crash", "lose", "wipe"}

// OneLeader judges that no two nodes lead the same scope in the same epoch: a node
// leads when it states that it was elected or holds the role. Count is the number
// of epochs with several leaders. With it go the time of the work phase in which no
// living node led with the highest epoch seen so far, summed over scopes, and how
// often the lead passed to a higher epoch.
func OneLeader(run *record.Run, o Options) Report { return newView(run, o).oneLeader() }

func (v *view) oneLeader() Report {
	list := v.tenures()
	leaders, pairs := map[epochOf]tenure{}, map[epochOf][2]tenure{}
	for _, t := range list {
		name := epochOf{t.scope, t.epoch}
		if first, known := leaders[name]; !known {
			leaders[name] = t
		} else if _, counted := pairs[name]; first.node != t.node && !counted {
			pairs[name] = [2]tenure{first, t}
		}
	}
	verdict := Verdict{Checker: "one_leader", Count: int64(len(pairs))}
	switch {
	case len(list) == 0:
		verdict.Result, verdict.Why = Vacuous, "no node stated that it leads"
	case len(pairs) > 0:
		verdict.Result, verdict.Witness = Fail, v.leadersWitness(pairs)
		verdict.Why = fmt.Sprintf("%d of %s had several leaders", len(pairs), plural(int64(len(leaders)), "epoch"))
	default:
		verdict.Why = fmt.Sprintf("%s, one leader each", plural(int64(len(leaders)), "epoch"))
	}
	without, failovers := v.leaderless(list)
	none := len(list) == 0
	return Report{verdict, []Measure{
		{Name: "leaderless_ns", Kind: Mean, Count: int64(without), Total: 1, Undefined: none},
		{Name: "failovers", Kind: Count, Count: failovers, Undefined: none},
	}}
}

type epochOf struct {
	scope sim.Key
	epoch uint64
}

// leadersWitness tells the first pair of leaders.
func (v *view) leadersWitness(pairs map[epochOf][2]tenure) Witness {
	var first *[2]tenure
	for _, pair := range pairs { // the least stamp wins, in whatever order they come
		if first == nil || pair[1].from < first[1].from {
			first = &pair
		}
	}
	a, b := first[0], first[1]
	return Witness{
		Nodes: []sim.NodeID{b.node, a.node}, Stamps: []uint32{b.from, a.from},
		Text: fmt.Sprintf("%s led epoch %d from %s; %s had led the same epoch from %s", v.run.Name(b.node), b.epoch,
			moment(b.begin), v.run.Name(a.node), moment(a.begin)),
	}
}

// leaderless is, over all scopes, the time of the work phase in which nobody led
// with the highest epoch, and how often a higher epoch took over.
func (v *view) leaderless(list []tenure) (without time.Duration, failovers int64) {
	scopes := slices.Clone(list)
	slices.SortStableFunc(scopes, func(a, b tenure) int { return cmp.Compare(a.scope, b.scope) })
	for first := 0; first < len(scopes); {
		end := first + 1
		for end < len(scopes) && scopes[end].scope == scopes[first].scope {
			end++
		}
		gap, changes := leaderlessScope(scopes[first:end], v.run.Phases.Work)
		without, failovers = without+gap, failovers+changes
		first = end
	}
	return without, failovers
}

// leaderlessScope sweeps the tenures of one scope. A tenure counts from its
// beginning until it ends or a higher epoch begins.
func leaderlessScope(list []tenure, work time.Duration) (without time.Duration, failovers int64) {
	covered, highest := time.Duration(0), list[0].epoch
	for i, t := range list {
		if t.epoch > highest {
			highest = t.epoch
			failovers++
		}
		if t.epoch < highest {
			continue
		}
		end := min(t.end, work)
		for _, later := range list[i+1:] {
			if later.epoch > t.epoch {
				end = min(end, later.begin)
				break
			}
		}
		if gap := min(t.begin, work) - covered; gap > 0 {
			without += gap
		}
		covered = max(covered, end, min(t.begin, work))
	}
	return without + max(work-covered, time.Duration(0)), failovers
}

// SplitBrain judges that no two nodes led one scope at the same time and, within
// that time, each gave places to writes that were acknowledged. A write that
// several nodes place belongs to the first, where they agree, and otherwise to
// nobody. Where there are several scopes the writes must be of one key, since which
// keys are in a scope is not known. Count is the number of pairs of such times.
func SplitBrain(run *record.Run, o Options) Report { return newView(run, o).splitBrain() }

func (v *view) splitBrain() Report {
	list, placings := v.tenures(), v.placings()
	verdict := Verdict{Checker: "split_brain"}
	for i, a := range list {
		for _, b := range list[i+1:] {
			if b.from >= a.to { // later ones may begin before, so that the search goes on
				continue
			}
			if a.scope != b.scope || a.node == b.node {
				continue
			}
			x, y, both := v.bothPlaced(placings, a, b, severalScopes(list))
			if !both {
				continue
			}
			if verdict.Count == 0 {
				verdict.Witness = v.brainWitness(a, b, x, y)
			}
			verdict.Count++
		}
	}
	switch {
	case len(list) == 0 || len(placings) == 0:
		verdict.Result, verdict.Why = Vacuous, "no node stated that it leads, or none placed an acknowledged write"
	case verdict.Count > 0:
		verdict.Result = Fail
		verdict.Why = fmt.Sprintf("%s of leaders accepted writes at the same time", plural(verdict.Count, "pair"))
	default:
		verdict.Why = "no two leaders accepted writes at the same time"
	}
	return Report{Verdict: verdict}
}

func severalScopes(list []tenure) bool {
	return slices.ContainsFunc(list, func(t tenure) bool { return t.scope != list[0].scope })
}

// placing is a node giving an acknowledged write its place.
type placing struct {
	op           uint32
	node         sim.NodeID
	stamp        uint32
	key          sim.Key
	major, minor uint64
}

// placings lists who placed which acknowledged write, in the order of the run.
func (v *view) placings() []placing {
	var list []placing
	first := map[uint32]int{}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		if seen.Fact != sim.Placed {
			continue
		}
		at := v.write(seen.Op, seen.Key)
		if at >= stranger || !acknowledged(&v.ops[at]) {
			continue
		}
		before, known := first[at]
		switch {
		case !known:
			first[at] = len(list)
			list = append(list, placing{at, seen.Node, seen.Stamp, seen.Key, seen.A, seen.B})
		case list[before].major != seen.A || list[before].minor != seen.B:
			list[before].node = sim.Nobody
		}
	}
	return list
}

// bothPlaced finds a placing by each of two leaders while both led.
func (v *view) bothPlaced(placings []placing, a, b tenure, sameKey bool) (x, y placing, both bool) {
	from, to := max(a.from, b.from), min(a.to, b.to)
	i, _ := slices.BinarySearchFunc(placings, from, func(p placing, stamp uint32) int { return cmp.Compare(p.stamp, stamp) })
	byA := map[sim.Key]placing{}
	byB := map[sim.Key]placing{}
	for ; i < len(placings) && placings[i].stamp <= to; i++ {
		p := placings[i]
		mine, other := byA, byB
		switch p.node {
		case a.node:
		case b.node:
			mine, other = byB, byA
		default:
			continue
		}
		key := p.key
		if !sameKey {
			key = 0
		}
		if q, found := other[key]; found {
			return p, q, true
		}
		mine[key] = p
	}
	return x, y, false
}

func (v *view) brainWitness(a, b tenure, x, y placing) Witness {
	w := v.witness(x.op, y.op)
	w.Nodes, w.Stamps = []sim.NodeID{x.node, y.node}, []uint32{x.stamp, y.stamp}
	w.Text = fmt.Sprintf("while %s (epoch %d) and %s (epoch %d) both led, %s accepted %v and %s accepted %v",
		v.run.Name(a.node), a.epoch, v.run.Name(b.node), b.epoch, v.run.Name(x.node), v.ops[x.op].ID(),
		v.run.Name(y.node), v.ops[y.op].ID())
	return w
}
