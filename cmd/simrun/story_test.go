package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/results"
	"simrun/sim"
)

// found is a verdict of a checker that found something.
func found(checker string, count int64) checks.Verdict {
	return checks.Verdict{
		Checker: checker, Result: checks.Fail, Count: count,
		Witness: checks.Witness{Ops: []sim.OpID{sim.NewOpID(1, uint32(count))}},
	}
}

// expecting adds an expectation to every cell, judged by the cell's verdicts.
func expecting(t *testing.T, run *results.Run, mode results.Mode, text string) {
	claim, err := results.ParseClaim(text)
	require.NoError(t, err)
	for i := range run.Cells {
		c := &run.Cells[i]
		o := results.Outcome{Expectation: len(c.Outcomes), Mode: mode, Claim: text}
		o.Truth, o.Why, o.Witness = claim.Truth(c.Measures, c.Reports)
		c.Outcomes = append(c.Outcomes, o)
	}
}

// TestWorstAnomaly begins with what a story is about last, and adds what goes before.
func TestWorstAnomaly(t *testing.T) {
	run := &results.Run{Cells: []results.Cell{
		{Reports: []checks.Verdict{found("linearizable", 2), found("stale_reads", 3), found("conflicts", 5), found("unavailable", 9)}},
		{Reports: []checks.Verdict{found("linearizable", 4), {Checker: "stale_reads", Result: checks.Pass}, found("conflicts", 7)}},
	}}
	worst := func() anomaly {
		a, any := worstAnomaly(run)
		require.True(t, any)
		return a
	}
	require.Equal(t, anomaly{1, "broken: linearizable", found("linearizable", 4).Witness}, worst(), "the first checker")
	expecting(t, run, results.Always, "conflicts")
	require.Equal(t, anomaly{1, "found: conflicts", found("conflicts", 7).Witness}, worst(), "what is always so")
	expecting(t, run, results.Sometimes, "stale_reads")
	require.Equal(t, anomaly{0, "found: stale_reads", found("stale_reads", 3).Witness}, worst(), "what may be, and was")
	expecting(t, run, results.Never, "unavailable")
	require.Equal(t, anomaly{0, "broken: never unavailable", found("unavailable", 9).Witness}, worst(), "what must not be")
}

// TestStoryOfBrokenGuarantee: that a guarantee never holds is an anomaly, too.
func TestStoryOfBrokenGuarantee(t *testing.T) {
	run := &results.Run{Cells: []results.Cell{{Reports: []checks.Verdict{found("stale_reads", 3), found("read_your_writes", 5)}}}}
	expecting(t, run, results.Never, "read_your_writes")
	a, any := worstAnomaly(run)
	require.True(t, any)
	require.Equal(t, "broken: read_your_writes", a.found)
}

// TestNothingToTell: what was expected and did not come, or points nowhere, is no story.
func TestNothingToTell(t *testing.T) {
	run := &results.Run{Cells: []results.Cell{{Reports: []checks.Verdict{
		{Checker: "stale_reads", Result: checks.Pass}, {Checker: "conflicts", Result: checks.Fail, Count: 1},
	}}}}
	expecting(t, run, results.Sometimes, "stale_reads")
	expecting(t, run, results.Always, "conflicts")
	_, any := worstAnomaly(run)
	require.False(t, any)
}
