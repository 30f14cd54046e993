package checks

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"simrun/sim"
	"simrun/sim/record"
)

// service is how the store served one kind of ops.
type service struct {
	all, ok, fail, unknown int64
	answered               int64 // ok, compare-and-sets that found another version, and commands that were refused
	latency                *hdrhistogram.Histogram

	struck, borne int64 // ops that began while a fault held, and those of them that were answered
}

// add adds an op, which began while a fault held or not.
func (s *service) add(op *record.Op, struck bool) {
	answered := s.answered
	s.count(op)
	if struck {
		s.struck++
		s.borne += s.answered - answered
	}
}

func (s *service) count(op *record.Op) {
	s.all++
	switch op.Outcome {
	case sim.OK:
		s.ok++
		s.answered++
		s.latency = observe(s.latency, op.Latency())
	case sim.Fail:
		s.fail++
		if op.Error == sim.Conflict || op.Error == sim.Aborted && op.Code == sim.Execute {
			s.answered++
		}
	default:
		s.unknown++
	}
}

// Unavailable counts the ops that the store did not answer, failed or unknown. A
// compare-and-set that found another version was answered, and so was a command that
// broke a constraint. Latencies are those of
// the ops that ended ok, reads and writes apart. Neither the warm-up nor final
// reads are measured.
func Unavailable(run *record.Run, o Options) Report { return newView(run, o).unavailable() }

func (v *view) unavailable() Report {
	var reads, writes service
	first, faults := uint32(initial), v.faultTimes()
	for i := range v.ops {
		op := &v.ops[i]
		if op.Is(record.WarmUp) || op.Is(record.Final) {
			continue
		}
		kind := &reads
		if op.Code.Writes() {
			kind = &writes
		}
		answered := kind.answered
		kind.add(op, faults.hold(op.InvokedAt))
		if first == initial && kind.answered == answered {
			first = uint32(i)
		}
	}
	all := service{all: reads.all + writes.all, answered: reads.answered + writes.answered}
	verdict := Verdict{Checker: "unavailable", Count: all.all - all.answered}
	switch {
	case all.all == 0:
		verdict.Result, verdict.Why = Vacuous, "no op"
	case verdict.Count > 0:
		verdict.Result, verdict.Witness = Fail, v.refusedWitness(first)
		verdict.Why = fmt.Sprintf("%d of %s not answered: %s and %s", verdict.Count, plural(all.all, "op"),
			plural(reads.all-reads.answered, "read"), plural(writes.all-writes.answered, "write"))
	default:
		verdict.Why = fmt.Sprintf("%s, all answered", plural(all.all, "op"))
	}
	measures := append(serviceMeasures(&all, &reads, &writes), v.throughputs()...)
	return Report{verdict, append(measures, v.farthest()...)}
}

func (v *view) refusedWitness(at uint32) Witness {
	w, op := v.witness(at), &v.ops[at]
	end := "never ended"
	if op.Outcome != sim.Pending {
		end = fmt.Sprintf("ended %v (%v) after %s", op.Outcome, op.Error, span(max(op.Latency(), time.Duration(0))))
	}
	w.Text = fmt.Sprintf("%v: %s began a %v of %v at %s, which %s", op.ID(), v.client(at), op.Code, op.Key,
		moment(op.InvokedAt), end)
	return w
}

func serviceMeasures(all, reads, writes *service) []Measure {
	list := []Measure{
		{Name: "ops_ok", Kind: Count, Count: reads.ok + writes.ok},
		{Name: "ops_fail", Kind: Count, Count: reads.fail + writes.fail},
		{Name: "ops_unknown", Kind: Count, Count: reads.unknown + writes.unknown},
		{Name: "availability", Kind: Share, Count: all.answered, Total: all.all, Undefined: all.all == 0},
		{Name: "availability_read", Kind: Share, Count: reads.answered, Total: reads.all, Undefined: reads.all == 0},
		{Name: "availability_write", Kind: Share, Count: writes.answered, Total: writes.all, Undefined: writes.all == 0},
		{Name: "availability_read_in_faults", Kind: Share, Count: reads.borne, Total: reads.struck, Undefined: reads.struck == 0},
		{Name: "availability_write_in_faults", Kind: Share, Count: writes.borne, Total: writes.struck, Undefined: writes.struck == 0},
	}
	list = append(list, quantiles("latency_read_%s_ns", reads.latency, 5000, 9500, 9900, 9990)...)
	return append(list, quantiles("latency_write_%s_ns", writes.latency, 5000, 9500, 9900, 9990)...)
}

// quantiles are some quantiles, in parts per ten thousand, of one histogram.
func quantiles(name string, h *hdrhistogram.Histogram, which ...int) []Measure {
	list := make([]Measure, len(which))
	for i, q := range which {
		list[i] = Measure{Name: fmt.Sprintf(name, quantileName(q)), Kind: Quantile, Quantile: q, Histogram: h}
	}
	return list
}

// quantileName spells 9900 as p99 and 9990 as p999.
func quantileName(q int) string {
	for q%10 == 0 {
		q /= 10
	}
	if q < 10 {
		q *= 10
	}
	return fmt.Sprintf("p%d", q)
}
