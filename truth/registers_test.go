package truth

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/scenarios"
	"simrun/sim/record"
)

// claim reads a claim under any fault from testdata/mutants.
func claim(t *testing.T, name string, edits ...scenarios.Edit) *scenarios.Plan {
	t.Helper()
	file := filepath.Join("..", "testdata", "mutants", name+".yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	plan, err := scenarios.Load(file, text, edits...)
	require.NoError(t, err)
	return plan
}

// holds runs a claim with some seeds: it is never broken.
func holds(t *testing.T, name string, short, many uint64) {
	t.Helper()
	seeds := short
	if long {
		seeds = many
	}
	r := claim(t, name).NewRunner(scenarios.Limits{}, scenarios.Tape{})
	for seed := uint64(1); seed <= seeds; seed++ {
		run := r.Run(seed)
		require.False(t, run.Interrupted() || run.Panicked() || run.Undecided(), "seed %d", seed)
		for _, j := range run.Judgements() {
			require.NotEqual(t, results.Broken, j.State, "seed %d: %s", seed, j.Text())
		}
	}
}

// Registers that write back are atomic, and those that do so only where it is needed
// (Attiya, Bar-Noy and Dolev 1995, theorem 1).
func TestRegistersAreAtomicWhateverGoesWrong(t *testing.T) { holds(t, "abd", 40, 100_000) }

// Without the write-back they are regular only: some read finds less than one before it.
func TestRegistersWithoutWriteBackAreNot(t *testing.T) {
	plan := claim(t, "abd", set("protocol.write_back", "never"),
		set("topology.link.latency", "{exponential: {mean: 10ms}}"), set("workload.rate", "200/s"))
	r := plan.NewRunner(scenarios.Limits{}, scenarios.Tape{})
	broken := 0
	for seed := range uint64(40) {
		run := r.Run(seed + 1)
		require.NotEqual(t, record.Panicked, run.Cells[0].Stop.Reason)
		if run.Judgements()[0].State == results.Broken {
			broken++
		}
	}
	require.Positive(t, broken)
}
