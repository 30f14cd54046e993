package checks

import (
	"cmp"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/record"
)

// faultTimes are the times in which some fault holds, in order and apart from each other.
type faultTimes []faultTime

// faultTime is from the injection of a fault to the healing, which is no part of it.
type faultTime struct{ from, until time.Duration }

// faultTimes joins the times of all faults. One that nobody was the target of never held.
func (v *view) faultTimes() faultTimes {
	var all faultTimes
	for i := range v.run.Faults {
		f := &v.run.Faults[i]
		if !f.Skipped && f.Healed > f.Injected {
			all = append(all, faultTime{f.Injected, f.Healed})
		}
	}
	slices.SortFunc(all, func(a, b faultTime) int { return cmp.Compare(a.from, b.from) })
	joined := all[:0]
	for _, t := range all {
		if n := len(joined); n > 0 && t.from <= joined[n-1].until {
			joined[n-1].until = max(joined[n-1].until, t.until)
			continue
		}
		joined = append(joined, t)
	}
	return joined
}

// hold tells whether a fault holds at a time.
func (f faultTimes) hold(at time.Duration) bool {
	next, _ := slices.BinarySearchFunc(f, at, func(t faultTime, at time.Duration) int {
		if t.until <= at {
			return -1
		}
		return 1
	})
	return next < len(f) && f[next].from <= at
}

// throughputs are the reads and the writes that ended ok, by second of the time that is
// measured: from the end of the warm-up to the end of work. An op counts where it ends:
// under overload what is answered tells of the store, what is asked for does not.
func (v *view) throughputs() []Measure {
	var reads, writes int64
	began, until := v.run.Phases.Began, v.run.Phases.Work
	for i := range v.ops {
		op := &v.ops[i]
		if op.Outcome != sim.OK || op.Is(record.Final) || op.ReturnedAt < began || op.ReturnedAt >= until {
			continue
		}
		if op.Code.Writes() {
			writes++
		} else {
			reads++
		}
	}
	span := int64((until - began) / time.Microsecond)
	perSecond := func(name string, n int64) Measure {
		return Measure{Name: name, Kind: Mean, Count: n * int64(time.Second/time.Microsecond), Total: span, Undefined: span <= 0 || len(v.ops) == 0}
	}
	return []Measure{perSecond("throughput_read", reads), perSecond("throughput_write", writes)}
}
