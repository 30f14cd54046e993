package reports

import (
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"simrun/checks"
	"simrun/results"
	"simrun/sim"
	"simrun/sim/record"
)

// sampleRun is a run of a grid of two by two, made up: quorums of one and two of
// two replicas. The seed moves its numbers.
func sampleRun(seed uint64) *results.Run {
	r := &results.Run{
		Scenario: "quorum-overlap", Title: "Do reads and writes that share no replica miss each other?",
		Seed: seed, Engine: "1", Digest: 0xfedcba9876543210 + seed, Virtual: 10 * time.Second, Events: 123456 + seed,
		Words: []string{"Where r + w is at most n, a read may ask replicas that the last write never reached: " +
			"31 of 1,000 reads were stale, the oldest by 4 writes."},
	}
	for readers := 1; readers <= 2; readers++ {
		for writers := 1; writers <= 2; writers++ {
			r.Cells = append(r.Cells, sampleCell(seed, readers, writers))
		}
	}
	r.Tables = []results.Table{results.CellTable("overlap", "What each R and W buys", r.Cells,
		"availability", "stale_share", "dirty_reads", "latency_read_p99_ns", "latency_read_p999_ns")}
	return r
}

func sampleCell(seed uint64, readers, writers int) results.Cell {
	stale := int64(0)
	if readers+writers <= 2 {
		stale = 31 + int64(seed%7)
	}
	c := results.Cell{
		Digest: 7 * seed, Virtual: 2500 * time.Millisecond, Events: 30864,
		Set:      []results.Setting{{Path: "protocol.r", Value: fmt.Sprint(readers)}, {Path: "protocol.w", Value: fmt.Sprint(writers)}},
		Measures: sampleMeasures(seed, stale, readers+writers),
		Replay:   fmt.Sprintf("simrun run quorum-overlap --seed %d --set protocol.r=%d --set protocol.w=%d", seed, readers, writers),
		Counters: []record.Counter{{Name: "partition.crossed_quorum_ops", Count: 40}},
	}
	verdict := checks.Verdict{Checker: "stale_reads", Count: stale}
	if stale > 0 {
		verdict.Result = checks.Fail
		verdict.Why = fmt.Sprintf("%d of 1,000 reads missed an acknowledged write", stale)
		verdict.Witness = checks.Witness{
			Key: 3, Ops: []sim.OpID{sim.NewOpID(2, 17), sim.NewOpID(1, 9)}, Nodes: []sim.NodeID{2},
			Text: fmt.Sprintf("c2 read k3 from n2 at 2.10%d s and got initial, although c1/9 had been acknowledged 85 ms before.", seed),
		}
	}
	c.Reports = []checks.Verdict{verdict, {Checker: "linearizable", Result: checks.Undecided, Why: "k1 is beyond the bound"}}
	c.Outcomes = sampleOutcomes(&c, stale > 0, readers+writers > 2)
	return c
}

func sampleOutcomes(c *results.Cell, stale, overlap bool) []results.Outcome {
	list := []results.Outcome{sampleOutcome(c, 0, results.Never, "stale_reads", "r + w > n")}
	if !overlap {
		list = []results.Outcome{sampleOutcome(c, 1, results.Sometimes, "stale_reads", "r + w <= n")}
	}
	return append(list, sampleOutcome(c, 2, results.Always, "availability >= 0.95", ""))
}

func sampleOutcome(c *results.Cell, number int, mode results.Mode, text, when string) results.Outcome {
	claim, err := results.ParseClaim(text)
	if err != nil {
		panic(err)
	}
	o := results.Outcome{Expectation: number, Mode: mode, Claim: text, When: when, Checker: claim.Name}
	o.Truth, o.Why, o.Witness = claim.Truth(c.Measures, c.Reports)
	return o
}

func sampleMeasures(seed uint64, stale int64, quorum int) []checks.Measure {
	h := hdrhistogram.New(1000, int64(24*time.Hour), 2)
	for i := int64(0); i < 600; i++ {
		if err := h.RecordValue((2 + i%40 + int64(quorum)) * 100_000); err != nil {
			panic(err)
		}
	}
	return []checks.Measure{
		{Name: "ops_ok", Kind: checks.Count, Count: 980 + int64(seed%5)},
		{Name: "availability", Kind: checks.Share, Count: 2040 - 30*int64(quorum) - int64(seed%5), Total: 2000},
		{Name: "latency_read_p50_ns", Kind: checks.Quantile, Quantile: 5000, Histogram: h},
		{Name: "latency_read_p99_ns", Kind: checks.Quantile, Quantile: 9900, Histogram: h},
		{Name: "latency_read_p999_ns", Kind: checks.Quantile, Quantile: 9990, Histogram: h},
		{Name: "stale_reads", Kind: checks.Count, Count: stale},
		{Name: "stale_share", Kind: checks.Share, Count: stale, Total: 1000},
		{Name: "dirty_reads", Kind: checks.Count, Undefined: true},
		{Name: "messages_per_op", Kind: checks.Mean, Count: 12345, Total: 1000},
	}
}

// brokenRun has what sampleRun lacks: a broken expectation, a panic, a vacuous cell
// and texts that would break any table.
func brokenRun(seed uint64) *results.Run {
	r := sampleRun(seed)
	r.Scenario = "pipes | and\nlines"
	r.Cells[1].Set[0].Value = "a|b\nc\x1b[31m<b>"
	r.Cells[1].Unmet = []results.Unmet{{Requirement: "partition.crossed_quorum_ops >= 100", Count: 40}}
	r.Cells[2].Stop = record.Stop{Reason: record.Panicked, Panic: "index out of range [3]", Node: 2, Stamp: 4711}
	r.Cells[2].Names = []string{"", "n1", "n2"}
	r.Tables = []results.Table{results.CellTable("overlap", "What each R and W buys", r.Cells, "availability", "stale_share")}
	c := &r.Cells[0]
	c.Outcomes[0] = sampleOutcome(c, 0, results.Never, "stale_reads", "")
	return r
}

func sampleSweep(run func(uint64) *results.Run, from, to uint64) *results.Sweep {
	s := results.NewSweep(from, to)
	for seed := from; seed <= to; seed++ {
		s.Add(run(seed))
	}
	return s
}
