package checks

import (
	"fmt"

	"simrun/sim"
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
	ops, reads := int64(len(v.ops)), int64(0)
	for i := range v.ops {
		if !v.ops[i].Code.Writes() {
			reads++
		}
	}
	silent := all.Messages == 0 || ops == 0
	why := fmt.Sprintf("%s for %s", plural(int64(all.Messages), "message"), plural(ops, "op"))
	return Report{Verdict{Checker: "traffic", Result: Vacuous, Why: why}, append([]Measure{
		{Name: "messages_per_op", Kind: Mean, Count: int64(all.Messages), Total: ops, Undefined: silent},
		{Name: "messages_per_read", Kind: Mean, Count: int64(v.run.ForReads.Messages), Total: reads, Undefined: silent || reads == 0},
		{Name: "bytes_per_op", Kind: Mean, Count: int64(all.Bytes), Total: ops, Undefined: silent},
	}, append(v.repairMeasures(), v.classes()...)...)}
}

// classes measures the messages of repair and of replication.
func (v *view) classes() []Measure {
	var acked int64
	for i := range v.ops {
		if v.ops[i].Code.Writes() && v.ops[i].Outcome == sim.OK {
			acked++
		}
	}
	busiest := v.busiestServer()
	repair, replicate := v.class(sim.Repair), v.class(sim.Replicate)
	return []Measure{
		{Name: "repair_wire_bytes", Kind: Count, Count: int64(repair.Bytes), Undefined: repair.Messages == 0},
		{
			Name: "replicate_bytes_per_write", Kind: Mean, Count: int64(replicate.Bytes), Total: acked,
			Undefined: acked == 0 || replicate.Messages == 0,
		},
		{
			Name: "busiest_bytes_per_write", Kind: Mean, Count: int64(busiest.Bytes), Total: acked,
			Undefined: acked == 0 || busiest.Messages == 0,
		},
	}
}

// busiestServer is the traffic of the server that sent most bytes.
func (v *view) busiestServer() (most record.Traffic) {
	for id, t := range v.run.Sent {
		if id > 0 && id < len(v.run.IsClient) && !v.run.IsClient[id] && t.Bytes > most.Bytes {
			most = t
		}
	}
	return most
}

// class is the traffic of one class of messages.
func (v *view) class(c sim.Class) record.Traffic {
	if int(c) < len(v.run.Traffic) {
		return v.run.Traffic[c]
	}
	return record.Traffic{}
}
