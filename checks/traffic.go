package checks

import (
	"fmt"

	"simrun/sim/record"
)

// Traffic reports messages and bytes by op, over all ops of the record, and what
// repairs took. It judges nothing.
func Traffic(run *record.Run, o Options) Report { return newView(run, o).traffic() }

func (v *view) traffic() Report {
	var all record.Traffic
	for _, t := range v.run.Traffic {
		all.Messages += t.Messages
		all.Bytes += t.Bytes
	}
	ops := int64(len(v.ops))
	silent := all.Messages == 0 || ops == 0
	why := fmt.Sprintf("%s for %s", plural(int64(all.Messages), "message"), plural(ops, "op"))
	return Report{Verdict{Checker: "traffic", Result: Vacuous, Why: why}, append([]Measure{
		{Name: "messages_per_op", Kind: Mean, Count: int64(all.Messages), Total: ops, Undefined: silent},
		{Name: "bytes_per_op", Kind: Mean, Count: int64(all.Bytes), Total: ops, Undefined: silent},
	}, v.repairMeasures()...)}
}
