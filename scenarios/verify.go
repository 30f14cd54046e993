package scenarios

import (
	"fmt"
	"sync"

	"simrun/sim/record"
)

// Difference is the first event in which two runs of one scenario and seed differ.
// There should be none.
type Difference struct {
	Cell   int
	How    string // in which circumstances the second run was made
	Digest [2]uint64
	Event  int // place in the trace, -1 where the traces agree although the digests do not
	First  record.Event
	Second record.Event
}

// String tells of the difference in two lines.
func (d Difference) String() string {
	s := fmt.Sprintf("cell %d, %s: digest %016x, not %016x", d.Cell, d.How, d.Digest[1], d.Digest[0])
	if d.Event < 0 {
		return s + "; the traces agree"
	}
	return s + fmt.Sprintf("\n  event %d was: %s\n  and then was: %s", d.Event, eventLine(d.First), eventLine(d.Second))
}

func eventLine(e record.Event) string {
	return fmt.Sprintf("%v %s at node %d: %s", e.At, e.Kind, e.Node, e.Text)
}

// Verify runs a plan with a seed in many circumstances (again in the same world,
// after other seeds, in fresh worlds side by side, with every check on) and returns
// the digest of each cell and all differences. Ten repetitions, because one misses
// a map of two keys half of the time.
func (p *Plan) Verify(seed uint64, l Limits) (digests []uint64, all []Difference) {
	for cell := range p.Cells {
		v := verifier{plan: p, limits: l, cell: cell, seed: seed}
		first := v.fresh(l)
		v.want = first.Record(cell, seed).Digest
		digests = append(digests, v.want)
		v.again(first)
		v.sideBySide()
		checked := l
		checked.Check = true
		v.compare("with every check on", v.fresh(checked))
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

func (v *verifier) fresh(l Limits) *Runner { return v.plan.NewRunner(l, Tape{}) }

// repetitions is how often each circumstance is tried.
const repetitions = 10

// again runs the seed after itself and after other seeds, in one world.
func (v *verifier) again(r *Runner) {
	for i := range repetitions {
		how := "again in the same world"
		if i%2 == 1 {
			r.Record(v.cell, v.seed+uint64(i))
			how = fmt.Sprintf("after seed %d in the same world", v.seed+uint64(i))
		}
		v.compare(how, r)
	}
}

// sideBySide runs the seed in worlds of their own at the same time.
func (v *verifier) sideBySide() {
	digests := make([]uint64, repetitions)
	var pool sync.WaitGroup
	var failure failure
	for i := range digests {
		pool.Go(func() {
			defer failure.keep()
			digests[i] = v.fresh(v.limits).Record(v.cell, v.seed).Digest
		})
	}
	pool.Wait()
	failure.raise()
	for _, d := range digests {
		if d != v.want {
			v.differ("side by side with others", d)
			return
		}
	}
}

func (v *verifier) compare(how string, r *Runner) {
	if d := r.Record(v.cell, v.seed).Digest; d != v.want {
		v.differ(how, d)
	}
}

// differ looks for the first event that differs, with traces on.
func (v *verifier) differ(how string, digest uint64) {
	d := Difference{Cell: v.cell, How: how, Digest: [2]uint64{v.want, digest}, Event: -1}
	traced := v.limits
	traced.Trace = true
	var a, b []record.Event
	for range repetitions {
		a = append(a[:0], v.fresh(traced).Record(v.cell, v.seed).Trace...)
		b = append(b[:0], v.fresh(traced).Record(v.cell, v.seed).Trace...)
		for i := range max(len(a), len(b)) {
			if i >= len(a) || i >= len(b) || a[i] != b[i] {
				d.Event, d.First, d.Second = i, at(a, i), at(b, i)
				v.found = append(v.found, d)
				return
			}
		}
	}
	v.found = append(v.found, d)
}

func at(events []record.Event, i int) record.Event {
	if i < len(events) {
		return events[i]
	}
	return record.Event{Text: "(the trace has ended)"}
}
