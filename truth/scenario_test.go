package truth

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"simrun/checks"
	"simrun/results"
	"simrun/scenarios"
	"simrun/sim/record"
)

// long says that there is time for as many runs as one would like.
var long = os.Getenv("SIMRUN_LONG") != ""

// skipWhenShort skips a test that needs many runs.
func skipWhenShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("many runs")
	}
}

// set is a change to a scenario file, as --set makes it. Of an axis of the file's
// grid it leaves this one value.
func set(path string, value any) scenarios.Edit {
	return scenarios.Edit{Path: path, Value: fmt.Sprint(value)}
}

// read reads a scenario file, with some changes.
func read(t *testing.T, name string, edits ...scenarios.Edit) *scenarios.Plan {
	t.Helper()
	file := filepath.Join("..", "testdata", "truth", name+".yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	plan, err := scenarios.Load(file, text, edits...)
	require.NoError(t, err)
	return plan
}

// runner makes a runner of a scenario file that has one cell, with some changes.
func runner(t *testing.T, name string, edits ...scenarios.Edit) *scenarios.Runner {
	t.Helper()
	plan := read(t, name, edits...)
	require.Len(t, plan.Cells, 1)
	return plan.NewRunner(scenarios.Limits{}, scenarios.Tape{})
}

// each runs a scenario with the seeds from 1 on. Many short runs take less time than
// a long one, because they share the memory of one world.
func each(t *testing.T, r *scenarios.Runner, seeds int, visit func(run *record.Run)) {
	t.Helper()
	for seed := range uint64(seeds) {
		run := r.Record(0, seed+1)
		require.Equal(t, record.Finished, run.Stop.Reason, "%v", run.Stop)
		visit(run)
	}
}

// measured is what a checker measures in a run under a name.
func measured(t *testing.T, run *record.Run, judge func(*record.Run, checks.Options) checks.Report, name string) *checks.Measure {
	t.Helper()
	m := results.Find(judge(run, checks.Options{}).Measures, name)
	require.NotNil(t, m, name)
	require.False(t, m.Undefined, name)
	return m
}

// inUnits is a duration as a number of units.
func inUnits(d, unit time.Duration) float64 { return float64(d) / float64(unit) }
