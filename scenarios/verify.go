package scenarios

import (
	"fmt"
	"sync"

	"simrun/results"
	"simrun/sim/record"
)

// Difference is the first event in which two runs of one scenario and seed differ.
// There should be none.
type Difference struct {
	Cell   string // what the cell sets
	How    string // in which circumstances the second run was made
	Digest [2]uint64
	Event  int // place in the trace, -1 where the traces agree although the digests do not
	First  string
	Second string
}

// String tells of the difference in a few lines.
func (d Difference) String() string {
	s := fmt.Sprintf("%s, %s: digest %016x, not %016x", d.Cell, d.How, d.Digest[1], d.Digest[0])
	if d.Event < 0 {
		return s + "; the traces agree"
	}
	return s + fmt.Sprintf("\n  event %d was: %s\n  and then was: %s", d.Event, d.First, d.Second)
}

// Verify runs a plan with a seed in many circumstances (again in the same world,
// after other seeds, in fresh worlds side by side, with every check on) and returns
// the digest of each cell and the first difference of each. Ten repetitions, because one misses
// a map of two keys half of the time.
func (p *Plan) Verify(seed uint64, l Limits) (digests []uint64, all []Difference) {
	for cell := range p.Cells {
		v := verifier{plan: p, limits: l, cell: cell, seed: seed}
		v.want = v.fresh(l).Digest
		digests = append(digests, v.want)
		v.again()
		v.sideBySide()
		v.compare("with every check on", func(l Limits) *record.Run {
			l.Check = true
			return v.fresh(l)
		})
		all = append(all, v.found...)
	}
	return digests, all
}

type verifier struct {
	plan   *Plan
	limits Limits
	cell   int
	seed   uint64
	want   uint64
	found  []Difference
}

// circumstance makes the run once more, under some limits.
type circumstance func(l Limits) *record.Run

func (v *verifier) fresh(l Limits) *record.Run {
	return v.plan.NewRunner(l, Tape{}).Record(v.cell, v.seed)
}

// repetitions is how often each circumstance is tried.
const repetitions = 10

// again runs the seed after itself and after other seeds, in one world.
func (v *verifier) again() {
	for i := range uint64(repetitions) {
		before, how := v.seed, "again in the same world"
		if i%2 == 1 {
			before, how = v.seed+i, fmt.Sprintf("after seed %d in the same world", v.seed+i)
		}
		v.compare(how, func(l Limits) *record.Run {
			r := v.plan.NewRunner(l, Tape{})
			r.Record(v.cell, before)
			return r.Record(v.cell, v.seed)
		})
	}
}

// sideBySide runs the seed in worlds of their own at the same time.
func (v *verifier) sideBySide() {
	if len(v.found) > 0 {
		return
	}
	digests := make([]uint64, repetitions)
	var pool sync.WaitGroup
	var failure failure
	for i := range digests {
		pool.Go(func() {
			defer failure.keep()
			digests[i] = v.fresh(v.limits).Digest
		})
	}
	pool.Wait()
	failure.raise()
	for _, d := range digests {
		if d != v.want {
			v.differ("side by side with others", d, v.fresh)
			return
		}
	}
}

func (v *verifier) compare(how string, again circumstance) {
	if len(v.found) > 0 {
		return // one difference of a cell is enough
	}
	if d := again(v.limits).Digest; d != v.want {
		v.differ(how, d, again)
	}
}

// differ looks for the first event that differs, with traces on, in the circumstances
// in which the digest did. What is not deterministic may agree for once, so it looks
// several times.
func (v *verifier) differ(how string, digest uint64, again circumstance) {
	d := Difference{Cell: results.Label(v.plan.Cells[v.cell].Set), How: how, Digest: [2]uint64{v.want, digest}, Event: -1}
	traced := v.limits
	traced.Trace = true
	for range repetitions {
		a, b := v.fresh(traced), again(traced)
		for i := range max(len(a.Trace), len(b.Trace)) {
			if i >= len(a.Trace) || i >= len(b.Trace) || a.Trace[i] != b.Trace[i] {
				d.Event, d.First, d.Second = i, eventLine(a, i), eventLine(b, i)
				v.found = append(v.found, d)
				return
			}
		}
	}
	v.found = append(v.found, d)
}

func eventLine(run *record.Run, i int) string {
	if i >= len(run.Trace) {
		return "(the trace has ended)"
	}
	e := run.Trace[i]
	return fmt.Sprintf("%v %s at %s: %s", e.At, e.Kind, run.Name(e.Node), e.Text)
}
