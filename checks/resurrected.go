package checks

import (
	"fmt"
	"sort"

	"simrun/sim"
	"simrun/sim/record"
)

// comebacks tells which elements of a set are shown although they had been removed.
type comebacks struct {
	view     *view
	adds     map[int64]*removals // by element: additions that may have happened
	removals map[int64]*departures
	deletes  departures // of the whole key
	judged   int64
}

// departures are acknowledged removals in the order of their beginnings. Of each and
// those behind it, the first that ended is known.
type departures struct {
	began []uint32
	first []uint32
}

func newComebacks(v *view, k *keyed) *comebacks {
	c := &comebacks{view: v, adds: map[int64]*removals{}, removals: map[int64]*departures{}}
	for _, at := range k.writes {
		switch v.ops[at].Code {
		case sim.Add:
			e := v.element(at)
			if c.adds[e] == nil {
				c.adds[e] = &removals{}
			}
			c.adds[e].enter(v, at)
		case sim.Remove, sim.Delete:
			c.enter(at)
		}
	}
	c.deletes.close(v)
	for _, d := range c.removals {
		d.close(v)
	}
	return c
}

func (c *comebacks) enter(at uint32) {
	op, d := &c.view.ops[at], &c.deletes
	if !acknowledged(op) {
		return
	}
	c.judged++
	if op.Code == sim.Remove {
		e := c.view.element(at)
		if c.removals[e] == nil {
			c.removals[e] = &departures{}
		}
		d = c.removals[e]
	}
	d.began = append(d.began, at)
}

// close works out who ended first.
func (d *departures) close(v *view) {
	d.first = make([]uint32, len(d.began))
	for i := len(d.began) - 1; i >= 0; i-- {
		d.first[i] = d.began[i]
		if i+1 < len(d.began) && v.ops[d.first[i+1]].Returned < v.ops[d.first[i]].Returned {
			d.first[i] = d.first[i+1]
		}
	}
}

// between finds a departure that began after one stamp and had ended before another.
func (d *departures) between(v *view, from, until uint32) (uint32, bool) {
	if d == nil {
		return 0, false
	}
	i := sort.Search(len(d.began), func(i int) bool { return v.ops[d.began[i]].Invoked > from })
	if i == len(d.began) || v.ops[d.first[i]].Returned >= until {
		return 0, false
	}
	return d.first[i], true
}

// undone finds the removal that had ended before a sight began, and that no addition
// of the element can have followed. An element that nobody added has not come back.
func (c *comebacks) undone(element int64, s sight) (uint32, bool) {
	adds := c.adds[element]
	if adds == nil {
		return 0, false
	}
	n := begun(c.view, adds.began, s.returned)
	if n == 0 {
		return 0, false
	}
	if at, found := c.removals[element].between(c.view, adds.ended[n-1], s.invoked); found {
		return at, true
	}
	return c.deletes.between(c.view, adds.ended[n-1], s.invoked)
}

// returned visits the elements of a sight that had been removed, with the removals.
func (c *comebacks) returned(s sight, visit func(element int64, removal uint32)) {
	for _, value := range s.values {
		element := c.view.elementOf(value)
		if at, found := c.undone(element, s); found {
			visit(element, at)
		}
	}
}

// resurrections is every element that came back in a run.
type resurrections struct {
	view   *view
	judged int64 // acknowledged removals
	count  int64 // elements shown after they were removed
	last   int64 // those that the end holds
	// An example: who added what was removed and is shown, who removed it, and the read
	// that shows it, which is initial where only replicas do.
	added, removal, read uint32
}

// judge looks at one key. What the end shows makes the better witness.
func (r *resurrections) judge(k *keyed) {
	v, c := r.view, newComebacks(r.view, k)
	r.judged += c.judged
	if c.judged == 0 {
		return
	}
	before, shown := r.last, map[int64]bool{}
	for i, s := range v.looks(k) {
		read := uint32(initial)
		if len(k.final) > 0 {
			read = k.final[i]
		}
		r.look(c, s, read, shown)
	}
	r.last = before + int64(len(shown))
	for _, read := range k.reads {
		r.look(c, v.sight(read), read, shown)
	}
	r.count += int64(len(shown))
}

func (r *resurrections) look(c *comebacks, s sight, read uint32, shown map[int64]bool) {
	c.returned(s, func(element int64, removal uint32) {
		shown[element] = true
		if r.removal == initial {
			r.added, r.removal, r.read = c.adds[element].began[0], removal, read
		}
	})
}

// Resurrected counts the elements of sets that are shown after they were removed: by
// a read, or in the end, which is what final reads or, without any, the live replicas
// hold. The removal, or the delete of the whole key, was acknowledged before the read
// began, and no addition of the element ended after the removal began: one that
// overlaps it, or whose end is not known, may have come last. How many of them the
// end holds is a measure of its own; the others were shown by stale reads alone.
func Resurrected(run *record.Run, o Options) Report { return newView(run, o).resurrected() }

func (v *view) resurrected() Report {
	r := &resurrections{view: v, removal: initial, read: initial}
	for i := range v.keys() {
		if k := &v.keys()[i]; k.shape == shapeSet {
			r.judge(k)
		}
	}
	verdict := Verdict{Checker: "resurrected", Count: r.count}
	switch {
	case r.judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no acknowledged removal from a set"
	case r.count > 0:
		verdict.Result, verdict.Witness = Fail, r.witness()
		verdict.Why = fmt.Sprintf("%s shown after %s, %d in the end",
			plural(r.count, "element"), plural(r.judged, "acknowledged removal"), r.last)
	default:
		verdict.Why = fmt.Sprintf("%s, nothing came back", plural(r.judged, "acknowledged removal"))
	}
	return Report{verdict, []Measure{
		{Name: "resurrected", Kind: Count, Count: r.count, Undefined: r.judged == 0},
		{Name: "resurrected_end", Kind: Count, Count: r.last, Undefined: r.judged == 0},
	}}
}

func (r *resurrections) witness() Witness {
	v := r.view
	w := v.witness(r.removal, r.added)
	if r.read != initial {
		w = v.witness(r.read, r.removal, r.added)
	}
	op := &v.ops[r.removal]
	what := "every element"
	if op.Code == sim.Remove {
		what = fmt.Sprintf("element %d", v.element(r.removal))
	}
	w.Text = fmt.Sprintf("%s removed %s of %v, acknowledged at %s", v.client(r.removal), what, op.Key, moment(op.ReturnedAt))
	if r.read == initial {
		w.Text += "; live replicas hold it in the end"
	} else {
		w.Text += "; then " + v.tellRead(r.read)
	}
	return w
}
