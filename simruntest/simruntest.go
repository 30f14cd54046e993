// Package simruntest runs scenarios from `go test`, so that a replication invariant
// is a test like any other:
//
//	func TestQuorumsOverlap(t *testing.T) {
//		simruntest.Sweep(t, "quorum-overlap", 1, 20)
//	}
//
// A scenario is the name of one that ships, or the path of a file. A broken
// expectation fails the test with what happened, to whom, and the command that
// replays it.
package simruntest

import (
	"context"
	"os"
	"runtime"
	"testing"

	"simrun/results"
	"simrun/scenarios"
)

// Change is one field of the scenario that a test sets: Path as in `--set`, such as
// protocol.r, and Value as a scenario spells it.
type Change struct {
	Path  string
	Value string
}

// Sweep runs a scenario with every seed from one to another, both included, and
// fails the test where an expectation is broken, a handler panics, or fewer runs
// than the scenario requires were meaningful. It returns the sweep, for tests that
// look further.
func Sweep(t testing.TB, scenario string, from, to uint64, changes ...Change) *results.Sweep {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	jobs := max(runtime.GOMAXPROCS(0), 1)
	s := load(t, scenario, changes).Sweep(ctx, from, to, scenarios.SweepOptions{Jobs: jobs})
	for _, g := range s.Groups() {
		t.Errorf("%s: broken in %d runs, first with seed %d: %s; %s\n\treplay: %s", g.First.Claim, g.Count, g.First.Seed,
			g.First.Why, g.First.Witness.Text, g.First.Replay)
	}
	if code := s.Exit(); code != 0 && len(s.Failures) == 0 {
		t.Errorf("%s ends with %d although nothing is broken: see `simrun sweep %s --seeds %d..%d`", scenario, code, scenario, from, to)
	}
	return s
}

// Run runs a scenario once and fails the test where an expectation is broken. It
// returns the run, for tests that look further.
func Run(t testing.TB, scenario string, seed uint64, changes ...Change) *results.Run {
	t.Helper()
	r := scenarios.Run(load(t, scenario, changes), seed, scenarios.Tape{})
	for _, f := range r.Failures() {
		t.Errorf("%s: %s\n\treplay: %s", f.Claim, f.Why, f.Replay)
	}
	if code := r.Exit(); code != 0 && len(r.Failures()) == 0 {
		t.Errorf("%s ends with %d although nothing is broken: see `simrun run %s --seed %d`", scenario, code, scenario, seed)
	}
	return r
}

func load(t testing.TB, scenario string, changes []Change) *scenarios.Plan {
	t.Helper()
	text, ok := scenarios.Shipped(scenario)
	if !ok {
		var err error
		if text, err = os.ReadFile(scenario); err != nil {
			t.Fatalf("%s is neither a scenario that ships nor a file: %v", scenario, err)
		}
	}
	edits := make([]scenarios.Edit, len(changes))
	for i, c := range changes {
		edits[i] = scenarios.Edit{Path: c.Path, Value: c.Value}
	}
	plan, err := scenarios.Load(scenario, text, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
