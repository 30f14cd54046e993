package checks

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"simrun/sim"
	"simrun/sim/record"
)

// staleness is every stale read of a run, and how many reads were judged.
type staleness struct {
	judged int64
	reads  []staleRead
}

// staleRead is one read that missed acknowledged writes.
type staleRead struct {
	read   uint32   // its place
	got    uint32   // the place of what it returned, by which it was judged
	missed int64    // k: acknowledged writes newer than that, before the read was invoked
	oldest uint32   // the missed write that was acknowledged first
	ops    []uint32 // among siblings, all of them
}

// age is t: how long before the read was invoked the oldest missed write had been
// acknowledged.
func (v *view) age(s *staleRead) time.Duration {
	return v.ops[s.read].InvokedAt - v.ops[s.oldest].ReturnedAt
}

// stale finds the stale reads, once.
func (v *view) stale() *staleness {
	if v.aged != nil {
		return v.aged
	}
	v.aged = &staleness{}
	for i := range v.keys() {
		k := &v.keys()[i]
		found := func(s staleRead) { v.aged.reads = append(v.aged.reads, s) }
		switch k.shape {
		case shapeSingle:
			v.aged.judged += v.staleSingles(k, found)
		case shapeSiblings:
			v.aged.judged += v.staleVersions(k, found)
		case shapeSet:
			v.aged.judged += v.staleElements(k, found)
		case shapeCounter:
			v.aged.judged += v.staleTotals(k, found)
		}
	}
	return v.aged
}

// StaleReads counts the reads that missed a write acknowledged before they were
// invoked. A read of one value missed every such write that is newer than what it
// returned; where it returned several in a store without siblings, it is judged by
// the one that missed least. Reading nothing counts as the newest delete that
// could explain it: the one placed last or, of those without a place, the one that
// returned last, whichever missed less; only where there is none, as the initial
// value. Siblings and
// sets are judged by what they contain, counters by their least possible sum.
// k is how many writes were missed, t how long ago the first of them had been
// acknowledged. Values that nobody wrote are not judged here. Final reads are the
// laboratory's and not judged either.
func StaleReads(run *record.Run, o Options) Report { return newView(run, o).staleReads() }

func (v *view) staleReads() Report {
	s := v.stale()
	count := int64(len(s.reads))
	most, ages, oldest := int64(0), (*hdrhistogram.Histogram)(nil), time.Duration(0)
	var worst *staleRead
	for i := range s.reads {
		age := v.age(&s.reads[i])
		ages, oldest = observe(ages, age), max(oldest, age)
		if worst == nil || s.reads[i].missed > most {
			worst, most = &s.reads[i], s.reads[i].missed
		}
	}
	verdict := Verdict{Checker: "stale_reads", Count: count}
	switch {
	case s.judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no read ended ok"
	case count > 0:
		verdict.Result = Fail
		verdict.Why = fmt.Sprintf("%d of %s stale, missing up to %s", count, plural(s.judged, "read"),
			plural(most, "acknowledged write"))
		verdict.Witness = v.staleWitness(worst)
	default:
		verdict.Why = fmt.Sprintf("%s, none stale", plural(s.judged, "read"))
	}
	none := s.judged == 0
	return Report{verdict, []Measure{
		{Name: "stale_reads", Kind: Count, Count: count, Undefined: none},
		{Name: "stale_share", Kind: Share, Count: count, Total: s.judged, Undefined: none},
		v.predicted(),
		{Name: "stale_k_max", Kind: Max, Count: most, Undefined: none},
		{Name: "stale_t_p99_ns", Kind: Quantile, Quantile: 9900, Histogram: ages},
		{Name: "stale_t_max_ns", Kind: Max, Count: int64(oldest), Undefined: count == 0},
	}}
}

func (v *view) staleWitness(s *staleRead) Witness {
	w := v.witness(s.read, s.oldest, s.got)
	w.Text = fmt.Sprintf("%s; %v had been acknowledged %s before", v.tellRead(s.read),
		v.ops[s.oldest].ID(), span(v.age(s)))
	return w
}

// staleSingles judges the reads of a key that holds one value.
func (v *view) staleSingles(k *keyed, found func(staleRead)) int64 {
	o, before, next := v.order(), newFrontier(), 0
	gone, missing := newVanishing(v, k), (*tally)(nil)
	var spare []uint32
	for _, read := range k.reads {
		for ; next < len(k.acked) && v.ops[k.acked[next]].Returned < v.ops[read].Invoked; next++ {
			before.add(o, k.acked[next])
		}
		spare = v.alternatives(gone, v.sight(read), spare[:0])
		if !before.newerThanAll(o, spare) {
			continue
		}
		if missing == nil {
			missing = newTally(v, k)
		}
		missing.advance(v.ops[read].Invoked)
		found(missing.least(read, spare))
	}
	return int64(len(k.reads))
}

// newerThanAll tells whether each of some values has a newer one in the set.
func (f *frontier) newerThanAll(o *order, values []uint32) bool {
	for _, value := range values {
		if _, newer := f.newer(o, value); !newer {
			return false
		}
	}
	return true
}

// alternatives appends the writes that may have been seen: the values that were
// or, where nothing was, the deletes that could explain that.
func (v *view) alternatives(gone *vanishing, s sight, to []uint32) []uint32 {
	if s.empty() {
		return gone.explain(s.returned, to)
	}
	for _, value := range s.values {
		to = append(to, v.write(value.ID, s.key))
	}
	return to
}

// vanishing tells which deletes can explain that nothing was read.
type vanishing struct {
	view    *view
	deletes []uint32
	// highest and longest are, by how many deletes have begun, the one placed last
	// and, of those without a place, the one that returned last; initial if none.
	highest, longest []uint32
}

func newVanishing(v *view, k *keyed) *vanishing {
	g := &vanishing{view: v, deletes: k.deletes}
	rank, highest, longest := v.order().rank, uint32(initial), uint32(initial)
	for _, at := range k.deletes {
		switch {
		case rank[at] > 0 && (highest == initial || rank[at] > rank[highest]):
			highest = at
		case rank[at] == 0 && (longest == initial || v.end(at) > v.end(longest)):
			longest = at
		}
		g.highest, g.longest = append(g.highest, highest), append(g.longest, longest)
	}
	return g
}

// explain appends the candidates among the deletes that began before a stamp, or
// the initial value where there is none.
func (g *vanishing) explain(stamp uint32, to []uint32) []uint32 {
	n := begun(g.view, g.deletes, stamp)
	if n == 0 {
		return append(to, initial)
	}
	for _, at := range [...]uint32{g.highest[n-1], g.longest[n-1]} {
		if at != initial {
			to = append(to, at)
		}
	}
	return to
}

// begun counts the ops, sorted by their beginnings, that were invoked before a stamp.
func begun(v *view, sorted []uint32, stamp uint32) int {
	low, high := 0, len(sorted)
	for low < high {
		middle := (low + high) / 2
		if v.ops[sorted[middle]].Invoked < stamp {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// measuredRead tells whether the op is a read of the workload, whatever its outcome.
func measuredRead(op *record.Op) bool {
	return op.Code == sim.Get && !op.Is(record.WarmUp) && !op.Is(record.Final)
}
