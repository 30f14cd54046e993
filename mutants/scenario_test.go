package mutants

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
)

// long says that there is time for as many runs as one would like.
var long = os.Getenv("SIMRUN_LONG") != ""

// set is a change to a scenario file, as --set makes it. Of an axis of the file's
// grid it leaves this one value.
func set(path, value string) scenarios.Edit { return scenarios.Edit{Path: path, Value: value} }

// runner reads a scenario file, with some changes, and makes a runner of it.
func runner(t *testing.T, name string, edits ...scenarios.Edit) *scenarios.Runner {
	return planned(t, name, edits...).NewRunner(scenarios.Limits{}, scenarios.Tape{})
}

// planned reads a scenario file, with some changes.
func planned(t *testing.T, name string, edits ...scenarios.Edit) *scenarios.Plan {
	t.Helper()
	file := filepath.Join("..", "testdata", "mutants", name+".yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	plan, err := scenarios.Load(file, text, edits...)
	require.NoError(t, err)
	require.Equal(t, name, plan.Scenario.Name)
	return plan
}

// holds runs a scenario with seeds from 1 on and demands that nothing is broken, and
// that least of the runs were meaningful in every cell.
func holds(t *testing.T, name string, seeds, least int, edits ...scenarios.Edit) {
	t.Helper()
	holdsBy(t, name, seeds, least, runner(t, name, edits...).Run)
}

// holdsInTurns is holds with one cell for each seed: they take turns.
func holdsInTurns(t *testing.T, name string, seeds, least int) {
	t.Helper()
	plan := planned(t, name)
	r, cells := plan.NewRunner(scenarios.Limits{}, scenarios.Tape{}), uint64(len(plan.Cells))
	holdsBy(t, name, seeds, least, func(seed uint64) *results.Run { return r.RunCell(int(seed%cells), seed) })
}

func holdsBy(t *testing.T, name string, seeds, least int, run func(seed uint64) *results.Run) {
	t.Helper()
	meaningful := 0
	for seed := range uint64(seeds) {
		run := run(seed + 1)
		require.False(t, run.Undecided(), "%s: seed %d is undecided", name, run.Seed)
		for _, f := range run.Failures() {
			t.Errorf("%s: seed %d, %s: %s\n\treplay: %s", name, f.Seed, f.Claim, f.Why, f.Replay)
		}
		if !vacuous(run) {
			meaningful++
		}
	}
	require.GreaterOrEqual(t, meaningful, least, "%s: too few meaningful runs", name)
}

func vacuous(run *results.Run) bool {
	for i := range run.Cells {
		if run.Cells[i].Vacuous() {
			return true
		}
	}
	return false
}

// hunt runs a scenario with seeds from one on until something is broken. Without a
// failure in that many seeds it returns nil.
func hunt(r *scenarios.Runner, from, seeds uint64) *results.Failure {
	for seed := from; seed < from+seeds; seed++ {
		if list := r.Run(seed).Failures(); len(list) > 0 {
			return &list[0]
		}
	}
	return nil
}
