package simruntest_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"simrun/results"
	"simrun/simruntest"
)

// The whole of a regression test: every read quorum meets every write quorum.
func TestMajoritiesOverlap(t *testing.T) {
	simruntest.Sweep(t, "quorum-overlap", 1, 3,
		simruntest.Change{Path: "protocol.r", Value: "2"},
		simruntest.Change{Path: "protocol.w", Value: "2"})
}

func TestRunReturnsMetrics(t *testing.T) {
	r := simruntest.Run(t, "async-failover-loses-writes", 1)
	lost := results.Find(r.Cells[0].Measures, "lost_writes")
	require.Positive(t, lost.Count, "with mode=async a failover loses writes")
}

// recorder is a test that only remembers that it failed.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Helper()               {}

func TestABrokenExpectationFails(t *testing.T) {
	text, err := os.ReadFile("../scenarios/library/quorum-overlap.yaml")
	require.NoError(t, err)
	file := t.TempDir() + "/wrong.yaml"
	text = append(text, "  - {never: stale_reads, when: \"r == 1\"}\n"...)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	r := &recorder{TB: t}
	simruntest.Sweep(r, file, 1, 1)
	require.True(t, r.failed)
}

func TestAVacuousRunFails(t *testing.T) {
	text, err := os.ReadFile("../scenarios/library/quorum-overlap.yaml")
	require.NoError(t, err)
	file := t.TempDir() + "/vacuous.yaml"
	text = bytes.Replace(text, []byte("lose.injected >= 1"), []byte("lose.injected >= 9"), 1)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	r := &recorder{TB: t}
	simruntest.Run(r, file, 1)
	require.True(t, r.failed)
}
