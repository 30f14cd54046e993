package checks

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/record"
)

// Traffic reports messages and bytes by op, over all ops of the record, and the
// bytes of repair. It judges nothing.
func Traffic(run *record.Run, o Options) Report { return newView(run, o).traffic() }

func (v *view) traffic() Report {
	var all record.Traffic
	for _, t := range v.run.Traffic {
		all.Messages += t.Messages
		all.Bytes += t.Bytes
	}
	ops := int64(len(v.ops))
	repaired, stated := v.repairBytes()
	silent := all.Messages == 0 || ops == 0
	why := fmt.Sprintf("%s for %s", plural(int64(all.Messages), "message"), plural(ops, "op"))
	return Report{Verdict{Checker: "traffic", Result: Vacuous, Why: why}, []Measure{
		{Name: "messages_per_op", Kind: Mean, Count: int64(all.Messages), Total: ops, Undefined: silent},
		{Name: "bytes_per_op", Kind: Mean, Count: int64(all.Bytes), Total: ops, Undefined: silent},
		{Name: "repair_bytes", Kind: Count, Count: repaired, Undefined: !stated},
	}}
}

// repairBytes sums what nodes state to have sent outside the write path.
func (v *view) repairBytes() (sum int64, stated bool) {
	for i := range v.run.Observations {
		if seen := &v.run.Observations[i]; seen.Fact == sim.Repaired {
			sum += int64(seen.A)
			stated = true
		}
	}
	return sum, stated
}
