package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// commits is what observations tell of when writes were committed and reads
// answered, by place.
type commits struct {
	first   []uint32 // stamp of a write's first Committed or Decided, 0 if none
	replied []uint32 // stamp by which a read's reply had been made (Closed, Served), 0 if not stated
}

func (v *view) commits() commits {
	c := commits{make([]uint32, len(v.ops)), make([]uint32, len(v.ops))}
	for i := range v.run.Observations {
		seen := &v.run.Observations[i]
		commits := seen.Fact == sim.Committed || seen.Fact == sim.Decided
		if !commits && seen.Fact != sim.Closed && seen.Fact != sim.Served {
			continue
		}
		at, found := v.place(seen.Op)
		switch {
		case !found:
		case commits && c.first[at] == 0:
			c.first[at] = seen.Stamp
		case !commits && seen.Stamp <= v.ops[at].Returned:
			c.replied[at] = seen.Stamp
		}
	}
	return c
}

// reply is the latest stamp at which a read's reply can have been sent.
func (c *commits) reply(v *view, read uint32) uint32 {
	if c.replied[read] != 0 {
		return c.replied[read]
	}
	return v.ops[read].Returned
}

// DirtyReads counts the reads whose reply was sent before any node observed
// Committed for a value that they returned, or knew it to be Decided. The reply is sent when
// the coordinator closes the op or a node states that it Served it, and at any rate before
// the client has it.
// Reading nothing shows no value. Not applicable where a protocol declares no
// commit.
func DirtyReads(run *record.Run, o Options) Report { return newView(run, o).dirtyReads() }

func (v *view) dirtyReads() Report {
	if !v.options.Commits {
		return notApplicable("dirty_reads", "the protocol declares no commit")
	}
	c := v.commits()
	return v.valuesReport("dirty_reads", "not committed when it was read", func(read, write uint32) bool {
		return c.first[write] == 0 || c.first[write] > c.reply(v, read)
	})
}

// AbortedReads counts the reads that returned a failed write, or one that no node
// ever observed to be Committed and that is absent at the end: no final read and no
// live replica holds it or a descendant. Not applicable where a protocol declares no
// commit.
func AbortedReads(run *record.Run, o Options) Report { return newView(run, o).abortedReads() }

func (v *view) abortedReads() Report {
	if !v.options.Commits {
		return notApplicable("aborted_reads", "the protocol declares no commit")
	}
	c := v.commits()
	ends := map[sim.Key]map[uint32]bool{}
	return v.valuesReport("aborted_reads", "never committed, and absent at the end", func(read, write uint32) bool {
		if v.ops[write].Outcome == sim.Fail {
			return true
		}
		return c.first[write] == 0 && v.absent(ends, write)
	})
}

// absent tells whether the end of a key is known and does not hold a write.
func (v *view) absent(ends map[sim.Key]map[uint32]bool, write uint32) bool {
	key := v.ops[write].Key
	alive, known := ends[key]
	if !known {
		alive = v.present(key)
		ends[key] = alive
	}
	return alive != nil && !alive[write]
}

// present is what the end of a key holds, nil where that is not known.
func (v *view) present(key sim.Key) map[uint32]bool {
	k := v.keyOf(key)
	looks := v.looks(k)
	if len(looks) == 0 {
		return nil
	}
	for _, copy := range v.copiesOf(key) {
		looks = append(looks, sight{key: key, invoked: forever, returned: forever, values: copy.Values})
	}
	return v.survivors(k, looks)
}

// valuesReport counts the reads of which some returned value is bad.
func (v *view) valuesReport(checker, what string, bad func(read, write uint32) bool) Report {
	var judged, count int64
	read, write := uint32(initial), uint32(initial)
	for i := range v.keys() {
		k := &v.keys()[i]
		if k.shape == shapeCounter {
			continue
		}
		judged += int64(len(k.reads))
		for _, at := range k.reads {
			value, found := v.firstBad(at, bad)
			if !found {
				continue
			}
			if count == 0 {
				read, write = at, value
			}
			count++
		}
	}
	verdict := Verdict{Checker: checker, Count: count}
	switch {
	case judged == 0:
		verdict.Result, verdict.Why = Vacuous, "no read ended ok"
	case count > 0:
		verdict.Result, verdict.Witness = Fail, v.witness(read, write)
		verdict.Witness.Text = fmt.Sprintf("%s; %v was %s", v.tellRead(read), v.ops[write].ID(), what)
		verdict.Why = fmt.Sprintf("%d of %s returned a value that was %s", count, plural(judged, "read"), what)
	default:
		verdict.Why = fmt.Sprintf("%s, none of a value that was %s", plural(judged, "read"), what)
	}
	return Report{verdict, []Measure{{Name: checker, Kind: Count, Count: count, Undefined: judged == 0}}}
}

func (v *view) firstBad(read uint32, bad func(read, write uint32) bool) (uint32, bool) {
	op := &v.ops[read]
	for _, value := range v.history.Values(op) {
		if at := v.write(value.ID, op.Key); at < stranger && bad(read, at) {
			return at, true
		}
	}
	return 0, false
}

// notApplicable is the report of a property that the protocol does not speak of.
func notApplicable(checker, why string) Report {
	return Report{
		Verdict{Checker: checker, Result: Vacuous, Why: why},
		[]Measure{{Name: checker, Kind: Count, Undefined: true}},
	}
}
